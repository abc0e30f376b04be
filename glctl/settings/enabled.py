"""Which services gitlab.rb enables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.settings.option import counts_as_true
from glctl.settings.schema import ROLES

if TYPE_CHECKING:
    from glctl.gitlabrb.model import Settings
    from glctl.settings.effective import Effective


def enabled_services(effective: Effective) -> tuple[str, ...]:
    """The services that are to run here. logrotate is there for nginx's files."""
    names = ("registry", "nginx", "logrotate") if effective["nginx.enable"] else ("registry",)
    return tuple(name for name in names if effective[f"{name}.enable"])


def registry_wanted(settings: Settings) -> bool:
    """Whether gitlab.rb enables the registry: an address does, where it says nothing else."""
    said = settings.get("registry", "enable")
    return counts_as_true(settings.get("registry_external_url") if said is None else said)


def chosen_roles(settings: Settings) -> frozenset[str]:
    """The roles that gitlab.rb gives this host, with underscores; also those that do not exist."""
    said = settings.get("roles")
    named = said if isinstance(said, list) else [said] if counts_as_true(said) else []
    switched_on = (role for role in ROLES if counts_as_true(settings.get(role, "enable")))
    return frozenset((*(str(name).replace("-", "_") for name in named), *switched_on))
