"""Settings of log services: once for all of them, and for each that differs."""

from __future__ import annotations

from glctl.settings.option import Option

# The name, its kind, what it does, the default, an example (svlogd(8)).
_SETTINGS = (
    ("size", "limit", "A log is rotated when it has so many bytes.", 209715200, "209715200"),
    ("num", "limit", "So many rotated logs are kept.", 30, "30"),
    ("timeout", "limit", "A log is rotated when it is so many seconds old.", 86400, "86400"),
    ("filter", "line", "The program that a rotated log passes through, or false.", "gzip", "'gzip'"),
    ("udp", "line", "Log lines also go to this UDP address.", None, "'192.0.2.1:514'"),
    ("prefix", "line", "What each log line begins with.", None, "'registry-1 '"),
)


def for_all(section: str) -> tuple[Option, ...]:
    """The settings of all log services, with their defaults."""
    return tuple(
        Option(f"{section}.svlogd_{name}", kind, doc, default, example)  # type: ignore[arg-type]  # a Kind
        for name, kind, doc, default, example in _SETTINGS
    )


def for_one(section: str, service: str) -> tuple[Option, ...]:
    """The settings of one log service, which has those of all where it says nothing."""
    return tuple(
        Option(f"{section}.svlogd_{name}", kind, f"{doc[:-1]}, for {service} alone.", None, example)  # type: ignore[arg-type]  # a Kind
        for name, kind, doc, _, example in _SETTINGS
    )
