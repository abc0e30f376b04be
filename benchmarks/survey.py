"""What glctl makes of real gitlab.rb files, beside what Ruby makes of them. Writes docs/survey.md.

usage: benchmarks/survey.py FOLDER --oracle PROGRAM [--ruby ruby]

FOLDER holds the texts of survey.csv, as survey_texts.py puts them there. PROGRAM is a Ruby program that runs
a gitlab.rb as Omnibus does and prints the settings as JSON: called as ``PROGRAM --typed --env FILE --fsroot
DIR --node FILE TEXT``. It runs what strangers wrote: as nobody, without a network, 10 s and 1 GB at most, so
this needs root. Read the texts before you let it.

Each text is evaluated in two worlds: in the full one, the environment variables and files that it names are
there; in the bare one, none is. The result is the full one's, unless the bare one's is bad.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

from survey_texts import PLACEHOLDER, VARIABLE, Entry, entries

from glctl.converge.desired import examine
from glctl.errors import ConfigError
from glctl.gitlabrb.model import Symbol
from glctl.gitlabrb.outside import Outside
from glctl.gitlabrb.reader import read
from glctl.paths import Root
from glctl.settings.names import names_of
from glctl.settings.platform import OMNIBUS
from glctl.settings.versions import NEWEST

if TYPE_CHECKING:
    from glctl.spans import Diagnostic

REPORT = Path(__file__).parent.parent / "docs/survey.md"
FQDN = "gitlab.example.com"
HOSTNAME = "oracle-host"  # what the oracle answers for `hostname`

EQUAL, BETTER, REFUSED, ACCEPTED, DIFFERENT = RESULTS = (
    "equal",
    "better error",
    "refused, Ruby accepts",
    "accepted, Ruby refuses",
    "values differ",
)
MEANING = {
    EQUAL: "the same settings, with the same values",
    BETTER: "Ruby refuses it as well; glctl names what is wrong, with line and column, and what to do",
    REFUSED: "Ruby accepts what glctl refuses",
    ACCEPTED: "glctl accepts what Ruby refuses",
    DIFFERENT: "both accept it, with other values",
}
GOOD = {EQUAL, BETTER}


@dataclass(frozen=True, slots=True)
class World:
    """What a text may ask of the host: a folder with the environment, the node's facts, a root of files."""

    folder: Path
    environ: dict[str, str]

    @property
    def root(self) -> Path:
        return self.folder / "root"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one side makes of a text: its settings, or an error."""

    settings: dict[str, Any] | None
    error: str = ""
    explained: bool = False  # the error has a place and a hint


def named_by(text: str) -> tuple[dict[str, str], dict[str, str]]:
    """The environment variables and the files that *text* names, with something that could be in them."""
    names = re.findall(r"""ENV(?:\.fetch)?\s*[\[(]\s*['"](\w+)""", text)
    files = re.findall(r"""(?:read|load_file|from_file|exist\?)\s*\(?\s*['"](/[^'"]+)""", text)
    contents = {file: "# nothing" if file.endswith(".rb") else PLACEHOLDER for file in files}
    return {name: _value(name) for name in names}, contents


def _value(name: str) -> str:
    if name == VARIABLE:
        return "gitlab_rails['time_zone'] = 'UTC'"
    return "https://gitlab.example.com" if name.endswith("URL") else PLACEHOLDER


def build(folder: Path, environ: dict[str, str], files: dict[str, str]) -> World:
    """A World in *folder*; *files* has contents by path."""
    world = World(folder, environ)
    world.root.mkdir(parents=True)
    (folder / "env.json").write_text(json.dumps(environ))
    (folder / "node.json").write_text(json.dumps({"fqdn": FQDN, "hostname": HOSTNAME}))
    for file, content in files.items():
        target = world.root / file.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(f"{content}\n")
    return world


def worlds(folder: Path, text: str) -> list[World]:
    environ, files = named_by(text)
    full = build(folder / "full", environ, files)
    return [full, build(folder / "bare", {}, {})] if environ or files else [full]


def ruby_outcome(text: Path, world: World, ruby: str, oracle: Path) -> Outcome:
    command = ["unshare", "--net", "prlimit", "--as=1073741824", "--cpu=10", "--core=0"]
    command += ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
    command += [ruby, str(oracle), "--typed", "--env", str(world.folder / "env.json")]
    command += ["--fsroot", str(world.root), "--node", str(world.folder / "node.json"), str(text)]
    environ = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TMPDIR": str(world.folder)}
    done = subprocess.run(
        command, stdout=subprocess.PIPE, env=environ, cwd=world.folder, timeout=10, check=False
    )
    if not done.stdout:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode} and said nothing")
    answer = json.loads(done.stdout)
    if "error" in answer:
        error = answer["error"]
        return Outcome(None, f"{error['class']}, line {error['line']}")
    return Outcome(_without_key_kinds(answer))


def _without_key_kinds(value: Any) -> Any:
    """*value* without the mark of symbols as keys: Omnibus takes them as strings."""
    if isinstance(value, dict):
        return {key.removeprefix("__key__::"): _without_key_kinds(item) for key, item in value.items()}
    return [_without_key_kinds(item) for item in value] if isinstance(value, list) else value


def our_outcome(text: Path, world: World) -> Outcome:
    facts = {"fqdn": FQDN, "hostname": HOSTNAME}
    outside = Outside(world.environ, HOSTNAME, facts, Root(world.root).at)
    try:
        settings = read(text, names_of(NEWEST), outside=outside)
    except ConfigError as exc:
        errors = [each for each in exc.diagnostics if each.severity == "error"]
        explained = all(each.span and each.hint for each in errors)
        return Outcome(None, "; ".join(dict.fromkeys(map(_brief, errors))), explained)
    return Outcome({key: _typed(value) for key, value in settings.values.items() if value not in (None, {})})


def _brief(diagnostic: Diagnostic) -> str:
    """The code and the line: a message may quote the text."""
    line = diagnostic.span.line if diagnostic.span else 0
    return f"{diagnostic.code}, line {line}"


def _typed(value: Any) -> Any:
    """*value* as the oracle prints it."""
    if isinstance(value, dict):
        return {k if isinstance(k, str) else f"__key__:{_inspect(k)}": _typed(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_typed(item) for item in value]
    return {"__symbol__": str(value)} if isinstance(value, Symbol) else value


def _inspect(key: Any) -> str:
    return {None: "nil", True: "true", False: "false"}.get(key, repr(key))


def compared(ruby: Outcome, ours: Outcome) -> tuple[str, str]:
    """The result, and the reason where the two do not agree."""
    if ruby.settings is None:
        if ours.settings is not None:
            return ACCEPTED, ruby.error
        return (BETTER, f"{ruby.error} · {ours.error}") if ours.explained else (REFUSED, ours.error)
    if ours.settings is None:
        return REFUSED, ours.error
    # As text, so that 1, 1.0 and true are different.
    if json.dumps(ruby.settings, sort_keys=True) == json.dumps(ours.settings, sort_keys=True):
        return EQUAL, ""
    return DIFFERENT, ", ".join(_differing(ruby.settings, ours.settings))


def _differing(one: Any, other: Any, path: str = "") -> list[str]:
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return [] if json.dumps(one) == json.dumps(other) else [path]
    keys = sorted(one.keys() | other.keys())
    return [at for key in keys for at in _differing(one.get(key), other.get(key), f"{path}.{key}".strip("."))]


def checked(text: Path, world: World) -> list[Diagnostic]:
    """What check-config says."""
    with mock.patch.dict(os.environ, world.environ, clear=True):
        try:
            return list(examine(Root(world.root), text, OMNIBUS).diagnostics)
        except ConfigError as exc:
            return list(exc.diagnostics)


@dataclass(frozen=True, slots=True)
class Row:
    """The result for one text."""

    entry: Entry
    result: str
    reason: str
    diagnostics: list[Diagnostic]


def survey(entry: Entry, folder: Path, ruby: str, oracle: Path) -> Row:
    with tempfile.TemporaryDirectory(prefix="glctl-survey-") as temporary:
        Path(temporary).chmod(0o755)
        text = Path(temporary) / "gitlab.rb"
        text.write_bytes((folder / entry.name).read_bytes())
        places = worlds(Path(temporary), text.read_text())
        results = [compared(ruby_outcome(text, at, ruby, oracle), our_outcome(text, at)) for at in places]
        result, reason = next((each for each in results if each[0] not in GOOD), results[0])
        return Row(entry, result, reason, checked(text, places[0]))


def report(rows: list[Row]) -> str:
    counts = Counter(row.result for row in rows)
    good = sum(counts[result] for result in GOOD)
    repositories = len({row.entry.repository for row in rows})
    said = Counter((d.severity, d.code) for row in rows for d in set(row.diagnostics))
    texts = Counter(pair for row in rows for pair in {(d.severity, d.code) for d in row.diagnostics})
    return _REPORT.format(
        good=good,
        all=len(rows),
        share=good / len(rows),
        repositories=repositories,
        blocks=sum(bool(row.entry.block) for row in rows),
        files=sum(not row.entry.block for row in rows),
        fine=sum(all(d.severity != "error" for d in row.diagnostics) for row in rows),
        said="\n".join(
            f"| {severity} | `{code}` | {texts[severity, code]} | {number} |"
            for (severity, code), number in sorted(said.items(), key=lambda each: (each[0][0], -each[1]))
        ),
        totals="\n".join(f"| {result} | {counts[result]} | {MEANING[result]} |" for result in RESULTS),
        lines="\n".join(map(_line, rows)),
    )


_REPORT = """\
# Real gitlab.rb files

What glctl makes of gitlab.rb files, and of GITLAB_OMNIBUS_CONFIG in Docker Compose files and Kubernetes
manifests, beside what Ruby makes of them. Written by `benchmarks/survey.py`, which says how; the texts are in
the repositories and not here.

A "better error" is one that Ruby gives as well, often of the same name and line: Ruby's is an exception, and
the first; glctl's has the column, a hint, and all that is wrong beside it.

{good} of {all} ({share:.1%}) are equal or give a better error: {files} files and {blocks} blocks of
{repositories} repositories, no two the same but for comments.

| result | texts | |
|---|---:|---|
{totals}

What `check-config` says of them, on an empty Omnibus host; {fine} have no error. Errors are what stands in
the files: placeholders for addresses, settings that Omnibus 19.3 has removed, typing errors.

| | code | texts | times |
|---|---|---:|---:|
{said}

| repository | path | commit | result | reason |
|---|---|---|---|---|
{lines}
"""


def _line(row: Row) -> str:
    entry = row.entry
    path = f"`{entry.path}`" + (f" block {entry.block}" if entry.block else "")
    return f"| {entry.repository} | {path} | {entry.commit[:12]} | {row.result} | {row.reason} |"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="the texts")
    parser.add_argument("--oracle", type=Path, required=True, help="the Ruby program to compare with")
    parser.add_argument("--ruby", default="ruby", help="which Ruby runs it (ruby)")
    parser.add_argument("--diagnostics", type=Path, metavar="FILE", help="also write what check-config says")
    options = parser.parse_args()
    one = partial(survey, folder=options.folder, ruby=options.ruby, oracle=options.oracle.resolve())
    rows = [one(entry) for entry in entries()]
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(report(rows))
    if options.diagnostics:
        options.diagnostics.write_text("".join(map(_diagnostics, rows)))
    return 0 if sum(row.result in GOOD for row in rows) >= 0.98 * len(rows) else 1


def _diagnostics(row: Row) -> str:
    said = [
        f"{row.entry.name}:{d.span.line if d.span else 0}: {d.severity} {d.code}: {d.message} ({d.hint})\n"
        for d in row.diagnostics
    ]
    return "".join(said)


if __name__ == "__main__":
    sys.exit(main())
