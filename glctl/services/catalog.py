"""The services that glctl knows, in the order in which they start."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from glctl.errors import GlctlError, UsageError
from glctl.paths import SERVICE_DIR, SV_DIR

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from glctl.paths import Root


@dataclass(frozen=True, slots=True)
class Service:
    """One service under runit. What it is configured with is not known here."""

    name: str
    programs: tuple[str, ...]  # the names that the kernel shows its processes under
    log_directory: str  # below paths.LOG_DIR, where gitlab.rb does not say otherwise
    reload: Literal["hup"] | None = None  # the signal that makes it read its files again; None: restart it
    replaces_workers: bool = False  # a reload that was accepted shows in new child processes

    def directory(self, root: Root) -> Path:
        """Its service directory: ``run``, ``log/``, ``supervise/``."""
        return root.at(SV_DIR) / self.name

    def is_enabled(self, root: Root) -> bool:
        """Whether runsvdir is to look after it: whether it is linked in the directory that runsvdir scans."""
        return os.path.lexists(root.at(SERVICE_DIR) / self.name)


REGISTRY = Service("registry", programs=("docker-registry", "registry"), log_directory="registry")
NGINX = Service("nginx", programs=("nginx",), log_directory="nginx", reload="hup", replaces_workers=True)

LOGROTATE = Service("logrotate", programs=("logrotate",), log_directory="logrotate")

# In the order in which they start: nginx answers 502 as long as the registry behind it is not there.
SERVICES = (REGISTRY, NGINX, LOGROTATE)


def enabled(root: Root) -> tuple[Service, ...]:
    """The services that the last reconfigure enabled, in starting order."""
    return tuple(service for service in SERVICES if service.is_enabled(root))


def select(root: Root, names: Iterable[str] = ()) -> tuple[Service, ...]:
    """The services that *names* mean, in starting order; without names the enabled ones.

    Raises UsageError for a name that is not known, GlctlError where no name is given and nothing is enabled.
    """
    wanted = set(names)
    known = [service.name for service in SERVICES]
    if unknown := sorted(wanted.difference(known)):
        raise UsageError(f"There is no service '{unknown[0]}'.", f"Known services: {', '.join(known)}.")
    if wanted:
        return tuple(service for service in SERVICES if service.name in wanted)
    if not (found := enabled(root)):
        raise not_configured(root)
    return found


def not_configured(root: Root) -> GlctlError:
    """What to say where no reconfigure has enabled a service yet."""
    from glctl.settings.platform import detect

    run = "glctl reconfigure" if detect(root).manages_services else "sudo gitlab-ctl reconfigure"
    return GlctlError(
        f"No service is enabled in {root.at(SERVICE_DIR)}.",
        f"Set registry_external_url in gitlab.rb, if it is not set, and run: {run}",
    )
