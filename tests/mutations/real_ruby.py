"""What glctl makes of a file beside what Ruby makes of it: never may glctl accept what Ruby refuses."""

from __future__ import annotations

import json
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glctl.errors import GlctlError
from glctl.gitlabrb.outside import Outside
from glctl.gitlabrb.reader import read
from glctl.settings.schema import NAMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from glctl.gitlabrb.model import Settings

_BATCH = Path(__file__).with_name("batch.rb")
BOTH, NEITHER, STRICTER = "accepted by both, same values", "refused by both", "refused by glctl only"
SYNTAX, EVALUATION, VALUES = "syntax that Ruby refuses", "Ruby's evaluation fails", "other values"
MISMATCHES = (SYNTAX, EVALUATION, VALUES)


@dataclass(frozen=True, slots=True)
class Ruby:
    """The *command* that runs Ruby, and the *oracle* that prints settings as JSON, each with its arguments.

    What the oracle takes for ``hostname`` and ``node['fqdn']``, glctl takes, too; both see *environ*.
    """

    command: str
    oracle: str
    hostname: str = "host"
    fqdn: str = "host.example.com"

    def answers(self, paths: Sequence[Path]) -> list[dict[str, Any]]:
        """What Ruby makes of each file; batch.rb tells the keys."""
        done = subprocess.run(
            [*shlex.split(self.command), str(_BATCH), *shlex.split(self.oracle)],
            input="".join(f"{path}\n" for path in paths),
            env=ENVIRON,
            capture_output=True,
            text=True,
            check=True,
        )
        return [json.loads(line) for line in done.stdout.splitlines()]

    def compare(self, paths: Sequence[Path]) -> list[tuple[str, str]]:
        """For each file how the two agree, and what to show of it."""
        outside = Outside(ENVIRON, self.hostname, {"fqdn": self.fqdn}, Path("/nowhere").joinpath)
        return [
            _compared(path, answer, outside) for path, answer in zip(paths, self.answers(paths), strict=True)
        ]


ENVIRON = {"LANG": "C.UTF-8"}


def _compared(path: Path, answer: dict[str, Any], outside: Outside) -> tuple[str, str]:
    try:
        settings = read(path, NAMES, outside=outside)
    except GlctlError as error:
        refused = answer["settings"] is None
        return (NEITHER if refused else STRICTER), error.message
    if answer["syntax"]:
        return SYNTAX, answer["syntax"]
    if answer["refused"]:
        return EVALUATION, answer["refused"]
    ours, theirs = _as_json(settings), json.dumps(answer["settings"], sort_keys=True)
    return (BOTH, "") if ours == theirs else (VALUES, f"glctl: {ours}\nRuby:  {theirs}")


def _as_json(settings: Settings) -> str:
    """As the oracle prints settings: without those that are unset, all keys as text."""
    told = {
        name: _plain(value)
        for name, value in settings.values.items()
        if value is not None and not (value == {} and name in NAMES.hashes)
    }
    return json.dumps(told, sort_keys=True)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {_key(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _key(key: object) -> str:
    return "" if key is None else str(key)
