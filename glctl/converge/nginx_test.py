"""nginx's files as they are on disk, tried by nginx itself (``nginx -T``) where they lie.

New files are tried in a staged tree (stage.py); these are what its service would start or reload with.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from glctl.patterns import Pattern
from glctl.render import nginxconf

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_TIMEOUT = 8.0  # seconds; a name in proxy_pass that no name server knows takes its time
_SECTION = Pattern(r"^# configuration file (?P<path>/.+):$", re.MULTILINE)
# Before and after it has opened its log, which may be the same: "nginx: [emerg] …", "2026/… [emerg] 1#1: …"
_SAID = Pattern(
    r"^(?:nginx:|\S+ \S+) \[(?P<level>emerg|alert|crit|error|warn)\] (?:\d+#\d+: )?(?P<words>.*)$",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What nginx says of its files, and the text of each in the order in which it reads them."""

    against: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)


def try_files(program: str, prefix: Path, conf: Path) -> Verdict | None:
    """What *program* makes of *conf*; None where it comes to no end.

    It opens its logs, as at each start. The pid file, which it makes even to try, is removed again.
    """
    import subprocess

    pid_file = _pid_file(prefix, conf)
    had_pid_file = os.path.lexists(pid_file)
    command = [program, "-T", "-e", "stderr", "-p", str(prefix), "-c", str(conf)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_TIMEOUT, check=False, cwd=prefix)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if not had_pid_file and _is_empty(pid_file):
            pid_file.unlink(missing_ok=True)
    text = done.stderr.decode(errors="replace")
    said = dict.fromkeys((m["level"], m["words"]) for m in _SAID.finditer(text))
    against = tuple(words for level, words in said if level != "warn") if done.returncode else ()
    if done.returncode and not against:
        against = (f"nginx -T ended with exit code {done.returncode}",)
    warnings = tuple(words for level, words in said if level == "warn")
    return Verdict(against, warnings, dict(_files(done.stdout.decode(errors="replace"))))


def _files(dump: str) -> Iterator[tuple[str, str]]:
    parts = _SECTION.split(dump)[1:]
    yield from zip(parts[::2], parts[1::2], strict=True)


def _pid_file(prefix: Path, conf: Path) -> Path:
    """Where nginx.conf has it; where nginx's own default is depends on how it was compiled."""
    try:
        top = nginxconf.parse(conf.read_text(errors="replace"))
    except (OSError, nginxconf.NginxSyntaxError):
        top = ()
    return prefix / next((d.args[0] for d in top if d.name == "pid" and d.args), "nginx.pid")


def _is_empty(path: Path) -> bool:
    try:
        return path.stat().st_size == 0
    except OSError:
        return False
