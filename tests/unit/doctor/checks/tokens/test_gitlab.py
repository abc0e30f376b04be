from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from glctl.clients.http import Exchange
from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.tokens.gitlab import API, CHECK, SERVICE_CHECK
from glctl.doctor.gitlab import GitLab
from glctl.errors import GlctlError
from glctl.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts

PATH = Path("/gitlab.yml")
ISSUER = "omnibus-gitlab-issuer"


@pytest.mark.parametrize(
    ("gitlab", "codes"),
    [
        (GitLab(PATH, enabled=True, issuer=ISSUER, key="/k"), []),
        (GitLab(PATH, enabled=False), ["gitlab-registry-disabled"]),
        (GitLab(PATH, enabled=False, issuer=ISSUER), ["gitlab-registry-disabled"]),
        (GitLab(PATH, enabled=False, issuer="other"), ["gitlab-registry-disabled", "token-issuer-differs"]),
        (GitLab(PATH, enabled=True, issuer="other", key="/k"), ["token-issuer-differs"]),
        (GitLab(PATH, enabled=True, issuer="", key=""), ["token-issuer-differs", "token-key-unusable"]),
    ],
)
def test_gitlabs_side(new_facts: Callable[..., Facts], run: Any, gitlab: GitLab, codes: list[str]) -> None:
    findings, _ = run(CHECK, new_facts(gitlab=gitlab))
    assert [finding.code for finding in findings] == codes


def test_a_gitlab_yml_that_cannot_be_read(new_facts: Callable[..., Facts], run: Any) -> None:
    [finding], _ = run(CHECK, new_facts(gitlab=GlctlError("/gitlab.yml is no YAML.")))
    assert (finding.code, finding.summary) == ("gitlab-config-unreadable", "/gitlab.yml is no YAML.")
    assert finding.remedy.endswith("gitlab-ctl reconfigure")


@pytest.mark.parametrize(("service", "wrong"), [("container_registry", False), ("docker", True), ("", True)])
def test_the_service(new_facts: Callable[..., Facts], run: Any, service: str | None, wrong: bool) -> None:
    findings, _ = run(SERVICE_CHECK, new_facts(config={"auth": {"token": {"service": service}}}))
    assert [finding.code for finding in findings] == (["token-service-unknown"] if wrong else [])


class Answering:
    def __init__(self, status: int) -> None:
        self.status = status

    def request(self, _: str, url: str, **__: Any) -> Exchange:
        return Exchange("GET", url, "ping", self.status)


@pytest.mark.parametrize(("status", "wrong"), [(200, False), (401, True), (404, True)])
def test_gitlabs_own_way(new_facts: Callable[..., Facts], run: Any, status: int, wrong: bool) -> None:
    gitlab = GitLab(PATH, enabled=True, api_url="http://127.0.0.1:5001")
    findings, _ = run(API, new_facts(gitlab=gitlab, outside=Answering(status), token=Secret("PLANTED")))
    assert [finding.code for finding in findings] == (["gitlab-api-url-wrong"] if wrong else [])
    assert "PLANTED" not in repr(findings)
    assert all("http://127.0.0.1:5000" in finding.remedy for finding in findings)


def test_no_api_url(new_facts: Callable[..., Facts], run: Any) -> None:
    with pytest.raises(NotTriedError):
        run(API, new_facts(gitlab=GitLab(PATH)))


class Intended:
    class configuration:  # noqa: N801 - an attribute of the real one
        effective: ClassVar = {"gitlab_rails.registry_issuer": "by-gitlab-rb"}


@pytest.mark.parametrize(("issuer", "wrong"), [("by-gitlab-rb", False), ("other", True)])
def test_gitlab_elsewhere_is_what_gitlab_rb_says(
    new_facts: Callable[..., Facts], issuer: str, wrong: bool
) -> None:
    config = {"auth": {"token": {"issuer": issuer}}}
    facts = new_facts(config=config, gitlab=NotTriedError("elsewhere"), intended=Intended())
    findings = CHECK.run(facts)
    if wrong:
        assert next(findings).code == "token-issuer-differs"
    with pytest.raises(NotTriedError):
        next(findings)
