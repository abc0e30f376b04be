"""The unit with which systemd starts the supervisor at boot, and stops it with its services."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from glctl.paths import SERVICE_DIR, UNIT_FILE
from glctl.render.resources import Absent, File, Symlink
from glctl.services.supervisor import LOG, MARKER, PATH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glctl.settings.host import Host

_UNIT = PurePosixPath(UNIT_FILE)
_WANTED = str(_UNIT.parent / "multi-user.target.wants" / _UNIT.name)  # where `systemctl enable` links it

# HUP has runsvdir end its runsv processes, which end their services, and end itself with 111 (runsvdir(8)).
# systemd would take the others for left-overs then: the stop waits for them, and kills after 10 seconds.
_TEXT = """\
# Made by glctl from gitlab.rb.
[Unit]
Description=The container registry and its services, under runit (glctl)
Wants=network-online.target
After=network-online.target remote-fs.target

[Service]
Environment="PATH={path}" "{marker}={directory}"
ExecStart={runsvdir} -P {directory} "{log}"
ExecStop=-/bin/sh -c 'kill -HUP "$MAINPID"; exec {sv} -w 10 force-shutdown {directory}/*'
SuccessExitStatus=111
Restart=on-failure
LimitNOFILE=65536

[Install]
WantedBy=multi-user.target
"""


def supervisor_unit(host: Host) -> Iterator[File | Symlink]:
    """The unit, enabled. It holds nothing of gitlab.rb."""
    text = _TEXT.format(
        path=PATH,
        marker=MARKER,
        directory=SERVICE_DIR,
        runsvdir=host.platform.runsvdir.path,
        sv=host.platform.sv.path,
        log=LOG,
    )
    yield File(UNIT_FILE, text.encode())
    yield Symlink(_WANTED, UNIT_FILE)


def no_supervisor_unit() -> Iterator[Absent]:
    """Where nothing is enabled, nothing is started at boot."""
    yield Absent(_WANTED)
    yield Absent(UNIT_FILE)
