"""The registry's virtual host as nginx reads it: where nginx listens, under which name, what it passes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from glctl.doctor.passing_on import PassingOn, passing_on
from glctl.render import nginxconf
from glctl.settings import urls
from glctl.settings.urls import DEFAULT_PORTS, Url, split_address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glctl.render.nginxconf import Directive

Address = tuple[str, int]  # host without brackets, port

_NGINX_PORT = 80  # of a listen directive without one


@dataclass(frozen=True, slots=True)
class VirtualHost:
    """The server block that passes requests on to the registry, and the file that it stands in.

    *entrance* is how nginx itself is to be asked, *public* what clients use. They differ where TLS ends
    before nginx. *problem*: why nginx cannot read the file; nothing else is known then.
    """

    path: str
    problem: str = ""
    listens: tuple[Address, ...] = ()  # of every server in the file, as bound to
    address: Address | None = None  # where the entrance is reached on this host
    entrance: Url | None = None
    public: Url | None = None
    upstream: str = ""  # host:port, or the name of an upstream block
    proxy_protocol: bool = False  # nginx then only talks to a load balancer
    passing: PassingOn | None = None
    ssl: tuple[Directive, ...] = ()  # how it serves TLS (ssl_…), and what it includes


def to_ask(address: Address) -> Address:
    """Where to reach what is bound to *address*: on this host itself, where that is every address."""
    return urls.to_ask(address[0]), address[1]


def read(path: str, content: bytes, main: bytes = b"") -> VirtualHost:
    """What *content*, found at *path*, makes nginx do; *main* is the nginx.conf that includes it.

    Never fails: see *problem*.
    """
    try:
        top = nginxconf.parse(content.decode(errors="replace"))
    except nginxconf.NginxSyntaxError as exc:
        return VirtualHost(path, problem=str(exc))
    servers = [directive for directive in top if directive.name == "server"]
    server = next((s for s in servers if any(_deep(s, "proxy_pass"))), None)
    if server is None:
        return VirtualHost(path, problem="it has no server that passes requests on (proxy_pass)")
    listens = tuple(address for s in servers for _, address in _listens(s))
    upstream = next(_deep(server, "proxy_pass")).args[0].partition("://")[2].partition("/")[0]
    passing = passing_on(server, (*_http_of(main), *top))
    entrances = list(_listens(server))
    if not entrances:
        return VirtualHost(path, listens=listens, upstream=upstream, passing=passing)
    listen, bound = next((e for e in entrances if "ssl" in e[0].args), entrances[0])
    address = to_ask(bound)
    tls = "ssl" in listen.args or any(d.args == ("on",) for d in server.find("ssl"))
    entrance = Url("https" if tls else "http", _name(server) or urls.bracketed(address[0]), address[1])
    return VirtualHost(
        path,
        listens=listens,
        address=address,
        entrance=entrance,
        public=_public(server, entrance),
        upstream=upstream,
        proxy_protocol="proxy_protocol" in listen.args,
        passing=passing,
        ssl=tuple(d for d in server.block or () if d.name.startswith("ssl_") or d.name == "include"),
    )


def _http_of(main: bytes) -> tuple[Directive, ...]:
    """What stands in the http block of an nginx.conf; nothing where that cannot be read."""
    try:
        top = nginxconf.parse(main.decode(errors="replace"))
    except nginxconf.NginxSyntaxError:
        return ()
    return next((d.block or () for d in top if d.name == "http"), ())


def _deep(directive: Directive, name: str) -> Iterator[Directive]:
    """Directives of this name in the block and all blocks within."""
    for inner in directive.block or ():
        if inner.name == name and inner.args:
            yield inner
        yield from _deep(inner, name)


def _listens(server: Directive) -> Iterator[tuple[Directive, Address]]:
    """Each listen directive with its address; without those on unix sockets."""
    for directive in server.find("listen"):
        text = directive.args[0] if directive.args else ""
        if text.isdigit():
            text = f"*:{text}"
        elif ":" not in text or text.endswith("]"):
            text = f"{text}:{_NGINX_PORT}"
        try:
            yield directive, split_address(text)
        except ValueError:
            continue


def _name(server: Directive) -> str:
    """The first name that a client could use: no pattern, no wildcard."""
    names = (name for directive in server.find("server_name") for name in directive.args)
    return next((name for name in names if name[:1] not in ("~", "*", ".", "_", "$", "")), "")


def _public(server: Directive, entrance: Url) -> Url:
    """What clients use: https where nginx is told, in plain http, that TLS ends before it."""
    headers = {d.args[0].lower(): d.args[1] for d in _deep(server, "proxy_set_header") if len(d.args) == 2}
    if entrance.scheme == "https" or headers.get("x-forwarded-proto") != "https":
        return entrance
    # The port of what stands before nginx is not known: taken for the usual one, or else for nginx's own.
    port = DEFAULT_PORTS["https"] if entrance.port == DEFAULT_PORTS["http"] else entrance.port
    return Url("https", entrance.host, port)
