"""The way to the registry: who answers there, and who refuses before the registry sees anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.clients.distribution import API_VERSION
from glctl.clients.http import without_credentials
from glctl.findings.found import found
from glctl.trace.flows import NOT_TLS
from glctl.trace.steps import PING, REDIRECTS, absolute
from glctl.trace.talk import origin, refusal, seen
from glctl.trace.telling import host_of
from glctl.trace.words import duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glctl.findings.model import Finding
    from glctl.trace.exchange import Exchange
    from glctl.trace.steps import Step
    from glctl.trace.talk import Talk

_READING = ("check blob", "get blob", "check manifest", "get manifest", "list tags", "list repositories")
_HTML = "text/html"
_PLAIN_ON_TLS = b"plain HTTP request was sent to HTTPS port"  # nginx's words
# Where no answer came: what that means for the registry's own address.
_FAILURES = {
    "dns": "public-unreachable",
    "refused": "proxy-unreachable",
    "unreachable": "public-unreachable",
    "timeout": "public-unreachable",
    "reset": "proxy-bad-answer",
    "protocol": "wrong-backend",
}


_NO_NAME = "Have the name in DNS, or in /etc/hosts of the machine the client runs on; or name it rightly."
_PLAIN_HTTP = (
    "Where registry_external_url is http://…, tell the client so: --dest-tls-verify=false for skopeo, "
    "insecure-registries in daemon.json for docker. Where it is https://…, nginx runs on older settings:\n"
    "glctl hup nginx"
)


def judge(talk: Talk) -> Iterator[Finding]:
    """What is wrong on the way."""
    for step in talk.of_registry:
        if origin(step.exchange.url) in talk.led_astray:
            continue
        if step.exchange.failure:
            if not talk.answered_later(step):
                yield from _unanswered(step)
        elif not talk.recovered(step):
            yield from _answered(step)


def _unanswered(step: Step) -> Iterator[Finding]:
    exchange = step.exchange
    failure = exchange.failure
    if failure is None:
        return
    host = host_of(exchange.url)
    if failure.kind == "request":
        if exchange.seconds > 1:
            told = f"The client hung up after {duration(exchange.seconds)} without a whole answer of {host}."
            yield found("client-gave-up", host, told, evidence=[seen(step)])
        return
    if failure.kind == "tls":
        plain = NOT_TLS in failure.message
        code = "tls-port-plain-http" if plain else "tls-handshake-failed"
        told = f"Clients speak https at {host}, and get no TLS: {failure.message}."
        remedy = _PLAIN_HTTP if plain else ""
    else:
        code = _FAILURES[failure.kind]
        told = f"{host} is not reached: {failure.message}."
        remedy = _NO_NAME if failure.kind == "dns" else ""
    yield found(code, host, told, evidence=[seen(step)], remedy=remedy)


def _answered(step: Step) -> Iterator[Finding]:
    exchange = step.exchange
    status = exchange.status or 0
    if _PLAIN_ON_TLS in exchange.body:
        told = f"Plain http arrives at {host_of(exchange.url)}, where https is spoken."
        yield found("proxy-scheme-mismatch", host_of(exchange.url), told, evidence=[seen(step)])
    elif step.name == PING and status in REDIRECTS:
        yield from _sent_on(step)
    elif status >= 500 or status == 429:
        yield from _failing(step)
    elif step.name == PING and not _is_registry(exchange):
        yield _not_the_registry(step)
    elif status in (401, 403, 405, 407) and not _is_registry(exchange):
        yield _refused_before(step)


def _is_registry(exchange: Exchange) -> bool:
    return API_VERSION in exchange.header("docker-distribution-api-version") or bool(refusal(exchange)[0])


def _sent_on(step: Step) -> Iterator[Finding]:
    exchange = step.exchange
    there = without_credentials(absolute(exchange.url, exchange.header("location")))
    yield found(
        "proxy-redirects",
        host_of(exchange.url),
        f"Clients that come to {without_credentials(exchange.url)} are sent on to {there}.",
        evidence=[seen(step)],
    )


def _failing(step: Step) -> Iterator[Finding]:
    """5xx and 429: the registry's own, or that of what stands before it."""
    exchange = step.exchange
    host = host_of(exchange.url)
    status = exchange.status
    code, message = refusal(exchange)
    server = exchange.header("server")
    by = f", says {server}" if server else ""
    if status == 429:
        told = f"Requests at {host} are refused for their number{by}."
        yield found("proxy-rate-limited", host, told, evidence=[seen(step)])
    elif code in ("UNAVAILABLE", "UNKNOWN") and status == 503:
        told = f"The registry at {host} refuses all requests: {message or 'its health check fails'}."
        yield found("registry-unhealthy", host, told, evidence=[seen(step)])
    elif code or _is_registry(exchange):
        what = "pull-failed" if step.name in _READING else "push-failed"
        told = f"The registry itself fails at {step.name}: {status} {code}.".replace(" .", ".")
        yield found(what, step.repository or host, told, evidence=[seen(step)])
    elif status == 504:
        told = f"What stands before the registry gave up after {duration(exchange.seconds)}{by}."
        yield found("proxy-timeout-short", host, told, evidence=[seen(step)], severity="error")
    else:
        told = f"What answers at {host} does not reach the registry behind it: {status}{by}."
        yield found("proxy-bad-gateway", host, told, evidence=[seen(step)])


def _not_the_registry(step: Step) -> Finding:
    exchange = step.exchange
    if exchange.status in (401, 403, 405, 407):
        return _refused_before(step)
    host = host_of(exchange.url)
    what = "a web page" if _HTML in exchange.header("content-type") else "something else"
    told = f"What answers at {host} is not the registry: /v2/ is {what} ({exchange.status})."
    server = exchange.header("server")
    return found("wrong-backend", host, told, evidence=[seen(step), *([f"by {server}"] if server else [])])


def _refused_before(step: Step) -> Finding:
    exchange = step.exchange
    host = host_of(exchange.url)
    by = exchange.header("server") or "what stands before the registry"
    code = "proxy-method-refused" if exchange.status == 405 else "proxy-refuses"
    told = f"{by} refuses {exchange.method} at {host} ({exchange.status}) before the registry sees it."
    return found(code, host, told, evidence=[seen(step)])
