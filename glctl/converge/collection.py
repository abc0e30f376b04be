"""What the registry's garbage collector says (distribution 2.8.2, observed), counted while it works."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_REPOSITORY = re.compile(r"[a-z0-9]\S*")  # a line of its own before what is said of it
_DIGEST = r"(?P<digest>[\w+.-]+:[0-9a-f]+)"
_MARKED = re.compile(rf"\S+: marking (?P<what>manifest|blob) {_DIGEST}\s*")
_ELIGIBLE = re.compile(rf"(?P<what>manifest|blob) eligible for deletion: {_DIGEST}")
_DELETING = re.compile(r'msg="deleting (manifest|manifest tag reference|blob): ', re.IGNORECASE)
_FAILED = re.compile(r"failed to garbage collect: (?P<why>.+)")
NOTHING_PUSHED = (
    "Path not found: /docker/registry/v2/repositories"  # its reason where nothing was ever pushed
)


@dataclass(frozen=True, slots=True, order=True)
class Manifest:
    """One image by its digest, in a repository."""

    repository: str
    digest: str

    def __str__(self) -> str:
        return f"{self.repository}@{self.digest}"


@dataclass(slots=True)
class Collection:
    """One run of the collector as far as it has come. :meth:`read` takes in its lines, in order.

    *manifests*, *blobs*: what may be deleted. Unless this is a dry run, it is, once this has come to its end;
    of each deletion it tells only at the log levels info and debug. *failure*: why it gave up; *last_words*:
    what it said that is none of what it usually says.
    """

    repositories: int = 0
    marked: int = 0
    manifests: list[Manifest] = field(default_factory=list)
    blobs: list[str] = field(default_factory=list)
    failure: str = ""
    last_words: list[str] = field(default_factory=list)
    _named: set[Manifest] = field(default_factory=set)
    _repository: str = ""

    def read(self, line: str) -> None:
        """Take in one line."""
        if marked := _MARKED.fullmatch(line):
            self.marked += 1
            if marked["what"] == "blob":
                self._named.add(Manifest(self._repository, marked["digest"]))
        elif eligible := _ELIGIBLE.fullmatch(line):
            if eligible["what"] == "manifest":
                self.manifests.append(Manifest(self._repository, eligible["digest"]))
            else:
                self.blobs.append(eligible["digest"])
        elif _REPOSITORY.fullmatch(line):
            self.repositories += 1
            self._repository = line
        elif failed := _FAILED.search(line):
            self.failure = failed["why"]
        elif line and not _DELETING.search(line):
            self.last_words = [*self.last_words[-4:], line]

    @property
    def needed(self) -> list[Manifest]:
        """Manifests that may be deleted although one that stays names them: the parts of a multi-platform
        image, which have no tag of their own and which the collector takes for layers.
        """
        return sorted(self._named.intersection(self.manifests))
