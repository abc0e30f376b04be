"""What remains of looking into the traffic: an authority that is trusted, a proxy of the Docker daemon's."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from glctl.paths import Root
from glctl.patterns import Pattern
from glctl.services.host_docker import is_left, left_files

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST = 1 << 16  # bytes of a file
# Where administrators put what the system is to trust, and where the daemon's settings are.
_TRUSTED = ("usr/local/share/ca-certificates", "etc/pki/ca-trust/source/anchors", "etc/docker/certs.d")
_DAEMON = (
    *("etc/systemd/system/docker.service.d", "run/systemd/system/docker.service.d"),
    *("etc/docker", "etc/default"),
)
_PROXY = Pattern(
    r"^[^#\n]*(?:https?_proxy\W|\"https?-proxy\"\s*:)[^#\n]*(?:127\.0\.0\.1|localhost|\[::1\])",
    re.IGNORECASE | re.MULTILINE,
)


def left_behind(root: Path = Path("/")) -> tuple[tuple[str, str], ...]:
    """All of it, by hand or not: what it is, in words, and its file."""
    return (*authorities(root), *_proxies(root), *of_glctl(root))


def of_glctl(root: Path = Path("/")) -> Iterator[tuple[str, str]]:
    """What a ``glctl trace --docker=host`` that was killed has left."""
    if is_left(Root(root)):
        for path in left_files(Root(root)):
            yield "The Docker daemon is led through the proxy of a glctl that was killed", str(path)


def remedy(where: str) -> str:
    """How to take away what was found in the file *where*."""
    if "docker.service.d" in where:
        restart = "systemctl daemon-reload; systemctl restart docker"
        return f"rm {where}; {restart}    # which stops containers, unless they live on"
    if "usr/local/share/ca-certificates" in where:
        return f"rm {where}; update-ca-certificates --fresh"
    return f"Remove it: {where}"


def authorities(root: Path = Path("/")) -> Iterator[tuple[str, str]]:
    """mitmproxy's, where the system's are."""
    from glctl.clients.certificates import read_pem
    from glctl.errors import GlctlError

    for path in _files(root, _TRUSTED, (".crt", ".pem", ".cer")):
        try:
            certificates = read_pem(path.read_text(errors="replace"), str(path))
        except (OSError, GlctlError):
            continue
        if any("CN=mitmproxy" in certificate.subject for certificate in certificates):
            yield (
                "mitmproxy's authority is trusted: whoever has its key can pose as any server",
                str(path),
            )


def _proxies(root: Path) -> Iterator[tuple[str, str]]:
    for path in _files(root, _DAEMON, (".conf", "daemon.json", "docker")):
        try:
            text = path.read_text(errors="replace")
        except OSError:
            continue
        if _PROXY.search(text):
            yield "The Docker daemon is told to use a proxy on this machine", str(path)


def _files(root: Path, folders: tuple[str, ...], endings: tuple[str, ...]) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.name.endswith(endings) and path.is_file() and path.stat().st_size <= _MOST:
                yield path
