"""Logs that are rotated while they are written: nginx's own by logrotate, all others by svlogd."""

from __future__ import annotations

import contextlib
import gzip
import os
import re
import socket
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from roots import PATIENT, installation
from servers import CLEAN_ENVIRONMENT, program, wait_until

from glctl.services import control
from glctl.services.catalog import LOGROTATE
from glctl.services.runit import look

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from roots import Installation

LOGS = "/var/log/gitlab/nginx"
ACCESS = f"{LOGS}/gitlab_registry_access.log"
HOME = "/var/opt/gitlab/logrotate"


@pytest.fixture(scope="module")
def made() -> Iterator[Installation]:
    """An installation with logrotate, whose workers have the account that gitlab.rb names."""
    program("logrotate")
    with installation() as made:
        made.base.remove("logrotate['enable'] = false")
        if os.geteuid() == 0:
            made.base += ["web_server['username'] = 'nobody'", "web_server['group'] = 'nogroup'"]
        made.reconfigure()
        yield made


def rotate(made: Installation) -> None:
    """What the service does at each look, but at once."""
    command = [program("logrotate"), "--force", "--state", "logrotate.status", "logrotate.conf"]
    done = subprocess.run(
        command, cwd=made.at(HOME), env=CLEAN_ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def numbers(files: list[Path]) -> list[int]:
    """What a client has asked for, as these files have it."""
    contents = [gzip.decompress(f.read_bytes()) if f.suffix == ".gz" else f.read_bytes() for f in files]
    return sorted(int(number) for number in re.findall(rb"GET /v2/\?n=(\d+) ", b"".join(contents)))


def opened(made: Installation) -> set[str]:
    """The log files that nginx's processes write to."""
    found = set()
    for pid in (made.pid("nginx"), *made.workers()):
        for link in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # closed meanwhile
                found.add(str(link.readlink()))
    return {target for target in found if target.startswith(f"{made.at(LOGS)}/") and ".log" in target}


def test_no_line_of_nginx_is_lost_and_none_is_there_twice(made: Installation) -> None:
    rotations, asked, stop = 4, 0, threading.Event()

    def ask() -> None:
        nonlocal asked
        while not stop.is_set():
            exchange = made.ask(made.nginx, path=f"/v2/?n={asked}")
            assert exchange.status == 401, exchange.failure
            asked += 1

    client = threading.Thread(target=ask)
    client.start()
    try:
        for count in range(1, rotations + 1):
            before = asked
            wait_until(lambda before=before: asked > before + 20, "the client goes on", PATIENT)
            rotate(made)
            live = {str(path) for path in made.at(LOGS).glob("*.log")}
            wait_until(lambda live=live: opened(made) <= live, f"nginx has new files ({count})", PATIENT)
    finally:
        stop.set()
        client.join()
    files = sorted(made.at(LOGS).glob("gitlab_registry_access.log*"))
    assert [file.name.removeprefix("gitlab_registry_access.log") for file in files] == [
        *("", ".1", ".2.gz", ".3.gz", ".4.gz"),
    ]
    wait_until(lambda: len(numbers(files)) >= asked, "the last line is written", PATIENT)
    assert numbers(files) == list(range(asked))


def test_the_service_looks_by_itself_and_ends_when_it_is_told(made: Installation) -> None:
    status = made.at(f"{HOME}/logrotate.status")
    status.unlink(missing_ok=True)
    made.reconfigure("logrotate['pre_sleep'] = 0", "logrotate['post_sleep'] = 1000")
    wait_until(lambda: status.exists() and ACCESS in status.read_text(), "it has looked", PATIENT)
    directory = made.at("/opt/gitlab/sv/logrotate")
    stopped = control.act(directory, control.STOP, timeout=PATIENT)
    assert stopped.ok
    assert not [member for member in made.members() if member.startswith("sleep ")]
    assert made.glctl("start", "logrotate").returncode == 0
    assert LOGROTATE.is_enabled(made.root)
    assert look(directory).is_up
    said = made.glctl("tail-logs", "logrotate", "--no-follow").stdout
    assert "error" not in said


def test_it_is_disabled_with_nginx_and_by_itself(made: Installation) -> None:
    assert "logrotate stopped" in made.reconfigure("logrotate['enable'] = false")
    assert made.pid("logrotate") is None
    made.reconfigure()
    assert made.pid("logrotate")


# --- svlogd


REGISTRY_LOGS = "/var/log/gitlab/registry"


def write_until(made: Installation, condition: Callable[[], object], what: str) -> None:
    """Have the registry write lines until *condition* holds."""

    def asked_once_more() -> object:
        made.ask(made.registry)
        return condition()

    wait_until(asked_once_more, what, PATIENT)


def archives(made: Installation) -> list[Path]:
    return sorted(made.at(REGISTRY_LOGS).glob("@*.s"))


def test_size_number_filter_prefix_and_udp_are_svlogd_s(made: Installation) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(PATIENT)
        made.reconfigure(
            "logging['svlogd_size'] = 4096",
            "registry['svlogd_num'] = 2",
            "logging['udp_log_shipping_host'] = '127.0.0.1'",
            f"logging['udp_log_shipping_port'] = {receiver.getsockname()[1]}",
            "registry['svlogd_prefix'] = 'box registry: '",
        )
        write_until(made, lambda: len(archives(made)) >= 2, "two rotations")
        seen = {path.name for path in archives(made)}
        write_until(made, lambda: seen.isdisjoint(p.name for p in archives(made)), "old ones go")
        datagrams = [receiver.recv(65536).decode() for _ in range(3)]
    assert len(archives(made)) <= 3  # svlogd makes one more before it removes the oldest
    for path in archives(made):
        content = gzip.decompress(path.read_bytes())
        assert len(content) <= 4096
        assert all(b" box registry: " in line for line in content.splitlines())
    assert all(" box registry: " in datagram for datagram in datagrams)


def test_timeout_and_no_filter_are_svlogd_s(made: Installation) -> None:
    made.reconfigure("registry['svlogd_timeout'] = 1", "registry['svlogd_filter'] = false")
    before = {path.name for path in archives(made)}

    def rotated() -> list[Path]:
        return [path for path in archives(made) if path.name not in before]

    write_until(made, rotated, "a rotation, long before the file is large")
    content = rotated()[0].read_bytes()
    assert len(content) < 209715200
    assert b"/v2/" in content
