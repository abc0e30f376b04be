"""Platform: every difference between an Omnibus host and a Debian-like one, in one table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from glctl.paths import EMBEDDED_DIR

if TYPE_CHECKING:
    from glctl.paths import Root

PlatformName = Literal["omnibus", "debian"]


@dataclass(frozen=True, slots=True)
class Program:
    """A program that a service needs, and the Debian package that brings it."""

    path: str
    package: str


@dataclass(frozen=True, slots=True)
class Platform:
    """Where programs lie, and what this platform's nginx understands."""

    name: PlatformName
    registry: Program
    registry_args: tuple[str, ...]  # before the path of config.yml
    nginx: Program
    runsvdir: Program
    sv: Program
    chpst: Program
    svlogd: Program
    mime_types: str
    ssl_cert_dir: str
    manages_services: bool  # False: Chef owns configuration and services, glctl only reads
    rails: bool  # GitLab itself runs here: its account owns the signing key, its group the images
    registry_database: bool  # GitLab's own registry, with a metadata database
    nginx_http2_directive: bool  # ``http2 on;`` (nginx ≥ 1.25.1), else ``listen … http2``
    nginx_gitlab_modules: bool  # vhost_traffic_status and hide_server_tokens of GitLab's own build
    nginx_temp_paths: bool  # compiled-in temporary paths lie outside the prefix and must be redirected


OMNIBUS = Platform(
    name="omnibus",
    registry=Program("/opt/gitlab/embedded/bin/registry", "gitlab-ee"),
    registry_args=("serve",),
    nginx=Program("/opt/gitlab/embedded/sbin/nginx", "gitlab-ee"),
    runsvdir=Program("/opt/gitlab/embedded/bin/runsvdir", "gitlab-ee"),
    sv=Program("/opt/gitlab/embedded/bin/sv", "gitlab-ee"),
    chpst=Program("/opt/gitlab/embedded/bin/chpst", "gitlab-ee"),
    svlogd=Program("/opt/gitlab/embedded/bin/svlogd", "gitlab-ee"),
    mime_types="/opt/gitlab/embedded/conf/mime.types",
    ssl_cert_dir="/opt/gitlab/embedded/ssl/certs/",
    manages_services=False,
    rails=True,
    registry_database=True,
    nginx_http2_directive=True,
    nginx_gitlab_modules=True,
    nginx_temp_paths=False,
)

DEBIAN = Platform(
    name="debian",
    registry=Program("/usr/bin/docker-registry", "docker-registry"),
    registry_args=("serve",),
    nginx=Program("/usr/sbin/nginx", "nginx-light"),
    runsvdir=Program("/usr/bin/runsvdir", "runit"),
    sv=Program("/usr/bin/sv", "runit"),
    chpst=Program("/usr/bin/chpst", "runit"),
    svlogd=Program("/usr/bin/svlogd", "runit"),
    mime_types="/etc/nginx/mime.types",
    ssl_cert_dir="/etc/ssl/certs",
    manages_services=True,
    rails=False,
    registry_database=False,
    nginx_http2_directive=False,
    nginx_gitlab_modules=False,
    nginx_temp_paths=True,
)

PLATFORMS: dict[PlatformName, Platform] = {"omnibus": OMNIBUS, "debian": DEBIAN}


def detect(root: Root) -> Platform:
    """Omnibus where its embedded directory is there (below the root), else Debian."""
    return OMNIBUS if root.at(EMBEDDED_DIR).is_dir() else DEBIAN
