"""Observed: what this host really runs with, read from its own files.

Checks read this and never Settings, so that an Omnibus host needs no special case: the same files are there,
made by Chef. With a gitlab.rb alone they are rendered in memory.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import eq
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Literal, Protocol

from glctl.doctor import run_script, virtual_host
from glctl.doctor.check import NotTriedError
from glctl.doctor.environment import overridden, overriding
from glctl.errors import GlctlError
from glctl.paths import SV_DIR
from glctl.secret import MASK, wrap
from glctl.services.catalog import SERVICES
from glctl.settings.platform import detect
from glctl.settings.urls import split_address

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from glctl.doctor.run_script import RunScript
    from glctl.doctor.virtual_host import Address, VirtualHost
    from glctl.paths import Root
    from glctl.settings.platform import Platform
    from glctl.spans import Diagnostic

_VHOST = "gitlab-registry.conf"
# Where the driver keeps images when only its name is given (distribution, filesystem driver).
_DRIVERS_DIRECTORY = "/var/lib/registry"


@dataclass(frozen=True, slots=True)
class Observed:
    """The registry and its proxy as configured; strings of *config* under secret names are Secrets.

    *problem*: why the registry cannot read its config.yml, which then counts as empty. What this user may not
    read is *unread*: whoever needs it meets a PermissionError, and the rest can be examined.
    """

    root: Root
    platform: Platform
    source: Literal["disk", "gitlab.rb"]
    config_path: str
    config: Mapping[str, Any]
    problem: str = ""
    environment: Mapping[str, Any] = field(default_factory=dict)  # of the registry: chpst -e; as *config*
    run_as: str = ""  # user[:group…], empty where the registry runs as whoever supervises it
    vhost: VirtualHost | None = None
    services: tuple[str, ...] = ()  # enabled
    overrides: tuple[str, ...] = ()  # variables of the environment that count over config.yml
    diagnostics: tuple[Diagnostic, ...] = ()  # of the gitlab.rb that this was rendered from
    unread: tuple[str, ...] = ()

    def require_read(self, *paths: str) -> None:
        """Raise PermissionError for the first of *paths* that this user may not read."""
        for path in paths:
            if path in self.unread:
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)

    def require_vhost(self) -> VirtualHost:
        """nginx's virtual host of the registry. Not tried where there is none, or none that may be read."""
        if self.vhost is None:
            self.require_read(*(path for path in self.unread if path.endswith(_VHOST)))
            raise NotTriedError("nginx has no virtual host of the registry here")
        return self.vhost

    def setting(self, *path: str) -> Any:
        """A value of config.yml, or None. PermissionError where that may not be read."""
        self.require_read(self.config_path)
        node: Any = self.config
        for key in path:
            if not isinstance(node, Mapping):
                return None
            node = node.get(key)
        return node

    def variable(self, *path: str) -> str:
        """The variable of the environment that sets the value at *path*, or some of it; else empty."""
        return next((name for name in self.overrides if all(map(eq, overriding(name), path))), "")

    def where(self, *path: str) -> str:
        """Where the value at *path* is set, as evidence names it."""
        variable = self.variable(*path)
        return f"{variable} of its environment" if variable else f"{self.config_path}: {'.'.join(path)}"

    def path(self, written: Any) -> Path:
        """The file that config.yml means by *written*: a relative one lies beside it."""
        return self.root.at(str(PurePosixPath(self.config_path).parent / str(written)))

    @property
    def registry(self) -> Address | None:
        """Where to ask the registry itself; None where it listens on no TCP address that can be read."""
        return self._to_ask("http", "addr")

    @property
    def debug(self) -> Address | None:
        """Where to ask its debug server."""
        return self._to_ask("http", "debug", "addr")

    @property
    def listeners(self) -> Iterator[tuple[str, Address]]:
        """What should listen on this host, and where, as bound to."""
        for name, address in (
            ("registry", self._address("http", "addr")),
            ("debug server", self._address("http", "debug", "addr")),
        ):
            if address:
                yield name, address
        for address in self.vhost.listens if self.vhost else ():
            yield "nginx", address

    @property
    def storage_directory(self) -> Path | None:
        """Where the filesystem driver keeps images; None with another driver."""
        storage = self.setting("storage")
        if not isinstance(storage, Mapping) or "filesystem" not in storage:
            return None
        return self.path(self.setting("storage", "filesystem", "rootdirectory") or _DRIVERS_DIRECTORY)

    def _to_ask(self, *path: str) -> Address | None:
        address = self._address(*path)
        return virtual_host.to_ask(address) if address else None

    def _address(self, *path: str) -> Address | None:
        value = self.setting(*path)
        try:
            return split_address(value) if isinstance(value, str) else None
        except ValueError:
            return None


class Files(Protocol):
    """Where files are read from: this host's disk, or what would be written. *unread*: what may not be."""

    @property
    def unread(self) -> Sequence[str]: ...

    def read(self, path: str) -> bytes | None:
        """The content of a file; None where there is none, or none that may be read."""

    def names(self, directory: str) -> Sequence[str]:
        """The names of the files in a directory."""


