from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from glctl.services import processes, systemd, timekeeping
from glctl.services.processes import Process

if TYPE_CHECKING:
    from pathlib import Path


def test_the_servers_that_time_services_follow(tmp_path: Path) -> None:
    texts = {
        "chrony/chrony.conf": "# server no.example.com\nserver a.example.com iburst\npool b.example.com\n",
        "chrony/sources.d/dhcp.sources": "server c.example.com\n",
        "systemd/timesyncd.conf": "[Time]\nNTP=d.example.com e.example.com\n#FallbackNTP=no.example.com\n",
        "ntp.conf": "server 127.127.20.0 mode 17\nserver a.example.com\ndriftfile /x\n",
    }
    for name, text in texts.items():
        path = tmp_path / "etc" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert timekeeping.configured_servers(tmp_path) == tuple(f"{letter}.example.com" for letter in "abcde")
    assert timekeeping.configured_servers(tmp_path / "nothing") == ()


def test_a_container_is_known_by_its_mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "environment", lambda _: ())
    assert not timekeeping.in_container(tmp_path)
    (tmp_path / ".dockerenv").touch()
    assert timekeeping.in_container(tmp_path)
    monkeypatch.setattr(processes, "environment", lambda _: ("HOME=/", "container=lxc"))
    assert timekeeping.in_container(tmp_path / "nothing")


@pytest.mark.parametrize(
    ("contained", "program", "booted", "remedy"),
    [
        (True, "chronyd", True, "On the machine that runs this container"),
        (False, "chronyd", True, "chronyc makestep"),
        (False, "systemd-timesyn", True, "systemctl restart systemd-timesyncd"),
        (False, "ntpd", False, "ntpq -pn"),
        (False, "bash", True, "timedatectl set-ntp true"),
        (False, "bash", False, "apt-get install chrony"),
    ],
)
def test_the_remedy_fits_what_keeps_the_time(
    monkeypatch: pytest.MonkeyPatch, contained: bool, program: str, booted: bool, remedy: str
) -> None:
    monkeypatch.setattr(timekeeping, "in_container", lambda: contained)
    monkeypatch.setattr(processes, "everyone", lambda: iter([Process(7, 1, 1, program)]))
    monkeypatch.setattr(systemd, "is_running", lambda: booted)
    assert remedy in timekeeping.remedy()


@pytest.mark.parametrize(
    ("program", "words"), [("systemd-timesyn", "systemd-timesyncd runs here"), ("sh", "no time")]
)
@pytest.mark.parametrize("synchronised", [True, False])
def test_the_state_in_words(
    monkeypatch: pytest.MonkeyPatch, program: str, words: str, synchronised: bool
) -> None:
    monkeypatch.setattr(processes, "everyone", lambda: iter([Process(7, 1, 1, program)]))
    monkeypatch.setattr(timekeeping, "in_container", lambda: True)
    monkeypatch.setattr(timekeeping, "_is_synchronised", lambda: synchronised)
    state = timekeeping.state()
    assert state.startswith(words)
    assert "in a container: the clock is its host's" in state
    assert state.endswith("calls its clock synchronised") == synchronised


def test_the_kernel_is_only_asked() -> None:
    assert timekeeping._is_synchronised() in (True, False)
