"""What reconfigure owes to services: stopped, failing, interrupted ones, in one running root."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import yaml
from roots import CONFIG, IMAGES, PATIENT, VHOST, Installation, installation, kill_when
from servers import wait_until

from glctl.paths import SERVICE_DIR, STATE_DIR, SV_DIR
from glctl.services.runit import look, write_control

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def host() -> Iterator[Installation]:
    """A root whose services run."""
    with installation() as made:
        made.reconfigure()
        yield made
        assert not [path for path in made.path.rglob("*") if path.name.endswith(".glctl-new")]


# --- services


def test_a_registry_that_is_disabled_stops_and_keeps_its_data(host: Installation) -> None:
    host.reconfigure()
    (host.at(IMAGES) / "an-image").touch()
    told = host.reconfigure("registry['enable'] = false", "nginx['enable'] = false")
    assert "registry stopped" in told
    assert "nginx stopped" in told
    assert [look(host.at(SV_DIR) / name).state for name in ("registry", "nginx")] == ["no supervisor"] * 2
    assert list(host.at(SERVICE_DIR).iterdir()) == []
    assert (host.at(IMAGES) / "an-image").exists()
    assert host.at(CONFIG).exists()
    assert "Nothing to do" in host.glctl("reconfigure").stdout
    # At once, before runsvdir has looked again: it must not be taken for one that somebody has stopped.
    assert "registry started" in host.reconfigure()
    assert host.ask(host.nginx).status == 401


def test_a_service_that_was_stopped_stays_so_and_then_starts_on_the_new_files(host: Installation) -> None:
    host.reconfigure()
    assert host.glctl("stop", "registry").returncode == 0
    told = host.reconfigure("registry['log_level'] = 'error'", "registry['nginx']['hsts_max_age'] = 6")
    again = f"glctl --root {host.path} start registry"
    assert f"note: registry was stopped, or ended after once, and stays so. To start it: {again}" in told
    assert "nginx reloaded" in told
    assert host.pid("registry") is None
    told = host.glctl("reconfigure")
    assert "Nothing to do" in told.stdout
    assert "registry was stopped" in told.stderr
    assert host.glctl("start", "registry").returncode == 0
    running = host.pid("registry")
    assert "Nothing to do" in host.glctl("reconfigure").stdout
    assert host.pid("registry") == running


def test_a_service_whose_supervisor_was_killed_gets_one_again(host: Installation) -> None:
    host.reconfigure()
    before = host.pids()
    (supervisor,) = (name.split()[1] for name in host.members() if name.startswith("runsvdir"))
    os.kill(int(supervisor), signal.SIGKILL)
    told = host.glctl("reconfigure")
    assert "its supervisor, runsvdir, does not run" in told.stdout
    assert host.restarted(before) == set()
    assert any(name.startswith("runsvdir") for name in host.members())
    assert "Nothing to do" in host.glctl("reconfigure").stdout


def test_a_registry_that_would_not_start_says_why_and_nothing_is_changed(host: Installation) -> None:
    host.reconfigure()
    before, running = host.listing(but=["etc/gitlab", "etc/gitlab/gitlab.rb"]), host.pids()
    # In the list of drivers, but not compiled into Debian's registry.
    host.write("registry['storage'] = { 'gcs' => { 'bucket' => 'b' } }")
    failed = host.glctl("reconfigure")
    assert (failed.returncode, "Made " in failed.stdout) == (1, False)
    assert "The registry with the new configuration does not start:" in failed.stderr
    assert "This build of the registry has no storage driver 'gcs'." in failed.stderr
    assert "Most likely it is registry['storage'] (" in failed.stderr
    assert host.listing(but=["etc/gitlab", "etc/gitlab/gitlab.rb"]) == before
    assert host.pids() == running


def test_what_is_stopped_while_it_is_watched_stays_so_and_no_setting_is_blamed(host: Installation) -> None:
    host.reconfigure()
    before, config = host.pid("registry"), host.at(CONFIG).read_bytes()
    host.write("registry['log_level'] = 'warn'")
    child = host.begin("reconfigure", "--watch", "30")
    wait_until(
        lambda: host.pid("registry") not in (before, None) and host.ask(host.registry).status == 401,
        "it is up",
    )
    busy = host.glctl("stop", "registry", "--wait", "0")
    assert (busy.returncode, f"(pid {child.pid})" in busy.stderr) == (1, True)
    assert write_control(host.at(f"{SV_DIR}/registry"), b"d")  # as sv does, which knows nothing of the lock
    said, _ = child.communicate(timeout=PATIENT)
    assert child.returncode == 1
    assert "registry was stopped by somebody else while this run was under way, and stays so." in said
    assert "Most likely" not in said
    assert host.at(CONFIG).read_bytes() == config
    assert look(host.at(f"{SV_DIR}/registry")).want == "down"
    assert host.glctl("start", "registry").returncode == 0


def test_what_is_killed_while_it_is_watched_is_told_by_its_signal(host: Installation) -> None:
    host.reconfigure()
    before, directory = host.pid("registry"), host.at(f"{SV_DIR}/registry")
    host.write("registry['log_level'] = 'warn'")
    child = host.begin("reconfigure", "--watch", "30")
    wait_until(
        lambda: (now := look(directory)).pid not in (before, None) and now.seconds > 3,
        "it has been up for so long that it is watched",
        PATIENT,
    )
    pid = host.pid("registry")
    assert pid
    os.kill(pid, signal.SIGKILL)
    said, _ = child.communicate(timeout=PATIENT)
    assert child.returncode == 1
    assert "registry was ended by signal 9 (KILL): by the OOM killer or somebody, not by its config" in said
    assert "journalctl -k" in said
    assert "Most likely" not in said
    wait_until(lambda: host.ask(host.registry).status == 401, "the old one serves")
    assert "Restarting registry." in host.glctl("reconfigure").stderr  # now that nobody kills it


# --- interrupted


@contextmanager
def halted_before_services(host: Installation) -> Iterator[None]:
    """A run stops in here when it has written all files, before the first service hears of it.

    What it waits for is the lock under which the supervisor is looked for.
    """
    record = host.at(f"{STATE_DIR}/supervisor")
    with record.open("r+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def test_a_run_killed_between_writing_and_restarting_is_finished_by_the_next(host: Installation) -> None:
    host.reconfigure()
    before = host.pids()
    host.write("registry['log_level'] = 'error'", "registry['nginx']['hsts_max_age'] = 7")
    with halted_before_services(host):
        child = host.begin("reconfigure")
        kill_when(child, lambda: "max-age=7" in host.at(VHOST).read_text(), "the files are written")
    assert host.restarted(before) == set()
    assert yaml.safe_load(host.at(CONFIG).read_text())["log"]["level"] == "error"
    workers = host.workers()

    told = host.glctl("reconfigure").stdout
    for service, action in (("registry", "restart"), ("nginx", "restart")):
        assert (
            f"! {action} {service}: an earlier run changed its files and ended before it was seen up" in told
        )
    assert "Made no change; registry restarted" in told
    assert host.restarted(before) >= {"registry"}
    assert not workers & host.workers()
    assert "Nothing to do" in host.glctl("reconfigure").stdout


def test_ctrl_c_ends_a_run_without_a_traceback(host: Installation) -> None:
    host.reconfigure()
    host.write("registry['nginx']['hsts_max_age'] = 9")
    with halted_before_services(host):
        child = host.begin("reconfigure")
        wait_until(lambda: "max-age=9" in host.at(VHOST).read_text(), "the file is written")
        child.send_signal(signal.SIGINT)
        said = child.communicate(timeout=60)[0]
    assert child.returncode == 130
    assert "Traceback" not in said
    assert "nginx restarted" in host.glctl("reconfigure").stdout


def test_the_workers_of_a_killed_nginx_do_not_keep_its_ports(host: Installation) -> None:
    host.reconfigure()
    left_behind = host.workers()
    master = host.pid("nginx")
    assert master
    os.kill(master, signal.SIGKILL)
    wait_until(lambda: host.pid("nginx") != master, "runsv has seen it")
    assert "restart nginx: it is down" in host.glctl("reconfigure").stdout
    assert left_behind.isdisjoint(host.workers())
    assert host.ask(host.nginx).status == 401


def test_nginx_is_not_up_before_it_has_its_ports(host: Installation) -> None:
    host.reconfigure()
    host.glctl("stop", "nginx")
    with socket.create_server(("0.0.0.0", host.nginx)):
        refused = host.glctl("start", "nginx")
    assert refused.returncode == 1
    assert "See: glctl" in refused.stderr
    assert host.glctl("start", "nginx").returncode == 0
    assert host.ask(host.nginx).status == 401


def test_nginx_is_restarted_for_an_address_that_it_cannot_have_beside_the_one_it_has(
    host: Installation,
) -> None:
    host.reconfigure()
    before = host.pid("nginx")
    wider = "registry['nginx']['listen_addresses'] = ['*']"
    for lines in ([wider], []):
        told = host.reconfigure(*lines)
        assert "beside what it listens on" in told
        assert host.ask(host.nginx).status == 401
        assert host.pid("nginx") != before
        before = host.pid("nginx")
    assert "Nothing to do" in host.glctl("reconfigure").stdout


def test_a_reader_that_has_seen_enough_does_not_end_the_run(host: Installation) -> None:
    host.reconfigure()
    host.write("registry['log_level'] = 'error'")
    child = host.begin("-v", "reconfigure")
    assert child.stdout
    child.stdout.close()
    child.wait(timeout=60)
    assert yaml.safe_load(host.at(CONFIG).read_text())["log"]["level"] == "error"
    assert "Nothing to do" in host.glctl("reconfigure").stdout
