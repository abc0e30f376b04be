"""Tokens: whether the client gets one from GitLab, and what the registry thinks of it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from glctl.clients.distribution import json_object, parse_challenge
from glctl.clients.image_name import projects, why_impossible
from glctl.clients.keys import read_token
from glctl.clients.token_service import understood
from glctl.findings.found import found
from glctl.secret import Secret
from glctl.trace.clocks import server_time
from glctl.trace.steps import TOKEN
from glctl.trace.talk import seen, succeeded
from glctl.trace.telling import host_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glctl.clients.token_service import Kind
    from glctl.findings.model import Finding
    from glctl.trace.exchange import Exchange
    from glctl.trace.steps import Step
    from glctl.trace.talk import Talk

_LEEWAY = 60.0  # seconds that the registry allows (distribution, registry/auth/token)
_CODES: dict[Kind, str] = {
    "refused": "login-refused",
    "banned": "login-address-banned",
    "failing": "gitlab-unavailable",
    "no answer": "realm-unreachable",
    "foreign": "realm-not-gitlab",
}


def judge(talk: Talk) -> Iterator[Finding]:
    """What is wrong with tokens."""
    others = [step for step in talk.steps if step.exchange.method == "GET"]
    for step in talk.steps:
        if talk.recovered(step):
            continue
        if step.name == TOKEN:
            # OAuth's way, which GitLab does not know: clients try it, then the other one.
            if step.exchange.method != "POST" or not any(s.name == TOKEN for s in others):
                yield from _of_realm(step, talk)
        elif step.exchange.status == 401 and not step.in_storage:
            yield from _of_registry(step, talk)


def _of_realm(step: Step, talk: Talk) -> Iterator[Finding]:
    """GitLab's answer to a request for a token."""
    exchange = step.exchange
    host = host_of(exchange.url)
    answer = understood(exchange.answer)
    if answer.kind == "token" or (succeeded(exchange) and _has_token(exchange)):
        return
    if answer.kind == "redirect":
        yield _sent_on(step)
    elif answer.kind == "no registry":
        yield _not_offered(step, answer.said)
    elif answer.kind == "forbidden":
        yield _forbidden(step, answer.said, talk)
    elif answer.kind == "no answer" and exchange.failure and exchange.failure.kind == "request":
        return  # the client itself gave up
    else:
        code = _CODES[answer.kind]
        told = exchange.failure.message if exchange.failure else (answer.said or f"{exchange.status}")
        summaries = {
            "login-refused": f"GitLab does not accept the client's password or token: {told}.",
            "login-address-banned": "GitLab refuses logins from this address, after too many failed ones.",
            "gitlab-unavailable": f"GitLab's token service at {host} fails: {told}.",
            "realm-unreachable": f"No token is to be had at {host}: {told}.",
            "realm-not-gitlab": f"What answers at {host} gives no token: {told}.",
        }
        yield found(code, host, summaries[code].replace("..", "."), evidence=[seen(step)])


def _has_token(exchange: Exchange) -> bool:
    """OAuth's form of the answer (POST /oauth2/token)."""
    return bool((json_object(exchange.answer) or {}).get("access_token"))


def _sent_on(step: Step) -> Finding:
    exchange = step.exchange
    host, location = host_of(exchange.url), exchange.header("location")
    lost = " and lose their password on the way" if exchange.asked_with("authorization") else ""
    here, there = urlsplit(exchange.url).scheme, urlsplit(location)
    origin = f"{there.scheme}://{there.netloc.rpartition('@')[2]}" if there.netloc else "https://…"
    return found(
        "realm-redirects",
        host,
        f"Clients ask {here}://{host} for a token, and are sent on to {origin}{lost}.",
        evidence=[seen(step)],
        remedy=f"registry['token_realm'] = '{origin}'   # without a redirect\nglctl reconfigure",
    )


def _not_offered(step: Step, said: str) -> Finding:
    service = _asked(step.exchange, "service")
    host = host_of(step.exchange.url)
    if service and service != "container_registry":
        told = f"The registry wants tokens for the service {service}, which GitLab does not know."
        return found("token-service-unknown", host, told, evidence=[seen(step)])
    told = f"GitLab at {host} offers no registry: {said or '404'}."
    return found("gitlab-registry-disabled", host, told, evidence=[seen(step)])


