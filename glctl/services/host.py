"""Reading the facts of this machine that derivation needs."""

from __future__ import annotations

import grp
import json
import os
import pwd
from typing import TYPE_CHECKING, Any

from glctl.errors import UsageError
from glctl.paths import SECRETS_FILE
from glctl.settings.host import Host

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from glctl.paths import Root
    from glctl.settings.platform import Platform


def observe_host(root: Root, platform: Platform, users: Iterable[str], groups: Iterable[str]) -> Host:
    """The Host of this machine; *users* and *groups* are the names to look up."""
    return Host(
        platform=platform,
        root=root,
        fqdn=own_fqdn(),
        cpus=len(os.sched_getaffinity(0)),
        invoker=_name_of_invoker(),
        privileged=os.geteuid() == 0,
        users=frozenset(name for name in users if _exists(pwd.getpwnam, name)),
        groups=frozenset(name for name in groups if _exists(grp.getgrnam, name)),
        secrets=_read_json(root.at(SECRETS_FILE)),
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


def _read_json(path: Path) -> dict[str, Any] | None:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else "it is not UTF-8"
        raise UsageError(
            f"{path} cannot be read: {reason}.", "Run glctl as root, or look at the file."
        ) from None
    hint = "Restore it from a backup, or move it away: new secrets are then made (and every node needs them)."
    try:
        document = json.loads(text)
    except json.JSONDecodeError as exc:
        what = "is empty" if not text.strip() else "is not valid JSON"
        raise UsageError(f"{path}:{exc.lineno}:{exc.colno}: the secrets file {what}.", hint) from None
    sections = document.values() if isinstance(document, dict) else [None]
    if not all(isinstance(section, dict) for section in sections):
        raise UsageError(f"{path} holds no sections with keys in them.", hint)
    return dict(document)
