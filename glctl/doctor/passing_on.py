"""What nginx does with the registry's requests on their way: the values of its directives that take effect.

A directive holds where it is written and in every block inside (nginx, "inheritance"): a location's own value
stands before its server's, that before http's. Lists (``proxy_set_header``, ``limit_req``) are inherited as a
whole, and only where a block has none of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from glctl.render.nginxconf import Directive
    from glctl.settings.urls import Url

# Where a layer is sent: of a virtual host with several locations, the one that takes this.
UPLOAD_PATH = "/v2/group/project/blobs/uploads/"

# nginx's defaults (ngx_http_core_module, ngx_http_proxy_module).
_BODY_LIMIT = "1m"
_TIMEOUT = "60s"
_SIZES = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
_TIMES = {"ms": 0.001, "": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


@dataclass(frozen=True, slots=True)
class PassingOn:
    """Effective values: *body_limit* in bytes, 0 for none; *timeouts* in seconds by their directive.

    *headers*: names in lower case to values as written, None where nginx sends its own defaults.
    *limits*: each ``limit_req`` as (requests a second, burst).
    """

    body_limit: int
    timeouts: dict[str, float]
    buffers_requests: bool
    headers: dict[str, str] | None
    limits: tuple[tuple[float, int], ...]
    upstream_scheme: str
    caches: bool
    connections: int = 0  # at once from one client (limit_conn); 0 for any number
    hidden: tuple[str, ...] = ()  # headers of answers that are not passed on, in lower case
    redirects: tuple[tuple[str, str], ...] | None = ()  # beginnings of Location and what replaces them


def passing_on(server: Directive, outer: Sequence[Directive] = ()) -> PassingOn:
    """What *server* does with an upload; *outer* are the directives of the http block around it."""
    levels = [*reversed(list(_locations(server, UPLOAD_PATH))), server.block or (), tuple(outer)]
    names = ("proxy_read_timeout", "proxy_send_timeout", "send_timeout", "client_body_timeout")
    scheme = _one(levels, "proxy_pass", "").partition("://")[0]
    # Without HTTP/1.1 a body of unknown length, as docker sends it, is read to its end whatever else is set.
    streams = _one(levels, "proxy_request_buffering", "on") == "off"
    streams = streams and _one(levels, "proxy_http_version", "1.0") == "1.1"
    headers = _list(levels, "proxy_set_header")
    return PassingOn(
        body_limit=_number(_one(levels, "client_max_body_size", _BODY_LIMIT), _SIZES),
        timeouts={name: _seconds(_one(levels, name, _TIMEOUT)) for name in names},
        buffers_requests=not streams,
        headers={d.args[0].lower(): d.args[1] for d in headers if len(d.args) == 2} if headers else None,
        limits=tuple(_limits(levels, outer)),
        upstream_scheme=scheme,
        caches=_one(levels, "proxy_cache", "off") != "off",
        connections=min(
            (int(n) for d in _list(levels, "limit_conn") if (n := d.args[-1]).isdigit()), default=0
        ),
        hidden=tuple(d.args[0].lower() for d in _list(levels, "proxy_hide_header") if d.args),
        redirects=_redirects(_list(levels, "proxy_redirect"), _one(levels, "proxy_pass", "")),
    )


def location_of(passing: PassingOn, entrance: Url, public: Url, upstream: str) -> str:
    """The address of a Location as it reaches a client that asks for *public*, up to its path.

    A path alone where nginx takes the host away: the client then stays where it is. Empty where something
    decides that is not known here. After distribution's NewURLBuilderFromRequest.
    """
    headers = {"host": "$proxy_host", **(passing.headers or {})}
    if headers.get("forwarded"):
        return ""
    proto = headers.get("x-forwarded-proto") or "http"
    host = (headers.get("x-forwarded-host") or headers["host"]).partition(",")[0].strip()
    variables = {
        "scheme": entrance.scheme,
        "http_host": public.origin.partition("://")[2],
        "host": public.host,
        "server_name": entrance.host,
        "server_port": str(entrance.port),
        "proxy_host": upstream,
    }

    def known(text: str) -> str:
        return re.sub(r"\$\{?(\w+)\}?", lambda match: variables[match[1]], text)

    try:
        made = known(f"{proto}://{host}/")
        for beginning, instead in passing.redirects or ():
            if made.startswith(known(beginning)):
                made = known(instead) + made.removeprefix(known(beginning))
                break
    except KeyError:
        return ""
    return "" if passing.redirects is None else made


def _connections(directives: Sequence[Directive]) -> int:
    counts = [int(d.args[1]) for d in directives if len(d.args) == 2 and d.args[1].isdigit()]
    return min(counts, default=0)


def _redirects(directives: Sequence[Directive], upstream: str) -> tuple[tuple[str, str], ...] | None:
    """What nginx replaces in Location (``proxy_redirect``); None where a pattern decides.

    Unless told otherwise, the address of proxy_pass becomes the client's own: a path without a host.
    """
    own = ((upstream.rstrip("/") + "/", "/"),)
    found: tuple[tuple[str, str], ...] = () if directives else own
    for directive in directives:
        if directive.args == ("default",):
            found += own
        elif directive.args and directive.args[0].startswith("~"):
            return None
        elif len(directive.args) == 2:
            found += ((directive.args[0], directive.args[1]),)
    return found


def _locations(block: Directive, path: str) -> Iterator[tuple[Directive, ...]]:
    """The blocks of the locations that take *path*, the outermost first, by nginx's own order."""
    chosen = _chosen(list(block.find("location")), path)
    if chosen is not None:
        yield chosen.block or ()
        yield from _locations(chosen, path)