def from_disk(root: Root) -> Observed:
    """What is configured on this host. GlctlError where no registry is, or its files cannot be read."""
    disk = _Disk(root)
    return _observe(root, disk, "disk", tuple(s.name for s in SERVICES if s.is_enabled(root)))


def from_files(root: Root, files: Mapping[str, bytes], diagnostics: tuple[Diagnostic, ...] = ()) -> Observed:
    """What would be configured with these rendered files. GlctlError where no registry is among them."""
    rendered = _Rendered(files)
    enabled = tuple(s.name for s in SERVICES if rendered.read(f"{s.directory(root)}/run"))
    return _observe(root, rendered, "gitlab.rb", enabled, diagnostics)


def _observe(
    root: Root,
    files: Files,
    source: Literal["disk", "gitlab.rb"],
    services: tuple[str, ...],
    diagnostics: tuple[Diagnostic, ...] = (),
) -> Observed:
    platform = detect(root)
    content = files.read(root.relocate(f"{SV_DIR}/registry/run"))
    script = run_script.read(content)
    config_path = script.path(script.after("serve") or root.relocate("/var/opt/gitlab/registry/config.yml"))
    config = files.read(config_path)
    if content is None and config is None and not files.unread:
        first = "gitlab-ctl reconfigure" if not platform.manages_services else "glctl reconfigure"
        raise GlctlError(
            f"There is no registry here: neither {config_path} nor a service of it.",
            f"Set registry_external_url in gitlab.rb and run: {first}   "
            "(or examine a gitlab.rb alone: glctl --config FILE doctor)",
        )
    settings, problem = ({}, "") if config_path in files.unread else _parsed(config)
    variables = _environment(files, script)
    vhost = _virtual_host(root, files)
    return Observed(
        root=root,
        platform=platform,
        source=source,
        config_path=config_path,
        config=wrap(overridden(settings, variables)),
        problem=problem,
        environment=wrap(variables),
        run_as=script.option("chpst", "-u"),
        vhost=vhost,
        services=services,
        overrides=tuple(name for name in variables if overriding(name)),
        diagnostics=diagnostics,
        unread=tuple(files.unread),
    )


def _parsed(content: bytes | None) -> tuple[dict[str, Any], str]:
    """The settings in a config.yml, and why it cannot be read."""
    import yaml

    if content is None:
        return {}, "it is not there"
    try:
        document = yaml.safe_load(content)
    except yaml.YAMLError as exc:
        mark = getattr(exc, "problem_mark", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        # Not the whole text of the error, which quotes the line; nor an alias, anchor or tag in it: a secret
        # may have been meant that begins with *, & or !.
        problem = getattr(exc, "problem", None) or "it is no YAML"
        problem = re.sub(r"(alias|anchor|tag|handle) '[^']*'", rf"\1 {MASK}", problem)
        return {}, f"{where}{problem}"
    if not isinstance(document, dict):
        return {}, "it holds no settings"
    return document, ""


def _environment(files: Files, script: RunScript) -> dict[str, str]:
    """The variables that chpst -e sets: a file each, of which the first line counts."""
    directory = script.option("chpst", "-e") and script.path(script.option("chpst", "-e"))
    return {
        name: (files.read(f"{directory}/{name}") or b"").decode(errors="replace").partition("\n")[0]
        for name in (files.names(directory) if directory else ())
    }


def _virtual_host(root: Root, files: Files) -> VirtualHost | None:
    script = run_script.read(files.read(root.relocate(f"{SV_DIR}/nginx/run")))
    prefix = script.path(script.option("nginx", "-p") or root.relocate("/var/opt/gitlab/nginx"))
    for place in ("conf/service_conf", "conf"):  # the latter in older versions of Omnibus
        path = f"{prefix}/{place}/{_VHOST}"
        content = files.read(path)
        if content is not None:
            return virtual_host.read(path, content, files.read(f"{prefix}/conf/nginx.conf") or b"")
    return None


@dataclass(frozen=True, slots=True)
class _Disk:
    root: Root
    unread: list[str] = field(default_factory=list)

    def read(self, path: str) -> bytes | None:
        try:
            return self.root.at(path).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except PermissionError:
            self.unread.append(path)
            return None
        except OSError as exc:
            raise GlctlError(
                f"{self.root.at(path)} cannot be read: {(exc.strerror or str(exc)).lower()}.",
                "It must be a file that can be read.",
            ) from exc

    def names(self, directory: str) -> Sequence[str]:
        try:
            return sorted(entry.name for entry in self.root.at(directory).iterdir() if entry.is_file())
        except PermissionError:
            self.unread.append(directory)
            return ()
        except OSError:  # then chpst ends, and the service with it
            return ()


@dataclass(frozen=True, slots=True)
class _Rendered:
    files: Mapping[str, bytes]
    unread: tuple[str, ...] = ()

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    def names(self, directory: str) -> Sequence[str]:
        paths = (PurePosixPath(path) for path in self.files)
        return [path.name for path in paths if str(path.parent) == directory]
