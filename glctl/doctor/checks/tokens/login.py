"""One user's login, as ``docker login`` does it, and the token that GitLab gives."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from glctl.doctor.check import Check
from glctl.doctor.checks.tokens.accepted import why_refused
from glctl.doctor.checks.tokens.realm import judge
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from glctl.clients.keys import Token
    from glctl.clients.token_service import TokenAnswer
    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding

_LEEWAY = 60  # seconds that the registry allows two clocks to differ (docker/libtrust, Leeway)


def run(facts: Facts) -> Generator[Finding, None, str]:
    """GET the realm with user and password, once."""
    from glctl.clients.distribution import in_words

    login = facts.tokens().login
    answer = facts.tokens().realm().let_in(login)
    if answer.kind == "token":
        return f"{login.user} is let in"
    if answer.kind == "refused":
        yield _refused(facts, answer)
    elif answer.kind == "forbidden":
        yield _forbidden(facts, answer)
    elif finding := judge(answer.exchange.url.partition("?")[0], answer):
        yield finding
    return in_words(answer.exchange)


def _refused(facts: Facts, answer: TokenAnswer) -> Finding:
    login, said = facts.tokens().login, answer.said.lower()
    if "personal access token" in said and "required" not in said:
        why = "GitLab wants a personal access token of this user: two-factor authentication is on"
    elif login.looks_like:
        why = f"what was given is {login.looks_like}"
    else:
        why = "it is wrong or expired, or a password where GitLab wants a token (two-factor authentication)"
    return found(
        "login-refused",
        login.user,
        f"GitLab refuses the password or token of {login.user}.",
        cause=f"By GitLab's answer: {why}.",
        evidence=[f"GitLab says: {answer.said}"],
    )


def _forbidden(facts: Facts, answer: TokenAnswer) -> Finding:
    """GitLab says the same where no credentials arrive, and where they give no right: a bogus login tells."""
    login = facts.tokens().login
    nobody = facts.tokens().realm().let_nobody_in(login)
    evidence = [f"GitLab says to {login.user}: {answer.said}", f"and to a user that is none: {nobody.said}"]
    if nobody.kind == "forbidden":
        return found(
            "realm-drops-credentials",
            answer.exchange.url.partition("?")[0],
            "User and password do not get to GitLab's token service.",
            evidence=evidence,
        )
    return found(
        "login-without-rights",
        login.user,
        f"GitLab knows {login.user}, but what was given as password may not use the registry.",
        evidence=evidence,
    )


def run_token(facts: Facts) -> Generator[Finding, None, str]:
    """Read the token that GitLab gave, and use it."""
    from glctl.clients.distribution import ping
    from glctl.clients.keys import read_token

    login = facts.tokens().login
    answer = facts.tokens().realm().let_in(login)
    token = read_token(answer.token) if answer.token else None
    if answer.token is None or token is None:
        yield found("realm-not-gitlab", answer.exchange.url.partition("?")[0], "The realm's token is no JWT.")
        return "no token"
    # What must be refused is not sent: the registry's log would speak of it for hours.
    if differences := list(_differences(facts, token)):
        yield from differences
        return "not of use to this registry"
    begun = time.time()
    tried = ping(facts.client(), facts.local_base, answer.token)
    if tried.exchange.status != 200:
        yield found(
            "login-token-refused",
            facts.local_base,
            f"The registry refuses the token that GitLab gave {login.user}.",
            evidence=[why_refused(tried), *facts.tokens().said_of_tokens(begun)],
        )
    lifetime = _number(token, "exp") - _number(token, "iat")
    return f"GitLab's token is valid for {lifetime:g} s"


def _differences(facts: Facts, token: Token) -> Iterator[Finding]:
    """Why the registry must refuse *token*."""
    config = facts.observed.config_path
    expected = facts.observed.setting("auth", "token") or {}
    issuer, audience = token.claims.get("iss"), token.claims.get("aud")
    if issuer != expected.get("issuer"):
        yield found(
            "token-issuer-differs",
            config,
            f"GitLab issues tokens as '{issuer}', the registry trusts those of '{expected.get('issuer')}'.",
            remedy=f"gitlab_rails['registry_issuer'] = '{issuer}'\nglctl reconfigure",
            evidence=[f"iss of GitLab's token is {issuer!r}"],
        )
    if audience != expected.get("service"):
        yield found(
            "token-wrong-audience",
            config,
            f"GitLab's token is for '{audience}', the registry wants '{expected.get('service')}'.",
            evidence=[f"aud of GitLab's token is {audience!r}"],
        )
    if (kid := token.header.get("kid")) and kid not in facts.tokens().trusted_key_ids():
        yield found(
            "token-key-mismatch",
            config,
            "The key that GitLab signs tokens with is not one that the registry trusts.",
            evidence=[f"kid of GitLab's token is {str(kid)[:9]}…"],
        )
    ahead = _number(token, "nbf") - time.time()
    if ahead > _LEEWAY:
        yield found(
            "token-not-yet-valid",
            "GitLab's clock",
            f"GitLab's clock is {ahead:.0f} s ahead of this host's: its tokens are not valid yet.",
        )
    elif (behind := time.time() - _number(token, "exp")) > _LEEWAY:
        yield found(
            "token-expired",
            "GitLab's clock",
            f"GitLab's tokens have expired {behind:.0f} s ago when it gives them out.",
            severity="error",
        )


def _number(token: Token, name: str) -> float:
    value = token.claims.get(name)
    return float(value) if isinstance(value, int | float) else 0.0


CHECK = Check(
    "login", "A user's login is accepted (--login-as).", run, requires=("realm", "token-service", "local")
)
TOKEN = Check("login-token", "The registry accepts the token that GitLab gives the user.", run_token,
              requires=("login",))  # fmt: skip
