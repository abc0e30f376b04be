"""What logrotate does with nginx's own log files, and logrotate itself as a service."""

from __future__ import annotations

from glctl.settings.option import Option
from glctl.settings.options import svlogd

_FREQUENCIES = ("hourly", "daily", "weekly", "monthly", "yearly")
_COMPRESSIONS = ("compress", "nocompress", "delaycompress")
# The name, its kind, what it does, the default, an example, choices (logrotate(8)).
_SETTINGS = (
    ("frequency", "string", "How often nginx's log files are rotated.", "daily", "'daily'", _FREQUENCIES),
    ("size", "size", "They are rotated only once they are larger, however often.", None, "'100M'", ()),
    ("maxsize", "size", "They are rotated once they are larger, also before it is time.", None, "'1G'", ()),
    ("rotate", "integer", "So many rotated ones are kept.", 30, "30", ()),
    ("compress", "line", "Whether they are compressed.", "compress", "'compress'", _COMPRESSIONS),
    (
        "method",
        "line",
        "'nocreate': nginx is told to open new ones, and no line is lost; 'copytruncate': they are copied.",
        None,
        "'nocreate'",
        (),
    ),
    ("dateformat", "line", "They are named by their date, so written, not numbered.", None, "'-%Y%m%d'", ()),
    ("postrotate", "line", "A shell command to run afterwards.", None, "'/usr/local/bin/rotated'", ()),
)


def for_all(section: str) -> tuple[Option, ...]:
    """What holds for all services, with the defaults."""
    return tuple(
        Option(f"{section}.logrotate_{name}", kind, doc, default, example, choices)  # type: ignore[arg-type]  # a Kind
        for name, kind, doc, default, example, choices in _SETTINGS
    )


def for_one(section: str) -> tuple[Option, ...]:
    """What holds for one service, which has what holds for all where it says nothing."""
    return tuple(
        Option(f"{section}.logrotate_{name}", kind, doc, None, example, choices)  # type: ignore[arg-type]  # a Kind
        for name, kind, doc, _, example, choices in _SETTINGS
    )


def without_effect(section: str) -> tuple[Option, ...]:
    """What Omnibus takes for a service whose log only svlogd writes here."""
    doc = "svlogd rotates its log."
    return tuple(
        Option(f"{section}.logrotate_{name}", "any", doc, ignored=True, foreign=True)
        for name, *_ in _SETTINGS
    )


OPTIONS = (
    Option("logrotate.enable", "bool", "Whether nginx's log files are rotated.", True, "true"),
    Option(
        "logrotate.dir",
        "path",
        "logrotate's home: configuration, and when it rotated what.",
        "/var/opt/gitlab/logrotate",
        "'/var/opt/gitlab/logrotate'",
    ),
    Option(
        "logrotate.log_directory",
        "path",
        "Where logrotate's own log lies.",
        "/var/log/gitlab/logrotate",
        "'/var/log/gitlab/logrotate'",
    ),
    Option("logrotate.log_group", "string", "The group that may read logrotate's log.", example="'adm'"),
    Option("logrotate.pre_sleep", "integer", "Seconds until it looks at the files first.", 600, "600"),
    Option("logrotate.post_sleep", "integer", "Seconds that it rests after each look.", 3000, "3000"),
    *svlogd.for_one("logrotate", "logrotate"),
    *(
        Option(f"logrotate.{key}", "any", "Only nginx has files to rotate here.", ignored=True, foreign=True)
        for key in ("ha", "services")
    ),
)
