"""What nginx does with large layers: their size, how long they may take, where they wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check, NotTriedError
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from glctl.doctor.facts import Facts
    from glctl.doctor.passing_on import PassingOn
    from glctl.findings.model import Finding

_LAYER = 10 << 30  # bytes; what is announced: images with models in them have such layers
# Seconds. The registry answers the end of a large upload when it has copied it within S3, which takes
# minutes; Omnibus waits 900. The other times are those between two pieces.
_PATIENCE, _BETWEEN = 300, 10
# Requests: docker pushes five layers side by side, with some requests each within the first second.
_LAYERS, _PUSH = 5, 20


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Read the effective values of the virtual host."""
    vhost = facts.observed.require_vhost()
    if vhost.passing is None:
        raise NotTriedError("nginx has no virtual host of the registry here that could be read")
    yield from judge(vhost.passing, vhost.path)
    limit = vhost.passing.body_limit
    return f"layers up to {_in_words(limit)}, {vhost.passing.timeouts['proxy_read_timeout']:g} s"


def judge(passing: PassingOn, path: str) -> Iterator[Finding]:
    """What is too tight in *passing*, read from *path*."""
    if 0 < passing.body_limit < _LAYER:
        yield found(
            "proxy-body-limit",
            path,
            f"nginx refuses layers of more than {_in_words(passing.body_limit)}.",
            evidence=[f"client_max_body_size is {_in_words(passing.body_limit)}; 0 is without a limit"],
        )
    for name, seconds in passing.timeouts.items():
        if 0 < seconds < (_PATIENCE if name == "proxy_read_timeout" else _BETWEEN):
            yield found(
                "proxy-timeout-short",
                path,
                f"nginx gives up after {seconds:g} s ({name}): large or slow layers are cut off.",
                evidence=[f"{name} is {seconds:g} s"],
            )
    if passing.buffers_requests:
        yield found(
            "proxy-buffers-layers",
            path,
            "nginx keeps each layer on its own disk before it passes it on.",
            evidence=["proxy_request_buffering off and proxy_http_version 1.1 are not both in effect"],
        )
    if passing.caches:
        yield found(
            "proxy-caches", path, "nginx keeps the registry's answers and gives them to others.",
            evidence=["proxy_cache is in effect"],
        )  # fmt: skip
    if 0 < passing.connections < _LAYERS:
        yield found(
            "proxy-rate-limited",
            path,
            f"nginx lets a client have {passing.connections} connections at once, and a push has more.",
            evidence=[f"limit_conn of {passing.connections} is in effect"],
        )
    for rate, burst in passing.limits:
        if rate + burst < _PUSH:
            yield found(
                "proxy-rate-limited",
                path,
                f"nginx lets {rate:g} requests a second through, and {burst} at once beyond: "
                "fewer than one push makes.",
                evidence=[f"limit_req with a rate of {rate:g} r/s and burst={burst} is in effect"],
            )


def run_offer(facts: Facts) -> Generator[Finding, None, str]:
    """Announce a large layer, and send none of it."""
    from glctl.clients.distribution import METHODS
    from glctl.clients.offer import offer_body
    from glctl.doctor.tokens import REPOSITORY

    path = METHODS["PATCH"].format(repository=REPOSITORY)
    vhost = facts.observed.vhost
    places = [(facts.proxy_base, vhost.address if vhost else None)]
    if facts.public().answers:
        places.append((facts.public().origin, None))
    for base, via in places:
        if offer_body(base, path, _LAYER, via=via) == 413:
            yield found(
                "proxy-body-limit",
                base,
                f"A layer of {_in_words(_LAYER)} is refused for its size.",
                evidence=[f"PATCH with Content-Length: {_LAYER}, nothing sent: 413"],
            )
    return f"{_in_words(_LAYER)} announced, none of it sent"


def _in_words(size: int) -> str:
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if size < 1024 or unit == "GiB":
            return f"{size:g} {unit}" if size else "any size"
        size //= 1024
    return ""


CHECK = Check(
    "proxy-limits",
    "nginx lets layers of any size through, as long as they take.",
    run,
    requires=("virtual-host",),
    live=False,
)
OFFER = Check("body-size", "A layer of 10 GiB would be taken.", run_offer, requires=("proxy",))
