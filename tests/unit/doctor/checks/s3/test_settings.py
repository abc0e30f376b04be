from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.s3.settings import CHECK
from glctl.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts


def test_settings_that_make_sense(bucket: Callable[..., Facts], run: Any) -> None:
    assert run(CHECK, bucket()) == (
        [],
        "images at http://127.0.0.1:9000, region eu-central-1, path style",
    )


@pytest.mark.parametrize(
    ("settings", "said", "remedy"),
    [
        ({"bucket": None}, "No bucket", "registry['storage']['s3']['bucket'] = '…'"),
        ({"bucket": "images/reg"}, "no slash", "registry['storage']['s3']['bucket'] = 'images'"),
        ({"region": None}, "No region", "registry['storage']['s3']['region'] = '…'"),
        (
            {"regionendpoint": None, "v4auth": False},
            "version 2",
            "registry['storage']['s3']['v4auth'] = true",
        ),
        ({"regionendpoint": "http://[::1"}, "no address", "registry['storage']['s3']['regionendpoint']"),
        ({"regionendpoint": "ftp://store"}, "no address", "registry['storage']['s3']['regionendpoint']"),
        ({"accesskey": Secret("ASIA1")}, "temporary one", "Use a lasting key"),
    ],
)
def test_settings_that_do_not(
    bucket: Callable[..., Facts], run: Any, settings: dict[str, Any], said: str, remedy: str
) -> None:
    [finding], _ = run(CHECK, bucket(**settings))
    assert finding.code == "s3-config-invalid"
    assert said in finding.summary
    assert finding.remedy.startswith(remedy)


def test_a_temporary_key_with_its_token(bucket: Callable[..., Facts], run: Any) -> None:
    assert run(CHECK, bucket(accesskey=Secret("ASIA1"), sessiontoken=Secret("t")))[0] == []


def test_another_driver(new_facts: Callable[..., Facts], run: Any) -> None:
    with pytest.raises(NotTriedError, match="not kept in S3"):
        run(CHECK, new_facts())
