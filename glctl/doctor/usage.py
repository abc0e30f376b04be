"""How clients use the registry that was examined."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from glctl.doctor.observed import Observed
    from glctl.findings.report import Report

# The check that has seen clients' way to the registry open.
_WAY = "proxy"


def usage(observed: Observed, report: Report) -> tuple[str, ...]:
    """The lines to log in, push and pull with; none where the way to the registry was not seen open."""
    public = observed.vhost and observed.vhost.public
    if not public or not any(check.name == _WAY and check.outcome == "ok" for check in report.checks):
        return ()
    place = public.origin.partition("://")[2]
    image = f"{place}/GROUP/PROJECT:TAG"
    return (f"docker login {place}", f"docker push {image}", f"docker pull {image}")
