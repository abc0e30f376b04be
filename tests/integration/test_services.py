"""runit for real: small services and nginx under a runsvdir of the test's own."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from glctl.errors import GlctlError
from glctl.paths import LOG_DIR, SERVICE_DIR, STATE_DIR, SV_DIR, Root
from glctl.services import control, ports, supervisor, teardown
from glctl.services.catalog import NGINX, REGISTRY, SERVICES
from glctl.services.processes import (
    Process,
    command_line,
    environment,
    everyone,
    link,
    read,
    with_descendants,
)
from glctl.services.runit import look
from glctl.settings.platform import DEBIAN, Program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SLEEPS = "exec sleep 1000"
HAS_WORKER = "sleep 1000 & exec sleep 1000"  # as nginx has: a master without is not up
CRASHES = "sleep 0.05; exit 1"
IGNORES_TERM = "trap '' TERM; touch ready; while :; do sleep 0.05; done"
PATIENT = 20.0  # seconds; a bound for a slow machine, not an expectation
ENSURE = [
    sys.executable,
    "-c",
    """if True:
        import pathlib, sys
        from glctl.paths import Root
        from glctl.services import supervisor
        from glctl.settings.platform import DEBIAN
        print(supervisor.ensure(Root(pathlib.Path(sys.argv[1])), DEBIAN.runsvdir).fresh)
    """,
]
AS_NOBODY = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]


@dataclass
class Sandbox:
    """A root with services of the test's making."""

    root: Root

    def directory(self, name: str) -> Path:
        return self.root.at(SV_DIR) / name

    def add(self, name: str, script: str, *, log: bool = True, enable: bool = True) -> Path:
        """Make the service directory *name*, which runs *script*."""
        directory = self.directory(name)
        write_script(directory / "run", f"exec 2>&1\n{script}")
        if log:
            logs = self.root.at(LOG_DIR) / name
            logs.mkdir(parents=True, exist_ok=True)
            write_script(directory / "log/run", f"exec svlogd -tt {logs}")
        self.root.at(SERVICE_DIR).mkdir(parents=True, exist_ok=True)
        if enable:
            (self.root.at(SERVICE_DIR) / name).symlink_to(directory)
        # runsvdir waits a second for a directory that has changed in this one: another time, but an old one.
        changes = sum(1 for _ in self.root.at(SERVICE_DIR).iterdir())
        os.utime(self.root.at(SERVICE_DIR), (changes, changes))
        return directory

    def start(self) -> supervisor.Supervisor:
        """Start the supervisor and wait until everything is up that is to be."""
        running = supervisor.ensure(self.root, DEBIAN.runsvdir)
        enabled = [service for service in SERVICES if service.is_enabled(self.root)]
        supervisor.await_services(self.root, running, enabled, timeout=PATIENT)
        for entry in self.root.at(SERVICE_DIR).iterdir():
            until(lambda entry=entry: look(entry).want == "down" or look(entry).pid, f"{entry.name} is up")
        return running

    def glctl(self, *args: str, prefix: list[str] | None = None) -> subprocess.CompletedProcess[str]:
        command = [*(prefix or []), sys.executable, "-m", "glctl", "--root", str(self.root.path), *args]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    def names(self) -> list[str]:
        """The programs that run under this root."""
        return sorted(process.name for process in teardown.members(self.root))

    def end(self) -> None:
        """Kill all that runs here, without ceremony."""
        deadline = time.monotonic() + PATIENT
        while members := teardown.members(self.root):
            assert time.monotonic() < deadline, members
            # runsvdir first, or it starts what was killed again.
            for process in sorted(members, key=lambda process: process.name != "runsvdir"):
                process.send(signal.SIGKILL)


