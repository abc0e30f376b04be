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

_MAX_NAMED = 100  # characters of a path in a message


class UnreadableError(Exception):
    """A file cannot be read, why, and what to do about it."""

    def __init__(self, message: str, hint: str = "Write the value itself.") -> None:
        super().__init__(message)
        self.hint = hint


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

    def named(self, path: str) -> str:
        """What spans call the file of an absolute *path*: where it really lies. Raises UnreadableError."""
        return str(self._place(path))

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
                    raise UnreadableError(f"{path} is no ordinary file", "Name a file.")
                content = file.read(MAX_BYTES + 1)
            text = content.decode()
        except UnicodeDecodeError:
            raise UnreadableError(f"{path} is not UTF-8", "Save it as UTF-8.") from None
        except PermissionError:
            hint = "Use sudo, or make the file readable for this user."
            raise UnreadableError(f"{path} may not be read by this user", hint) from None
        except FileNotFoundError:
            raise UnreadableError(f"{path} does not exist", "Correct the path, or write the file.") from None
        except OSError as exc:
            raise UnreadableError(f"{path} cannot be read: {exc.strerror}", "Name another file.") from None
        if len(content) > MAX_BYTES:
            raise UnreadableError(f"{path} has more than {MAX_BYTES:,} bytes", "Is this the right file?")
        return text

    def _place(self, path: str) -> Path:
        if self.place is None:
            raise UnreadableError("no file can be read here")
        if not path.startswith("/") or "\0" in path:
            hint = f"Write where it lies, from / on: '/etc/gitlab/{path.removeprefix('./')}'"
            raise UnreadableError(f"{path[:_MAX_NAMED]!r} is no absolute path", hint[: _MAX_NAMED * 2])
        return self.place(path)
