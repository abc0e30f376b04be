"""Whom the doctor asks for the time, and what it makes of the answers."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from glctl.clients.bounded import within
from glctl.clients.dates import DateAnswer, ask
from glctl.clients.names import is_own, resolve
from glctl.clients.ntp import majority, median, split_server, survey
from glctl.doctor.check import NotTriedError
from glctl.errors import UsageError
from glctl.services import timekeeping
from glctl.settings.urls import parse_url

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.clients.ntp import NtpAnswer, Survey
    from glctl.doctor.facts import Facts
    from glctl.paths import Root
    from glctl.settings.urls import Url

# Independent of this host's own time service, which is what is being checked. Four outvote a liar even when
# one of them is silent.
NTP_SERVERS = (
    "0.debian.pool.ntp.org",
    "1.debian.pool.ntp.org",
    "2.debian.pool.ntp.org",
    "time.cloudflare.com",
)
SERVERS_FILE = "/etc/gitlab/glctl-ntp-servers"

# What breaks: the registry refuses tokens from 60 s on (its leeway, observed), S3 requests from 900 s on.
TOKEN_LIMIT = 60.0
S3_LIMIT = 900.0
WARN_FROM = 15.0
WARN_GITLAB_FROM = 30.0
WARN_S3_FROM = 300.0

_S3 = ("s3", "s3_v2")  # the drivers of the registry that speak to S3


@dataclass(frozen=True, slots=True)
class Clock:
    """How far this machine's clock is off, in seconds, and who says so.

    *offset* is positive where it is behind, None where nobody independent tells. *alone*: one witness only.
    """

    offset: float | None
    by: str = ""
    alone: bool = False
    why_not: str = ""
    evidence: tuple[str, ...] = ()
    outvoted: tuple[str, ...] = ()


def time_servers(root: Root) -> tuple[str, ...]:
    """The servers to ask where no option names any: a line each in SERVERS_FILE, else NTP_SERVERS.

    Raises UsageError for a line that names none.
    """
    path = root.at(SERVERS_FILE)
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return NTP_SERVERS
    servers = []
    for number, line in enumerate(lines, 1):
        if server := line.partition("#")[0].strip():
            try:
                split_server(server)
            except UsageError as error:
                raise UsageError(f"{path}:{number} names no NTP server: {server!r}.", error.hint) from None
            servers.append(server)
    return tuple(servers) or NTP_SERVERS


def ask_time_servers(servers: tuple[str, ...], timeout: float) -> tuple[Survey, Survey]:
    """What *servers* say, and what those say that this machine's own time service follows.

    All are asked at once: those that are silent cost one time-out.
    """
    followed = tuple(s for s in timekeeping.configured_servers() if s not in servers)
    everybody = survey((*servers, *followed), timeout=timeout)
    return everybody.of(servers), everybody.of(followed)


def gitlab_date(facts: Facts) -> DateAnswer | str:
    """GitLab's Date, from where users get their tokens."""
    realm = facts.observed.setting("auth", "token", "realm")
    try:
        url = parse_url(str(realm or ""))
    except ValueError:
        raise NotTriedError("config.yml names no address of GitLab (auth.token.realm)") from None
    # A file: nothing of GitLab's own is put to work for it.
    return _ask(facts, url, f"{url.origin}/robots.txt", "GitLab")


def s3_date(facts: Facts) -> DateAnswer | str:
    """The object store's Date, which it also tells whom it refuses."""
    driver = next((name for name in _S3 if facts.observed.setting("storage", name) is not None), "")
    if not driver:
        raise NotTriedError("images are not kept in S3")
    settings = facts.observed.setting("storage", driver)
    endpoint = str(settings.get("regionendpoint") or "")
    if not endpoint:
        endpoint = f"https://s3.{settings.get('region') or 'us-east-1'}.amazonaws.com"
    if "://" not in endpoint:
        endpoint = f"{'http' if settings.get('secure') is False else 'https'}://{endpoint}"
    try:
        url = parse_url(endpoint)
    except ValueError as error:
        raise NotTriedError(f"the address of S3 cannot be used: {error}") from None
    return _ask(facts, url, f"{url.origin}/", "S3")


