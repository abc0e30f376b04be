"""nginx's virtual host of the registry: that it is there and can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Tell what kept it from being read."""
    observed = facts.observed
    if observed.vhost is None and not observed.unread and _is_wanted(facts):
        yield found(
            "nginx-vhost-missing",
            "nginx",
            "nginx has no virtual host of the registry, which gitlab.rb wants: clients do not get through.",
        )
        return "missing"
    vhost = observed.require_vhost()
    if vhost.problem:
        yield found(
            "nginx-config-invalid",
            vhost.path,
            f"nginx cannot use its {vhost.path}: {vhost.problem}.",
            cause="It goes on with what it read before, and will not start again.",
            remedy="glctl reconfigure",
        )
    return vhost.path


def _is_wanted(facts: Facts) -> bool:
    """Whether gitlab.rb, where it can be used, has nginx lead to the registry."""
    if facts.observed.source != "disk" or "nginx" not in facts.observed.services:
        return False
    configuration = facts.intended().configuration
    return configuration is not None and bool(configuration.effective["registry.nginx.enable"])


CHECK = Check("virtual-host", "nginx's virtual host of the registry can be read.", run, live=False)
