"""What glctl makes of a case, told in the shape of expected.json, which tells what a real Omnibus made of it.

The host is the one that the cases were recorded on. Nothing is written but its secrets file: all others lie
on a Disk in memory.
"""

from __future__ import annotations

import json
import os
import re
import shlex
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import yaml

from glctl.errors import ConfigError, GlctlError
from glctl.gitlabrb.model import Settings
from glctl.gitlabrb.outside import Outside
from glctl.gitlabrb.reader import evaluate
from glctl.paths import CLUSTER_FILE, SECRETS_FILE, SV_DIR, Root
from glctl.render import nginxconf
from glctl.render.build import resources
from glctl.render.resources import Absent, Account, File, Resource, Symlink
from glctl.secret import reveal
from glctl.services.host import observe_host
from glctl.settings.derive import derive
from glctl.settings.platform import OMNIBUS
from glctl.settings.schema import NAMES
from glctl.settings.secrets import complete
from glctl.settings.validate import validate
from glctl.settings.versions import NEWEST

if TYPE_CHECKING:
    from glctl.settings.effective import Effective
    from glctl.settings.versions import Version

Step = dict[str, Any]

# The paths that expected.json tells of.
_RECORDED = re.compile(
    r"etc/gitlab/(gitlab-secrets\.json|ssl/.+)"
    r"|opt/gitlab/(etc/registry(/env(/.+)?)?|sv/.+|service/.+|init/.+)"
    r"|var/log/gitlab/(nginx|registry)(/config)?"
    r"|(var/opt/gitlab|srv)/nginx(/conf(/nginx(-status)?\.conf|/service_conf/gitlab-registry\.conf)?|/logs)?"
    r"|var/opt/gitlab/registry(/VERSION|/config\.yml|/gitlab-registry\.crt)?"
    r"|var/opt/gitlab/gitlab-rails/(etc/gitlab-registry\.key|shared/registry)|srv/registry-data"
)
_SECRET = "{{generated:http_secret}}"  # stands for what the secrets file then holds
_RANDOM = re.compile("[0-9a-f]{128}")


@dataclass(frozen=True, slots=True)
class Entry:
    """What lies at one path."""

    kind: str  # f, d or l
    mode: int = 0o755
    owner: str = "root:root"
    content: bytes = b""
    target: str = ""


@dataclass(slots=True)
class Disk:
    """Files in memory, by absolute path."""

    entries: dict[str, Entry] = field(default_factory=dict)

    def put(self, path: str, entry: Entry) -> None:
        for parent in PurePosixPath(path).parents:
            self.entries.setdefault(str(parent), Entry("d"))
        self.entries[path] = entry

    def text(self, path: str) -> str | None:
        path = os.path.normpath(path)
        return self.entries[path].content.decode() if path in self.entries else None

    def below(self, path: str) -> list[str]:
        return [p for p in self.entries if p != path and PurePosixPath(p).is_relative_to(path)]

    def apply(self, resource: Resource) -> None:
        if isinstance(resource, Account):
            return
        if isinstance(resource, Absent):
            self.entries.pop(resource.path, None)
            return
        if isinstance(resource, Symlink):
            self.put(resource.path, Entry("l", 0o777, target=resource.target))
            return
        owner = f"{resource.owner}:{resource.group}"
        if isinstance(resource, File):
            self.put(resource.path, Entry("f", resource.mode, owner, resource.content))
            return
        for path in self.below(resource.path) if resource.exact else ():
            del self.entries[path]
        self.put(resource.path, Entry("d", resource.mode, owner))

    def listing(self) -> list[str]:
        return sorted(
            f"{entry.kind} {entry.mode:o} {entry.owner} {path[1:]}"
            + (f" -> {entry.target}" if entry.target else "")
            for path, entry in self.entries.items()
            if _RECORDED.fullmatch(path[1:])
        )


class FixedSecrets:
    """In place of seconds of key generation."""

    def http_secret(self) -> str:
        return "f" * 128

    def key(self) -> str:
        return "KEY"

    def certificate(self, key: str) -> str:
        return f"CERTIFICATE OF {key}"


def prepared(case: Path) -> Disk:
    """The disk that a case begins with."""
    disk = Disk()
    if "--fresh-secrets" not in json.loads((case / "expected.json").read_text())["args"]:
        secrets = {
            "http_secret": "e" * 128,
            "internal_key": "OLD KEY",
            "internal_certificate": "OLD CERTIFICATE",
        }
        disk.put(SECRETS_FILE, Entry("f", 0o600, content=json.dumps({"registry": secrets}).encode()))
    seed = case / "seed"
    for path in sorted(seed.rglob("*")):
        if path.is_file():
            disk.put(f"/{path.relative_to(seed)}", Entry("f", 0o644, content=path.read_bytes()))
    return disk


def gitlab_rbs(case: Path) -> list[str]:
    """The gitlab.rb of each step."""
    return [path.read_text() for path in [case / "gitlab.rb", *sorted(case.glob("then*.rb"))]]


def expected(case: Path) -> list[Step]:
    """What Omnibus made of each step, without what is not compared: its words and its order."""
    steps = json.loads((case / "expected.json").read_text())["steps"]
    return [{k: v for k, v in step.items() if k not in ("messages", "updated")} for step in steps]


def omnibus_version(case: Path) -> Version:
    """The version that a case was recorded with."""
    args = json.loads((case / "expected.json").read_text())["args"]
    if "--version" not in args:
        return NEWEST
    major, minor, *_ = args[args.index("--version") + 1].split(".")
    return int(major), int(minor)


