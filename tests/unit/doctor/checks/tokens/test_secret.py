from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.doctor.checks.tokens.secret import CHECK
from glctl.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts

FILESYSTEM = {"filesystem": {"rootdirectory": "/images"}}


@pytest.mark.parametrize(
    ("storage", "secret", "codes"),
    [
        (FILESYSTEM, "PLANTED", []),
        (FILESYSTEM, "", []),  # a single node's own business
        ({"s3": {"bucket": "b"}}, "PLANTED", []),
        ({"s3": {"bucket": "b"}}, "", ["http-secret-missing"]),
    ],
)
def test_the_secret_of_uploads(
    new_facts: Callable[..., Facts], run: Any, storage: dict[str, Any], secret: str, codes: list[str]
) -> None:
    findings, note = run(CHECK, new_facts(config={"storage": storage, "http": {"secret": Secret(secret)}}))
    assert [(finding.code, finding.severity) for finding in findings] == [(code, "info") for code in codes]
    assert "PLANTED" not in repr(findings) + note
