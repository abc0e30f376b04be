"""GitLab's and S3's clocks by their Date headers: real nginxes whose clocks are set off by faketime."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

import pytest
from servers import free_port, nginx

from glctl.clients.dates import DateAnswer
from glctl.doctor.checks.clock import others, own
from glctl.doctor.facts import Facts, Options
from glctl.doctor.observed import Observed
from glctl.paths import Root
from glctl.settings.platform import DEBIAN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from glctl.doctor.check import Check
    from glctl.findings.model import Finding


@contextlib.contextmanager
def facts(folder: Path, *, gitlab: int, s3: int) -> Iterator[Facts]:
    """A registry whose GitLab and S3 are ahead by so many seconds, and no time server that answers."""
    ports = {}
    with contextlib.ExitStack() as servers:
        for name, ahead in (("gitlab", gitlab), ("s3", s3)):
            (folder / name).mkdir()
            ports[name] = free_port()
            refuse = f"listen 127.0.0.1:{ports[name]}; return 403;"
            servers.enter_context(nginx(folder / name, refuse, ports[name], ahead=ahead))
        observed = Observed(
            root=Root(folder),
            platform=DEBIAN,
            source="disk",
            config_path="/config.yml",
            config={
                "storage": {"s3": {"regionendpoint": f"http://127.0.0.1:{ports['s3']}"}},
                "auth": {"token": {"realm": f"http://127.0.0.1:{ports['gitlab']}/jwt/auth"}},
            },
        )
        yield Facts(observed, Options(ntp_servers=(f"127.0.0.1:{free_port()}",), ntp_timeout=2))


def found(check: Check, of: Facts) -> list[tuple[str, str]]:
    findings: list[Finding] = list(check.run(of))
    return [(finding.code, finding.severity) for finding in findings]


def test_dates_are_read_within_their_second(tmp_path: Path) -> None:
    with facts(tmp_path, gitlab=300, s3=-1000) as made:
        for fact, ahead in ((made.gitlab_date, 300), (made.s3_date, -1000)):
            date = fact()
            assert isinstance(date, DateAnswer)
            assert date.own
            assert date.offset == pytest.approx(ahead, abs=date.root_distance + 0.05)


@pytest.mark.parametrize(
    ("gitlab", "s3", "clock", "of_gitlab", "of_s3"),
    [
        (0, 0, [("clock-not-verified", "warning")], [], []),  # who is on this machine proves nothing
        (
            1000,
            1000,
            [("clock-skew", "error")],
            [("gitlab-clock-skew", "error")],
            [("s3-clock-skewed", "error")],
        ),
        (-40, 0, [("clock-skew", "warning")], [("gitlab-clock-skew", "warning")], []),
        (0, 500, [("clock-skew", "error")], [], [("s3-clock-skewed", "warning")]),
        (
            100,
            -1000,
            [("clock-not-verified", "warning")],
            [("gitlab-clock-skew", "error")],
            [("s3-clock-skewed", "error")],
        ),
    ],
)
def test_what_they_say_of_the_clock(
    tmp_path: Path,
    gitlab: int,
    s3: int,
    clock: list[tuple[str, str]],
    of_gitlab: list[tuple[str, str]],
    of_s3: list[tuple[str, str]],
) -> None:
    with facts(tmp_path, gitlab=gitlab, s3=s3) as made:
        assert found(own.CHECK, made) == clock
        assert found(others.GITLAB, made) == of_gitlab
        assert found(others.S3, made) == of_s3


def test_servers_that_are_silent_cost_one_time_out(tmp_path: Path) -> None:
    """Twenty NTP servers, GitLab, S3: addresses at which packets are lost."""
    lost = "192.0.2.1"  # for documentation (RFC 5737)
    observed = Observed(
        root=Root(tmp_path),
        platform=DEBIAN,
        source="disk",
        config_path="/config.yml",
        config={
            "storage": {"s3": {"regionendpoint": f"http://{lost}"}},
            "auth": {"token": {"realm": f"https://{lost}/jwt/auth"}},
        },
    )
    servers = tuple(f"{lost}:{1000 + n}" for n in range(20))
    begun = time.monotonic()
    assert found(own.CHECK, Facts(observed, Options(ntp_servers=servers, ntp_timeout=0.5))) == [
        ("clock-not-verified", "warning")
    ]
    assert time.monotonic() - begun < 0.5 + 0.4
