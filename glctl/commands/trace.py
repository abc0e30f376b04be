"""``glctl trace``: what a client and the registry say to each other, and what it means."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from glctl.commands.listening import duration
from glctl.errors import UsageError

if TYPE_CHECKING:
    from glctl.commands.context import Context
    from glctl.console import Console
    from glctl.trace.docker import Mode
    from glctl.trace.exchange import Conversation

_COMMAND = "glctl.trace.command"  # where the words behind -- are kept meanwhile
# Options whose value may be left out: click would take the next word for it.
_IN_FULL = {"--docker": "--docker=own", "--listen": "--listen=127.0.0.1"}


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
    type=click.Choice(["own", "host"]),
    metavar="[=host]",
    help="Trace the Docker daemon, which talks for docker: one of glctl's own, with a copy of the image to "
    "push, or with =host this machine's, which is restarted before and after.",
)
@click.option(
    "--listen",
    metavar="[=HOST[:PORT]]",
    help="Without COMMAND: tell what to type elsewhere, and trace until Ctrl-C. For others than this machine "
    "with a password, and for an hour.",
)
@click.option("--for", "seconds", type=duration, metavar="TIME", help="With --listen: 30s, 10m, 2h.")
@click.option("--password-stdin", is_flag=True, help="With --listen: read the password from standard input.")
@click.option("--yes", is_flag=True, help="With --docker=host: do not ask.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to report.")
@click.option("--with-secrets", is_flag=True, help="Show and save credentials as well.")
@click.pass_obj
def command(
    context: Context,
    target: str,
    file: Path | None,
    save: Path | None,
    docker: Mode | None,
    listen: str | None,
    seconds: float | None,
    password_stdin: bool,
    yes: bool,
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
    in_json = form == "json"
    source = Source(words, file, docker, listen, seconds, password_stdin, yes, in_json, with_secrets)
    conversation, code = _conversation(source, context)
    report = diagnose(conversation, target)
    shown = conversation if with_secrets else masked(conversation)
    if save:
        from glctl.trace.saving import save as save_to

        save_to(shown, save)
    told = to_json if in_json else to_text
    context.console.out(told(shown, report, code, context.console))
    return code or report.exit_code()


@dataclass(frozen=True, slots=True)
class Source:
    """Where a conversation comes from, as the command line says it."""

    words: tuple[str, ...]  # the command
    file: Path | None
    docker: Mode | None
    listen: str | None
    seconds: float | None
    password_stdin: bool
    yes: bool
    in_json: bool
    with_secrets: bool


def _conversation(source: Source, context: Context) -> tuple[Conversation, int | None]:
    """What is to be explained, and how the command ended, if there was one."""
    _require_one_source(source)
    if source.file:
        from glctl.trace.reading import read

        return read(source.file), None
    from glctl.commands.interruption import finishing

    if proxy := next((name for name in ("HTTPS_PROXY", "https_proxy") if os.environ.get(name)), ""):
        context.console.note(f"note: {proxy} is set; servers are connected to without that proxy.")
    if source.docker == "host":
        _confirm_restart(source, context)
    with finishing():
        return _record(source, context.console) if source.words else (_listen(source, context.console), None)


def _require_one_source(source: Source) -> None:
    named = sum(map(bool, (source.words, source.file, source.listen)))
    if named > 1 or not (named or source.docker):
        raise UsageError(
            "Name a command behind --, or a file with --read, or --listen: one of them."
            if named
            else "Trace what?",
            "glctl trace registry -- skopeo copy oci:DIR docker://registry.example.com/GROUP/PROJECT",
        )
    if source.docker and (source.file or source.listen):
        raise UsageError(
            "--docker is for a command, or without one for docker in another shell of this machine.",
            "glctl trace registry --docker -- docker push registry.example.com/GROUP/PROJECT",
        )
    if source.words and (source.seconds or source.password_stdin):
        raise UsageError("--for and --password-stdin are for --listen; a trace ends with its command.")


def _confirm_restart(source: Source, context: Context) -> None:
    from glctl.services.host_docker import require_possible

    require_possible(context.root)
    if source.yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(
            "--docker=host restarts the Docker daemon, and there is no terminal to ask on.",
            "Say --yes; or trace one of glctl's own, with --docker.",
        )
    click.confirm("Restart the Docker daemon now, and once more when the trace ends?", abort=True, err=True)


def _record(source: Source, console: Console) -> tuple[Conversation, int]:
    from glctl.trace.recording import record

    return record(
        source.words,
        os.environ,
        output_to_stderr=source.in_json,
        docker=source.docker or "",
        note=console.note,
    )


def _listen(source: Source, console: Console) -> Conversation:
    from glctl.commands import listening

    door = listening.door_of(source.listen or "127.0.0.1", source.password_stdin)
    seconds = source.seconds
    if seconds is None and not listening.is_loopback(door.host):
        seconds = listening.AT_MOST
    return listening.listen(
        door,
        source.docker or "",
        seconds,
        os.environ,
        console,
        show_password=not source.password_stdin,
        with_secrets=source.with_secrets,
    )
