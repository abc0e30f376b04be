"""What a gitlab.rb may ask of the host that it is read on. Nothing is written, run or fetched."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from glctl.gitlabrb.limits import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


class UnreadableError(Exception):
    """A file cannot be read, and why."""


@dataclass(frozen=True, slots=True)
class Outside:
    """The host, as far as a gitlab.rb sees it.

    *environ* is ``ENV``, *hostname* what the program hostname prints, *facts* what ``node['fqdn']`` and the
    like are. *place* says where the file of an absolute path lies; without it, no file is read.
    """

    environ: Mapping[str, str] = field(default_factory=dict)
    hostname: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    place: Callable[[str], Path] | None = None

    def exists(self, path: str) -> bool:
        """Whether there is something at *path*. Raises UnreadableError where it must not be asked."""
        return self._place(path).exists()

    def is_file(self, path: str) -> bool:
        """Whether there is a file at *path*. Raises UnreadableError where it must not be asked."""
        return self._place(path).is_file()

    def is_directory(self, path: str) -> bool:
        """Whether there is a directory at *path*. Raises UnreadableError where it must not be asked."""
        return self._place(path).is_dir()

    def matching(self, pattern: str) -> list[str]:
        """The paths that fit *pattern*, sorted: ``*`` and ``?`` in its last part. Raises UnreadableError."""
        directory, _, name = pattern.rpartition("/")
        if not name or set("*?") & set(directory) or set("[{\\") & set(pattern) or "**" in name:
            raise UnreadableError("only * and ? in the last part of a path are understood here")
        try:
            entries = sorted(each.name for each in self._place(pattern).parent.iterdir())
        except OSError:  # Ruby finds nothing there, either
            return []
        names = [each for each in entries if fnmatchcase(each, name)]
        if not all(map(str.isprintable, names)):
            raise UnreadableError("a file's name is no plain text here")
        hidden = name.startswith(".")
        return [f"{directory}/{each}" for each in names if hidden or not each.startswith(".")]

    def text(self, path: str) -> str:
        """The text of a file, read as the user who runs glctl. Raises UnreadableError."""
        place = self._place(path)
        try:
            # A pipe would be waited for.
            descriptor = os.open(place, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            with open(descriptor, "rb") as file:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    raise UnreadableError("this is no ordinary file")
                content = file.read(MAX_BYTES + 1)
            text = content.decode()
        except UnicodeDecodeError:
            raise UnreadableError("this file is not UTF-8") from None
        except OSError as exc:
            raise UnreadableError(f"this file cannot be read: {exc.strerror}") from None
        if len(content) > MAX_BYTES:
            raise UnreadableError(f"this file has more than {MAX_BYTES:,} bytes")
        return text

    def _place(self, path: str) -> Path:
        if self.place is None:
            raise UnreadableError("no file can be read here")
        if not path.startswith("/") or "\0" in path:
            raise UnreadableError("this is no absolute path")
        return self.place(path)
