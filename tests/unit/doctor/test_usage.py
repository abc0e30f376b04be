from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from glctl.doctor.usage import usage
from glctl.findings.model import CheckResult
from glctl.findings.report import Report
from glctl.settings.urls import Url

if TYPE_CHECKING:
    from glctl.doctor.observed import Observed


def reached(outcome: Any = "ok") -> Report:
    return Report("registry", (), (CheckResult("proxy", outcome),), 1.0)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        (Url("https", "registry.example.com", 443), "registry.example.com"),
        (Url("https", "registry.example.com", 5050), "registry.example.com:5050"),
        (Url("https", "[::1]", 5050), "[::1]:5050"),
        (Url("http", "registry.example.com", 80), "registry.example.com"),
        (Url("http", "registry.example.com", 5050), "registry.example.com:5050"),
        (Url("http", "127.0.0.1", 5050), "127.0.0.1:5050"),
        (Url("http", "localhost", 5050), "localhost:5050"),
    ],
)
def test_the_lines_that_work_with_it(observed: Observed, url: Url, place: str) -> None:
    assert observed.vhost
    assert usage(replace(observed, vhost=replace(observed.vhost, public=url)), reached()) == (
        f"docker login {place}",
        f"docker push {place}/GROUP/PROJECT:TAG",
        f"docker pull {place}/GROUP/PROJECT:TAG",
    )


@pytest.mark.parametrize("outcome", ["finding", "not_run", "not_tried"])
def test_none_where_the_way_was_not_seen_open(observed: Observed, outcome: str) -> None:
    assert usage(observed, reached(outcome)) == ()


def test_none_without_an_address_that_is_known(observed: Observed) -> None:
    assert usage(replace(observed, vhost=None), reached()) == ()
    assert usage(observed, Report("registry", (), (), 1.0)) == ()
