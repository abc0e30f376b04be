"""What every command is given: the global options, made into the things they mean."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from glctl.errors import GlctlError, UsageError
from glctl.paths import CONFIG_FILE, Root

if TYPE_CHECKING:
    from pathlib import Path

    from glctl.console import Console
    from glctl.settings.platform import Platform

GITLAB_CTL = "/opt/gitlab/bin/gitlab-ctl"


@dataclass(frozen=True)
class Context:
    """One run of glctl. *config* is the file that ``--config`` named, if any."""

    root: Root
    console: Console
    config: Path | None = None

    @property
    def config_file(self) -> Path:
        """The gitlab.rb of this run: ``--config``, else ``etc/gitlab/gitlab.rb`` below the root."""
        return self.config or self.root.at(CONFIG_FILE)

    @cached_property
    def platform(self) -> Platform:
        """What kind of host this is. Most of what status does needs no table of platforms."""
        from glctl.settings.platform import detect

        try:
            return detect(self.root)
        except PermissionError as exc:
            hint = "Use sudo, or name another directory with --root."
            raise UsageError(f"{exc.filename} may not be looked at by this user.", hint) from None

    def require_own_host(self, what: str, instead: str) -> None:
        """Refuse *what* on an Omnibus host, naming the gitlab-ctl command that does it there."""
        if not self.platform.manages_services:
            raise GlctlError(
                f"{what} is refused here: this is an Omnibus host (/opt/gitlab/embedded is there), "
                "and Chef would overwrite what glctl changes.",
                f"Use: sudo gitlab-ctl {instead}",
            )
