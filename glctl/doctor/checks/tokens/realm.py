"""The realm: where the registry sends clients for a token, and whether GitLab gives tokens there."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from glctl.doctor.check import Check, NotTriedError
from glctl.doctor.gitlab import REALM_PATH
from glctl.doctor.remedies import of_setting
from glctl.findings.found import found
from glctl.settings.urls import parse_url

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.clients.failures import Failure
    from glctl.clients.token_service import TokenAnswer
    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding
    from glctl.settings.urls import Url

_AUTH = ("auth", "token")


def run_written(facts: Facts) -> Generator[Finding, None, str]:
    """Look at what config.yml says."""
    from glctl.clients.http import without_credentials

    observed = facts.observed
    if not observed.setting("auth", "token"):
        raise NotTriedError("config.yml has no auth.token")
    realm = str(observed.setting("auth", "token", "realm") or "")
    shown = without_credentials(realm)
    if observed.setting("auth", "token", "autoredirect"):
        yield found(
            "realm-invalid",
            observed.config_path,
            "The registry sends clients to its own address for a token (autoredirect): GitLab gives none.",
            remedy=of_setting(
                observed,
                *_AUTH,
                "autoredirect",
                otherwise="registry['autoredirect'] = false\nglctl reconfigure",
            ),
            evidence=[f"{observed.where(*_AUTH, 'autoredirect')} is true"],
        )
        return "made by the registry itself"
    if why := why_invalid(realm) or _why_not_gitlabs(facts, realm):
        yield found(
            "realm-invalid",
            observed.config_path,
            f"The registry sends clients to '{shown}' for a token, where none can be had: {why}.",
            remedy=_set_to(facts, gitlab.origin if (gitlab := _gitlab_by_gitlab_rb(facts)) else ""),
            evidence=[f"{observed.where(*_AUTH, 'realm')} is {shown!r}"],
        )
    elif (secure := _https_of(facts, realm)) is not None:
        yield found(
            "realm-redirects",
            observed.config_path,
            f"The registry sends clients to '{shown}' for a token, and GitLab is at {secure} by gitlab.rb.",
            remedy=_set_to(facts, secure),
            evidence=[f"{observed.where(*_AUTH, 'realm')} is {shown!r}"],
        )
    return shown


def why_invalid(realm: str) -> str:
    """Why clients get no token of GitLab at *realm*, by its form; empty where they may."""
    try:
        url = parse_url(realm)
    except ValueError as exc:
        return str(exc)
    if not url.path.rstrip("/").endswith(REALM_PATH):
        return f"GitLab's token service is at {url.origin}{REALM_PATH}"
    return ""


def _why_not_gitlabs(facts: Facts, realm: str) -> str:
    """Why *realm*, well-formed, cannot be GitLab's by what else is known of the two addresses."""
    url = parse_url(realm)
    with suppress(NotTriedError):
        public = facts.public().url
        if (url.host.lower(), url.port) == (public.host.lower(), public.port):
            return "that is the registry's own address"
    return ""


def _https_of(facts: Facts, realm: str) -> str | None:
    """GitLab's https address by gitlab.rb, where *realm* names the same host in plain http."""
    url, gitlab = parse_url(realm), _gitlab_by_gitlab_rb(facts)
    secure = gitlab and (url.scheme, gitlab.scheme, url.host) == ("http", "https", gitlab.host)
    return gitlab.origin if gitlab and secure else None


def _gitlab_by_gitlab_rb(facts: Facts) -> Url | None:
    """GitLab's external_url, where gitlab.rb says one."""
    with suppress(PermissionError, ValueError):
        if configuration := facts.intended().configuration:
            return parse_url(str(configuration.effective["external_url"] or ""))
    return None


def _set_to(facts: Facts, gitlab: str) -> str:
    """How clients are sent to *gitlab* for a token; to its external_url, where that is not known."""
    line = f"registry['token_realm'] = '{gitlab or 'https://gitlab.example.com'}'"
    hint = "" if gitlab else "   # GitLab's external_url"
    return of_setting(facts.observed, *_AUTH, "realm", otherwise=f"{line}{hint}\nglctl reconfigure")


def run(facts: Facts) -> Generator[Finding, None, str]:
    """GET the realm without credentials: no login is tried, so none can fail."""
    from glctl.clients.distribution import in_words

    answer = facts.tokens().realm().answer
    exchange = answer.exchange
    realm = exchange.url.partition("?")[0]
    if exchange.failure and answer.kind == "no answer":
        yield _unreachable(facts, realm, exchange.failure)
    elif finding := judge(realm, answer):
        yield finding
    return in_words(exchange)


def _unreachable(facts: Facts, realm: str, failure: Failure) -> Finding:
    if failure.kind == "dns" and not facts.public().is_resolved:
        raise NotTriedError(f"{failure.message}; neither does the registry's own name on this host")
    # From this host its own public address may be out of reach where clients do reach it.
    perhaps = failure.kind in ("timeout", "unreachable")
    return found(
        "realm-unreachable",
        realm,
        f"GitLab's token service cannot be reached: {failure.message}.",
        severity="warning" if perhaps else None,
    )


def judge(realm: str, answer: TokenAnswer) -> Finding | None:
    """What is wrong with an answer that is neither a token nor a refusal of GitLab's; else None."""
    from glctl.clients.distribution import in_words
    from glctl.clients.http import without_credentials

    exchange, seen = answer.exchange, [in_words(answer.exchange)]
    if answer.kind == "redirect":
        location = without_credentials(exchange.header("location")).partition("?")[0]
        target = location.removesuffix(REALM_PATH).rstrip("/")
        return found(
            "realm-redirects",
            realm,
            f"{realm} sends clients on to {location}; on the way they drop user and password.",
            remedy=f"registry['token_realm'] = '{target}'\nglctl reconfigure"
            if REALM_PATH in location
            else "",
            evidence=[*seen, f"Location: {location}"],
        )
    if answer.kind == "no registry":
        return found(
            "gitlab-registry-disabled",
            realm,
            "GitLab says that it has no registry, and gives out no token.",
            evidence=[*seen, f"GitLab says: {answer.said}"],
        )
    if answer.kind == "banned":
        return found(
            "login-address-banned",
            realm,
            "GitLab refuses every login from this host's address, or that of the proxy before it.",
            evidence=seen,
        )
    if answer.kind == "failing":
        return found(
            "gitlab-unavailable",
            realm,
            f"GitLab's token service answers {exchange.status}: nobody gets a token.",
            evidence=seen,
        )
    if answer.kind == "foreign":
        return found(
            "realm-not-gitlab",
            realm,
            f"What answers at {realm} is not GitLab's token service.",
            evidence=seen,
        )
    return None


WRITTEN = Check(
    "token-realm",
    "Clients are sent to GitLab's address for a token.",
    run_written,
    requires=("configuration",),
    live=False,
)
CHECK = Check(
    "realm",
    "GitLab answers there, without a redirect.",
    run,
    requires=("token-realm", "token-service", "local"),
)
