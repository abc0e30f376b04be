"""Observed: what this host really runs with, read from its own files.

Checks read this and never Settings, so that an Omnibus host needs no special case: the same files are there,
made by Chef. With a gitlab.rb alone they are rendered in memory.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Literal

from glctl.errors import GlctlError
from glctl.paths import SERVICE_DIR, SV_DIR
from glctl.render import nginxconf
from glctl.secret import wrap
from glctl.settings.urls import Url, split_address

if TYPE_CHECKING:
    from glctl.paths import Root
    from glctl.render.nginxconf import Directive

Address = tuple[str, int]
ReadFile = Callable[[str], bytes | None]  # the content of a file, None where there is none

_EVERYWHERE = {"": "127.0.0.1", "*": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - told apart


@dataclass(frozen=True, slots=True)
class Observed:
    """The registry and its proxy as configured. Addresses are those to ask, not those bound to."""

    root: Root
    source: Literal["disk", "gitlab.rb"]
    config_path: str
    config: Mapping[str, Any]  # config.yml; strings under secret names are Secrets
    registry: Address | None
    debug: Address | None
    run_as: str = ""  # user:group, empty where the registry runs as whoever supervises it
    proxy: Address | None = None  # nginx
    public: Url | None = None  # what clients use
    vhost_path: str = ""
    services: tuple[str, ...] = ()  # enabled
    listeners: Mapping[str, Address] = field(default_factory=dict)  # as bound to, by what wants them

    def setting(self, *path: str) -> Any:
        """A value of config.yml, or None."""
        node: Any = self.config
        for key in path:
            if not isinstance(node, Mapping):
                return None
            node = node.get(key)
        return node

    @property
    def storage_directory(self) -> str | None:
        """Where the filesystem driver keeps images; None with another driver."""
        directory = self.setting("storage", "filesystem", "rootdirectory")
        # The driver's own default where only its name is given.
        return directory or (
            "/var/lib/registry" if self.setting("storage", "filesystem") is not None else None
        )


def observe(root: Root, read: ReadFile, source: Literal["disk", "gitlab.rb"]) -> Observed:
    """Read what the registry and nginx run with. Raises GlctlError where there is no registry."""
    run = _command(read(root.relocate(f"{SV_DIR}/registry/run")))
    directory = run.cwd or root.relocate("/var/opt/gitlab/registry")
    config_path = str(PurePosixPath(directory, run.words[-1] if run.words else "config.yml"))
    config = _yaml(config_path, read(config_path))
    registry = _setting_address(config, "http", "addr")
    debug = _setting_address(config, "http", "debug", "addr")
    vhost_path, vhost = _virtual_host(root, read)
    listeners = {name: at for name, at in (("registry", registry), ("debug server", debug)) if at}
    listen = _listen(vhost)
    if listen:
        listeners["nginx"] = listen
    return Observed(
        root=root,
        source=source,
        config_path=config_path,
        config=wrap(config),
        registry=_to_ask(registry),
        debug=_to_ask(debug),
        run_as=run.account,
        proxy=_to_ask(listen),
        public=_public(vhost, listen),
        vhost_path=vhost_path,
        services=tuple(n for n in ("registry", "nginx") if _is_enabled(root, read, n, source)),
        listeners=listeners,
    )


@dataclass(frozen=True, slots=True)
class _Command:
    """The last command of a run script, taken apart."""

    cwd: str = ""
    words: tuple[str, ...] = ()
    account: str = ""


def _command(script: bytes | None) -> _Command:
    cwd = ""
    words: tuple[str, ...] = ()
    for line in (script or b"").decode(errors="replace").replace("\\\n", " ").splitlines():
        try:
            found = tuple(shlex.split(line, comments=True))
        except ValueError:
            continue
        if found[:1] == ("cd",) and len(found) > 1:
            cwd = found[1]
        elif found[:1] == ("exec",) and len(found) > 2:  # not ``exec 2>&1``
            words = found
    account = next((words[i + 1] for i, word in enumerate(words[:-1]) if word == "-u"), "")
    return _Command(cwd, words, account)


def _yaml(path: str, content: bytes | None) -> dict[str, Any]:
    import yaml

    if content is None:
        raise GlctlError(
            f"There is no registry here: {path} does not exist.",
            "Run `glctl reconfigure` first, or name a gitlab.rb to examine: glctl --config FILE doctor",
        )
    try:
        document = yaml.safe_load(content)
    except yaml.YAMLError as exc:
        mark = getattr(exc, "problem_mark", None)
        where = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise GlctlError(
            f"{path}{where} is no YAML: the registry cannot start with it.", "Make it anew: glctl reconfigure"
        ) from None
    if not isinstance(document, dict):
        raise GlctlError(f"{path} holds no settings.", "Make it anew: glctl reconfigure")
    return document


def _setting_address(config: Mapping[str, Any], *path: str) -> Address | None:
    node: Any = config
    for key in path:
        node = node.get(key) if isinstance(node, Mapping) else None
    try:
        return split_address(node) if isinstance(node, str) else None
    except ValueError:
        return None


def _to_ask(address: Address | None) -> Address | None:
    return (_EVERYWHERE.get(address[0], address[0]), address[1]) if address else None


def _virtual_host(root: Root, read: ReadFile) -> tuple[str, Directive | None]:
    """The registry's server block: the one that passes requests on."""
    words = _command(read(root.relocate(f"{SV_DIR}/nginx/run"))).words
    prefix = next((words[i + 1] for i, word in enumerate(words[:-1]) if word == "-p"), "")
    prefix = prefix or root.relocate("/var/opt/gitlab/nginx")
    for place in ("conf/service_conf", "conf"):  # the latter in older versions of Omnibus
        path = f"{prefix}/{place}/gitlab-registry.conf"
        content = read(path)
        if content is not None:
            return path, _passing_server(path, content)
    return "", None


