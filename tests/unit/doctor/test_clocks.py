from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients.dates import DateAnswer
from glctl.clients.ntp import NtpAnswer, NtpFailure, Survey, majority
from glctl.doctor import clocks
from glctl.doctor.check import NotTriedError
from glctl.doctor.facts import Options
from glctl.errors import UsageError
from glctl.paths import Root

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from glctl.doctor.facts import Facts

NONE = NotTriedError("none")


def survey(*offsets: float, silent: int = 0) -> Survey:
    answers = tuple(
        NtpAnswer(f"ntp{n}.example.com", f"192.0.2.{n}", offset, 0.01, 0.02, 2, 0, "GPS")
        for n, offset in enumerate(offsets)
    )
    failures = tuple(NtpFailure(f"s{n}", "timeout", f"no answer from s{n}") for n in range(silent))
    return Survey(answers, failures, majority(answers))


def judged(
    new_facts: Callable[..., Facts], *, ntp: Survey, followed: Survey | None = None, **dates: Any
) -> Any:
    given = {name: dates.get(name, NONE) for name in ("s3_date", "gitlab_date", "registry_date")}
    facts = new_facts(time_servers=(ntp, followed or survey()), **given)
    return clocks.judge_clock(facts)


def date(server: str, offset: float, *, own: bool = False) -> DateAnswer:
    return DateAnswer(server, offset, 0.6, own)


# --- which servers


@pytest.mark.parametrize(
    ("text", "servers"),
    [
        (None, clocks.NTP_SERVERS),
        ("# none\n\n", clocks.NTP_SERVERS),
        ("ntp1.example.com  # the first\n  192.0.2.1:1123\n[2001:db8::1]\n",
         ("ntp1.example.com", "192.0.2.1:1123", "[2001:db8::1]")),
    ],
)  # fmt: skip
def test_the_file_of_servers(tmp_path: Path, text: str | None, servers: tuple[str, ...]) -> None:
    if text is not None:
        path = tmp_path / clocks.SERVERS_FILE[1:]
        path.parent.mkdir(parents=True)
        path.write_text(text)
    assert clocks.time_servers(Root(tmp_path)) == servers


def test_a_line_that_is_no_server_is_named(tmp_path: Path) -> None:
    path = tmp_path / clocks.SERVERS_FILE[1:]
    path.parent.mkdir(parents=True)
    path.write_text("ntp.example.com\nserver ntp.example.com iburst\n")
    with pytest.raises(UsageError) as caught:
        clocks.time_servers(Root(tmp_path))
    assert caught.value.message.startswith(f"{path}:2 names no NTP server: 'server ntp")


def test_those_that_this_machine_follows_are_asked_but_have_no_vote(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        clocks.timekeeping, "configured_servers", lambda: ("ntp1.example.com", "ntp2.example.com")
    )
    asked = []

    def ask(servers: tuple[str, ...], timeout: float) -> Survey:
        asked.append(servers)
        return survey(0.0, 600.0, 600.0)

    monkeypatch.setattr(clocks, "survey", ask)
    servers, followed = clocks.ask_time_servers(("ntp0.example.com",), 1.0)
    assert asked == [("ntp0.example.com", "ntp1.example.com", "ntp2.example.com")]
    assert (servers.offset, followed.offset) == (0.0, 600.0)


# --- what is made of the answers


def test_a_majority_of_time_servers_is_believed_and_liars_are_named(new_facts: Callable[..., Facts]) -> None:
    clock = judged(new_facts, ntp=survey(0.01, 600.0, 0.02, silent=1))
    assert (clock.offset, clock.by, clock.alone) == (0.01, "2 time servers", False)
    assert clock.outvoted == ("ntp1.example.com: +600.000 s (stratum 2)",)
    assert clock.evidence[1] == "ntp1.example.com: +600.000 s (stratum 2), outvoted"
    assert clock.evidence[-1] == "no answer from s0"


def test_where_time_servers_answer_no_date_counts(new_facts: Callable[..., Facts]) -> None:
    clock = judged(new_facts, ntp=survey(0.01), gitlab_date=date("GitLab", 600.0))
    assert (clock.by, clock.alone) == ("1 time server", True)


@pytest.mark.parametrize(
    ("dates", "offset", "by"),
    [
        ({"gitlab_date": date("GitLab", 0.3)}, 0.3, "the Date of GitLab"),
        ({"s3_date": date("S3", 600.0), "gitlab_date": date("G", 600.4)}, 600.0, "the Date of S3 and G"),
        ({"s3_date": date("S3", 0.2), "gitlab_date": date("GitLab", 600.4)}, None, ""),
        ({"s3_date": "S3: no such name", "gitlab_date": date("GitLab", 90.0)}, 90.0, "the Date of GitLab"),
        # This very machine's own prove nothing where they agree with it.
        ({"registry_date": date("the registry", 0.2, own=True)}, None, ""),
        ({"gitlab_date": date("GitLab", 0.2, own=True), "s3_date": date("S3", 0.2, own=True)}, None, ""),
        ({"registry_date": date("the registry", 90.0, own=True)}, 90.0, "the Date of the registry"),
        ({}, None, ""),
    ],
)  # fmt: skip
@pytest.mark.parametrize("ntp", [survey(silent=3), survey(0.0, 600.0)])
def test_without_them_dates_tell(
    new_facts: Callable[..., Facts], ntp: Survey, dates: dict[str, Any], offset: float | None, by: str
) -> None:
    clock = judged(new_facts, ntp=ntp, **dates)
    assert (clock.offset, clock.by) == (offset, by)
    assert len(clock.evidence) == len(ntp.answers) + len(ntp.failures) + len(dates)


