"""What was there before a run began to write: what a roll-back goes back to.

The journal is on disk before the first file changes, and goes when every service was seen up on the new ones.
A run that finds one finds what a killed or failed run has left: what that one wrote over is what counts then,
not the mixture that is there now.
"""

from __future__ import annotations

import json
import time
from binascii import a2b_base64, b2a_base64
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from glctl.converge.tree import TEMPORARY, Actual
from glctl.paths import STATE_DIR
from glctl.render.resources import Account

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from glctl.converge.plan import Change
    from glctl.converge.state import Applied
    from glctl.converge.tree import Tree

JOURNAL = f"{STATE_DIR}/before.json"


@dataclass(frozen=True, slots=True)
class Before:
    """*actual*: what was at each path that changes, in the order of the change. *records*: those of services
    (``registry``, ``registry/log``) as they were. *concerned*: whose records the run takes away. *begun*:
    since when (Unix seconds) that is noted, by an unfinished run if there was one.
    """

    actual: Mapping[str, Actual]
    records: Mapping[str, Mapping[str, str]]
    concerned: tuple[str, ...]
    begun: float

    @property
    def was_up(self) -> bool:
        """Whether any service was ever seen up on what was there: else there is nothing to go back to."""
        return any(self.records.values())


class Journal:
    """The journal of a root. It holds secrets, as the files do."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._path = tree.root.relocate(JOURNAL)

    @property
    def is_open(self) -> bool:
        """Whether an earlier run began and has not come to its end."""
        return self._tree.actual(self._path, content=False).kind == "file"

    def begin(self, changes: Iterable[Change], concerned: Iterable[str], applied: Applied) -> Before:
        """Note what *changes* will write over; what an unfinished run has noted stays as it is."""
        actual = {
            change.path: change.before
            for change in changes
            if not isinstance(change.resource, Account) and not change.path.endswith(TEMPORARY)
        }
        before = Before(actual, applied.records(), tuple(concerned), time.time())
        if earlier := self._earlier(applied):
            actual = {path: earlier.actual.get(path, there) for path, there in actual.items()}
            before = Before(
                {**earlier.actual, **actual},
                {**before.records, **earlier.records},
                tuple(dict.fromkeys((*earlier.concerned, *before.concerned))),
                earlier.begun,
            )
        self._tree.write(self._path, _to_json(before), 0o600)
        return before

    def end(self) -> None:
        """All is well, or as it was."""
        self._tree.unlink(self._path)

    def _earlier(self, applied: Applied) -> Before | None:
        """What an unfinished run has noted, unless it saw every service up and lacked only its end."""
        try:
            before = _from_json(self._tree.actual(self._path).content or b"{}")
        except (ValueError, KeyError, TypeError):
            return None
        return None if all(applied.digests(name) for name in before.concerned) else before


def _to_json(before: Before) -> bytes:
    actual = {
        path: {**asdict(there), "content": b2a_base64(there.content, newline=False).decode()}
        for path, there in before.actual.items()
    }
    return json.dumps({**asdict(replace(before, actual={})), "actual": actual}).encode()


def _from_json(text: bytes) -> Before:
    document = json.loads(text)
    actual = {
        path: Actual(**{**there, "content": a2b_base64(there["content"])})
        for path, there in document["actual"].items()
    }
    return Before(actual, document["records"], tuple(document["concerned"]), document["begun"])
