"""Where a service's lines come from: the file that is being written, and those it was rotated to."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from glctl.errors import UsageError
from glctl.logs.records import without_prefix
from glctl.paths import LOG_DIR, SV_DIR

if TYPE_CHECKING:
    from collections.abc import Iterable

    from glctl.paths import Root

SVLOGD_FILE = "current"
# What each service writes into its log directory: svlogd what the process itself says, nginx its own files.
FILES: dict[str, tuple[str, ...]] = {
    "registry": (SVLOGD_FILE,),
    "nginx": (
        SVLOGD_FILE,
        "access.log",
        "error.log",
        "gitlab_registry_access.log",
        "gitlab_registry_error.log",
    ),
    "logrotate": (SVLOGD_FILE,),
}
# GitLab itself, on an Omnibus host: what it does for the registry (tokens, bans, tags) is among all that it
# does. Its logs are read where they are asked for.
RAILS = "gitlab-rails"
BESIDE: dict[str, tuple[str, ...]] = {
    RAILS: (
        "production.log",
        "production_json.log",
        "api_json.log",
        "auth.log",
        "auth_json.log",
    ),
}

# svlogd(8): a rotated file is named by a TAI64N label with .s (done) or .u (not yet processed).
_LOG_NAME = re.compile(r"current$|@[0-9a-f]{24}\.[su]$|[^.].*\.log\b")
_COMPRESSED = re.compile(r"\.(?:gz|xz|zst)$")
SVLOGD_ARCHIVE = re.compile(r"@[0-9a-f]{24}\.[su]")


@dataclass(frozen=True, slots=True)
class LogSource:
    """One log of a *service*. *path* is the live file, which need not be there (yet)."""

    service: str
    path: Path
    prefix: bytes = b""  # what svlogd puts before each line, behind its stamp

    @property
    def name(self) -> str:
        """What the reader sees: ``registry``, ``nginx/registry_access``."""
        if self.by_svlogd:
            return self.service
        return f"{self.service}/{self.path.stem.removeprefix('gitlab_')}"

    @property
    def by_svlogd(self) -> bool:
        """Whether svlogd writes and rotates this file (else nginx writes, and logrotate rotates)."""
        return self.path.name == SVLOGD_FILE

    def plain(self, line: bytes) -> bytes:
        """*line* as the service wrote it, behind svlogd's stamp."""
        return without_prefix(line, self.prefix) if self.prefix else line

    @property
    def live(self) -> bool:
        """Whether the live file is there; yes where that cannot be seen."""
        try:
            return self.path.exists()
        except PermissionError:
            return True

    @property
    def exists(self) -> bool:
        """Whether there is any file of it; yes where that cannot be seen, so that reading it tells why."""
        try:
            return self.path.exists() or bool(self.archives())
        except PermissionError:
            return True

    def archives(self) -> list[Path]:
        """The rotated files that are there now, oldest first."""
        directory = self.path.parent
        if not self.by_svlogd:
            archive = re.compile(re.escape(self.path.name) + r"(?:\.(\d+)|-.*\d.*?)(?:\.(?:gz|xz|zst))?")
            there = {*_names(directory)}
            # Beside what it is made from, a compressed file is not finished.
            names = [
                name for name in there if (plain := _COMPRESSED.sub("", name)) == name or plain not in there
            ]
            matches = [match for name in names if (match := archive.fullmatch(name))]
            found = [(-int(match[1] or 0), _modified(directory / match[0]), match[0]) for match in matches]
            # logrotate(8): .1 is the newest; what is named by its date, in whatever order, by when it ended.
            return [directory / name for *_, name in sorted(found)]
        # A listing can miss a file whose .u becomes .s meanwhile. That happens once: the next listing has it.
        names = sorted({*_names(directory), *_names(directory)}, reverse=True)
        labels = {name[:25]: name for name in names if SVLOGD_ARCHIVE.fullmatch(name)}  # .s, else .u
        return [directory / labels[label] for label in sorted(labels)]


def _modified(path: Path) -> float:
    """When the last line was written; gzip keeps that time."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0  # it has just gone


def _names(directory: Path) -> list[str]:
    try:
        return [entry.name for entry in directory.iterdir()]
    except (FileNotFoundError, NotADirectoryError):
        return []


def find_sources(root: Root, services: Iterable[str] = ()) -> list[LogSource]:
    """The sources of *services* (by default those that glctl runs) below *root*.

    UsageError for an unknown name.
    """
    known = FILES | BESIDE
    sources = []
    for service in dict.fromkeys(services or FILES):
        if service not in known:
            hint = f"Known: {', '.join(known)}."
            if Path(service).exists():
                hint = f"That is a file; to find problems in it: glctl scan-logs {shlex.quote(service)}"
            raise UsageError(f"No logs are known for service '{service}'.", hint)
        directory = log_directory(root, service)
        paths = [directory / name for name in known[service]]
        sources += [LogSource(service, path, prefix_in(path)) for path in paths]
    return sources


def prefix_in(path: Path) -> bytes:
    """What svlogd puts before each line of the log *path*: the line ``p…`` of the config file beside it."""
    if path.name != SVLOGD_FILE and not SVLOGD_ARCHIVE.fullmatch(path.name):
        return b""
    try:
        lines = path.with_name("config").read_bytes().split(b"\n")
    except OSError:
        return b""
    return next((line[1:] for line in reversed(lines) if line.startswith(b"p")), b"")


def files_in(directory: Path) -> list[Path]:
    """The log files of *directory* and of those in it that have a service's name, oldest first in each.

    OSError where it cannot be read.
    """
    there = sorted(directory.iterdir())
    logs = [path for path in there if _LOG_NAME.match(path.name) and path.is_file()]
    below = [path for path in there if path.name in FILES | BESIDE and path.is_dir()]
    labelled = [path for path in logs if SVLOGD_ARCHIVE.fullmatch(path.name)]  # their labels are in order
    others = [path for path in logs if path not in labelled]
    return [*labelled, *sorted(others, key=_modified), *(path for each in below for path in files_in(each))]


def service_of(path: Path) -> str:
    """The service that a log belongs to, by its path; the registry's, where that does not tell."""
    return next((name for name in FILES | BESIDE if name in path.parts), "registry")


def log_directory(root: Root, service: str) -> Path:
    """Where svlogd keeps the logs of *service*: as its log/run file says, else the usual place.

    The run file is what really runs, on a host of ours as on one that Omnibus manages.
    """
    try:
        run = root.at(f"{SV_DIR}/{service}/log/run").read_text(encoding="utf-8", errors="replace")
    except OSError:
        run = ""
    for line in run.replace("\\\n", " ").splitlines():
        try:
            words = shlex.split(line, comments=True)
        except ValueError:
            continue
        if any(Path(word).name == "svlogd" for word in words[:-1]) and words[-1].startswith("/"):
            return root.at(words[-1])
    return root.at(f"{LOG_DIR}/{service}")
