from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.doctor.checks.garbage.deletion import CHECK

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts


@pytest.mark.parametrize(
    ("delete", "codes"),
    [
        ({"enabled": True}, []),
        ({"enabled": "true"}, []),
        ({"enabled": False}, ["deletion-disabled"]),
        ({"enabled": "false"}, ["deletion-disabled"]),
        ({}, ["deletion-disabled"]),
    ],
)
def test_whether_images_may_be_deleted(
    new_facts: Callable[..., Facts], run: Any, delete: dict[str, Any], codes: list[str]
) -> None:
    findings, _ = run(CHECK, new_facts(config={"storage": {"filesystem": {}, "delete": delete}}))
    assert [finding.code for finding in findings] == codes
