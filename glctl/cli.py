"""The command line: a lazy click group, the global options, the boundary where errors become exits."""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import os
import sys
from typing import TYPE_CHECKING, Any

import click

from glctl import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from glctl.paths import Root

# name -> (module below glctl.commands, attribute, one line of help). ``--help`` needs no command imported.
COMMANDS: dict[str, tuple[str, str, str]] = {
    "reconfigure": ("reconfigure", "command", "Bring this host to what gitlab.rb says."),
    "render": ("render", "command", "Write every file that reconfigure would write below a directory."),
    "check-config": ("check_config", "command", "Say everything that is wrong in gitlab.rb."),
    "show-config": ("show_config", "command", "Show effective settings."),
    "explain": ("explain", "command", "Say where a setting comes from and what it leads to."),
    "diff-config": ("diff_config", "command", "Compare gitlab.rb with the defaults and the example."),
    "history": ("history", "command", "List the last configurations that services were seen up with."),
    "rollback": ("rollback", "command", "Go back to a configuration that services were seen up with."),
    "status": ("status", "command", "Show what runs, since when, and what should."),
    "start": ("service_verbs", "start", "Start services."),
    "stop": ("service_verbs", "stop", "Stop services."),
    "restart": ("service_verbs", "restart", "Restart services and wait until they are up."),
    "reload": ("service_verbs", "reload", "Have services read their configuration again."),
    "hup": ("service_verbs", "hup", "Send SIGHUP."),
    "int": ("service_verbs", "int_", "Send SIGINT."),
    "term": ("service_verbs", "term", "Send SIGTERM."),
    "kill": ("service_verbs", "kill", "Send SIGKILL."),
    "usr1": ("service_verbs", "usr1", "Send SIGUSR1."),
    "usr2": ("service_verbs", "usr2", "Send SIGUSR2."),
    "once": ("service_verbs", "once", "Start services, and do not restart them when they end."),
    "service-list": ("service_verbs", "service_list", "List services and whether gitlab.rb enables them."),
    "registry-garbage-collect": (
        "registry_garbage_collect",
        "command",
        "Delete what no image needs any more from the registry's storage.",
    ),
    "down": ("down", "command", "End the supervisor and all that runs under it."),
    "doctor": ("doctor", "command", "Find out what is wrong, and why."),
    "trace": ("trace", "command", "See what a client and the registry say to each other, explained."),
    "why": ("why", "command", "Say what a message of a client or a log can mean."),
    "scan-logs": ("scan_logs", "command", "Find known problems in logs of any size and age."),
    "tail-logs": ("tail_logs", "command", "Print the last lines of the logs and follow them."),
}

EXIT_INTERRUPTED = 130


