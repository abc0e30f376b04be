from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from glctl.doctor import virtual_host, watch
from glctl.doctor.check import NotTriedError
from glctl.doctor.facts import Facts, Options
from glctl.doctor.watch import Seen
from glctl.paths import LOG_DIR, SV_DIR
from glctl.services.runit import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.observed import Observed


def test_leaving_closes_the_connections(observed: Observed, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = []
    with Facts(observed, Options()) as facts:
        client = facts.client()
        monkeypatch.setattr(client, "close", lambda: closed.append(client))
    assert closed == [client]


# --- services


def test_the_services_that_are_enabled_are_watched(
    observed: Observed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "watch", dict)
    watched = Facts(observed, Options()).services()
    assert watched == {name: observed.root.at(f"{SV_DIR}/{name}") for name in ("registry", "nginx")}


@pytest.mark.parametrize(
    ("status", "looping", "up"),
    [
        (Status("run", pid=1, want="up"), False, True),
        (Status("run", pid=1, want="up"), True, False),
        (Status("down", want="down"), False, False),
        (Status("no supervisor"), False, False),
    ],
)
def test_whether_a_service_is_up(
    new_facts: Callable[..., Facts], status: Status, looping: bool, up: bool
) -> None:
    facts = new_facts(services={"registry": Seen(status, status, looping)})
    assert facts.is_up("registry") == up
    assert not facts.is_up("nginx")


# --- the registry's account


def test_the_account_is_that_of_the_run_script(new_facts: Callable[..., Facts]) -> None:
    assert new_facts(run_as="root:root").account().uid == 0


def test_without_one_it_is_that_of_the_process(new_facts: Callable[..., Facts]) -> None:
    init = Status("run", pid=1, want="up")
    assert new_facts(services={"registry": Seen(init, init)}).account().uid == Path("/proc/1").stat().st_uid


@pytest.mark.parametrize("services", [{}, {"registry": Seen(Status("down"), Status("down"))}])
def test_or_else_of_whoever_asks(new_facts: Callable[..., Facts], services: dict[str, Seen]) -> None:
    assert new_facts(services=services).account().uid == os.geteuid()


# --- changes that the registry has not read


@pytest.mark.parametrize(
    ("config", "bundle", "expected"),
    [(-5, -5, []), (65, -5, ["config.yml changed 1m 5s after"]), (-5, 5, ["bundle.crt changed 5s after"])],
)
def test_files_that_changed_after_the_start(
    new_facts: Callable[..., Facts], config: float, bundle: float, expected: list[str]
) -> None:
    started = time.time() - 100
    status = Status("run", pid=1, since=started, want="up")
    facts = new_facts(services={"registry": Seen(status, status)})
    directory = facts.observed.root.at("/registry")
    directory.mkdir()
    for name, after in (("config.yml", config), ("bundle.crt", bundle)):
        (directory / name).touch()
        os.utime(directory / name, (0, started + after + 0.5))
    told = facts.unread_changes()
    assert len(told) == len(expected)
    assert all(text in line for text, line in zip(expected, told, strict=True))


def test_nothing_is_unread_where_nothing_runs_or_is_there(new_facts: Callable[..., Facts]) -> None:
    down = Status("down", want="down")
    assert new_facts(services={"registry": Seen(down, down)}).unread_changes() == ()
    assert new_facts().unread_changes() == ()


# --- logs


def test_the_last_words_of_a_service(new_facts: Callable[..., Facts]) -> None:
    facts = new_facts()
    log = facts.observed.root.at(f"{LOG_DIR}/registry")
    log.mkdir(parents=True)
    (log / "current").write_text("panic\n")
    assert facts.last_words("registry")[-1] == "panic"


# --- where to ask


def test_the_addresses(new_facts: Callable[..., Facts]) -> None:
    facts = new_facts()
    assert facts.local_base == "http://127.0.0.1:5000"
    assert facts.debug_base == "http://127.0.0.1:5001"
    assert facts.proxy_base == "http://registry.example.com:5050"


@pytest.mark.parametrize(
    ("config", "base"),
    [
        ({"http": {"addr": "[::1]:5000"}}, "http://[::1]:5000"),
        ({"http": {"addr": ":5000", "tls": {"certificate": "/c"}}}, "https://127.0.0.1:5000"),
    ],
)
def test_the_registry_itself(new_facts: Callable[..., Facts], config: dict[str, Any], base: str) -> None:
    assert new_facts(config=config).local_base == base


@pytest.mark.parametrize(
    ("name", "fields", "why"),
    [
        ("local_base", {"config": {}}, "the registry listens on no TCP address"),
        ("local_base", {"config": {"http": {"addr": "/run/r.sock"}}}, "no TCP address"),
        ("debug_base", {"config": {}}, "registry['debug_addr'] is not set"),
        ("debug_base", {"config": {"http": {"debug": {"addr": "x"}}}}, "no TCP address"),
        ("proxy_base", {"vhost": None}, "no virtual host"),
        ("proxy_base", {"vhost": virtual_host.VirtualHost("/v")}, "no TCP address in /v"),
        ("proxy_base", {"vhost": virtual_host.VirtualHost("/v", proxy_protocol=True)}, "load balancer"),
    ],
)
def test_what_cannot_be_asked_is_not_tried(
    new_facts: Callable[..., Facts], name: str, fields: dict[str, Any], why: str
) -> None:
    with pytest.raises(NotTriedError, match=r".*") as caught:
        getattr(new_facts(**fields), name)
    assert why in str(caught.value)
