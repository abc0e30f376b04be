"""What nginx tells the registry of a request: by that it makes the address where a push goes on.

Only a begun upload shows that address, and leaves traces in storage; so nginx's own file is read instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check, NotTriedError
from glctl.doctor.found import found
from glctl.doctor.passing_on import location_of

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Follow the headers of a client's request through the virtual host."""
    observed, vhost = facts.observed, facts.observed.vhost
    if vhost is None or vhost.passing is None or vhost.entrance is None:
        raise NotTriedError("nginx has no virtual host of the registry here that could be read")
    public = facts.public().url
    if observed.setting("http", "relativeurls"):
        return "the registry names no address (relativeurls)"
    fixed = observed.setting("http", "host")
    made = str(fixed or location_of(vhost.passing, vhost.entrance, public, vhost.upstream))
    if not made:
        return "a variable decides that is not known here"
    if made.rstrip("/").lower() not in _spellings(public.origin, public.port):
        yield found(
            "location-wrong",
            observed.config_path if fixed else vhost.path,
            f"Clients of {public.origin} are told to send their layers to {made}.",
            remedy="" if not fixed else "Remove http.host (REGISTRY_HTTP_HOST in registry['env']) and run:\n"
            "glctl reconfigure",
            evidence=[f"{name}: {value}" for name, value in sorted((vhost.passing.headers or {}).items())
                      if name in ("host", "x-forwarded-proto", "x-forwarded-host")],
        )  # fmt: skip
    return f"pushes go on at {made}"


def _spellings(origin: str, port: int) -> tuple[str, ...]:
    """*origin* with its port written out, and without where it is the usual one."""
    bare = origin.lower()
    return bare, f"{bare}:{port}"


CHECK = Check(
    "forwarded",
    "nginx tells the registry the address that clients use.",
    run,
    requires=("virtual-host",),
    live=False,
)
