"""``glctl start``, ``stop``, ``restart``, ``reload``, the signals, ``once`` and ``service-list``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from glctl.commands import run_options
from glctl.commands.completion import complete_services
from glctl.console import harmless
from glctl.converge.state import between_runs
from glctl.converge.tree import Tree
from glctl.errors import GlctlError
from glctl.secret import mask_line
from glctl.services import control
from glctl.services.catalog import LOGROTATE, NGINX, REGISTRY, SERVICES, enabled, not_configured, select
from glctl.services.runit import look
from glctl.services.supervisor import await_services, ensure
from glctl.services.teardown import end_orphans

if TYPE_CHECKING:
    from glctl.commands.context import Context
    from glctl.services.catalog import Service
    from glctl.services.control import Outcome, Verb


_KNOWN = ", ".join(service.name for service in SERVICES)
# What ends on which signal: docker-registry 2.8.2, nginx 1.22 and logrotate's script as observed.
_ENDING = frozenset({"int", "term", "kill"})
_ENDS = {
    REGISTRY.name: _ENDING | {"hup"},
    NGINX.name: _ENDING,
    LOGROTATE.name: _ENDING | {"hup", "usr1", "usr2"},
}
_AGAIN = "What is wanted up is started again. Does not wait for that."
_WAITS = f"Waits {control.TIMEOUT:.0f} seconds at most."


def _command(name: str, text: str, verb: Verb | None) -> click.Command:
    """The command *name*. Without *verb* each service has its own."""

    @click.command(name, help=f"{text}\n\nSERVICE: {_KNOWN}. Without one: all that gitlab.rb enables.")
    @click.argument("services", nargs=-1, metavar="[SERVICE]...", shell_complete=complete_services)
    @click.pass_obj
    def command(context: Context, services: tuple[str, ...], wait: float | None = None) -> int:
        instead = "hup" if name == "reload" else name  # gitlab-ctl knows no reload
        context.require_own_host(f"glctl {name}", instead=" ".join((instead, *services)))
        if wait is None:
            return _run(context, verb, services)
        with between_runs(Tree(context.root), wait, context.console.note):
            return _run(context, verb, services)

    # A signal is sent at once: it may be what a run that hangs needs.
    return command if verb and verb.needs_process else run_options.wait_briefly(command)


start = _command("start", f"Start services, and their supervisor where none runs. {_WAITS}", control.START)
stop = _command("stop", f"Stop services. {_WAITS}", control.STOP)
restart = _command(
    "restart", f"Restart services and wait until they are up with a new pid. {_WAITS}", control.RESTART
)
reload = _command(
    "reload",
    "Have services read their configuration again: nginx on HUP, seen by its new workers; the registry has"
    f" to be restarted for it. {_WAITS}",
    None,
)
once = _command("once", f"Start services, and do not start them again when they end. {_WAITS}", control.ONCE)
# What each signal does to them: as in _ENDS, and nginx(8).
hup = _command(
    "hup",
    "Send SIGHUP: nginx reads its configuration again (glctl reload nginx also sees that it likes it); the"
    f" registry and logrotate end. {_AGAIN}",
    control.HUP,
)
int_ = _command("int", f"Send SIGINT: services end at once. {_AGAIN}", control.INT)
term = _command("term", f"Send SIGTERM: services end. {_AGAIN}", control.TERM)
kill = _command("kill", f"Send SIGKILL to services and their workers. {_AGAIN}", control.KILL)
usr1 = _command(
    "usr1",
    "Send SIGUSR1: nginx opens its log files again, as after a rotation; the registry goes on; logrotate"
    f" ends. {_AGAIN}",
    control.USR1,
)
usr2 = _command(
    "usr2",
    "Send SIGUSR2: nginx starts a second master, which runit knows nothing of; the registry goes on;"
    f" logrotate ends. {_AGAIN}",
    control.USR2,
)


@click.command("service-list")
@click.argument("services", nargs=-1, metavar="[SERVICE]...", shell_complete=complete_services)
@click.pass_obj
def service_list(context: Context, services: tuple[str, ...]) -> None:
    """List the services that glctl knows. A star marks those that gitlab.rb enables."""
    for service in select(context.root, services or [service.name for service in SERVICES]):
        context.console.out(f"{service.name}{'*' if service.is_enabled(context.root) else ''}")


def _run(context: Context, verb: Verb | None, names: tuple[str, ...]) -> int:
    services = select(context.root, names)
    if not enabled(context.root) and all(_is_missing(context, service) for service in services):
        raise not_configured(context.root)
    if verb in (control.START, control.RESTART, control.ONCE):
        _supervise(context, services)
    if verb is control.STOP:
        services = services[::-1]
    refused = [service for service in services if verb is control.RESTART and _would_fall(context, service)]
    services = tuple(service for service in services if service not in refused)
    if verb:
        _say_what_ends(context, verb, services)
    told = []
    for service in services:  # all, before the first is waited for
        directory = service.directory(context.root)
        if verb in (control.START, control.RESTART):
            end_orphans(context.root, service)
        said = control.with_workers(service, verb) if verb else control.reload(service, directory)
        if verb is None and said is control.RESTART and look(directory).is_supervised:
            context.console.note(f"note: {service.name} knows no reload, and is restarted.")
        told.append((service, directory, said, control.send(directory, said)))
    done = [
        _report(context, service, said, control.wait(directory, said, before, settle=control.SETTLE))
        for service, directory, said, before in told
    ]
    return 0 if all(done) and not refused else 1


def _would_fall(context: Context, service: Service) -> bool:
    """Whether a service that runs would not come up again: nginx, on files that it does not take.

    Says why. It is then left as it is, since it serves on what it has read.
    """
    if service is not NGINX or look(service.directory(context.root)).state != "run":
        return False
    from glctl.doctor import nginx_files
    from glctl.doctor.check import NotTriedError
    from glctl.doctor.observed import from_disk

    try:
        against = nginx_files.test(from_disk(context.root)).against
    except (NotTriedError, GlctlError):
        return False
    if against:
        words = "\n    ".join(harmless(mask_line(line)) for line in against)
        context.console.note(f"glctl: nginx would not start again, and is left running:\n    {words}")
        context.console.note("  -> Mend that, or have its files made anew: glctl reconfigure")
    return bool(against)


def _say_what_ends(context: Context, verb: Verb, services: tuple[Service, ...]) -> None:
    """Say before a signal is sent which of the services that run will end on it."""
    running = [service.name for service in services if look(service.directory(context.root)).state == "run"]
    if ending := [name for name in running if verb.name in _ENDS[name]]:
        signal, named = f"SIG{verb.name.upper()}", " and ".join(ending)
        context.console.note(f"note: {signal} ends {named}. What is wanted up is started again.")


def _is_missing(context: Context, service: Service) -> bool:
    return look(service.directory(context.root)).state == "not installed"


def _supervise(context: Context, services: tuple[Service, ...]) -> None:
    """See to it that runsvdir runs and has a runsv for each service."""
    supervisor = ensure(context.root, context.platform.runsvdir)
    if supervisor.fresh:
        context.console.note(f"Started runsvdir (pid {supervisor.process.pid}).")
    guarded = [service for service in services if service.is_enabled(context.root)]
    await_services(context.root, supervisor, guarded)


def _report(context: Context, service: Service, verb: Verb, outcome: Outcome) -> bool:
    """Print a line as sv does, ``ok: run: registry: (pid 12) 1s``, and on failure what to do."""
    console, status = context.console, outcome.status
    verdict = "ok" if outcome.ok else "timeout" if outcome.waited else "fail"
    parts = [console.paint(verdict, "green" if outcome.ok else "red"), status.state, service.name]
    if status.is_supervised:
        parts.append(str(status))
    if outcome.ok and verb.is_done is None:
        parts.insert(1, f"sent {verb.name}")
    waited = f" (waited {outcome.waited:.1f} s)" if outcome.waited >= 0.05 else ""
    console.out(": ".join(parts) + waited)
    if not outcome.ok:
        _show_last_words(context, service, verb, outcome)
        console.note(f"  -> {_advice(context, service, verb, outcome)}")
    return outcome.ok


def _show_last_words(context: Context, service: Service, verb: Verb, outcome: Outcome) -> None:
    """What a service said that does not come up, or not for long, or keeps its old workers."""
    from glctl.logs.recent import last_words

    fell = verb.name in (control.START.name, control.RESTART.name) and outcome.ends
    refused = verb.name == "reload" and outcome.waited
    if said := last_words(context.root, service.name) if fell or refused else []:
        lines = (harmless(mask_line(line)) for line in said)
        context.console.note("\n    ".join(["  Its last words:", *lines]))


def _advice(context: Context, service: Service, verb: Verb, outcome: Outcome) -> str:
    name, state = service.name, outcome.status.state
    if state == "not installed":
        return "Run: glctl reconfigure"
    if state == "no supervisor":
        if service.is_enabled(context.root):
            return f"Run: glctl start {name}"
        explained = f"see `glctl explain {name}.enable`"
        return f"gitlab.rb does not enable it: {explained}. Once it does: glctl reconfigure"
    if verb is control.STOP:
        return f"It does not end on SIGTERM. Run: glctl kill {name}"
    if verb.needs_process and outcome.status.pid is None and outcome.status.want == "up":
        return f"It has just ended, and is started again within seconds. See: glctl status {name}"
    if verb.needs_process and outcome.status.pid is None:
        return f"There is no process to signal. Run: glctl start {name}"
    logs = f"glctl tail-logs {name}"
    if verb.needs_process:
        return f"Its workers are still the old ones: it does not accept its configuration. See: {logs}"
    return f"It ended {outcome.ends} times meanwhile. See: {logs}" if outcome.ends > 1 else f"See: {logs}"