def converge(gitlab_rb: str, disk: Disk, folder: Path, version: Version) -> tuple[Settings, Step]:
    """What then lies on *disk*; if gitlab.rb is refused, nothing new, and why. *folder* is for scratch."""
    settings = Settings()
    try:
        settings = evaluate(gitlab_rb, "gitlab.rb", NAMES, outside=_outside(disk, folder))
        effective, made = _desired(settings, disk, Root(folder), version)
    except ConfigError as exc:
        return settings, {"exit": 1, "why": [d.message for d in exc.diagnostics]}
    except GlctlError as exc:
        return settings, {"exit": 1, "why": [exc.message]}
    for resource in made:
        disk.apply(resource)
    return settings, {"exit": 0, "files": disk.listing(), **_observed(effective, disk)}


def _outside(disk: Disk, folder: Path) -> Outside:
    """The host of the cases: its files are on *disk*, and those that every host has are there, too."""

    def place(path: str) -> Path:
        if (text := disk.text(path)) is None:
            return Path(path)
        copy = folder / PurePosixPath(path).name
        copy.write_text(text)
        return copy

    return Outside(hostname="host", place=place)


def _desired(
    settings: Settings, disk: Disk, scratch: Root, version: Version
) -> tuple[Effective, tuple[Resource, ...]]:
    stored = disk.text(SECRETS_FILE)
    if stored is not None:
        scratch.at(SECRETS_FILE).parent.mkdir(parents=True, exist_ok=True)
        scratch.at(SECRETS_FILE).write_text(stored)
    seen = observe_host(scratch, OMNIBUS, [], [])
    host = replace(
        seen,
        root=Root(),
        fqdn="host.oracle.test",
        cpus=4,
        invoker="root",
        privileged=True,
        certificates=frozenset(disk.entries),
        cluster=json.loads(disk.text(CLUSTER_FILE) or "{}"),
    )
    secrets = complete(settings, host, FixedSecrets())
    effective = derive(settings, host, secrets)
    errors = [d for d in validate(settings, effective, version) if d.severity == "error"]
    if errors:
        raise ConfigError(errors)
    return effective, resources(effective, host, secrets)


def _observed(effective: Effective, disk: Disk) -> Step:
    """The files, read back."""
    nginx = effective["nginx.dir"] + "/conf"
    services = {name: _service(name, disk) for name in ("nginx", "registry")}
    found = {
        "nginx_main": _nginx(disk.text(f"{nginx}/nginx.conf")),
        "nginx_status": _nginx(disk.text(f"{nginx}/nginx-status.conf")),
        "nginx_registry": _nginx(disk.text(f"{nginx}/service_conf/gitlab-registry.conf")),
        "registry_config": _registry_config(effective, disk),
        "registry_env": _environment(effective["registry.env_directory"], disk),
        "sv": {name: service for name, service in services.items() if service} or None,
        "gitlab_yml_registry": _gitlab_yml(effective) if effective["gitlab_rails.enable"] else None,
    }
    return {key: value for key, value in found.items() if value is not None}


def _gitlab_yml(effective: Effective) -> Step:
    """What Omnibus writes of the registry for GitLab, without quotes."""
    keys = "enabled host port api_url path key_path issuer notification_secret".split()
    values = {key: reveal(effective[f"gitlab_rails.registry_{key}"]) for key in keys}
    values["key"] = values.pop("key_path")
    return {key: yaml.safe_load(value) if isinstance(value, str) else value for key, value in values.items()}


def _registry_config(effective: Effective, disk: Disk) -> Any:
    text = disk.text(effective["registry.dir"] + "/config.yml")
    return None if text is None else with_secret(yaml.safe_load(text), disk)


def with_secret(config: Step, disk: Disk) -> Step:
    """A registry's configuration with its secret itself where a placeholder stands for it."""
    stored = json.loads(disk.text(SECRETS_FILE) or "{}").get("registry", {}).get("http_secret")
    secret = config["http"]["secret"]
    if secret == _SECRET:
        secret = stored
    elif secret != stored and _RANDOM.fullmatch(secret):
        secret = "random"
    return {**config, "http": {**config["http"], "secret": secret}}


def _environment(directory: str, disk: Disk) -> dict[str, str] | None:
    directory = os.path.normpath(directory)
    if directory not in disk.entries:
        return None
    return {PurePosixPath(path).name: disk.text(path) or "" for path in disk.below(directory)}


def _nginx(text: str | None) -> list[Step] | None:
    return None if text is None else [_directive(directive) for directive in nginxconf.parse(text)]


def _directive(directive: nginxconf.Directive) -> Step:
    found: Step = {"d": directive.name, "a": list(directive.args)}
    if directive.block is not None:
        found["b"] = [_directive(inner) for inner in directive.block]
    return found


def _service(name: str, disk: Disk) -> Step | None:
    texts = [disk.text(f"{SV_DIR}/{name}/{file}") for file in ("run", "log/run", "log/config")]
    if None in texts:
        return None
    run, log_run, config = (str(text) for text in texts)
    words, log_words = shlex.split(run, comments=True), shlex.split(log_run, comments=True)
    return {
        "directory": words[words.index("cd") + 1],
        "runs_as": _option(words, "-u"),
        "log_runs_as": _option(log_words, "-u"),
        "svlogd_args": " ".join(log_words[log_words.index(OMNIBUS.svlogd.path) + 1 :]),
        "log_config": config.splitlines(),
    }


def _option(words: list[str], name: str) -> str | None:
    return words[words.index(name) + 1] if name in words else None
