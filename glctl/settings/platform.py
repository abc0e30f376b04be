"""Platform: every difference between an Omnibus host and a Debian-like one, in one table."""

from __future__ import annotations

from dataclasses import dataclass, field
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


def _what(about: str) -> dict[str, str]:
    """What a field decides, for docs/differences.md."""
    return {"about": about}


@dataclass(frozen=True, slots=True)
class Platform:
    """Where programs lie, and what this platform's nginx understands."""

    name: PlatformName
    registry: Program = field(metadata=_what("the registry"))
    registry_args: tuple[str, ...] = field(metadata=_what("its arguments, before the path of config.yml"))
    nginx: Program = field(metadata=_what("nginx"))
    runsvdir: Program = field(metadata=_what("runit's runsvdir"))
    sv: Program = field(metadata=_what("runit's sv"))
    chpst: Program = field(metadata=_what("runit's chpst"))
    svlogd: Program = field(metadata=_what("runit's svlogd"))
    logrotate: Program = field(metadata=_what("logrotate"))
    logrotate_method: str = field(metadata=_what("how nginx's log files are rotated (`logrotate_method`)"))
    mime_types: str = field(metadata=_what("nginx's table of media types"))
    ssl_cert_dir: str = field(metadata=_what("the certificates that the registry trusts (SSL_CERT_DIR)"))
    manages_services: bool = field(
        metadata=_what("glctl writes configuration and runs services; else Chef does")
    )
    rails: bool = field(
        metadata=_what("GitLab itself runs here: it owns the key that signs tokens, its group the images")
    )
    registry_database: bool = field(metadata=_what("the registry is GitLab's own, with a metadata database"))
    nginx_http2_directive: bool = field(
        metadata=_what("`http2 on;` (nginx 1.25.1 and newer), else `listen … http2`")
    )
    nginx_gitlab_modules: bool = field(
        metadata=_what("nginx has `vhost_traffic_status` and `hide_server_tokens`")
    )
    nginx_temp_paths: bool = field(
        metadata=_what("nginx was compiled with paths outside its home: they are redirected")
    )


OMNIBUS = Platform(
    name="omnibus",
    registry=Program("/opt/gitlab/embedded/bin/registry", "gitlab-ee"),
    registry_args=("serve",),
    nginx=Program("/opt/gitlab/embedded/sbin/nginx", "gitlab-ee"),
    runsvdir=Program("/opt/gitlab/embedded/bin/runsvdir", "gitlab-ee"),
    sv=Program("/opt/gitlab/embedded/bin/sv", "gitlab-ee"),
    chpst=Program("/opt/gitlab/embedded/bin/chpst", "gitlab-ee"),
    svlogd=Program("/opt/gitlab/embedded/bin/svlogd", "gitlab-ee"),
    logrotate=Program("/opt/gitlab/embedded/sbin/logrotate", "gitlab-ee"),
    logrotate_method="copytruncate",
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
    logrotate=Program("/usr/sbin/logrotate", "logrotate"),
    logrotate_method="nocreate",
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
