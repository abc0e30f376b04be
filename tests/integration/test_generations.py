"""history, rollback and what status says of them, with real services."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from roots import CONFIG, HOST, Installation, installation, kill_when
from servers import wait_until

from glctl.converge.state import APPLIED_DIR, GENERATIONS_DIR
from glctl.paths import CONFIG_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

WARN = "registry['log_level'] = 'warn'"


@pytest.fixture(scope="module")
def host() -> Iterator[Installation]:
    """A root whose services run."""
    with installation() as made:
        made.reconfigure()
        yield made


def numbers(host: Installation) -> list[int]:
    """The generations that are kept, oldest first."""
    return sorted(int(path.stem) for path in host.at(GENERATIONS_DIR).iterdir())


def differs(host: Installation) -> list[list[str]]:
    """What status says differs, service by service."""
    return [row["differs"] for row in json.loads(host.glctl("status", "--format", "json").stdout)]


def test_there_and_back(host: Installation) -> None:
    host.reconfigure(WARN)
    warned = numbers(host)[-1]
    host.reconfigure()
    before = host.pids()
    done = host.glctl("rollback")
    assert done.returncode == 0, done.stderr
    assert f"Back to generation {warned} of " in done.stdout
    assert "registry restarted" in done.stdout
    assert "level: warn" in host.at(CONFIG).read_text()
    assert host.restarted(before) == {"registry"}
    assert host.ask(host.nginx).status == 401
    assert differs(host) == [[str(host.at(CONFIG_FILE))]] * 2
    assert f"back to {warned}" in host.glctl("history").stdout.splitlines()[0]
    assert "Nothing to do: this host is as generation" in host.glctl("rollback", str(warned)).stdout
    forward = host.glctl("reconfigure")
    assert (forward.returncode, "-  level: warn" in forward.stdout) == (0, True)
    assert differs(host) == [[], []]


def test_back_with_its_gitlab_rb(host: Installation) -> None:
    file = host.write(WARN)
    warned = file.read_bytes()
    host.reconfigure(WARN)
    number = numbers(host)[-1]
    host.reconfigure("registry['log_level'] = 'error'")
    changed = file.read_bytes()
    done = host.glctl("rollback", str(number), "--restore-config")
    assert done.returncode == 0, done.stderr
    assert (file.read_bytes(), "brings" in done.stderr) == (warned, False)
    assert file.with_name("gitlab.rb.before-rollback.1").read_bytes() == changed
    assert differs(host) == [[], []]
    assert "Nothing to do" in host.glctl("reconfigure").stdout


def test_a_gitlab_rb_that_only_reads_otherwise_is_known_after_a_run(host: Installation) -> None:
    host.reconfigure()
    host.write("# a comment")
    assert differs(host) == [[str(host.at(CONFIG_FILE))]] * 2
    assert "Nothing to do" in host.glctl("reconfigure").stdout
    assert differs(host) == [[], []]
    assert "only the text of gitlab.rb" in host.glctl("history").stdout.splitlines()[0]
    count = numbers(host)
    assert "Nothing to do" in host.glctl("reconfigure").stdout
    assert numbers(host) == count


def test_the_same_gates_hold(host: Installation) -> None:
    """What a generation needs and this host no longer has stops it before anything is written."""
    included = host.at("/etc/gitlab/included.conf")
    included.write_text("# nothing\n")
    host.reconfigure(f"nginx['custom_nginx_config'] = 'include {included};'")
    with_it = numbers(host)[-1]
    host.reconfigure()
    included.unlink()
    before = host.listing()
    done = host.glctl("rollback", str(with_it))
    assert done.returncode == 1
    assert "nginx refuses the new configuration" in done.stderr
    assert host.listing() == before


def test_a_killed_one_is_owed_and_finished(host: Installation) -> None:
    host.reconfigure(WARN)
    number = numbers(host)[-1]
    host.reconfigure()
    child = host.begin("rollback", str(number))
    kill_when(child, lambda: not host.at(f"{APPLIED_DIR}/registry").exists(), "the run has begun")
    registry = json.loads(host.glctl("status", "--format", "json").stdout)[0]
    assert registry["owed"] is True
    assert "owed: registry: " in host.glctl("status").stdout
    assert host.glctl("history").stdout.startswith("?")
    done = host.glctl("rollback", str(number))
    assert done.returncode == 0, done.stderr
    assert "level: warn" in host.at(CONFIG).read_text()
    wait_until(lambda: host.ask(host.registry).status == 401, f"{HOST} answers")
    assert host.glctl("history").stdout.startswith("*")


def test_ten_are_kept(host: Installation) -> None:
    for number in range(6):
        host.reconfigure(f"# {number}")
    assert len(numbers(host)) <= 10
    modes = {oct(path.stat().st_mode)[-3:] for path in host.at(GENERATIONS_DIR).iterdir()}
    assert (modes, oct(host.at(GENERATIONS_DIR).stat().st_mode)[-3:]) == ({"600"}, "700")
