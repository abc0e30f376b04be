"""``logging['logrotate_…']``, and the same for one service. Omnibus gives them to logrotate."""

from __future__ import annotations

from glctl.settings.option import Option

_NAMES = "compress dateformat frequency maxsize method postrotate rotate size".split()
_DOC = "It is logrotate's, which does not run here."


def options(section: str) -> tuple[Option, ...]:
    """What logrotate does with the logs of *section*."""
    return tuple(
        Option(f"{section}.logrotate_{name}", "any", _DOC, ignored=True, foreign=True) for name in _NAMES
    )
