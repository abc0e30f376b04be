"""From a gitlab.rb to everything that should be on this host. Reads, and writes nothing."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from glctl.errors import ConfigError
from glctl.gitlabrb import reader
from glctl.gitlabrb.outside import Outside
from glctl.paths import CONFIG_FILE, DOCKER_FILE
from glctl.services.host import installed_omnibus, observe_host, own_fqdn
from glctl.settings.derive import derive
from glctl.settings.draft import given
from glctl.settings.names import names_of
from glctl.settings.schema import OPTIONS
from glctl.settings.secrets import Placeholders, complete
from glctl.settings.validate import in_order, validate
from glctl.settings.versions import NEWEST
from glctl.spans import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from glctl.gitlabrb.model import Settings
    from glctl.paths import Root
    from glctl.render.resources import Resource
    from glctl.settings.effective import Effective
    from glctl.settings.host import Host
    from glctl.settings.platform import Platform
    from glctl.settings.secrets import Generator, Secrets
    from glctl.settings.versions import Version

_IN_ENVIRONMENT = "GITLAB_OMNIBUS_CONFIG"
USERS = ("registry.username", "web_server.username", "user.username")
GROUPS = ("registry.group", "web_server.group", "user.group")
_DIRECTIVES = ("nginx.custom_nginx_config", "registry.nginx.custom_gitlab_server_config")
_CERTIFICATES = tuple(
    f"{server}.ssl_certificate{part}"
    for server in ("registry.nginx", "gitlab_rails.nginx", "nginx")
    for part in ("", "_key")
)


@dataclass(frozen=True, slots=True)
class Source:
    """What a Configuration was read from: gitlab.rb's bytes, and the texts of the files that it reads."""

    gitlab_rb: bytes = b""
    files: Mapping[str, str] = field(default_factory=dict)  # by the path as gitlab.rb writes it


@dataclass(frozen=True, slots=True)
class Configuration:
    """A gitlab.rb understood: what it sets, what follows, and what is wrong with it."""

    settings: Settings
    effective: Effective
    host: Host
    secrets: Secrets
    diagnostics: tuple[Diagnostic, ...]
    source: Source = Source()
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

    def with_secrets(self, generator: Generator) -> Configuration:
        """The same gitlab.rb on this host as it is now; secrets that are missing come from *generator*."""
        made = understand(self.settings, self.host.root, self.host.platform, self.version, generator)
        return replace(made, source=self.source)


@dataclass(frozen=True, slots=True)
class _Noting(Outside):
    """Notes what gitlab.rb reads: the text of each file, by its path."""

    texts: dict[str, str] = field(default_factory=dict)

    def text(self, path: str) -> str:
        self.texts[path] = Outside.text(self, path)
        return self.texts[path]


def examine(
    root: Root, config_file: Path, platform: Platform, version: Version | None = None
) -> Configuration:
    """Read and derive. Raises ConfigError or UsageError where the file cannot be evaluated at all.

    *version* is the Omnibus whose rules hold: else that which is installed, else the newest that is known.
    Secrets that are missing are placeholders: a key takes seconds to make, and most commands only read.
    """
    version = version or installed_version(root, platform)
    content, outside = reader.content(config_file), _outside(root)
    first = _first_file(root, config_file)
    text = reader.as_text(first, content if first == config_file else reader.content(first))
    settings = reader.evaluate(text, str(first), names_of(version), outside=outside)
    made = understand(settings, root, platform, version)
    unread = _unread_environment(root, config_file, text)
    return replace(made, source=Source(content, outside.texts), diagnostics=(*made.diagnostics, *unread))


def settings_alone(root: Root, config_file: Path, platform: Platform) -> Settings:
    """What the file sets, without what is derived from it and from secrets. Raises as :func:`examine`."""
    first = _first_file(root, config_file)
    names = names_of(installed_version(root, platform))
    text = reader.as_text(first, reader.content(first))
    return reader.evaluate(text, str(first), names, outside=_outside(root))


def _first_file(root: Root, config_file: Path) -> Path:
    """The file that Omnibus begins with. GitLab's Docker image has one of its own, which sets defaults,
    evaluates GITLAB_OMNIBUS_CONFIG, and then takes in gitlab.rb, which so has the last word."""
    of_image = root.at(DOCKER_FILE)
    return of_image if config_file == root.at(CONFIG_FILE) and of_image.is_file() else config_file


def _unread_environment(root: Root, config_file: Path, text: str) -> Iterator[Diagnostic]:
    """Settings in the environment that *text*, the first file, does not ask for."""
    if not os.environ.get(_IN_ENVIRONMENT) or _IN_ENVIRONMENT in text:
        return
    of_image = root.at(DOCKER_FILE)
    why = f"it is {of_image} that reads it, before {root.at(CONFIG_FILE)}"
    why += f", and not before {config_file}" if of_image.is_file() else ", in GitLab's Docker image"
    hint = "Look from within the container, or put the settings into gitlab.rb."
    message = f"{_IN_ENVIRONMENT} is set and was not read: {why}."
    yield Diagnostic("environment-unread", "warning", message, hint)


def installed_version(root: Root, platform: Platform) -> Version:
    """The version of the Omnibus that is installed here; the newest that is known where none is."""
    return (None if platform.manages_services else installed_omnibus(root)) or NEWEST


def _outside(root: Root) -> _Noting:
    """What gitlab.rb may ask: files are read as the invoking user, below the root if there is one."""
    facts = {"fqdn": own_fqdn(), "hostname": os.uname().nodename.partition(".")[0]}
    return _Noting(os.environ, os.uname().nodename, facts, root.at)


def understand(
    settings: Settings,
    root: Root,
    platform: Platform,
    version: Version,
    generator: Generator | None = None,
    *,
    whole: bool = True,
) -> Configuration:
    """What *settings* mean on this host; *whole* is false where they are not all that gitlab.rb sets."""
    users, groups = _named(settings, USERS), _named(settings, GROUPS)
    host = observe_host(root, platform, users, groups, _certificates(settings))
    secrets = complete(settings, host, generator or Placeholders())
    effective = derive(settings, host, secrets)
    wrong = validate(settings, effective, version, whole=whole)
    if any(given(settings, OPTIONS[key])[0] for key in _DIRECTIVES):
        from glctl.render.directives import wrong_directives

        wrong = in_order((*wrong, *wrong_directives(settings)))
    return Configuration(settings, effective, host, secrets, wrong, version=version)


def _named(settings: Settings, keys: tuple[str, ...]) -> list[str]:
    return [str(settings.get(*OPTIONS[key].path) or OPTIONS[key].default) for key in keys]


def _certificates(settings: Settings) -> list[str]:
    """The certificates and keys that gitlab.rb names."""
    paths = [given(settings, OPTIONS[key])[0] for key in _CERTIFICATES]
    return [path for path in paths if isinstance(path, str) and path.startswith("/")]
