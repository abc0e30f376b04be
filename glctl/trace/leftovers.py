"""What remains of looking into the traffic by hand: an authority that is trusted, a proxy of the daemon's."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from glctl.patterns import Pattern

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
    """What it is, in words, and its file."""
    return (*_authorities(root), *_proxies(root))


def _authorities(root: Path) -> Iterator[tuple[str, str]]:
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
