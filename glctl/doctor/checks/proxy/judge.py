"""What an answer to ``GET /v2/`` on the way of clients means, beside the registry's own."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from glctl.doctor.remedies import of_setting
from glctl.findings.found import found
from glctl.settings.urls import bracketed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glctl.clients.distribution import Ping
    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding

_REFUSALS = (400, 401, 403, 405, 407)
# How nginx (and, the other way round, Go) answers plain HTTP on a port for TLS.
_PLAIN_TO_TLS = (b"plain HTTP request was sent to HTTPS port", b"HTTP request to an HTTPS server")


def judge(facts: Facts, base: str, ping: Ping) -> Finding | None:
    """What is wrong with *ping*, an answer that came from *base*; None where it is the registry's own.

    Who may not know where the registry listens cannot compare: its own answer is taken for well.
    """
    from glctl.clients.distribution import in_words
    from glctl.clients.http import without_credentials

    try:
        exchange, local = ping.exchange, facts.ping_local()
    except PermissionError:
        if ping.is_registry and ping.exchange.status in (200, 401):
            return None
        raise
    seen, status = [in_words(exchange)], exchange.status or 0
    ours = ping.challenge is not None and ping.challenge == local.challenge
    if ping.is_registry or (status == local.exchange.status and ours):
        return _compared(facts, base, ping)
    if any(words in exchange.body for words in _PLAIN_TO_TLS) or (status == 502 and _speaks_otherwise(facts)):
        return found(
            "proxy-scheme-mismatch",
            base,
            "On the way, plain http is spoken to a port for https, or the other way round.",
            evidence=[*seen, *ends_of_the_way(facts)],
        )
    if status == 429 or (status == 503 and _limited(facts)):
        return found(
            "proxy-rate-limited",
            base,
            f"A rate limit before the registry refuses requests ({status}).",
            evidence=seen,
        )
    if status in (502, 503, 504):
        return _bad_gateway(facts, base, status, seen)
    location = without_credentials(exchange.header("location"))
    if 300 <= status < 400 and urlsplit(location).path.rstrip("/") == "/v2":
        return found(
            "proxy-redirects",
            base,
            f"{base} sends clients on to {location}; on the way they drop their token.",
            evidence=seen,
        )
    if status in _REFUSALS and not _looks_like_gitlab(ping):
        return found(
            "proxy-refuses",
            base,
            f"What stands before the registry refuses requests by itself ({status}).",
            evidence=[*seen, *_asks_for(ping)],
        )
    return found(
        "wrong-backend",
        base,
        f"Something else than the registry answers at {base}.",
        evidence=[*seen, *([f"Location: {location}"] if location else []), *ends_of_the_way(facts)],
    )


def _bad_gateway(facts: Facts, base: str, status: int, seen: list[str]) -> Finding:
    vhost = facts.observed.vhost
    if vhost and (vhost.proxy_protocol or (vhost.entrance and vhost.entrance.origin != base)):
        listens = ", ".join(f"{bracketed(host)}:{port}" for host, port in vhost.listens)
        remedy = f"Have the proxy before nginx pass requests on to nginx, which listens on {listens}"
        what = f"What stands before nginx answers {status} for {base}: it does not get through to nginx"
        if vhost.proxy_protocol:
            what += ", which wants the PROXY protocol there"
            remedy += (
                ",\nin the PROXY protocol, or set registry['nginx']['proxy_protocol'] = false and run:\n"
            )
            remedy += "glctl reconfigure"
        return found("proxy-bad-gateway", base, f"{what}.", remedy=remedy, evidence=seen)
    return found(
        "proxy-bad-gateway",
        base,
        f"nginx answers {status} for {base}: it does not reach the registry.",
        cause=_unreached(facts),
        remedy=of_setting(facts.observed, "http", "addr", otherwise=""),
        evidence=[*seen, *ends_of_the_way(facts)],
    )


def one_of_several(base: str, who: str, evidence: list[str]) -> Finding:
    """Some requests get through *who*, and some do not."""
    return found(
        "proxy-bad-gateway",
        base,
        f"Some requests get through {who}, and to others it answers that it reaches nobody.",
        cause="Of several that it passes requests on to, one does not answer.",
        remedy="Start the one that is down, or take it out of the list (in nginx: upstream).",
        evidence=evidence,
    )


def ends_of_the_way(facts: Facts) -> Iterator[str]:
    """Where nginx is sent, and where the registry is."""
    observed = facts.observed
    if observed.vhost:
        yield f"{observed.vhost.path} passes requests on to {observed.vhost.upstream}"
    yield f"{observed.where('http', 'addr')} is {observed.setting('http', 'addr')}"


def _compared(facts: Facts, base: str, ping: Ping) -> Finding | None:
    """A registry's answer: the same as by itself?"""
    from glctl.clients.distribution import in_words

    local = facts.ping_local()
    both = [f"by itself: {in_words(local.exchange)}", f"at {base}: {in_words(ping.exchange)}"]
    # With autoredirect the realm follows the request's host, and differs as it should.
    follows = bool(facts.observed.setting("auth", "token", "autoredirect"))
    lost = [
        name
        for name in ("Docker-Distribution-Api-Version", "WWW-Authenticate")
        if local.exchange.header(name) and not ping.exchange.header(name)
    ]
    if local.exchange.status == ping.exchange.status and lost:
        return found(
            "proxy-header-lost",
            base,
            f"The registry's header {lost[0]} is lost on the way to clients.",
            evidence=both,
        )
    same = local.exchange.status == ping.exchange.status
    if same and (kind := _kind(ping)) != _kind(local):  # of manifests, it tells clients how to read them
        return found(
            "proxy-header-lost",
            base,
            f"The registry's header Content-Type reaches clients as '{kind}'.",
            evidence=both,
        )
    if same and (local.challenge == ping.challenge or follows):
        return None
    return found(
        "proxy-bad-answer",
        base,
        f"At {base} the registry answers otherwise than by itself.",
        evidence=both,
    )