def _chosen(locations: Sequence[Directive], path: str) -> Directive | None:
    """Exact, else the longest prefix if ^~, else the first pattern, else the longest prefix."""
    prefixes = []
    for location in locations:
        kind, pattern = ("", *location.args)[-2:]
        if kind == "=" and pattern == path:
            return location
        if kind in ("", "^~") and path.startswith(pattern):
            prefixes.append((len(pattern), kind, location))
    longest = max(prefixes, key=lambda found: found[0], default=None)
    if longest and longest[1] == "^~":
        return longest[2]
    for location in locations:
        kind, pattern = ("", *location.args)[-2:]
        if kind in ("~", "~*") and _fits(pattern, path, kind):
            return location
    return longest[2] if longest else None


def _fits(pattern: str, path: str, kind: str) -> bool:
    try:
        return bool(re.search(pattern, path, re.IGNORECASE if kind == "~*" else 0))
    except re.error:  # PCRE knows more than Python
        return False


def _one(levels: Sequence[Sequence[Directive]], name: str, default: str) -> str:
    """The value that takes effect; of several in one block, which nginx refuses, the last."""
    for level in levels:
        if values := [d.args[0] for d in level if d.name == name and d.args]:
            return values[-1]
    return default


def _list(levels: Sequence[Sequence[Directive]], name: str) -> list[Directive]:
    return next((found for level in levels if (found := [d for d in level if d.name == name])), [])


def _limits(levels: Sequence[Sequence[Directive]], outer: Sequence[Directive]) -> Iterator[tuple[float, int]]:
    """Each ``limit_req zone=NAME burst=N`` with the rate of its ``limit_req_zone … rate=10r/s``."""
    rates: dict[str, float] = {}
    for zone in (d for d in outer if d.name == "limit_req_zone"):
        named = re.search(r"zone=([^:\s]+)", " ".join(zone.args))
        rate = re.search(r"rate=(\d+)r/([sm])", " ".join(zone.args))
        if named and rate:
            rates[named[1]] = int(rate[1]) / (60 if rate[2] == "m" else 1)
    for limit in _list(levels, "limit_req"):
        options = dict(arg.split("=", 1) for arg in limit.args if "=" in arg)
        if options.get("zone") in rates:
            yield rates[options["zone"]], _number(options.get("burst", "0"), {"": 1})


def _number(text: str, units: dict[str, int]) -> int:
    match = re.fullmatch(r"(\d+)([a-z]*)", text.lower())
    return int(match[1]) * units.get(match[2], 1) if match else 0


def _seconds(text: str) -> float:
    """nginx's times: ``900``, ``15m``, ``1h 30m``."""
    parts = re.findall(r"(\d+)(ms|[smhdw]?)", text)
    return sum(int(number) * _TIMES[unit] for number, unit in parts)