class LazyGroup(click.Group):
    """Imports a command when it is named, and suggests one when the name is unknown."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(f"glctl.commands.{module}"), attribute)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.UsageError as exc:
            name = ctx.invoked_subcommand
            if exc.ctx is None and name:  # an option without its value: click does not say whose
                exc.ctx = click.Context(click.Command(name), ctx, name)
            raise

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        from click.shell_completion import CompletionItem

        names = [
            CompletionItem(name, help=text)
            for name, (_, _, text) in COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            import difflib

            near = difflib.get_close_matches(name, COMMANDS, n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            raise click.UsageError(f"No such command '{name}'.{hint}", ctx)
        return super().resolve_command(ctx, args)


def _offer_paths(ctx: click.Context, option: click.Parameter, incomplete: str) -> list[Any]:
    """What a shell is to offer behind ``--root`` and ``--config``."""
    from glctl.commands.completion import complete_directories, complete_files

    complete = complete_directories if option.name == "root" else complete_files
    return complete(ctx, option, incomplete)


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 fine, 1 failed or errors found, 2 usage or gitlab.rb cannot be read, "
    "3 status: a service is down, 130 Ctrl-C.",
)
@click.option(
    "--root",
    envvar="GLCTL_ROOT",
    metavar="DIR",
    help="Keep every path below DIR (a sandbox).",
    shell_complete=_offer_paths,
)
@click.option(
    "--config",
    metavar="FILE",
    help="Read FILE instead of /etc/gitlab/gitlab.rb.",
    shell_complete=_offer_paths,
)
@click.option(
    "--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colour the output."
)
@click.option("-v", "--verbose", is_flag=True, help="Say more.")
@click.version_option(__version__, prog_name="glctl", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context, root: str | None, config: str | None, color: Any, verbose: bool) -> None:
    """Run, converge and repair a GitLab-style container registry from one gitlab.rb."""
    from glctl.commands.context import Context
    from glctl.console import Console, wants_color

    ctx.obj = Context(
        root=_root(root),
        console=Console(color=wants_color(color, sys.stdout), verbose=verbose, called=_as_called(ctx)),
        config=None if config is None else _config(config),
    )


def _config(option: str) -> Path:
    """The file that ``--config`` names; ``-`` is standard input, as for other programs."""
    from pathlib import Path

    from glctl.errors import UsageError

    if not option:
        raise UsageError("--config is empty.", "Name a file, or leave --config out to mean gitlab.rb itself.")
    return Path("/dev/stdin" if option == "-" else option)


def _root(option: str | None) -> Root:
    """The root that ``--root`` names. An empty name (an unset variable) never means the machine itself."""
    from pathlib import Path

    from glctl.errors import UsageError
    from glctl.paths import Root

    if option is None:
        return Root()
    if not option:
        raise UsageError("--root is empty.", "Name a directory, or leave --root out to mean this machine.")
    path = Path(option).resolve()
    if path.is_dir():
        return Root(path)
    if path.exists():
        raise UsageError(f"--root {option} is not a directory.")

    from shlex import quote

    raise UsageError(f"--root {option} does not exist.", f"Make it first: mkdir -p {quote(option)}")


def _as_called(ctx: click.Context) -> str:
    """How this run was called, up to its command: what hints repeat. The environment needs no repeating."""
    words = ["glctl"]
    for name in ("root", "config"):
        value = ctx.params.get(name)
        if value is not None and value != os.environ.get(f"GLCTL_{name.upper()}"):
            from shlex import quote

            words += [f"--{name}", quote(value)]
    return " ".join(words)


def main() -> None:
    """The console script."""
    if "_GLCTL_COMPLETE" in os.environ:  # shell completion is click's own protocol
        cli(prog_name="glctl")
    _prepare_streams()
    gc.set_threshold(50_000)  # start-up makes many objects and no garbage: looking for it is a tenth of a run
    code = run(sys.argv[1:])
    with contextlib.suppress(OSError):  # already told; and the interpreter does not try a closed stream again
        sys.stdout.close()
    with contextlib.suppress(OSError):
        sys.stderr.flush()
    os._exit(code)  # nothing is left to do; taking all modules down would cost as much as ``python -c pass``


def _prepare_streams() -> None:
    """A closed stream (``>&-``) leads to /dev/null; what stdout cannot encode (bytes in paths) is escaped."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115 - open until the process ends
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def run(args: list[str]) -> int:
    """Run one command line and return its exit code. No traceback leaves here."""
    called = "glctl"
    try:
        try:
            with cli.make_context("glctl", args, terminal_width=_help_width()) as ctx:
                called = _as_called(ctx)
                result = cli.invoke(ctx)
            code = result if isinstance(result, int) else 0
        except click.exceptions.Exit as exc:  # --help and --version end so
            code = exc.exit_code
        _flush_stdout()
        return code
    except click.exceptions.NoArgsIsHelpError as exc:
        exc.show()
        return 2
    except click.ClickException as exc:
        from glctl.commands.boundary import report_usage

        return report_usage(exc)
    except (click.Abort, KeyboardInterrupt):
        return EXIT_INTERRUPTED
    except Exception as exc:  # noqa: BLE001 - the boundary: a bug is reported, not dumped on an administrator
        if isinstance(exc, BrokenPipeError) and _reader_has_gone():
            return 0
        from glctl.commands.boundary import report

        return report(exc, called)


def _flush_stdout() -> None:
    """Write what is left. Only a failure loads what names it: --help loads nothing else of glctl."""
    try:
        sys.stdout.flush()
    except OSError as exc:
        from glctl.console import stdout_named

        with stdout_named():
            raise exc from None


def _help_width() -> int:
    """Columns for help texts. click would ask shutil, whose import costs as much as all of ours."""
    try:
        columns = int(os.environ.get("COLUMNS") or os.get_terminal_size().columns)
    except (ValueError, OSError):
        columns = 80
    return max(50, min(columns, 110) - 2)


def _reader_has_gone() -> bool:
    """Whether a broken pipe is stdout's own (``glctl … | head``), and not one to a server."""
    import select

    poll = select.poll()
    poll.register(sys.stdout.fileno(), 0)  # 0: errors and hang-ups only
    return bool(poll.poll(0))


if __name__ == "__main__":
    main()