def _kind(ping: Ping) -> str:
    return ping.exchange.header("content-type").partition(";")[0].strip().lower()


def _speaks_otherwise(facts: Facts) -> bool:
    """Whether nginx speaks http to a registry that serves https, or https to one that does not."""
    vhost = facts.observed.vhost
    spoken = vhost.passing.upstream_scheme if vhost and vhost.passing else ""
    return bool(spoken) and not facts.local_base.startswith(f"{spoken}:")


def _limited(facts: Facts) -> bool:
    vhost = facts.observed.vhost
    return bool(vhost and vhost.passing and vhost.passing.limits)


def _unreached(facts: Facts) -> str:
    """Why nginx does not reach the registry, where its files tell."""
    from glctl.clients.names import resolve

    vhost, listens = facts.observed.vhost, facts.observed.registry
    if vhost is None or listens is None:
        return ""
    host, _, port = vhost.upstream.rpartition(":")
    if port.isdigit() and int(port) != listens[1]:
        return f"nginx asks at port {port}, the registry listens on port {listens[1]}."
    resolved = resolve(host)
    if host and listens[0] not in resolved:
        return (
            f"For nginx {host} is {', '.join(resolved) or 'unknown'}, the registry listens on {listens[0]}."
        )
    return ""


def _looks_like_gitlab(ping: Ping) -> bool:
    """GitLab itself answers JSON, or pages of its own, where it has no such page."""
    return "x-gitlab-meta" in ping.exchange.headers or "x-runtime" in ping.exchange.headers


def _asks_for(ping: Ping) -> list[str]:
    asked = ping.challenge.scheme if ping.challenge else ""
    return (
        [f"it asks for {asked.capitalize()} credentials of its own (auth_basic)"] if asked == "basic" else []
    )
