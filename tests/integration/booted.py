"""A real systemd, booted by systemd-nspawn on a copy of this machine.

The copy is an overlay over / with a network of its own, in which nothing of this machine's own services
starts. It is thrown away.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from servers import program

PROJECT = Path(__file__).parents[2]

# Makes the copy in $1, whose own services stay off, and boots it, once for each word behind $2, which
# gets what was seen.
BOOT = """
new=$1 seen=$2
shift 2
mount -t tmpfs tmpfs /run # systemd-nspawn leaves something there
mount -t tmpfs tmpfs "$new"
mkdir "$new/up" "$new/work" "$new/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$new/up,workdir=$new/work" "$new/root"
for fresh in $FRESH /etc/gitlab /etc/systemd/system /opt /var/opt /var/log; do
    mkdir -p "$new/root$fresh"
    mount -t tmpfs -o mode=755 tmpfs "$new/root$fresh"
done
rm -rf "$new"/root/etc/rc?.d/S*
unit="$new/root/etc/systemd/system/session.service"
mkdir "${unit%/*}/multi-user.target.wants"
ln -s ../session.service "${unit%/*}/multi-user.target.wants/"
cat >"$unit"
for boot in "$@"; do
    systemd-nspawn --quiet --register=no --keep-unit --private-network --console=pipe --link-journal=no \
        --bind="$seen:/seen" --bind-ro="$PROJECT" --bind-ro="$PYTHON_HOME" --bind-ro="$PYTHON_PREFIX" \
        -D "$new/root" --boot --machine=glctl-test </dev/null
    test -e "$seen/$boot.json"
done
"""

# Runs this in there once the machine is up, and turns it off whatever came of it.
UNIT = """
[Unit]
After={after}

[Service]
Type=oneshot
Environment=PYTHONPATH={project} HOME=/root
ExecStart={python} /seen/session.py
ExecStopPost=/usr/bin/systemctl --no-block poweroff
StandardOutput=file:/seen/output
StandardError=inherit
TimeoutStartSec=90
"""


def booted(
    folder: Path, session: str, boots: tuple[str, ...], after: str = "", fresh: str = ""
) -> dict[str, Any]:
    """What the Python program *session* has written to ``/seen/BOOT.json`` at each of the *boots*.

    *after*: units that it waits for; *fresh*: directories empty in the copy. Skipped where none boots.
    """
    for name in ("unshare", "systemd-nspawn"):
        program(name)
    if os.geteuid() != 0:
        pytest.skip("needs root")
    new, seen = folder / "new", folder / "seen"
    new.mkdir()
    seen.mkdir()
    (seen / "session.py").write_text(session)
    done = subprocess.run(
        ["unshare", "--mount", "/bin/sh", "-ec", BOOT, "sh", str(new), str(seen), *boots],
        input=UNIT.format(project=PROJECT, python=sys.executable, after=after),
        env={
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "PROJECT": str(PROJECT),
            "PYTHON_HOME": sys.base_prefix,
            "PYTHON_PREFIX": sys.prefix,
            "FRESH": fresh,
        },
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        timeout=180,
    )
    output = seen / "output"
    if not output.exists():
        pytest.skip(f"systemd-nspawn boots nothing here: {(done.stderr or done.stdout)[-500:]}")
    assert done.returncode == 0, output.read_text() + done.stdout[-3000:]
    return {boot: json.loads((seen / f"{boot}.json").read_text()) for boot in boots}
