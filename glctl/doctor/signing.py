"""The key that tokens are signed with, wherever this host has it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from glctl.doctor.check import NotTriedError
from glctl.errors import GlctlError
from glctl.paths import SECRETS_FILE
from glctl.secret import Secret

if TYPE_CHECKING:
    from pathlib import Path

    from glctl.clients.keys import RSAPrivateKey
    from glctl.paths import Root

# Omnibus's default for gitlab_rails['registry_key_path'].
KEY_FILE = "/var/opt/gitlab/gitlab-rails/etc/gitlab-registry.key"


def signing_key(root: Root, file: str = KEY_FILE) -> RSAPrivateKey:
    """GitLab's own *file* of it, else what gitlab-secrets.json holds.

    Raises NotTriedError where another host has it, GlctlError where it is damaged or may not be read.
    """
    from glctl.clients.keys import read_private_key

    path, secrets = root.at(file), root.at(SECRETS_FILE)
    if (pem := read_text(path)) is not None:
        return read_private_key(Secret(pem), str(path))
    if pem := _internal_key(secrets):
        return read_private_key(Secret(pem), f"{secrets}, registry.internal_key")
    raise NotTriedError(f"the key that signs tokens is not on this host ({path}, {secrets})")


def read_text(path: Path) -> str | None:
    """What *path* holds; None where it is not there. Raises GlctlError."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None
    except OSError as exc:
        raise GlctlError(f"{path} cannot be read: {(exc.strerror or str(exc)).lower()}.") from exc


def _internal_key(secrets: Path) -> str:
    try:
        found = json.loads(read_text(secrets) or "{}")["registry"]["internal_key"]
    except (ValueError, KeyError, TypeError):
        return ""
    return found if isinstance(found, str) else ""
