"""From a gitlab.rb to everything that should be on this host. Reads, and writes nothing."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from glctl.errors import ConfigError, GlctlError
from glctl.gitlabrb.model import Settings
from glctl.gitlabrb.outside import Outside
from glctl.gitlabrb.reader import read
from glctl.services.host import installed_omnibus, observe_host, own_fqdn
from glctl.settings.derive import derive
from glctl.settings.draft import given
from glctl.settings.schema import OPTIONS, names_of
from glctl.settings.secrets import Placeholders, complete
from glctl.settings.validate import in_order, validate
from glctl.settings.versions import NEWEST
from glctl.spans import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from glctl.paths import Root
    from glctl.render.resources import Resource
    from glctl.settings.effective import Effective
    from glctl.settings.host import Host
    from glctl.settings.platform import Platform
    from glctl.settings.secrets import Generator, Secrets
    from glctl.settings.versions import Version

_USERS = ("registry.username", "web_server.username", "user.username")
_GROUPS = ("registry.group", "web_server.group", "user.group")
_DIRECTIVES = ("nginx.custom_nginx_config", "registry.nginx.custom_gitlab_server_config")
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
    version: Version = NEWEST  # the Omnibus whose rules hold

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

    def unprintable(self) -> tuple[Diagnostic, ...]:
        """What keeps its files from being made, although each setting looked right; one thing at a time."""
        from glctl.render.quoting import UnquotableError

        try:
            self.resources()
        except UnquotableError as exc:
            span = next((self.settings.span(*path) for path in self._paths_of(exc.value)), None)
            return (Diagnostic("wrong-value", "error", exc.message, exc.hint, span),)
        except GlctlError as exc:
            return (Diagnostic("wrong-value", "error", exc.message, exc.hint),)
        return ()

    def _paths_of(self, value: str) -> Iterator[tuple[str, ...]]:
        """The settings whose value it is."""
        return (path for path in self.settings.spans if self.settings.get(*path) == value)

    def with_secrets(self, generator: Generator) -> Configuration:
        """The same gitlab.rb on this host as it is now; secrets that are missing come from *generator*."""
        return _understand(self.settings, self.host.root, self.host.platform, self.version, generator)


def examine(
    root: Root, config_file: Path, platform: Platform, version: Version | None = None
) -> Configuration:
    """Read and derive. Raises ConfigError or UsageError where the file cannot be evaluated at all.

    *version* is the Omnibus whose rules hold: else that which is installed, else the newest that is known.
    Secrets that are missing are placeholders: a key takes seconds to make, and most commands only read.
    """
    version = version or _version(root, platform)
    settings = read(config_file, names_of(version), outside=_outside(root))
    return _understand(settings, root, platform, version)


def all_that_is_wrong(
    root: Root, config_file: Path, platform: Platform, version: Version | None = None
) -> tuple[Diagnostic, ...]:
    """Everything that is wrong in gitlab.rb, in the order of its lines: also in what can be evaluated of a
    broken file, and what shows only when its files are made. Raises UsageError if it cannot be read.
    """
    version = version or _version(root, platform)
    broken: tuple[Diagnostic, ...] = ()
    try:
        settings = read(config_file, names_of(version), outside=_outside(root))
    except ConfigError as exc:
        if not isinstance(exc.settings, Settings):
            return exc.diagnostics
        settings, broken = exc.settings, exc.diagnostics
    try:
        configuration = _understand(settings, root, platform, version, whole=not broken)
    except GlctlError as exc:  # of another file: gitlab-secrets.json, gitlab-cluster.json
        return *broken, *settings.warnings, Diagnostic("unreadable-file", "error", exc.message, exc.hint)
    found = in_order((*broken, *configuration.diagnostics))
    if any(d.severity == "error" for d in found):
        return found
    return *found, *configuration.unprintable()


def _version(root: Root, platform: Platform) -> Version:
    return (None if platform.manages_services else installed_omnibus(root)) or NEWEST


def _outside(root: Root) -> Outside:
    """What gitlab.rb may ask: files are read as the invoking user, below the root if there is one."""
    facts = {"fqdn": own_fqdn(), "hostname": os.uname().nodename.partition(".")[0]}
    return Outside(os.environ, os.uname().nodename, facts, root.at)


def _understand(
    settings: Settings,
    root: Root,
    platform: Platform,
    version: Version,
    generator: Generator | None = None,
    *,
    whole: bool = True,
) -> Configuration:
    users, groups = _named(settings, _USERS), _named(settings, _GROUPS)
    host = observe_host(root, platform, users, groups, _certificates(settings))
    secrets = complete(settings, host, generator or Placeholders())
    effective = derive(settings, host, secrets)
    wrong = validate(settings, effective, version, whole=whole)
    if any(given(settings, OPTIONS[key])[0] for key in _DIRECTIVES):
        from glctl.render.directives import wrong_directives

        wrong = in_order((*wrong, *wrong_directives(settings)))
    return Configuration(settings, effective, host, secrets, wrong, version)


def _named(settings: Settings, keys: tuple[str, ...]) -> list[str]:
    return [str(settings.get(*OPTIONS[key].path) or OPTIONS[key].default) for key in keys]


def _certificates(settings: Settings) -> list[str]:
    """The certificates and keys that gitlab.rb names."""
    paths = [given(settings, OPTIONS[key])[0] for key in _CERTIFICATES]
    return [path for path in paths if isinstance(path, str) and path.startswith("/")]