def write_script(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENT
    while not condition():
        assert time.monotonic() < deadline, f"not within {PATIENT} s: {what}"
        time.sleep(0.01)


def kill(process: Process) -> None:
    """Kill *process* and wait until it is gone."""
    assert process.send(signal.SIGKILL)
    until(lambda: not process.is_alive(), f"{process} ends")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def new_sandbox(tmp_path: Path) -> Iterator[Callable[[], Sandbox]]:
    made: list[Sandbox] = []

    def make() -> Sandbox:
        path = tmp_path / f"root{len(made)}"
        path.mkdir()
        made.append(Sandbox(Root(path)))
        return made[-1]

    yield make
    for sandbox in made:
        sandbox.end()


@pytest.fixture
def sandbox(new_sandbox: Callable[[], Sandbox]) -> Sandbox:
    return new_sandbox()


# --- the supervisor


def test_the_supervisor_is_detached_and_its_services_start_from_a_clean_environment(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", "/nowhere")
    directory = sandbox.add("registry", SLEEPS)
    process = sandbox.start().process

    assert os.getsid(process.pid) == process.pid != os.getsid(0)
    assert link(process.pid, "cwd") == Path("/")
    assert link(process.pid, "fd/0") == link(process.pid, "fd/1") == Path(os.devnull)
    service = look(directory).pid
    assert service
    until(
        lambda: command_line(service)[:1] == ("sleep",) and environment(service), "the shell has become sleep"
    )
    names = {entry.partition("=")[0] for entry in environment(service)}
    assert names == {"PATH", "PWD", supervisor.MARKER}


def test_services_do_not_inherit_ignored_signals(sandbox: Sandbox) -> None:
    directory = sandbox.add("registry", SLEEPS)
    # What nohup and a script's background jobs do.
    script = 'trap "" HUP INT QUIT; "$@"'
    subprocess.run(["/bin/sh", "-c", script, "sh", *ENSURE, sandbox.root.path], check=True, timeout=60)
    until(lambda: look(directory).is_up, "up")
    status = Path(f"/proc/{look(directory).pid}/status").read_text()
    ignored = int(re.findall(r"^SigIgn:\t(\S+)", status, re.MULTILINE)[0], 16)
    # Not those from 32 on: glibc's posix_spawn (make uses it) ignores its own two, which no program can undo.
    assert ignored & 0x7FFFFFFF == 0


def test_one_supervisor_is_started_however_often_it_is_asked_for(sandbox: Sandbox) -> None:
    sandbox.add("registry", SLEEPS)
    started = [subprocess.Popen([*ENSURE, sandbox.root.path], stdout=subprocess.PIPE) for _ in range(4)]
    said = [child.communicate(timeout=60)[0] for child in started]
    assert sorted(said) == [b"False\n", b"False\n", b"False\n", b"True\n"]
    until(lambda: sandbox.names() == ["runsv", "runsvdir", "sleep", "svlogd"], "one of each")
    assert not sandbox.start().fresh
    assert oct(sandbox.root.at(supervisor.RECORD).stat().st_mode)[-3:] == "600"


def test_a_supervisor_that_somebody_else_started_is_found_and_ended(sandbox: Sandbox) -> None:
    directory = sandbox.add("registry", SLEEPS)
    relative = SERVICE_DIR.removeprefix("/")
    with subprocess.Popen(["runsvdir", "-P", relative], cwd=sandbox.root.path) as child:
        until(lambda: supervisor.find(sandbox.root), "runsvdir is seen")
        found = supervisor.ensure(sandbox.root, DEBIAN.runsvdir)
        assert (found.process.pid, found.fresh) == (child.pid, False)
        until(lambda: look(directory).is_up, "the service is up")
        teardown.down(sandbox.root)
        assert child.wait(timeout=PATIENT) == 111  # as runsvdir ends on HUP
    assert not sandbox.names()


def test_a_record_is_not_believed_once_its_pid_is_another_process(sandbox: Sandbox) -> None:
    sandbox.add("registry", SLEEPS)
    record = sandbox.root.at(supervisor.RECORD)
    record.parent.mkdir(parents=True)
    with subprocess.Popen(["sleep", "1000"]) as bystander:
        seen = read(bystander.pid)
        assert seen
        # The same pid and start time, another program: as after a reboot, if chance would have it.
        record.write_text(f"{seen.pid} {seen.started}\n")
        running = sandbox.start()
        assert running.fresh
        assert record.read_text() == f"{running.process.pid} {running.process.started}\n"
        # The right program and directory, another start time: found all the same, with the true one.
        record.write_text(f"{running.process.pid} {running.process.started - 1}\n")
        assert supervisor.find(sandbox.root) == supervisor.Supervisor(running.process)
        sandbox.end()
        assert bystander.poll() is None
        bystander.kill()


def test_a_new_link_is_looked_at_without_waiting_for_runsvdir_to_look_by_itself(sandbox: Sandbox) -> None:
    sandbox.add("registry", SLEEPS)
    running = sandbox.start()
    time.sleep(1.1)  # runsvdir looks twice after a change and only then sleeps for 5 seconds
    sandbox.add("nginx", SLEEPS)
    assert supervisor.await_services(sandbox.root, running, [NGINX], timeout=PATIENT) < 3.0


def test_what_keeps_runsv_from_starting_is_quoted(sandbox: Sandbox) -> None:
    directory = sandbox.add("registry", SLEEPS)
    (directory / "supervise").write_text("in the way")
    running = supervisor.ensure(sandbox.root, DEBIAN.runsvdir)
    until(lambda: "supervise" in running.complaints, "runsv complains")
    with pytest.raises(GlctlError, match="has not started runsv for registry within 0 s") as caught:
        supervisor.await_services(sandbox.root, running, [REGISTRY], timeout=0.0)
    assert "runsv registry: fatal: unable to " in caught.value.hint


def test_a_program_that_is_no_supervisor_is_told(sandbox: Sandbox) -> None:
    sandbox.add("registry", SLEEPS)
    with pytest.raises(GlctlError, match=r"/bin/false ended at once \(exit code 1\)"):
        supervisor.ensure(sandbox.root, Program("/bin/false", "coreutils"))


# --- telling services what to do


TRAPS = "".join(f"trap 'echo {name} >> got' {name}; " for name in ("HUP", "INT", "USR1", "USR2"))
YARD = {
    "young": SLEEPS,
    "traps": f"{TRAPS} touch got; while :; do sleep 0.02; done",
    "paused": SLEEPS,
    "crashes": CRASHES,
    "in_its_pause": CRASHES,
    "stubborn": IGNORES_TERM,
    "once": "exec sleep 0.2",
    "logged": SLEEPS,
    "leaves": SLEEPS,
    "as_sv": SLEEPS,
}


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One supervisor with a service for each of the following tests."""
    sandbox = Sandbox(Root(tmp_path_factory.mktemp("yard")))
    for name, script in YARD.items():
        sandbox.add(name, script, log=name in ("logged", "as_sv", "leaves"))
    (sandbox.directory("once") / "down").touch()
    sandbox.start()
    yield sandbox
    sandbox.end()


def test_restart_right_after_a_start_waits_for_the_new_process(yard: Sandbox) -> None:
    """The race of sv: runsv waits a second before it starts again, and the old process still shows as up."""
    directory = yard.directory("young")
    if look(directory).seconds > 0.8:
        assert control.act(directory, control.RESTART, timeout=PATIENT).ok
    old = look(directory)
    outcome = control.act(directory, control.RESTART, timeout=PATIENT)
    assert outcome.ok
    assert outcome.status.pid != old.pid
    assert read(old.pid or 0) is None
    assert look(directory).pid == outcome.status.pid


def test_stop_start_and_signals(yard: Sandbox) -> None:
    directory = yard.directory("traps")
    trace = directory / "got"
    until(trace.exists, "the service has set its traps")
    for verb in (control.HUP, control.INT, control.USR1, control.USR2):
        assert control.act(directory, verb).ok
        until(lambda verb=verb: verb.name.upper() in trace.read_text(), verb.name)

    stopped = control.act(directory, control.STOP, timeout=PATIENT)
    assert (stopped.ok, stopped.status.state, stopped.status.want) == (True, "down", "down")
    assert not control.act(directory, control.HUP).ok  # there is no process
    started = control.act(directory, control.START, timeout=PATIENT, settle=0.3)
    assert started.ok
    assert started.status.seconds >= 0.3


def test_a_paused_service_is_not_up_until_it_is_started(yard: Sandbox) -> None:
    directory = yard.directory("paused")
    subprocess.run(["sv", "pause", directory], check=True)
    until(lambda: look(directory).paused, "paused")
    assert str(look(directory)).endswith(", paused")
    assert control.act(directory, control.START, timeout=PATIENT).ok
    assert not look(directory).paused


def test_a_crash_loop_does_not_pass_for_a_start(yard: Sandbox) -> None:
    directory = yard.directory("crashes")
    outcome = control.act(directory, control.START, timeout=2.2, settle=control.SETTLE)
    assert not outcome.ok
    assert outcome.waited >= 2.2
    assert outcome.ends >= 2


def test_a_crash_loop_is_stopped_in_its_pause(yard: Sandbox) -> None:
    directory = yard.directory("in_its_pause")
    until(lambda: look(directory).state == "down", "the pause between two starts")
    assert control.act(directory, control.STOP, timeout=PATIENT).ok
    assert look(directory).want == "down"


def test_a_service_that_ignores_term_is_told_and_can_be_killed(yard: Sandbox) -> None:
    directory = yard.directory("stubborn")
    until((directory / "ready").exists, "the shell has set its trap")
    outcome = control.act(directory, control.STOP, timeout=0.3)
    assert not outcome.ok
    assert outcome.status.terminating
    assert "want down, got TERM" in str(outcome.status)
    assert control.act(directory, control.KILL).ok
    until(lambda: look(directory).state == "down", "killed")


def test_once_does_not_start_again(yard: Sandbox) -> None:
    directory = yard.directory("once")
    status = look(directory)
    assert (status.state, status.want, status.normally_up) == ("down", "down", False)
    assert control.act(directory, control.ONCE, timeout=PATIENT).ok
    until(lambda: look(directory).state == "down", "it has ended")
    assert look(directory).want == "down"


def test_the_log_service_is_controlled_by_itself(yard: Sandbox) -> None:
    directory = yard.directory("logged")
    service, log = look(directory), look(directory / "log")
    outcome = control.act(directory / "log", control.RESTART, timeout=PATIENT)
    assert outcome.ok
    assert outcome.status.pid != log.pid
    assert look(directory).pid == service.pid


def test_exit_ends_runsv_and_its_log(yard: Sandbox) -> None:
    directory = yard.directory("leaves")
    log = look(directory / "log")
    (yard.root.at(SERVICE_DIR) / "leaves").unlink()  # as disabling does; else it is started again
    assert control.act(directory, control.EXIT, timeout=PATIENT).ok
    assert look(directory).state == "no supervisor"
    until(lambda: read(log.pid or 0) is None, "svlogd ends")
    assert control.act(directory, control.EXIT).ok


def test_sv_itself_agrees(yard: Sandbox) -> None:
    directory = yard.directory("as_sv")
    for verb in (control.STOP, control.START):
        assert control.act(directory, verb, timeout=PATIENT).ok
        said = subprocess.run(["sv", "status", directory], capture_output=True, text=True, check=True).stdout
        status, log = look(directory), look(directory / "log")
        ours = f"{status.state}: {directory}: {status}; run: log: {log}\n"
        # sv counts how often the second changed; and time goes on between the two.
        assert re.sub(r"\b\d+s", "_s", ours) == re.sub(r"\b\d+s", "_s", said)


# --- nginx


@pytest.fixture
def nginx(sandbox: Sandbox) -> tuple[Sandbox, Path, int]:
    """An nginx as glctl's own, away from its service directory and in its own session; its file and port."""
    port = free_port()
    home = sandbox.root.path / "nginx"
    (home / "conf").mkdir(parents=True)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {home}/{kind};" for kind in kinds)
    (home / "conf/nginx.conf").write_text(
        f"daemon off; worker_processes 2; pid {home}/nginx.pid; error_log stderr;\n"
        f"events {{}}\nhttp {{ access_log off; {temporary} server {{ listen 127.0.0.1:{port}; }} }}\n"
    )
    command = f"cd {home}\nexec chpst -P nginx -e stderr -p {home} -c {home}/conf/nginx.conf"
    sandbox.add("nginx", command)
    sandbox.start()
    until(lambda: len(holders(port)) == 3, "nginx and its workers hold the port")
    return sandbox, home / "conf/nginx.conf", port


def holders(port: int) -> set[Process]:
    return {process for listener in ports.listeners(port) for process in listener.processes}


def test_reload_is_done_when_nginx_has_new_workers(nginx: tuple[Sandbox, Path, int]) -> None:
    sandbox, configuration, _ = nginx
    directory = NGINX.directory(sandbox.root)
    before = look(directory)
    for _ in range(3):  # right after each other, too
        outcome = control.act(directory, control.reload(NGINX, directory), timeout=PATIENT)
        assert outcome.ok
        assert outcome.status.pid == before.pid
    configuration.write_text("no such directive;")
    outcome = control.act(directory, control.reload(NGINX, directory), timeout=0.5)
    assert not outcome.ok
    assert outcome.status.pid == before.pid


def test_kill_leaves_no_worker_that_holds_the_port(nginx: tuple[Sandbox, Path, int]) -> None:
    sandbox, _, port = nginx
    old = holders(port)
    assert control.act(NGINX.directory(sandbox.root), control.KILL).ok
    until(lambda: not any(process.is_alive() for process in old), "the old nginx is gone, workers included")
    assert not holders(port) & old


def test_status_counts_the_workers_too(nginx: tuple[Sandbox, Path, int]) -> None:
    sandbox, _, _ = nginx
    (row,) = json.loads(sandbox.glctl("status", "--format", "json").stdout)
    main = Path(f"/proc/{row['pid']}")
    assert row["memory"] > int((main / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    assert row["open_files"] > len(list((main / "fd").iterdir()))


# --- down


def test_down_asks_then_kills_and_loses_no_line(sandbox: Sandbox) -> None:
    polite = "trap 'echo last words; exit' TERM; touch ready; while :; do sleep 0.02; done"
    directories = [sandbox.add("registry", IGNORES_TERM), sandbox.add("nginx", polite)]
    sandbox.start()
    until(lambda: all((each / "ready").exists() for each in directories), "the shells have set their traps")
    stubborn = look(directories[0]).pid
    ended = teardown.down(sandbox.root, grace=1.0)
    killed = [one.process for one in ended if one.killed]
    assert stubborn in {process.pid for process in killed}
    # Once their services were gone, runsv and svlogd have ended by themselves.
    assert {"runsvdir", "runsv", "svlogd"} <= {one.process.name for one in ended if not one.killed}
    assert not {"runsvdir", "runsv", "svlogd"} & {process.name for process in killed}
    assert "last words" in (sandbox.root.at(LOG_DIR) / "nginx/current").read_text()
    assert not sandbox.names()
    assert teardown.down(sandbox.root) == ()


@pytest.mark.parametrize(
    "killed",
    [("runsvdir",), ("runsvdir", "runsv"), ("runsvdir", "runsv", "svlogd"), ("runsv",), ("master",)],
    ids="+".join,
)
def test_down_finds_orphans(nginx: tuple[Sandbox, Path, int], killed: tuple[str, ...]) -> None:
    """nginx is the hard one: it overwrites its environment and runs away from the service directory."""
    sandbox, _, port = nginx
    master = look(NGINX.directory(sandbox.root)).pid
    old = holders(port)
    for process in teardown.members(sandbox.root):
        if process.name in killed or (killed == ("master",) and process.pid == master):
            kill(process)
    survivors = {process for process in old if process.is_alive()}
    assert len(survivors) == (2 if killed == ("master",) else 3)
    assert survivors <= set(teardown.members(sandbox.root))
    teardown.down(sandbox.root, grace=1.0)
    assert not any(process.is_alive() for process in old)
    assert not ports.listeners(port)
    assert not sandbox.names()


def test_down_touches_neither_another_root_nor_strangers(new_sandbox: Callable[[], Sandbox]) -> None:
    one, other = new_sandbox(), new_sandbox()
    for each in (one, other):
        each.add("registry", SLEEPS)
        each.start()
        until(lambda each=each: each.names() == ["runsv", "runsvdir", "sleep", "svlogd"], "up")
    neighbours = teardown.members(other.root)
    service_directory = str(one.root.at(SERVICE_DIR))
    strangers = [
        # An editor in a service directory; what another root's supervisor started; the same arguments.
        subprocess.Popen(["sleep", "1000"], cwd=one.directory("registry"), start_new_session=True),
        subprocess.Popen(["sleep", "1000"], env={supervisor.MARKER: f"{service_directory}2"}),
        subprocess.Popen(["sh", "-c", "read wait", "runsvdir", service_directory], stdin=subprocess.PIPE),
    ]
    try:
        assert len(teardown.down(one.root)) == 4
        assert teardown.members(other.root) == neighbours
        assert [stranger.poll() for stranger in strangers] == [None, None, None]
    finally:
        for stranger in strangers:
            stranger.kill()
            stranger.communicate()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a pid namespace")
def test_a_container_with_the_same_paths_is_not_ours(sandbox: Sandbox) -> None:
    marked = {"PATH": os.environ["PATH"], supervisor.MARKER: str(sandbox.root.at(SERVICE_DIR))}
    command = ["unshare", "--pid", "--fork", "--kill-child", "sleep", "1000"]
    with subprocess.Popen(command, env=marked) as outside:
        until(lambda: with_descendants([outside.pid], everyone()) - {outside.pid}, "its child runs")
        (child,) = with_descendants([outside.pid], everyone()) - {outside.pid}
        inside = read(child)
        assert inside
        assert not teardown._is_ours(
            inside, sandbox.root, f"{supervisor.MARKER}={sandbox.root.at(SERVICE_DIR)}"
        )
        outside.kill()


# --- the commands


def test_the_commands_as_an_administrator_types_them(sandbox: Sandbox) -> None:
    sandbox.add("registry", SLEEPS)
    sandbox.add("nginx", HAS_WORKER, log=False)

    assert sandbox.glctl("status").returncode == 3
    started = sandbox.glctl("start")
    assert started.returncode == 0, started.stderr
    assert started.stderr.startswith("Started runsvdir (pid ")
    assert [line.partition(" (pid")[0] for line in started.stdout.splitlines()] == [
        "ok: run: registry:",
        "ok: run: nginx:",
    ]
    status = sandbox.glctl("status")
    assert status.returncode == 0
    registry, nginx = status.stdout.splitlines()
    assert registry.startswith("run: registry: (pid ")
    assert "; run: log: (pid " in registry
    assert "log" not in nginx
    rows = json.loads(sandbox.glctl("status", "--format", "json").stdout)
    assert [(row["name"], row["state"], row["wanted"]) for row in rows] == [
        ("registry", "run", "up"),
        ("nginx", "run", "up"),
    ]
    assert all(row["pid"] and row["memory"] > 0 and row["open_files"] >= 3 for row in rows)

    restarted = sandbox.glctl("restart", "registry")
    assert restarted.returncode == 0
    assert "(waited " in restarted.stdout
    assert f"(pid {rows[0]['pid']})" not in restarted.stdout
    assert sandbox.glctl("hup", "nginx").stdout.startswith("ok: sent hup: run: nginx: (pid ")

    assert sandbox.glctl("stop", "nginx").returncode == 0
    hup = sandbox.glctl("hup", "nginx")
    assert (hup.returncode, hup.stdout.partition(":")[0]) == (1, "fail")
    assert hup.stderr.endswith(" start nginx\n")
    assert sandbox.glctl("status", "registry").returncode == 0
    assert sandbox.glctl("status").returncode == 3

    down = sandbox.glctl("down")
    assert down.returncode == 0
    assert "ended: runsvdir (pid " in down.stdout
    assert sandbox.glctl("down").stdout == "Nothing was running.\n"


def test_a_restart_is_one_also_where_the_supervisor_had_been_killed(sandbox: Sandbox) -> None:
    directory = sandbox.add("registry", SLEEPS)
    running = sandbox.start()
    kill(running.process)
    old = look(directory)
    assert old.is_up  # its runsv goes on
    done = sandbox.glctl("restart", "registry")
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("Started runsvdir (pid ")
    assert look(directory).pid != old.pid


def test_a_service_that_is_not_enabled_is_not_started(sandbox: Sandbox) -> None:
    sandbox.add("registry", SLEEPS)
    sandbox.add("nginx", SLEEPS, enable=False)
    done = sandbox.glctl("start", "nginx")
    assert done.returncode == 1
    assert done.stdout == "fail: no supervisor: nginx\n"
    assert "gitlab.rb does not enable it" in done.stderr


# --- without root


@pytest.fixture
def theirs() -> Iterator[Sandbox]:
    """A root that belongs to nobody, the user."""
    if os.geteuid() != 0:
        pytest.skip("needs two users: run the tests as root")
    # Not below tmp_path: each start of pytest closes that to other users.
    with tempfile.TemporaryDirectory(prefix="glctl-test-") as path:
        sandbox = Sandbox(Root(Path(path)))
        if sandbox.glctl("--version", prefix=AS_NOBODY).returncode:
            pytest.skip("this checkout or its Python cannot be read by another user")
        sandbox.add("registry", SLEEPS)
        for each in [sandbox.root.path, *sandbox.root.path.rglob("*")]:
            if not each.is_symlink():
                shutil.chown(each, "nobody", "nogroup")
        yield sandbox
        sandbox.end()


def test_everything_works_without_root(theirs: Sandbox) -> None:
    started = theirs.glctl("start", prefix=AS_NOBODY)
    assert started.returncode == 0, started.stderr
    assert {Path(f"/proc/{process.pid}").owner() for process in teardown.members(theirs.root)} == {"nobody"}
    for verb in ("status", "stop"):
        done = theirs.glctl(verb, prefix=AS_NOBODY)
        assert done.returncode == 0, (verb, done.stdout, done.stderr)
    assert oct(theirs.root.at(STATE_DIR).stat().st_mode)[-3:] == "700"
    done = theirs.glctl("down", prefix=AS_NOBODY)
    assert (done.returncode, done.stderr) == (0, "")
    assert not theirs.names()


def test_what_belongs_to_root_is_refused_to_others(theirs: Sandbox) -> None:
    theirs.start()
    # What runsv starts has its name at first.
    until(lambda: theirs.names() == ["runsv", "runsvdir", "sleep", "svlogd"], "all has started")
    before = theirs.names()
    for command in ("status", "stop", "start", "down"):
        done = theirs.glctl(command, prefix=AS_NOBODY)
        assert done.returncode == 1, command
        assert "Run glctl as root" in done.stderr, command
    assert theirs.names() == before


def test_who_holds_a_port_of_another_user_is_not_guessed(theirs: Sandbox) -> None:
    script = "import sys; from glctl.services import ports; print(*ports.listeners(int(sys.argv[1])))"
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        command = [*AS_NOBODY, sys.executable, "-c", script, str(held.getsockname()[1])]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "a process of root (only root sees which)\n"
