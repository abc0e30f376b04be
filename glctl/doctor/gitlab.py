"""What GitLab on this host has been told of the registry: the section of its gitlab.yml.

Omnibus renders that file (gitlab-rails); on a host of glctl's own there is none, and GitLab is elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from glctl.doctor.check import NotTriedError
from glctl.errors import GlctlError

if TYPE_CHECKING:
    from pathlib import Path

    from glctl.paths import Root

GITLAB_YML = "/var/opt/gitlab/gitlab-rails/etc/gitlab.yml"
SERVICE = "container_registry"  # the only one that GitLab gives tokens for (JwtController::SERVICES)
REALM_PATH = "/jwt/auth"  # where GitLab gives tokens


@dataclass(frozen=True, slots=True)
class GitLab:
    """The ``registry`` section of *path*; strings that are missing are empty.

    *group* is the file's gid: Omnibus lets the group of GitLab's account read it.
    """

    path: Path
    enabled: bool = False
    issuer: str = ""
    key: str = ""
    api_url: str = ""
    host: str = ""
    port: int | None = None
    group: int = 0


def read_gitlab(root: Root) -> GitLab:
    """GitLab's view. Raises NotTriedError where GitLab is elsewhere, GlctlError where it cannot be read.

    PermissionError where this user may not read it.
    """
    path = root.at(GITLAB_YML)
    try:
        content, group = path.read_bytes(), path.stat().st_gid
    except (FileNotFoundError, NotADirectoryError):
        raise NotTriedError(f"GitLab is not on this host ({path} is not there)") from None
    except PermissionError:
        raise
    except OSError as exc:
        raise GlctlError(f"{path} cannot be read: {(exc.strerror or str(exc)).lower()}.") from exc
    return understood(path, content, group)


def understood(path: Path, content: bytes, group: int = 0) -> GitLab:
    """What *content* says of the registry; GlctlError where it is no YAML."""
    section = _section(path, content)
    port = section.get("port")
    texts = {name: _text(section.get(name)) for name in ("issuer", "key", "api_url", "host")}
    return GitLab(
        path,
        enabled=section.get("enabled") is True,
        port=port if isinstance(port, int) else None,
        group=group,
        **texts,
    )


def _section(path: Path, content: bytes) -> dict[str, Any]:
    import yaml

    # The file has some thousand lines: libyaml reads them in a tenth of the time.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        document = loader(content).get_single_data()
    except yaml.YAMLError:  # its text may quote a secret
        raise GlctlError(f"{path} is no YAML.", "Have it written anew: gitlab-ctl reconfigure") from None
    for key in ("production", "registry"):
        document = document.get(key) if isinstance(document, dict) else None
    return document if isinstance(document, dict) else {}


def _text(value: Any) -> str:
    return "" if value is None else str(value)