def _forbidden(step: Step, said: str, talk: Talk) -> Finding:
    exchange = step.exchange
    host = host_of(exchange.url)
    if exchange.asked_with("authorization"):
        return found(
            "login-without-rights",
            host,
            f"GitLab does not let the client into the registry with its credentials: {said or 'forbidden'}.",
            evidence=[seen(step), "or something before GitLab has dropped the Authorization header"],
        )
    leader = next((each for each in talk.steps if each.exchange is step.redirect), None)
    if leader and leader.exchange.asked_with("authorization"):
        return _sent_on(leader)
    return found(
        "login-missing",
        host,
        f"The client sends GitLab no credentials: {said or 'forbidden'}.",
        evidence=[seen(step)],
    )


def _of_registry(step: Step, talk: Talk) -> Iterator[Finding]:
    """A 401 that no later request of the kind has overcome."""
    exchange = step.exchange
    challenge = parse_challenge(exchange.header("www-authenticate"))
    credentials = exchange.asked_with("authorization")
    host = host_of(exchange.url)
    if not credentials.lower().startswith("bearer ") or challenge is None:
        return
    if challenge.error == "insufficient_scope":
        yield _too_few(step)
    elif challenge.error:
        yield _token_refused(step, credentials.partition(" ")[2], challenge.service)
    elif not _was_accepted(talk, credentials):
        yield found(
            "authorization-lost",
            host,
            f"The client sends a token, and the registry says that it has seen none (no error= in its 401): "
            f"something before it at {host} drops Authorization.",
            evidence=[seen(step)],
        )


def _was_accepted(talk: Talk, credentials: str) -> bool:
    return any(
        succeeded(step.exchange) and step.exchange.asked_with("authorization") == credentials
        for step in talk.steps
    )


def _too_few(step: Step) -> Finding:
    exchange = step.exchange
    repository = step.repository
    if why := why_impossible(repository) if repository else "":
        summary = f"No image can be called {repository} in GitLab: {why}."
        return found("image-name-invalid", repository, summary, evidence=[seen(step)])
    challenge = parse_challenge(exchange.header("www-authenticate"))
    token = read_token(Secret(exchange.asked_with("authorization").partition(" ")[2]))
    granted = ", ".join(sorted(token.granted(repository))) if token else ""
    wanted = challenge.scope.rpartition(":")[2] if challenge else ""
    told = [seen(step), f"the token grants on {repository}: {granted or 'nothing'}"]
    if not granted:
        told.append(f"for that, one of these must be a project: {', '.join(projects(repository))}")
    return found(
        "image-access-missing",
        repository,
        f"GitLab grants the client {granted or 'nothing'} on {repository}, and {step.name} needs "
        f"{wanted or 'more'}.",
        evidence=told,
    )


def _token_refused(step: Step, text: str, service: str) -> Finding:
    """An invalid token: its own words say what the registry minds in it, in part."""
    exchange = step.exchange
    host = host_of(exchange.url)
    token = read_token(Secret(text))
    now = server_time(exchange)
    claims = token.claims if token else {}
    begins = claims.get("nbf")
    if now is not None and isinstance(begins, int | float) and begins - now > _LEEWAY:
        return found(
            "gitlab-clock-skew",
            host,
            f"The registry refuses GitLab's tokens: by its clock they count in {begins - now:.0f} s only.",
            evidence=[seen(step)],
        )
    audience = claims.get("aud")
    if isinstance(audience, str) and service and audience != service:
        told = f"The token is for {audience}, and the registry wants one for {service}."
        return found("token-wrong-audience", host, told, evidence=[seen(step)])
    parts = [f"{name}: {claims[name]}" for name in ("iss", "aud") if isinstance(claims.get(name), str)]
    if token and isinstance(token.header.get("kid"), str):
        parts.append(f"kid: {token.header['kid']}")
    return found(
        "login-token-refused",
        host,
        "The registry refuses the token that GitLab gave the client.",
        evidence=[seen(step), *([f"the token says {', '.join(parts)}"] if parts else [])],
    )


def _asked(exchange: Exchange, parameter: str) -> str:
    try:
        return parse_qs(urlsplit(exchange.url).query).get(parameter, [""])[0]
    except ValueError:
        return ""
