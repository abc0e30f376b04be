"""How clients use the registry that was examined."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from glctl.doctor.observed import Observed
    from glctl.findings.report import Report

# The check that has seen clients' way to the registry open.
_WAY = "proxy"
# Where docker speaks plain http unasked (its documentation of insecure registries).
_ALLOWED_PLAIN = ("127.", "localhost")


def usage(observed: Observed, report: Report) -> tuple[str, ...]:
    """The lines to log in, push and pull with; none where the way to the registry was not seen open."""
    public = observed.vhost and observed.vhost.public
    if not public or not any(check.name == _WAY and check.outcome == "ok" for check in report.checks):
        return ()
    place = public.origin.partition("://")[2]
    lines = [
        f"docker login {place}",
        f"docker push {place}/GROUP/PROJECT:TAG",
        f"docker pull {place}/GROUP/PROJECT:TAG",
    ]
    if public.scheme == "http" and not public.host.startswith(_ALLOWED_PLAIN):
        lines.append(f'# over plain http once docker\'s daemon.json has "insecure-registries": ["{place}"]')
    return tuple(lines)
