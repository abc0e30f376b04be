from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients import offer
from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.proxy.limits import CHECK, OFFER, judge
from glctl.doctor.passing_on import PassingOn

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts

WELL = PassingOn(
    body_limit=0,
    timeouts={"proxy_read_timeout": 900, "client_body_timeout": 60},
    buffers_requests=False,
    headers=None,
    limits=(),
    upstream_scheme="http",
    caches=False,
)


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({}, []),
        ({"body_limit": 1 << 20}, ["proxy-body-limit"]),
        ({"body_limit": 20 << 30}, []),
        ({"timeouts": {"proxy_read_timeout": 60}}, ["proxy-timeout-short"]),
        ({"timeouts": {"client_body_timeout": 2}}, ["proxy-timeout-short"]),
        ({"timeouts": {"proxy_read_timeout": 300, "send_timeout": 10}}, []),
        ({"buffers_requests": True}, ["proxy-buffers-layers"]),
        ({"caches": True}, ["proxy-caches"]),
        ({"limits": ((5.0, 10),)}, ["proxy-rate-limited"]),
        ({"connections": 2}, ["proxy-rate-limited"]),
        ({"connections": 50}, []),
        ({"limits": ((5.0, 100), (100.0, 0))}, []),
    ],
)
def test_what_is_too_tight(change: dict[str, Any], codes: list[str]) -> None:
    assert [finding.code for finding in judge(replace(WELL, **change), "/v.conf")] == codes


def test_sizes_are_told_in_words(new_facts: Callable[..., Facts], run: Any) -> None:
    findings, note = run(CHECK, new_facts())
    assert "more than 1 MiB" in findings[0].summary
    assert note == "layers up to 1 MiB, 60 s"
    [finding] = judge(replace(WELL, body_limit=10), "/v.conf")
    assert "more than 10 bytes" in finding.summary


def test_no_virtual_host(new_facts: Callable[..., Facts], run: Any) -> None:
    with pytest.raises(NotTriedError):
        run(CHECK, new_facts(vhost=None))


class Public:
    answers = True
    origin = "https://registry.example.com"


@pytest.mark.parametrize(("status", "count"), [(413, 2), (100, 0), (401, 0), (0, 0)])
def test_a_large_layer_is_announced_at_both_addresses(
    new_facts: Callable[..., Facts], run: Any, monkeypatch: pytest.MonkeyPatch, status: int, count: int
) -> None:
    asked = []

    def offered(base: str, *_: Any, **more: Any) -> int:
        asked.append((base, more["via"]))
        return status

    monkeypatch.setattr(offer, "offer_body", offered)
    findings, _ = run(OFFER, new_facts(public=Public()))
    assert [finding.code for finding in findings] == ["proxy-body-limit"] * count
    assert asked == [("http://registry.example.com:5050", ("127.0.0.1", 5050)), (Public.origin, None)]