def registry_date(facts: Facts) -> DateAnswer | str:
    """The Date under the registry's public name: what stands before nginx may pass on our own."""
    url = facts.observed.vhost and facts.observed.vhost.public
    if not url:
        raise NotTriedError("the public address of the registry is not known here")
    if any(map(is_own, resolve(url.host))):
        raise NotTriedError(f"{url.host} leads to this machine itself")
    return _ask(facts, url, f"{url.origin}/v2/", "the registry's public address", own=True)


def _ask(facts: Facts, url: Url, target: str, whose: str, *, own: bool = False) -> DateAnswer | str:
    """Over the way that clients take, not to the local nginx; certificates may depend on the clock."""
    from glctl.clients.http import Client

    name, timeout = f"{whose} ({url.host})", facts.options.ntp_timeout

    def asked() -> DateAnswer | str:
        addresses = resolve(url.host)
        if not addresses:
            return f"{name}: its name does not resolve"
        ours = own or any(map(is_own, addresses)) or _shares_an_address(facts, url, addresses)
        with Client(verify=False, connect_timeout=timeout, read_timeout=timeout) as client:
            return ask(client, target, name, own=ours)

    return within(timeout, asked) or f"{name}: no answer within {timeout:g} s"


def _shares_an_address(facts: Facts, url: Url, addresses: tuple[str, ...]) -> bool:
    """Whether *url* leads where the registry is: perhaps to this very machine (address translation)."""
    public = facts.observed.vhost and facts.observed.vhost.public
    if not public:
        return False
    return public.host == url.host or not set(addresses).isdisjoint(resolve(public.host))


def judge_clock(facts: Facts) -> Clock:
    """By time servers that agree; else by the Dates of S3, GitLab and the registry; else not verified."""
    asked = _dates(facts)
    servers, followed = facts.time_servers()
    evidence = [
        *(_said(answer) + (", outvoted" if answer in servers.outvoted else "") for answer in servers.answers),
        *(failure.message for failure in servers.failures),
    ]
    if servers.offset is not None:
        count = len(servers.agreeing)
        by = f"{count} time server{'s' * (count > 1)}"
        outvoted = tuple(map(_said, servers.outvoted))
        return Clock(servers.offset, by, count == 1, evidence=tuple(evidence), outvoted=outvoted)
    dates = [date for get in asked if (date := get())]
    evidence += [date if isinstance(date, str) else _dated(date) for date in dates]
    # An own Date that differs was made elsewhere after all, or by somebody whose clock is not ours.
    told = [d for d in dates if isinstance(d, DateAnswer) and not (d.own and abs(d.offset) < WARN_FROM)]
    if agreeing := majority(told):
        by = "the Date of " + " and ".join(date.server for date in agreeing)
        outvoted = tuple(_dated(date) for date in told if date not in agreeing)
        return Clock(median(agreeing), by, len(agreeing) == 1, evidence=tuple(evidence), outvoted=outvoted)
    evidence += [f"followed by this machine itself: {_said(answer)}" for answer in followed.answers]
    if followed.offset is not None and abs(followed.offset) > WARN_FROM:
        by = "the time servers that this machine itself is told to follow"
        return Clock(followed.offset, by, len(followed.agreeing) == 1, evidence=tuple(evidence))
    why = "the time servers contradict each other" if servers.answers else "no time server answered"
    why += ", and so do the Dates of others" if told else ", nor is there another clock than this one's"
    return Clock(None, why_not=why, evidence=tuple(evidence))


def _dates(facts: Facts) -> list[Callable[[], DateAnswer | str | None]]:
    """Who is asked for the Date, from now on: those that are silent are waited for while time servers are."""

    def asked_for(fact: Callable[[], DateAnswer | str]) -> Callable[[], DateAnswer | str | None]:
        def get() -> DateAnswer | str | None:
            try:
                return fact()
            except (NotTriedError, PermissionError):
                return None

        def begin() -> None:
            with suppress(Exception):  # whoever needs the fact gets it again
                get()

        threading.Thread(target=begin, daemon=True).start()
        return get

    return [asked_for(fact) for fact in (facts.s3_date, facts.gitlab_date, facts.registry_date)]


def _said(answer: NtpAnswer) -> str:
    return f"{answer.server}: {answer.offset:+.3f} s (stratum {answer.stratum})"


def _dated(date: DateAnswer) -> str:
    agrees = date.own and abs(date.offset) < WARN_FROM
    proof = ", which proves nothing: this machine may have made it" if agrees else ""
    return f"{date.server}: {date.offset:+.0f} s, by its Date{proof}"
