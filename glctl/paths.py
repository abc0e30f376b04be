"""Where things lie: the root that ``--root`` names, and the places that Omnibus and glctl agree on."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

CONFIG_FILE = "/etc/gitlab/gitlab.rb"
SECRETS_FILE = "/etc/gitlab/gitlab-secrets.json"
DOCKER_FILE = "/assets/gitlab.rb"  # what Omnibus reads in GitLab's Docker image; it takes in the two others
CLUSTER_FILE = "/etc/gitlab/gitlab-cluster.json"  # what gitlab-ctl itself has changed on this node
SSL_DIR = "/etc/gitlab/ssl"
EMBEDDED_DIR = "/opt/gitlab/embedded"  # its presence makes a host an Omnibus host
VERSION_FILE = "/opt/gitlab/version-manifest.txt"  # begins with the package's name and version
SV_DIR = "/opt/gitlab/sv"
SERVICE_DIR = "/opt/gitlab/service"
INIT_DIR = "/opt/gitlab/init"
LOG_DIR = "/var/log/gitlab"
UNIT_FILE = "/etc/systemd/system/glctl-runsvdir.service"  # where systemd starts the supervisor at boot
STATE_DIR = "/var/opt/gitlab/glctl"  # applied records, the lock, the supervisor's record


@dataclass(frozen=True, slots=True)
class Root:
    """The directory under which every path of this run lies; ``/`` on an ordinary host."""

    path: Path = field(default=Path("/"))

    @property
    def relocated(self) -> bool:
        """Whether this is a sandbox (``--root``) and not the machine itself."""
        return self.path != Path("/")

    def at(self, path: str) -> Path:
        """The place below the root that the absolute *path* means. A path already below it stays as it is.

        As on a whole machine, ``..`` leads no further up than to the root.
        """
        if not path.startswith("/"):
            raise ValueError(f"not an absolute path: {path}")
        if not self.relocated:
            return Path(path)
        target = Path("/", os.path.normpath(path).lstrip("/"))
        if target.is_relative_to(self.path):
            return target
        return self.path / target.relative_to("/")

    def relocate(self, path: str) -> str:
        """As :meth:`at`, for text that goes into a rendered file."""
        return str(self.at(path))
