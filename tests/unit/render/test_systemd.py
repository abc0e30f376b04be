from __future__ import annotations

from glctl.paths import UNIT_FILE
from glctl.render.resources import Absent, File, Symlink
from glctl.render.systemd import no_supervisor_unit, supervisor_unit

LINK = "/etc/systemd/system/multi-user.target.wants/glctl-runsvdir.service"


def test_the_unit_is_enabled_as_systemctl_enables_it(configure) -> None:
    unit, link = supervisor_unit(configure().host)
    assert isinstance(unit, File)
    assert (unit.path, unit.mode, unit.owner) == (UNIT_FILE, 0o644, "root")
    assert link == Symlink(LINK, UNIT_FILE)


def test_it_runs_what_glctl_itself_would_start(configure) -> None:
    unit, _ = supervisor_unit(configure().host)
    assert isinstance(unit, File)
    lines = unit.content.decode().splitlines()
    (start,) = [line for line in lines if line.startswith("ExecStart=")]
    assert start == f'ExecStart=/usr/bin/runsvdir -P /opt/gitlab/service "log: {"." * 395}"'
    (environment,) = [line for line in lines if line.startswith("Environment=")]
    assert '"GLCTL_SUPERVISES=/opt/gitlab/service"' in environment  # glctl down knows its services by it


def test_without_a_service_it_goes() -> None:
    assert list(no_supervisor_unit()) == [Absent(LINK), Absent(UNIT_FILE)]
