"""GitLab's side, where it is on this host: it offers a registry, and names itself as the registry expects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check, NotTriedError
from glctl.doctor.gitlab import SERVICE
from glctl.doctor.remedies import of_setting
from glctl.errors import GlctlError
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Compare gitlab.yml with config.yml."""
    try:
        gitlab = facts.tokens().gitlab()
    except NotTriedError:
        yield from _by_gitlab_rb(facts)
        raise
    except GlctlError as error:
        yield found("gitlab-config-unreadable", "gitlab.yml", error.message)
        return "cannot be read"
    if not gitlab.enabled:
        yield found(
            "gitlab-registry-disabled",
            str(gitlab.path),
            "GitLab on this host offers no registry: it gives out no token.",
            evidence=[f"{gitlab.path}: production.registry.enabled is not true"],
        )
    issuer = facts.observed.setting("auth", "token", "issuer")
    if gitlab.issuer != issuer and (gitlab.enabled or gitlab.issuer):
        yield found(
            "token-issuer-differs",
            str(gitlab.path),
            f"GitLab issues tokens as '{gitlab.issuer}', the registry trusts those of '{issuer}'.",
            remedy=of_setting(
                facts.observed,
                "auth",
                "token",
                "issuer",
                otherwise=f"gitlab_rails['registry_issuer'] = '{gitlab.issuer or 'omnibus-gitlab-issuer'}'\n"
                "glctl reconfigure",
            ),
            evidence=[
                f"{gitlab.path}: production.registry.issuer is {gitlab.issuer!r}",
                f"{facts.observed.where('auth', 'token', 'issuer')} is {issuer!r}",
            ],
        )
    if not gitlab.key and gitlab.enabled:
        yield found(
            "token-key-unusable",
            str(gitlab.path),
            "gitlab.yml names no key to sign tokens with.",
            remedy="gitlab_rails['registry_key_path'] = "
            "'/var/opt/gitlab/gitlab-rails/etc/gitlab-registry.key'\nglctl reconfigure",
            evidence=[f"{gitlab.path}: production.registry.key is missing (key_path is not read)"],
        )
    return f"issuer {gitlab.issuer}"


def _by_gitlab_rb(facts: Facts) -> Iterator[Finding]:
    """GitLab is elsewhere, and has been given the name that gitlab.rb says."""
    configuration = facts.intended().configuration
    trusted = facts.observed.setting("auth", "token", "issuer")
    issuer = configuration and configuration.effective["gitlab_rails.registry_issuer"]
    if issuer and trusted and issuer != trusted:
        yield found(
            "token-issuer-differs",
            facts.observed.config_path,
            f"By gitlab.rb GitLab issues tokens as '{issuer}', the registry trusts those of '{trusted}'.",
            remedy=of_setting(facts.observed, "auth", "token", "issuer", otherwise="glctl reconfigure"),
            evidence=[
                f"gitlab_rails['registry_issuer'] is {issuer!r}",
                f"{facts.observed.where('auth', 'token', 'issuer')} is {trusted!r}",
            ],
        )


def run_api(facts: Facts) -> Generator[Finding, None, str]:
    """GET /v2/ with a token where GitLab itself asks the registry."""
    from glctl.clients.distribution import ping
    from glctl.clients.http import without_credentials
    from glctl.doctor.checks.tokens.accepted import why_refused

    gitlab = facts.tokens().gitlab()
    if not gitlab.api_url:
        raise NotTriedError(f"{gitlab.path} has no registry.api_url")
    answer = ping(facts.outside(), gitlab.api_url, facts.tokens().token())
    if answer.exchange.status != 200:
        yield found(
            "gitlab-api-url-wrong",
            gitlab.api_url,
            f"GitLab does not get through to the registry at {gitlab.api_url}.",
            remedy=f"gitlab_rails['registry_api_url'] = '{facts.local_base}'\nglctl reconfigure",
            evidence=[why_refused(answer), f"{gitlab.path}: production.registry.api_url"],
        )
    return without_credentials(gitlab.api_url)


def run_service(facts: Facts) -> Generator[Finding, None, str]:
    """Look at the service that tokens must be for."""
    if not facts.observed.setting("auth", "token"):
        raise NotTriedError("config.yml has no auth.token")
    service = facts.observed.setting("auth", "token", "service")
    if service != SERVICE:
        yield found(
            "token-service-unknown",
            facts.observed.config_path,
            f"The registry wants tokens for the service '{service}', which GitLab does not know.",
            evidence=[f"{facts.observed.where('auth', 'token', 'service')} is {service!r}"],
        )
    return f"{service}"


CHECK = Check(
    "gitlab",
    "GitLab offers a registry, and issues tokens under the name that the registry trusts.",
    run,
    requires=("configuration",),
)
API = Check(
    "gitlab-api", "GitLab itself gets through to the registry.", run_api, requires=("gitlab", "token")
)
SERVICE_CHECK = Check(
    "token-service",
    "The registry wants tokens for the service that GitLab gives them for.",
    run_service,
    requires=("configuration",),
    live=False,
)
