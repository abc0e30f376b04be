"""nginx's virtual host of the registry: that it is there and can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check
from glctl.errors import GlctlError
from glctl.findings.found import found
from glctl.paths import CONFIG_FILE
from glctl.settings.option import counts_as_true

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding
    from glctl.paths import Root


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
    """Whether nginx is to lead to the registry: as gitlab.rb says, which needs no secrets for that."""
    from glctl.converge.desired import settings_alone
    from glctl.settings.draft import given
    from glctl.settings.schema import OPTIONS

    observed, option = facts.observed, OPTIONS["registry.nginx.enable"]
    if observed.source != "disk" or "nginx" not in observed.services:
        return False
    try:
        settings = settings_alone(observed.root, observed.root.at(CONFIG_FILE), observed.platform)
    except GlctlError:
        return _was_applied(observed.root)
    said, _ = given(settings, option)
    return counts_as_true(option.default if said is None else said)


def _was_applied(root: Root) -> bool:
    """Whether it was when this host was last seen up, where gitlab.rb cannot be read."""
    from glctl.converge.generations import Generations
    from glctl.converge.tree import Tree

    last = Generations(Tree(root)).last()
    return last is not None and bool(last.effective["registry.nginx.enable"])


CHECK = Check("virtual-host", "nginx's virtual host of the registry can be read.", run, live=False)
