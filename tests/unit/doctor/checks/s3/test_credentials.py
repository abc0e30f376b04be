from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glctl.clients.s3_credentials import NoCredentialsError
from glctl.doctor.checks.s3.credentials import CHECK

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts


def test_credentials_are_named_by_their_origin(bucket: Callable[..., Facts], run: Any) -> None:
    assert run(CHECK, bucket()) == ([], "lasting, from accesskey and secretkey in config.yml")


def test_none_at_all(bucket: Callable[..., Facts], run: Any) -> None:
    facts = bucket()

    def none() -> None:
        raise NoCredentialsError("config.yml has none; nor has the environment")

    facts.s3().credentials = none  # type: ignore[method-assign,assignment] - a fake
    [finding], _ = run(CHECK, facts)
    assert finding.code == "s3-no-credentials"
    assert finding.evidence == ("config.yml has none", "nor has the environment")
