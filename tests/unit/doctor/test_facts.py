from __future__ import annotations

import base64
import json
import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients import keys
from glctl.doctor import facts as module
from glctl.doctor import virtual_host
from glctl.doctor.check import NotTriedError
from glctl.doctor.facts import KEY_FILE, Facts, Options, Seen
from glctl.errors import GlctlError
from glctl.paths import LOG_DIR, SECRETS_FILE
from glctl.services import runit
from glctl.services.runit import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.observed import Observed


# --- each fact once


class Counted(Facts):
    """Facts with one of the tests' own, made slowly."""

    asked = 0
    error: Exception | None = None

    @module._once
    def slow(self) -> object:
        self.asked += 1
        time.sleep(0.05)
        if self.error:
            raise self.error
        return object()


def ask_together(facts: Counted, times: int = 20) -> list[object]:
    """What threads that ask at the same time get, be it an error."""
    got: list[object] = []

    def ask() -> None:
        try:
            got.append(facts.slow())
        except Exception as error:  # noqa: BLE001 - whatever it is, all must get it
            got.append(error)

    threads = [threading.Thread(target=ask) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return got


@pytest.mark.parametrize("error", [None, GlctlError("No."), NotTriedError("No."), KeyError("bug")])
def test_a_fact_is_made_once_whoever_asks(observed: Observed, error: Exception | None) -> None:
    facts = Counted(observed, Options())
    facts.error = error
    got = ask_together(facts)
    assert len(got) == 20
    assert len(set(map(id, got))) == 1
    assert (got[0] is error) == (error is not None)
    assert facts.asked == 1
    ask_together(facts, 1)
    assert facts.asked == 1


def test_nothing_is_made_that_nobody_asks_for(observed: Observed) -> None:
    with Counted(observed, Options()) as facts:
        pass
    assert facts.asked == 0
    assert facts._made == {}


def test_one_slow_fact_does_not_hold_up_another(observed: Observed) -> None:
    facts = Counted(observed, Options())
    thread = threading.Thread(target=facts.slow)
    thread.start()
    begun = time.monotonic()
    facts.client()
    assert time.monotonic() - begun < 0.5
    thread.join()


def test_leaving_closes_the_connections(observed: Observed, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = []
    with Facts(observed, Options()) as facts:
        client = facts.client()
        monkeypatch.setattr(client, "close", lambda: closed.append(client))
    assert closed == [client]


# --- services

START = 10_000.0  # the clock of these tests


class Clock:
    """Time that passes only where somebody sleeps."""

    def __init__(self) -> None:
        self.now = START

    def time(self) -> float:
        return self.now

    monotonic = time

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def seen(observed: Observed, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[dict[str, Seen], float]]:
    """The services of a registry that goes through states at given seconds, and how long that was watched."""

    def seen(*states: tuple[float, Status]) -> tuple[dict[str, Seen], float]:
        clock = Clock()
        monkeypatch.setattr(module, "time", clock)
        monkeypatch.setattr(runit, "time", clock)

        def look(directory: Path) -> Status:
            if directory.name == "nginx":
                return Status("run", pid=99, since=START - 600, want="up")
            passed = clock.now - START
            return [status for at, status in states if at <= passed][-1]

        monkeypatch.setattr(runit, "look", look)
        return Facts(observed, Options()).services(), clock.now - START

    return seen


def up(pid: int, *, at: float = 0.0, terminating: bool = False) -> Status:
    return Status("run", pid=pid, since=START + at, want="up", terminating=terminating)


def down(want: str = "up", *, at: float = 0.0) -> Status:
    return Status("down", since=START + at, want=want)  # type: ignore[arg-type]  # one of two


@pytest.mark.parametrize("status", [up(1, at=-60), down("down", at=-1), Status("no supervisor")])
def test_settled_services_are_looked_at_once(
    seen: Callable[..., tuple[dict[str, Seen], float]], status: Status
) -> None:
    services, seconds = seen((0, status))
    assert list(services) == ["registry", "nginx"]
    assert services["registry"] == Seen(status, status)
    assert seconds == 0


@pytest.mark.parametrize(
    ("states", "looping", "seconds"),
    [
        ([(0, down())], True, 1.3),  # longer than runsv waits between two starts
        ([(0, down()), (0.9, up(2, at=0.9))], False, 1.3),  # it has come up, and stays
        ([(0, down()), (0.9, up(2, at=0.9)), (1.0, down(at=1.0))], True, 1.0),
        ([(0, Status("finish", since=START, want="up"))], True, 1.3),
        ([(0, up(1))], False, 1.3),
        ([(0, up(1, at=-2.9))], False, 0.1),  # it has grown old enough meanwhile
        ([(0, up(1)), (0.2, down(at=0.2))], True, 0.2),
        ([(0, up(1)), (0.2, up(2, at=0.2))], True, 0.2),
        ([(0, up(1)), (0.2, down("down", at=0.2))], False, 0.2),  # somebody stopped it meanwhile
        ([(0, up(1, terminating=True)), (0.2, up(2, at=0.2))], False, 1.3),  # … or restarts it
        ([(0, up(1)), (0.2, Status("no supervisor"))], False, 0.2),
    ],
)
def test_one_that_is_young_or_waits_is_looked_at_until_it_is_told(
    seen: Callable[..., tuple[dict[str, Seen], float]],
    states: list[tuple[float, Status]],
    looping: bool,
    seconds: float,
) -> None:
    services, watched = seen(*states)
    assert services["registry"].looping == looping
    assert services["registry"].first == states[0][1]
    assert watched == pytest.approx(seconds, abs=0.05)


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

PANIC = "panic: StorageDriver not registered: nosuch"


@pytest.mark.parametrize(
    ("status", "looping", "age", "counts"),
    [
        (Status("run", pid=1, want="up", since=-1000), False, 900, True),
        (Status("run", pid=1, want="up", since=-1000), False, 1100, False),  # before its last start
        (Status("run", pid=1, want="up", since=-9000), False, 4000, False),  # older than an hour
        (Status("run", pid=1, want="up", since=-10), True, 11, True),  # each start says why
        (Status("run", pid=1, want="up", since=-10), True, 20, False),
        (Status("down", want="down", since=-100), False, 101, True),  # its last words
        (Status("down", want="down", since=-100), False, 110, False),
        (Status("no supervisor"), False, 10, True),
    ],
)
def test_only_lines_that_tell_of_now_count(
    new_facts: Callable[..., Facts], status: Status, looping: bool, age: float, counts: bool
) -> None:
    now = time.time()
    moved = Status(status.state, status.pid, now + status.since, status.want)
    facts = new_facts(enabled=("registry",), services={"registry": Seen(moved, moved, looping)})
    log = facts.observed.root.at(f"{LOG_DIR}/registry")
    log.mkdir(parents=True)
    stamp = time.strftime("%Y-%m-%d_%H:%M:%S", time.gmtime(now - age))
    (log / "current").write_text(f"{stamp}.00000 {PANIC}\n")
    assert [match.code for match in facts.log_matches()] == ["storage-driver-unknown"] * counts


def test_the_last_words_of_a_service(new_facts: Callable[..., Facts]) -> None:
    facts = new_facts()
    log = facts.observed.root.at(f"{LOG_DIR}/registry")
    log.mkdir(parents=True)
    (log / "current").write_text(f"{PANIC}\n")
    assert facts.last_words("registry")[-1] == PANIC


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


# --- the key


@pytest.fixture(scope="module")
def pem() -> str:
    return keys.generate_key(bits=2048).reveal()


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_the_key_is_gitlabs_own_file(new_facts: Callable[..., Facts], pem: str) -> None:
    facts = new_facts()
    write(facts.observed.root.at(KEY_FILE), pem)
    write(facts.observed.root.at(SECRETS_FILE), json.dumps({"registry": {"internal_key": "another"}}))
    assert facts.key().key_size == 2048
    assert "." in facts.token("pull").reveal()
    assert "eyJ" not in repr(facts.token())


def test_else_it_is_in_the_secrets_file(new_facts: Callable[..., Facts], pem: str) -> None:
    facts = new_facts()
    write(facts.observed.root.at(SECRETS_FILE), json.dumps({"registry": {"internal_key": pem}}))
    assert facts.key().key_size == 2048


@pytest.mark.parametrize(
    "secrets", [None, "", "{", "[]", '{"registry": {}}', '{"registry": {"internal_key": 1}}']
)
def test_a_key_that_is_on_another_host_is_not_tried(
    new_facts: Callable[..., Facts], secrets: str | None
) -> None:
    facts = new_facts()
    if secrets is not None:
        write(facts.observed.root.at(SECRETS_FILE), secrets)
    with pytest.raises(NotTriedError, match="is not on this host"):
        facts.key()


def test_a_damaged_key_is_named_without_its_text(new_facts: Callable[..., Facts], pem: str) -> None:
    facts = new_facts()
    write(facts.observed.root.at(KEY_FILE), pem[:200])
    with pytest.raises(GlctlError, match=r"gitlab-registry\.key: ") as caught:
        facts.key()
    assert pem.splitlines()[1] not in repr(caught.value)


def test_a_key_that_may_not_be_read_keeps_its_cause(new_facts: Callable[..., Facts]) -> None:
    facts = new_facts()
    facts.observed.root.at(KEY_FILE).mkdir(parents=True)
    with pytest.raises(GlctlError, match="cannot be read: is a directory") as caught:
        facts.key()
    assert isinstance(caught.value.__cause__, OSError)


def test_the_token_says_what_config_yml_says(new_facts: Callable[..., Facts], pem: str) -> None:
    facts = new_facts()
    write(facts.observed.root.at(KEY_FILE), pem)
    claims = facts.token("pull", "push").reveal().split(".")[1]
    told = json.loads(base64.urlsafe_b64decode(claims + "=="))
    assert (told["iss"], told["aud"]) == ("omnibus-gitlab-issuer", "container_registry")
    assert told["access"] == [{"type": "repository", "name": "glctl/doctor", "actions": ["pull", "push"]}]
