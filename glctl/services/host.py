"""Reading the facts of this machine that derivation needs."""

from __future__ import annotations

import grp
import os
import pwd
from typing import TYPE_CHECKING, Any

from glctl.errors import UsageError
from glctl.paths import CLUSTER_FILE, SECRETS_FILE, SSL_DIR, VERSION_FILE
from glctl.services import systemd
from glctl.settings.host import Host
from glctl.settings.versions import parse_version

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from glctl.paths import Root
    from glctl.settings.platform import Platform
    from glctl.settings.versions import Version


def observe_host(
    root: Root,
    platform: Platform,
    users: Iterable[str],
    groups: Iterable[str],
    certificates: Iterable[str] = (),
) -> Host:
    """The Host of this machine; *users*, *groups* and *certificates* (absolute) are the names to look up."""
    return Host(
        platform=platform,
        root=root,
        fqdn=own_fqdn(),
        cpus=len(os.sched_getaffinity(0)),
        invoker=_name_of_invoker(),
        privileged=os.geteuid() == 0,
        systemd=systemd.is_running(),
        users=frozenset(name for name in users if _exists(pwd.getpwnam, name)),
        groups=frozenset(name for name in groups if _exists(grp.getgrnam, name)),
        certificates=_certificates(root, certificates),
        secrets=_secrets(root.at(SECRETS_FILE)),
        cluster=_read_json(root.at(CLUSTER_FILE), "cluster", "Let gitlab-ctl write it again."),
    )


def own_fqdn() -> str:
    """This host's full name: its own, else as /etc/hosts completes it. Never asks a name server."""
    name = os.uname().nodename
    if "." in name:
        return name
    try:
        with open("/etc/hosts", encoding="utf-8", errors="replace") as hosts:
            words = [word for line in hosts for word in line.partition("#")[0].split()[1:]]
    except OSError:
        return name
    return next((word for word in words if word.startswith(f"{name}.")), name)


def installed_omnibus(root: Root) -> Version | None:
    """The version of the Omnibus that is installed here, None where its manifest does not tell."""
    try:
        with root.at(VERSION_FILE).open(encoding="utf-8", errors="replace") as manifest:
            return parse_version(manifest.readline(200).split()[-1])  # gitlab-ee 16.11.2
    except (OSError, ValueError, IndexError):
        return None


def _certificates(root: Root, named: Iterable[str]) -> frozenset[str]:
    """Those of *named* that exist, and all in their usual place."""
    try:
        usual = [f"{SSL_DIR}/{path.name}" for path in root.at(SSL_DIR).iterdir()]
    except OSError:
        usual = []
    return frozenset(path for path in (*named, *usual) if _is_there(root.at(path)))


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # its folder is closed to the invoker
        return False


def _name_of_invoker() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def _exists(lookup: Any, name: str) -> bool:
    try:
        lookup(name)
    except (KeyError, ValueError):  # ValueError: a NUL byte in it
        return False
    return True


def _secrets(path: Path) -> dict[str, Any] | None:
    hint = "Restore it from a backup, or move it away: new secrets are then made (and every node needs them)."
    document = _read_json(path, "secrets", hint)
    if not all(isinstance(section, dict) for section in (document or {}).values()):
        raise UsageError(f"{path} holds no sections with keys in them.", hint)
    return document


def _read_json(path: Path, kind: str, hint: str) -> dict[str, Any] | None:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else "it is not UTF-8"
        raise UsageError(
            f"{path} cannot be read: {reason}.", "Run glctl as root, or look at the file."
        ) from None

    import json

    try:
        document = json.loads(text)
    except json.JSONDecodeError as exc:
        what = "is empty" if not text.strip() else "is not valid JSON"
        raise UsageError(f"{path}:{exc.lineno}:{exc.colno}: the {kind} file {what}.", hint) from None
    if not isinstance(document, dict):
        raise UsageError(f"{path} holds no sections with keys in them.", hint)
    return document
