"""Versions of Omnibus: which one's rules hold."""

from __future__ import annotations

from glctl.patterns import Pattern

Version = tuple[int, int]  # a setting comes and goes with a minor version
NEWEST: Version = (19, 3)  # the Omnibus that glctl follows
OLDEST: Version = (13, 0)  # of those whose settings glctl knows

# As GitLab writes them: 16.11, 16.11.2, 16.11.2-ee.0, 16.11.2+rnightly.
_VERSION = Pattern(r"v?(\d{1,3})\.(\d{1,3})(?:\.\d+)?(?:[-+.][0-9A-Za-z.+~-]+)?")


def parse_version(text: str) -> Version:
    """The version that *text* names. Raises ValueError with the reason."""
    match = _VERSION.fullmatch(text.strip())
    if not match:
        raise ValueError("a version of GitLab looks like 16.11 or 16.11.2-ee.0")
    version = int(match[1]), int(match[2])
    if version < OLDEST:
        raise ValueError(f"versions before {shown_version(OLDEST)} are not known here")
    return version


def shown_version(version: Version) -> str:
    """As an administrator writes it: ``16.11``."""
    return ".".join(map(str, version))
