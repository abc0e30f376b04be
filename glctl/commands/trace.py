"""``glctl trace``: what a client and the registry say to each other, and what it means."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from glctl.errors import UsageError

if TYPE_CHECKING:
    from glctl.commands.context import Context
    from glctl.console import Console
    from glctl.trace.exchange import Conversation

_COMMAND = "glctl.trace.command"  # where the words behind -- are kept meanwhile
# Options whose value may be left out: click would take the next word for it.
_IN_FULL = {"--docker": "--docker=own"}


class _Command(click.Command):
    """Takes what stands behind ``--`` as it is: it is another program's command line."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        at = args.index("--") if "--" in args else len(args)
        ctx.meta[_COMMAND] = tuple(args[at + 1 :])
        return super().parse_args(ctx, [_IN_FULL.get(word, word) for word in args[:at]])

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [*super().collect_usage_pieces(ctx), "[-- COMMAND…]"]


@click.command(cls=_Command, short_help="See what a client and the registry say to each other, explained.")
@click.argument("target", required=False, default="registry", type=click.Choice(["registry"]))
@click.option(
    "--read",
    "file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Explain what a file holds: HAR (a browser's, for one) or mitmproxy's flows.",
)
@click.option(
    "--save",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Keep what was said: as HAR where FILE ends in .har, else as mitmproxy's flows.",
)
@click.option(
    "--docker",
    type=click.Choice(["own"]),
    metavar="",
    help="Trace the Docker daemon, which talks for docker: one of glctl's own, with the image to push.",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to report.")
@click.option("--with-secrets", is_flag=True, help="Show and save credentials as well.")
@click.pass_obj
def command(
    context: Context,
    target: str,
    file: Path | None,
    save: Path | None,
    docker: str | None,
    form: str,
    with_secrets: bool,
) -> int:
    """Run COMMAND (skopeo, crane, podman, curl …) behind a proxy, and explain what it and the registry said.

    Credentials are masked. The exit code is COMMAND's own; where that is 0, 1 if an error was found.
    """
    from glctl.trace.diagnosis import diagnose
    from glctl.trace.privacy import masked
    from glctl.trace.telling import to_json, to_text

    words: tuple[str, ...] = click.get_current_context().meta[_COMMAND]
    conversation, code = _conversation(words, file, docker, form, context.console)
    report = diagnose(conversation, target)
    shown = conversation if with_secrets else masked(conversation)
    if save:
        from glctl.trace.saving import save as save_to

        save_to(shown, save)
    told = to_json if form == "json" else to_text
    context.console.out(told(shown, report, code, context.console))
    return code or report.exit_code()


def _conversation(
    words: tuple[str, ...], file: Path | None, docker: str | None, form: str, console: Console
) -> tuple[Conversation, int | None]:
    """What is to be explained, and how the command ended, if there was one."""
    if bool(words) == bool(file):
        raise UsageError(
            "Name a command behind --, or a file with --read, and not both." if words else "Trace what?",
            "glctl trace registry -- skopeo copy oci:DIR docker://registry.example.com/GROUP/PROJECT",
        )
    if file:
        from glctl.trace.reading import read

        return read(file), None
    from glctl.commands.interruption import finishing
    from glctl.trace.recording import record

    if proxy := next((name for name in ("HTTPS_PROXY", "https_proxy") if os.environ.get(name)), ""):
        console.note(
            f"note: {proxy} is set; the traced command's servers are connected to without that proxy."
        )
    with finishing():
        return record(
            words, os.environ, output_to_stderr=form == "json", docker=docker == "own", note=console.note
        )
