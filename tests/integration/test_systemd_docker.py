"""glctl trace --docker=host: the Docker daemon of a host that a real systemd runs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from booted import booted
from servers import program

pytest.importorskip("mitmproxy")

# What is done in there; writes what was seen as JSON.
SESSION = r"""
import json, pathlib, subprocess, sys

seen = {"runs": []}

def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    seen["runs"].append([" ".join(command[-4:]), done.returncode, done.stdout + done.stderr])
    return done

def glctl(*args):
    return run(sys.executable, "-m", "glctl", *args)

def trace(*args):
    return (sys.executable, "-m", "glctl", "trace", "--format", "json", "--docker=host", *args)

def daemon():
    pid = run("systemctl", "show", "--property=MainPID", "--value", "docker").stdout.strip()
    entries = pathlib.Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    return pid, {name: value for name, _, value in (entry.partition("=") for entry in entries)}

def proxy():
    return daemon()[1].get("HTTPS_PROXY", "none")

def left():
    return sorted(path.name for path in pathlib.Path("/run/systemd/system").glob("docker.service.d/*"))

def save():
    pathlib.Path("/seen/first.json").write_text(json.dumps(seen))

settings = {"bridge": "none", "iptables": False, "storage-driver": "vfs", "ip-forward": False}
pathlib.Path("/etc/docker/daemon.json").write_text(json.dumps(settings))
pathlib.Path("/etc/default/docker").write_text("HTTPS_PROXY=http://proxy.example.com:3128\n")
run("systemctl", "start", "docker")
seen["active"] = run("systemctl", "is-active", "docker").stdout.strip()
save()
if seen["active"] != "active":
    run("journalctl", "-u", "docker", "-n", "20")
    save()
    sys.exit()
seen["proxy before"] = proxy()

seen["not asked"] = run(*trace("--", "true"), stdin=subprocess.DEVNULL).returncode
pid = daemon()[0]
inside = run(*trace("--yes", "--", "docker", "pull", "registry.localhost:1/group/app:1"))
seen["traced"] = json.loads(inside.stdout)
seen["said"] = inside.stderr
seen["restarted"] = daemon()[0] != pid
seen["proxy after"], seen["left after"] = proxy(), left()
save()

for _ in range(3): # systemd allows few starts a minute
    seen["again"] = run(*trace("--yes", "--", "true")).returncode
save()

words = trace("--yes", "--", "sh", "-c", "echo begun >&2; sleep 60")
killed = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
while "begun" not in (line := killed.stderr.readline()):
    assert line
killed.kill()
seen["proxy after a kill"], seen["left after a kill"] = proxy(), left()
config = pathlib.Path("/var/opt/gitlab/registry/config.yml")
config.parent.mkdir(parents=True)
config.write_text("version: 0.1\nstorage: {inmemory: {}}\nhttp: {addr: '127.0.0.1:5000'}\n")
seen["doctor"] = glctl("doctor", "--only", "trace-left-behind", "--format", "json").stdout
seen["next"] = glctl("trace", "--", "true").stderr
seen["proxy after the next"], seen["left after the next"] = proxy(), left()
save()

run("systemctl", "stop", "docker", "docker.socket", "containerd")
save()
"""


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What was seen; skipped where no Docker daemon runs in there."""
    for name in ("docker", "dockerd"):
        program(name)
    fresh = "/etc/docker /var/lib/docker /var/lib/containerd"
    first: dict[str, Any] = booted(tmp_path_factory.mktemp("docker"), SESSION, ("first",), fresh=fresh)[
        "first"
    ]
    if first["active"] != "active":
        pytest.skip(f"no Docker daemon runs in systemd-nspawn here: {first['runs'][-1]}")
    return first


def test_it_is_not_restarted_without_being_asked(seen: dict[str, Any]) -> None:
    assert seen["not asked"] == 2, seen["runs"]


def test_what_the_hosts_daemon_says_is_seen(seen: dict[str, Any]) -> None:
    urls = [each["url"] for each in seen["traced"]["exchanges"]]
    assert urls, seen["said"]
    assert all("registry.localhost:1" in url for url in urls)
    assert seen["restarted"]


def test_it_is_taken_back(seen: dict[str, Any]) -> None:
    assert seen["proxy before"] == "http://proxy.example.com:3128"
    assert (seen["proxy after"], seen["left after"]) == (seen["proxy before"], [])


def test_it_can_be_done_often(seen: dict[str, Any]) -> None:
    assert seen["again"] == 0, seen["runs"]


def test_what_a_kill_leaves_is_found_and_taken_back(seen: dict[str, Any]) -> None:
    assert seen["proxy after a kill"].startswith("http://127.0.0.1:")
    assert seen["left after a kill"] == ["glctl-trace.env", "zz-glctl-trace.conf"]
    assert json.loads(seen["doctor"])["root_causes"] == ["trace-left-behind"]
    assert "an earlier run was killed" in seen["next"]
    assert (seen["proxy after the next"], seen["left after the next"]) == (seen["proxy before"], [])
