"""From a gitlab.rb to everything that should be on this host. Reads, and writes nothing."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from glctl.errors import ConfigError
from glctl.gitlabrb.model import Settings
from glctl.gitlabrb.outside import Outside
from glctl.gitlabrb.reader import read
from glctl.services.host import observe_host, own_fqdn
from glctl.settings.derive import derive
from glctl.settings.draft import given
from glctl.settings.schema import NAMES, OPTIONS
from glctl.settings.secrets import Placeholders, complete
from glctl.settings.validate import validate

if TYPE_CHECKING:
    from pathlib import Path

    from glctl.paths import Root
    from glctl.render.resources import Resource
    from glctl.settings.effective import Effective
    from glctl.settings.host import Host
    from glctl.settings.platform import Platform
    from glctl.settings.secrets import Generator, Secrets
    from glctl.spans import Diagnostic

_USERS = ("registry.username", "web_server.username", "user.username")
_GROUPS = ("registry.group", "web_server.group", "user.group")
_CERTIFICATES = tuple(
    f"{server}.ssl_certificate{part}"
    for server in ("registry.nginx", "gitlab_rails.nginx", "nginx")
    for part in ("", "_key")
)


@dataclass(frozen=True, slots=True)
class Configuration:
    """A gitlab.rb understood: what it sets, what follows, and what is wrong with it."""

    settings: Settings
    effective: Effective
    host: Host
    secrets: Secrets
    diagnostics: tuple[Diagnostic, ...]

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """What must be mended before anything is written."""
        return tuple(d for d in self.diagnostics if d.severity == "error")

    def require_sound(self) -> Configuration:
        """This configuration, or ConfigError with everything that is wrong."""
        if self.errors:
            raise ConfigError(self.errors)
        return self

    def resources(self) -> tuple[Resource, ...]:
        """What should be on this host. The templates load here and not before."""
        from glctl.render.build import resources

        return resources(self.effective, self.host, self.secrets)

    def with_secrets(self, generator: Generator) -> Configuration:
        """The same gitlab.rb on this host as it is now; secrets that are missing come from *generator*."""
        return _understand(self.settings, self.host.root, self.host.platform, generator)


def examine(root: Root, config_file: Path | None, platform: Platform) -> Configuration:
    """Read and derive. Raises ConfigError or UsageError where the file cannot be evaluated at all.

    Without a file everything is as an empty one leaves it.
    Secrets that are missing are placeholders: a key takes seconds to make, and most commands only read.
    """
    settings = read(config_file, NAMES, outside=_outside(root)) if config_file else Settings()
    return _understand(settings, root, platform, Placeholders())


def _outside(root: Root) -> Outside:
    """What gitlab.rb may ask: files are read as the invoking user, below the root if there is one."""
    facts = {"fqdn": own_fqdn(), "hostname": os.uname().nodename.partition(".")[0]}
    return Outside(os.environ, os.uname().nodename, facts, root.at)


def _understand(settings: Settings, root: Root, platform: Platform, generator: Generator) -> Configuration:
    users, groups = _named(settings, _USERS), _named(settings, _GROUPS)
    host = observe_host(root, platform, users, groups, _certificates(settings))
    secrets = complete(settings, host, generator)
    effective = derive(settings, host, secrets)
    return Configuration(settings, effective, host, secrets, validate(settings, effective))


def _named(settings: Settings, keys: tuple[str, ...]) -> list[str]:
    return [str(settings.get(*OPTIONS[key].path) or OPTIONS[key].default) for key in keys]


def _certificates(settings: Settings) -> list[str]:
    """The certificates and keys that gitlab.rb names."""
    paths = [given(settings, OPTIONS[key])[0] for key in _CERTIFICATES]
    return [path for path in paths if isinstance(path, str) and path.startswith("/")]
