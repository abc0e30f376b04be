"""What nginx tells the registry of a request: by that it makes the address where a push goes on.

Only a begun upload shows that address, and leaves traces in storage; so nginx's own file is read instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check, NotTriedError
from glctl.doctor.passing_on import location_of
from glctl.doctor.remedies import of_setting
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from glctl.doctor.facts import Facts
    from glctl.doctor.passing_on import PassingOn
    from glctl.findings.model import Finding

# Headers of the distribution protocol that clients need, of answers and of requests. What becomes of
# Authorization is tried with a token.
_ANSWERS = (
    "Location",
    "Docker-Upload-UUID",
    "Docker-Content-Digest",
    "Docker-Distribution-Api-Version",
    "WWW-Authenticate",
    "Range",
    "Content-Type",
    "Link",
)
_REQUESTS = ("Accept", "Content-Type", "Content-Range", "Range")


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Follow the headers of a client's request through the virtual host."""
    observed, vhost = facts.observed, facts.observed.require_vhost()
    if vhost.passing is None or vhost.entrance is None:
        raise NotTriedError("nginx has no virtual host of the registry here that could be read")
    public = facts.public().url
    yield from _lost(vhost.passing, vhost.path)
    if observed.setting("http", "relativeurls"):
        return "the registry names no address (relativeurls)"
    fixed = observed.setting("http", "host")
    made = str(fixed or location_of(vhost.passing, vhost.entrance, public, vhost.upstream))
    if not made:
        return "a variable decides that is not known here"
    if made == "/":
        return "pushes go on where they have begun"
    if made.rstrip("/").lower() not in _spellings(public.origin, public.port):
        yield found(
            "location-wrong",
            observed.where("http", "host") if fixed else vhost.path,
            f"Clients of {public.origin} are told to send their layers to {made}.",
            remedy=of_setting(
                observed, "http", "host", otherwise="glctl reconfigure" if fixed else ""
            ),
            evidence=[f"{name}: {value}" for name, value in sorted((vhost.passing.headers or {}).items())
                      if name in ("host", "x-forwarded-proto", "x-forwarded-host")],
        )  # fmt: skip
    return f"pushes go on at {made}"


def _lost(passing: PassingOn, path: str) -> Iterator[Finding]:
    """Headers of the protocol that nginx takes away, or gives a value of its own."""
    for name in _ANSWERS:
        if name.lower() in passing.hidden:
            yield found(
                "proxy-header-lost",
                path,
                f"nginx takes the header {name} out of the registry's answers.",
                evidence=[f"proxy_hide_header {name} is in effect"],
            )
    for name in _REQUESTS:
        value = (passing.headers or {}).get(name.lower())
        if value is not None and not value.lower().startswith("$http_"):
            yield found(
                "proxy-header-lost",
                path,
                f"nginx replaces the header {name} of clients.",
                remedy=f"Remove '{name}' from registry['nginx']['proxy_set_headers']; glctl reconfigure",
                evidence=[f"proxy_set_header {name} is in effect"],
            )


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
