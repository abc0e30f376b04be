"""scripts/install-packages puts /usr/sbin/policy-rc.d back exactly as it was, however it ends.

apt-get and dpkg are stand-ins here, and /usr/sbin is an overlay in a mount namespace of the test's own:
nothing of this reaches the machine.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]

# Each writes what it was asked to do to $LOG.
STAND_INS = {
    "apt-cache": "exit 0",
    # Asks policy-rc.d, as a package's scripts would, when it begins and when it has been told to go on.
    "apt-get": """/usr/sbin/policy-rc.d; echo "begun, policy $?" >>$LOG
                  case $FATE in
                    lasts) for _ in {1..500}; do [ -e $LOG.go-on ] && break; sleep 0.02; done ;;
                    fails) exit 100 ;;
                  esac
                  /usr/sbin/policy-rc.d; echo "done, policy $?" >>$LOG
                  touch $LOG.installed""",
    "dpkg-query": """echo "installed bash"; [ ! -e $LOG.installed ] || echo "installed nginx" """,
    "dpkg": """printf '%s\\n' /lib/systemd/system/$2{.service,@.service} /etc/init.d/$2""",
    "deb-systemd-helper": """echo "deb-systemd-helper $*" >>$LOG""",
    "update-rc.d": """echo "update-rc.d $*" >>$LOG""",
    "systemctl": "exit 0",
}

IN_NAMESPACE = """
set -e
trap : INT TERM  # those are for the script
mount -t tmpfs none "$1/overlay"
mkdir "$1/overlay/upper" "$1/overlay/work"
mount -t overlay none -o "lowerdir=/usr/sbin,upperdir=$1/overlay/upper,workdir=$1/overlay/work" /usr/sbin
rm -f /usr/sbin/policy-rc.d
eval "$2"
look() { stat -c '%n %A %U %y %N %i' /usr/sbin/policy-rc.d* || true; }
look >"$1/before"
PATH="$1/stand-ins:$PATH" "$3" nginx && status=0 || status=$?
look >"$1/after"
exit "$status"
"""


def can_mount_privately() -> bool:
    command = ["unshare", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


pytestmark = pytest.mark.skipif(not can_mount_privately(), reason="no mount namespaces here")


def install(
    tmp_path: Path, policy: str, fate: str, stop_with: signal.Signals | None = None
) -> tuple[int, list[str]]:
    """The exit code of the script, and what its stand-ins were asked to do."""
    (tmp_path / "overlay").mkdir()
    (tmp_path / "stand-ins").mkdir()
    for name, body in STAND_INS.items():
        program = tmp_path / "stand-ins" / name
        program.write_text(f"#!/bin/bash\n{body}\n")
        program.chmod(0o755)
    log = tmp_path / "log"
    script = str(PROJECT / "scripts" / "install-packages")
    command = [
        "unshare",
        "--map-root-user",
        "--mount",
        "bash",
        "-c",
        IN_NAMESPACE,
        "test",
        str(tmp_path),
        policy,
        script,
    ]
    environment = {**os.environ, "LOG": str(log), "FATE": fate}
    with subprocess.Popen(
        command, env=environment, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        if stop_with:
            wait_for(log)
            os.killpg(process.pid, stop_with)  # apt-get is not of this group, and goes on
            time.sleep(0.1)  # a script that ends at once, too early, has the time to
            log.with_name("log.go-on").touch()
        process.wait(timeout=30)
    return process.returncode, log.read_text().splitlines()


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} never came"
        time.sleep(0.02)


POLICIES = {
    "none": "",
    "a file": "printf '#!/bin/sh\\nexit 0\\n' >/usr/sbin/policy-rc.d; chmod 751 /usr/sbin/policy-rc.d; "
    "touch -d 2001-02-03 /usr/sbin/policy-rc.d",
    "a dangling link": "ln -s /nowhere /usr/sbin/policy-rc.d",
}


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize(
    ("fate", "stop_with", "exit_code"),
    [
        ("succeeds", None, 0),
        ("fails", None, 100),
        ("lasts", signal.SIGINT, 130),
        ("lasts", signal.SIGTERM, 143),
    ],
)
def test_the_policy_is_put_back(
    tmp_path: Path, policy: str, fate: str, stop_with: signal.Signals | None, exit_code: int
) -> None:
    status, asked = install(tmp_path, POLICIES[policy], fate, stop_with)
    assert status == exit_code
    assert {line for line in asked if "policy" in line} == {
        "begun, policy 101",
        *(["done, policy 101"] if fate != "fails" else []),
    }
    assert (tmp_path / "after").read_text() == (tmp_path / "before").read_text()


def test_the_policy_of_a_run_that_was_killed_is_put_back(tmp_path: Path) -> None:
    left = (
        "echo theirs >/usr/sbin/policy-rc.d.kept-by-glctl; "
        """echo "# glctl's scripts/install-packages put this here for a moment" >/usr/sbin/policy-rc.d"""
    )
    install(tmp_path, left, "succeeds")
    [line] = (tmp_path / "after").read_text().splitlines()
    kept = (tmp_path / "before").read_text().splitlines()[1]
    assert line.split()[-1] == kept.split()[-1]  # the same inode


def test_services_of_new_packages_are_disabled(tmp_path: Path) -> None:
    _, asked = install(tmp_path, "", "succeeds")
    assert asked[2:] == ["deb-systemd-helper disable nginx.service", "update-rc.d nginx disable"]