@pytest.mark.parametrize(
    ("ntp", "dates", "why"),
    [
        (survey(silent=3), {}, "no time server answered, nor is there another clock than this one's"),
        (survey(0.0, 600.0), {}, "the time servers contradict each other, nor is there"),
        (survey(silent=1), {"s3_date": date("S3", 0), "gitlab_date": date("G", 99)}, "and so do the Dates"),
    ],
)
def test_why_it_is_not_verified(
    new_facts: Callable[..., Facts], ntp: Survey, dates: dict[str, Any], why: str
) -> None:
    assert why in judged(new_facts, ntp=ntp, **dates).why_not


@pytest.mark.parametrize(("offset", "told"), [(0.01, None), (100.0, 100.0)])
def test_what_this_machine_follows_proves_only_that_it_does_not_follow(
    new_facts: Callable[..., Facts], offset: float, told: float | None
) -> None:
    clock = judged(new_facts, ntp=survey(silent=1), followed=survey(offset))
    assert clock.offset == told
    assert clock.evidence[-1].startswith("followed by this machine itself: ntp0.example.com")


# --- whom to ask for a Date


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """The URLs asked, and whether the answer may be this machine's own; names lead as told below."""
    leads = {"gitlab.example.com": ("192.0.2.7",), "registry.example.com": ("192.0.2.8",)}
    monkeypatch.setattr(
        clocks, "resolve", lambda host: leads.get(host, ("192.0.2.9",)) if host != "lost" else ()
    )
    monkeypatch.setattr(clocks, "is_own", lambda address: address == "192.0.2.7")
    urls: list[tuple[str, bool]] = []

    def ask(client: Any, url: str, server: str, *, own: bool) -> DateAnswer:
        urls.append((url, own))
        return date(server, 0.0, own=own)

    monkeypatch.setattr(clocks, "ask", ask)
    return urls


@pytest.mark.parametrize(
    ("storage", "url"),
    [
        ({"s3": {"region": "eu-central-1"}}, "https://s3.eu-central-1.amazonaws.com/"),
        ({"s3": {}}, "https://s3.us-east-1.amazonaws.com/"),
        ({"s3": {"regionendpoint": "http://127.0.0.1:9000"}}, "http://127.0.0.1:9000/"),
        ({"s3_v2": {"regionendpoint": "minio:9000", "secure": False}}, "http://minio:9000/"),
        ({"s3_v2": {"regionendpoint": "minio:9000"}}, "https://minio:9000/"),
    ],
)
def test_s3_is_asked_where_the_registry_asks_it(
    new_facts: Callable[..., Facts], asked: list[Any], storage: dict[str, Any], url: str
) -> None:
    clocks.s3_date(new_facts(config={"storage": storage}))
    assert asked == [(url, False)]


@pytest.mark.parametrize(
    ("realm", "expected"),
    [
        (
            "https://gitlab.example.com/jwt/auth",
            ("https://gitlab.example.com/robots.txt", True),
        ),  # our address
        ("https://elsewhere:8443/jwt/auth", ("https://elsewhere:8443/robots.txt", False)),
        ("https://registry.example.com/jwt/auth", ("https://registry.example.com/robots.txt", True)),
    ],
)
def test_gitlab_is_asked_where_tokens_come_from(
    new_facts: Callable[..., Facts], asked: list[Any], realm: str, expected: tuple[str, bool]
) -> None:
    clocks.gitlab_date(new_facts(config={"auth": {"token": {"realm": realm}}}))
    assert asked == [expected]


def test_the_registrys_own_name_may_always_lead_back_here(
    new_facts: Callable[..., Facts], asked: Any
) -> None:
    clocks.registry_date(new_facts())
    assert asked == [("http://registry.example.com:5050/v2/", True)]


def test_under_its_own_address_it_is_not_asked(
    new_facts: Callable[..., Facts], asked: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clocks, "is_own", lambda address: True)
    with pytest.raises(NotTriedError, match="leads to this machine itself"):
        clocks.registry_date(new_facts())
    assert asked == []


def test_a_name_that_does_not_resolve(new_facts: Callable[..., Facts], asked: Any) -> None:
    config = {"auth": {"token": {"realm": "https://lost/jwt/auth"}}}
    assert clocks.gitlab_date(new_facts(config=config)) == "GitLab (lost): its name does not resolve"


def test_a_resolver_that_hangs_holds_nobody_up(
    new_facts: Callable[..., Facts], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clocks, "resolve", lambda host: time.sleep(2) or ())
    config = {"auth": {"token": {"realm": "https://slow/jwt/auth"}}}
    answer = clocks.gitlab_date(new_facts(Options(ntp_timeout=0.05), config=config))
    assert answer == "GitLab (slow): no answer within 0.05 s"


@pytest.mark.parametrize(
    ("ask", "fields"),
    [
        (clocks.s3_date, {"config": {"storage": {"filesystem": {}}}}),
        (clocks.s3_date, {"config": {"storage": {"s3": {"regionendpoint": "ftp://s3"}}}}),
        (clocks.gitlab_date, {"config": {}}),
        (clocks.registry_date, {"vhost": None}),
    ],
)
def test_nobody_to_ask(new_facts: Callable[..., Facts], ask: Any, fields: dict[str, Any]) -> None:
    with pytest.raises(NotTriedError):
        ask(new_facts(**fields))
