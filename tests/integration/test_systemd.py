"""A host of glctl's own that systemd starts: a real systemd, booted twice."""

from __future__ import annotations

from typing import Any

import pytest
from booted import booted
from servers import program

# What is done in there; writes what was seen at each boot as JSON.
SESSION = r"""
import json, os, pathlib, subprocess, sys, time, urllib.error, urllib.request

boot = "second" if os.path.exists("/seen/first.json") else "first"
seen = {}
UNIT = "glctl-runsvdir.service"
NAMES = ("runsvdir", "runsv", "svlogd", "nginx", "docker-registry", "sleep")

def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    seen.setdefault("runs", []).append([" ".join(command[-2:]), done.returncode, done.stdout + done.stderr])
    return done.stdout.strip()

def glctl(*args):
    return run(sys.executable, "-m", "glctl", *args)

def answer():
    request = urllib.request.Request("http://127.0.0.1/v2/", headers={"Host": "registry.example.com"})
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            return urllib.request.urlopen(request).status
        except urllib.error.HTTPError as error:
            if error.code < 500:
                return error.code
        except OSError:
            pass
        time.sleep(0.05)

def running():
    names = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, state = stat.read_text().partition("(")[2].rpartition(") ")
        except OSError:
            continue
        if name in NAMES and state[0] != "Z":
            names.append(name)
    return sorted(names)

def unit(verb="is-active"):
    return run("systemctl", verb, UNIT)

if boot == "first":
    pathlib.Path("/etc/gitlab/gitlab.rb").write_text(
        "external_url 'http://gitlab.example.com'; registry_external_url 'http://registry.example.com'"
    )
    glctl("reconfigure")
    seen["active"], seen["enabled"], seen["answer"] = unit(), unit("is-enabled"), answer()
    seen["again"] = glctl("reconfigure")
else:
    seen["answer"], seen["active"] = answer(), unit()
    before = int(run("systemctl", "show", "--property=MainPID", "--value", UNIT))
    os.kill(before, 9)
    deadline = time.monotonic() + 30
    while run("systemctl", "show", "--property=MainPID", "--value", UNIT) in ("0", str(before)):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    seen["answer after a kill"] = answer()
    begun = time.monotonic()
    unit("stop")
    seen["seconds to stop"] = time.monotonic() - begun
    seen["running after the stop"] = running()
    seen["status"] = glctl("status")
    glctl("start")
    seen["active after a start"], seen["answer after a start"] = unit(), answer()
    glctl("down")
    seen["running after down"], seen["active after down"] = running(), unit()
    glctl("start")
    seen["answer at the end"] = answer()
    glctl("down", "--purge")
    seen["running after the purge"], seen["loaded"] = running(), run("systemctl", "list-unit-files", UNIT)
    seen["left of it"] = [str(path) for path in pathlib.Path("/etc/systemd/system").rglob(UNIT)]
pathlib.Path(f"/seen/{boot}.json").write_text(json.dumps(seen))
"""


@pytest.fixture(scope="module")
def boots(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What was seen in the first boot and in the second."""
    for name in ("docker-registry", "nginx", "runsvdir", "logrotate"):
        program(name)
    return booted(
        tmp_path_factory.mktemp("systemd"), SESSION, ("first", "second"), after="glctl-runsvdir.service"
    )


def test_reconfigure_has_systemd_start_the_supervisor(boots: dict[str, dict[str, Any]]) -> None:
    first = boots["first"]
    assert (first["active"], first["enabled"], first["answer"]) == ("active", "enabled", 401), first["runs"]
    assert first["again"].startswith("Nothing to do")


def test_it_is_there_after_the_next_boot(boots: dict[str, dict[str, Any]]) -> None:
    second = boots["second"]
    assert (second["active"], second["answer"]) == ("active", 401), second["runs"]


def test_systemd_starts_it_again_where_it_was_killed(boots: dict[str, dict[str, Any]]) -> None:
    assert boots["second"]["answer after a kill"] == 401


def test_a_stop_ends_all_services_and_waits_for_them(boots: dict[str, dict[str, Any]]) -> None:
    second = boots["second"]
    assert second["running after the stop"] == []
    assert second["seconds to stop"] < 10
    assert "no supervisor: registry" in second["status"]


def test_glctl_s_own_commands_go_through_systemd(boots: dict[str, dict[str, Any]]) -> None:
    second = boots["second"]
    assert (second["active after a start"], second["answer after a start"]) == ("active", 401)
    assert (second["running after down"], second["active after down"]) == ([], "inactive")
    assert second["answer at the end"] == 401


def test_a_purge_takes_the_unit_away(boots: dict[str, dict[str, Any]]) -> None:
    second = boots["second"]
    assert second["running after the purge"] == []
    assert second["left of it"] == []
    assert "0 unit files" in second["loaded"]
