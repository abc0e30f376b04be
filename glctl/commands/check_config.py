"""``glctl check-config``: everything that is wrong in gitlab.rb, at once."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from glctl.commands.diagnostics import WORDS, print_diagnostics
from glctl.console import as_called
from glctl.converge.wrong import all_that_is_wrong
from glctl.errors import UsageError
from glctl.settings.versions import NEWEST, parse_version, shown_version
from glctl.spans import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from glctl.commands.context import Context
    from glctl.settings.versions import Version


def version_option(_ctx: click.Context, _option: click.Parameter, text: str | None) -> Version | None:
    """The version that ``--omnibus-version`` names."""
    if text is None:
        return None
    try:
        return parse_version(text)
    except ValueError as exc:
        raise click.BadParameter(f"{text!r}: {exc}.") from None


@click.command(short_help="Say everything that is wrong in gitlab.rb.")
@click.option("--strict", is_flag=True, help="Warnings are errors.")
@click.option(
    "--omnibus-version",
    "version",
    metavar="V",
    callback=version_option,
    help="Go by this version of Omnibus (16.11), not by that installed or the newest that is known.",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to report.")
@click.pass_obj
def command(context: Context, strict: bool, version: Version | None, form: str) -> int:
    """Read gitlab.rb and say everything that is wrong in it, at once.

    Exit 2 if there is an error, with --strict also if there is a warning; else 0. Notes never count.
    """
    try:
        diagnostics = all_that_is_wrong(context.root, context.config_file, context.platform, version)
    except UsageError as exc:
        if form != "json":
            raise
        diagnostics = (Diagnostic("unreadable-file", "error", exc.message, exc.hint),)
    if version is not None and version > NEWEST:
        newest = shown_version(NEWEST)
        unknown = f"note: GitLab {shown_version(version)} is not known here"
        context.console.note(f"{unknown}; the rules are those of {newest}.")
    severities = {d.severity for d in diagnostics}
    ok = "error" not in severities and not (strict and "warning" in severities)
    if form == "json":
        import json

        called = context.console.called
        document = {"ok": ok, "diagnostics": [_as_json(d, called) for d in diagnostics]}
        context.console.out(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        print_diagnostics(diagnostics, sys.stdout, context.console)
        context.console.out(_verdict(context, diagnostics, ok))
    return 0 if ok else 2


def _verdict(context: Context, diagnostics: Sequence[Diagnostic], ok: bool) -> str:
    found = Counter(WORDS[d.severity] for d in diagnostics)
    counts = [f"{found[word]} {word}{'s' * (found[word] > 1)}" for word in WORDS.values() if found[word]]
    verdict = "is not fit to use" if not ok else "has no error" if found["warning"] else "is fine"
    return f"{context.config_file} {verdict}" + (f": {', '.join(counts)}." if counts else ".")


def _as_json(diagnostic: Diagnostic, called: str) -> dict[str, Any]:
    span = diagnostic.span
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "file": span.file if span else None,
        "line": span.line if span else None,
        "column": span.column if span else None,
        "message": diagnostic.message.removesuffix("."),
        "hint": as_called(diagnostic.hint, called),
    }
