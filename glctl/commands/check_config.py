"""``glctl check-config``: everything that is wrong in gitlab.rb, at once."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from glctl.commands.diagnostics import print_diagnostics
from glctl.converge.desired import examine
from glctl.errors import ConfigError, GlctlError
from glctl.spans import Diagnostic

if TYPE_CHECKING:
    from glctl.commands.context import Context


@click.command(short_help="Say everything that is wrong in gitlab.rb.")
@click.option("--strict", is_flag=True, help="Warnings are errors.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to report.")
@click.pass_obj
def command(context: Context, strict: bool, form: str) -> int:
    """Read gitlab.rb and say everything that is wrong in it. Exit 2 if there is an error."""
    diagnostics = _diagnostics(context)
    errors = sum(d.severity == "error" for d in diagnostics)
    warnings = len(diagnostics) - errors
    ok = not errors and not (strict and warnings)
    if form == "json":
        document = {"ok": ok, "diagnostics": [_as_json(d) for d in diagnostics]}
        context.console.out(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        print_diagnostics(diagnostics, sys.stdout, context.console)
        context.console.out(_verdict(context, errors, warnings, ok))
    return 0 if ok else 2


def _diagnostics(context: Context) -> tuple[Diagnostic, ...]:
    """What is wrong in gitlab.rb, and, where that is all right, with the files that it makes."""
    try:
        configuration = examine(context.root, context.config_file, context.platform)
    except ConfigError as exc:
        return exc.diagnostics
    if configuration.errors:
        return configuration.diagnostics
    try:
        configuration.resources()
    except GlctlError as exc:
        return *configuration.diagnostics, Diagnostic("wrong-value", "error", exc.message, exc.hint)
    return configuration.diagnostics


def _verdict(context: Context, errors: int, warnings: int, ok: bool) -> str:
    counts = [f"{n} {word}{'s' * (n > 1)}" for n, word in ((errors, "error"), (warnings, "warning")) if n]
    verdict = "is fine" if ok else "is not fit to use"
    return f"{context.config_file} {verdict}" + (f": {', '.join(counts)}." if counts else ".")


def _as_json(diagnostic: Diagnostic) -> dict[str, Any]:
    span = diagnostic.span
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "file": span.file if span else None,
        "line": span.line if span else None,
        "column": span.column if span else None,
        "message": diagnostic.message,
        "hint": diagnostic.hint,
    }