def _passing_server(path: str, content: bytes) -> Directive | None:
    try:
        top = nginxconf.parse(content.decode(errors="replace"))
    except nginxconf.NginxSyntaxError as exc:
        raise GlctlError(f"{path}: {exc}.", "Make it anew: glctl reconfigure") from None
    servers = [directive for directive in top if directive.name == "server"]
    passing = [s for s in servers if any(True for loc in s.find("location") for _ in loc.find("proxy_pass"))]
    return passing[0] if passing else None


def _listen(vhost: Directive | None) -> Address | None:
    for directive in vhost.find("listen") if vhost else ():
        try:
            return split_address(directive.args[0])
        except ValueError:
            continue
    return None


def _public(vhost: Directive | None, listen: Address | None) -> Url | None:
    """The address of clients: the virtual host's name, with the scheme that it tells the registry."""
    if vhost is None or listen is None:
        return None
    names = [name for directive in vhost.find("server_name") for name in directive.args]
    headers = {
        d.args[0].lower(): d.args[1]
        for location in vhost.find("location")
        for d in location.find("proxy_set_header")
        if len(d.args) == 2
    }
    tls = any("ssl" in directive.args for directive in vhost.find("listen"))
    told = headers.get("x-forwarded-proto", "")
    scheme = told if told in ("http", "https") else ("https" if tls else "http")
    return Url(scheme, names[0], listen[1]) if names else None


def _is_enabled(root: Root, read: ReadFile, name: str, source: str) -> bool:
    if source == "disk":
        return root.at(f"{SERVICE_DIR}/{name}").is_symlink()
    return read(root.relocate(f"{SV_DIR}/{name}/run")) is not None


def from_disk(root: Root) -> Observed:
    """What is configured on this host."""

    def read(path: str) -> bytes | None:
        try:
            return root.at(path).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    return observe(root, read, "disk")


def from_files(root: Root, files: Mapping[str, bytes]) -> Observed:
    """What would be configured with these rendered files."""
    return observe(root, files.get, "gitlab.rb")
