"""Where TLS is served for the registry, what is shown there, and the files that it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from glctl.clients.names import is_own, resolve
from glctl.clients.tls import Handshake, shake_hands
from glctl.doctor.check import NotTriedError
from glctl.render import nginxconf
from glctl.settings.urls import DEFAULT_PORTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from glctl.doctor.facts import Facts
    from glctl.doctor.observed import Observed
    from glctl.doctor.virtual_host import Address
    from glctl.render.nginxconf import Directive

_SYSTEM_WIDE = "/etc/gitlab/trusted-certs"  # where Omnibus takes further authorities from
_DOCKER = "/etc/docker/certs.d"


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and its key, as files."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Place:
    """An address where TLS is served, and what it shows.

    *host* is the name that clients use there, empty where it is not known; *service* is what serves it here,
    with *pairs*, or empty where that is another machine.
    """

    label: str  # https://registry.example.com:5050
    address: Address
    host: str
    shown: Handshake
    service: str = ""
    pairs: tuple[Pair, ...] = ()


def pairs_of_nginx(observed: Observed) -> tuple[Pair, ...]:
    """The certificates that the registry's virtual host names, each with its key."""
    certificates = list(_files(observed, "ssl_certificate"))
    keys = list(_files(observed, "ssl_certificate_key"))
    return tuple(Pair(*both) for both in zip(certificates, keys, strict=False))


def pairs_of_registry(observed: Observed) -> tuple[Pair, ...]:
    """The registry's own certificate, where it serves TLS itself."""
    certificate, key = (observed.setting("http", "tls", name) for name in ("certificate", "key"))
    return (Pair(observed.path(certificate), observed.path(key)),) if certificate and key else ()


def other_files(observed: Observed) -> Iterator[tuple[str, Path]]:
    """What else nginx must be able to read, with the directive that names it."""
    names = (
        "ssl_dhparam",
        "ssl_client_certificate",
        "ssl_trusted_certificate",
        "ssl_password_file",
        "include",
    )
    for name in names:
        for path in _files(observed, name):
            if not any(sign in path.name for sign in "*?["):
                yield name, path


def password_files(observed: Observed) -> tuple[Path, ...]:
    """Where the passwords of nginx's keys stand, a line each."""
    return tuple(_files(observed, "ssl_password_file"))


def _files(observed: Observed, name: str) -> Iterator[Path]:
    """The files that a directive names; a relative one lies beside nginx.conf, and a variable is no file."""
    vhost = observed.vhost
    for directive in vhost.ssl if vhost else ():
        if directive.name == name and directive.args:
            written = directive.args[0]
            if "$" not in written and not written.startswith(("data:", "engine:", "store:")):
                yield _path(observed, written)


def certificates_of_others(observed: Observed) -> Iterator[Path]:
    """The certificates that nginx's other files name."""
    directory = conf_directory(observed)
    for path in sorted({*directory.glob("*.conf"), *directory.glob("*/*.conf")}):
        try:
            top = nginxconf.parse(path.read_text(errors="replace"))
        except (OSError, nginxconf.NginxSyntaxError):
            continue
        for directive in _all(top):
            if directive.name == "ssl_certificate" and directive.args and "$" not in directive.args[0]:
                yield _path(observed, directive.args[0])


def _all(directives: Iterable[Directive]) -> Iterator[Directive]:
    for directive in directives:
        yield directive
        yield from _all(directive.block or ())


def _path(observed: Observed, written: str) -> Path:
    """The file that nginx means: it knows no root, unlike whoever looks at a copy of another machine's."""
    path = conf_directory(observed) / written
    return path if path.exists() else observed.root.at(str(path))


def conf_directory(observed: Observed) -> Path:
    """Where nginx.conf lies."""
    directory = observed.root.at(observed.vhost.path if observed.vhost else "/").parent
    return directory.parent if directory.name == "service_conf" else directory


def here(facts: Facts) -> tuple[Place, ...]:
    """What this machine serves: nginx, and the registry where it does TLS itself."""
    observed = facts.observed
    places = []
    vhost = observed.vhost
    if vhost and vhost.entrance and vhost.address and not vhost.proxy_protocol:
        url = vhost.entrance
        if url.scheme == "https":
            shown = shake_hands(vhost.address, url.host)
            pairs = pairs_of_nginx(observed)
            places.append(Place(url.origin, vhost.address, url.host, shown, "nginx", pairs))
    if observed.setting("http", "tls", "certificate") and observed.registry:
        host = "" if vhost else _host_of_registry(observed)
        shown = shake_hands(observed.registry, host or observed.registry[0])
        label = facts.local_base
        places.append(Place(label, observed.registry, host, shown, "registry", pairs_of_registry(observed)))
    return tuple(places)


def _host_of_registry(observed: Observed) -> str:
    """The name that clients use, where the registry itself serves them."""
    from urllib.parse import urlsplit

    return urlsplit(str(observed.setting("http", "host") or "")).hostname or ""


def elsewhere(facts: Facts) -> Place:
    """What another machine serves under the registry's public name: a load balancer, or a proxy."""
    vhost = facts.observed.vhost
    url = vhost.public if vhost else None
    if url is None or url.scheme != "https":
        raise NotTriedError("clients do not use https, as far as can be told here")
    addresses = resolve(url.host)
    if not addresses:
        raise NotTriedError(f"{url.host} does not resolve here")
    if any(map(is_own, addresses)):
        raise NotTriedError(f"{url.host} leads to this machine itself")
    address = addresses[0], url.port
    shown = shake_hands(address, url.host)
    # Where TLS ends before nginx, the port is only the usual one; and not every network lets a machine reach
    # itself under its public address.
    if not shown.chain and not (shown.plain_http and vhost and vhost.entrance == url):
        raise NotTriedError(f"no TLS is seen at {url.origin} from here")
    return Place(url.origin, address, url.host, shown)


def all_shown(facts: Facts) -> tuple[Place, ...]:
    """All places where a certificate is shown; another machine's only where it is not one of ours."""
    places = [place for place in facts.tls_here() if place.shown.chain]
    try:
        other = facts.tls_elsewhere()
    except NotTriedError:
        return tuple(places)
    ours = {place.shown.chain[0].fingerprint for place in places}
    if other.shown.chain and other.shown.chain[0].fingerprint not in ours:
        places.append(other)
    return tuple(places)


def require_shown(facts: Facts, *, by_name: bool = False) -> tuple[Place, ...]:
    """All places where a certificate is shown, *by_name*: to clients, under a name that is known.

    Raises NotTriedError where there is none.
    """
    places = tuple(place for place in all_shown(facts) if place.host or not by_name)
    if not places:
        raise NotTriedError("clients are shown no certificate, as far as can be seen here")
    return places


def certificates_of_docker(observed: Observed, place: Place) -> tuple[Path, ...]:
    """The authorities that docker on this machine is given for *place*."""
    port = place.label.rpartition(":")[2]
    named = place.host if not port.isdigit() else f"{place.host}:{port}"
    return tuple(sorted(observed.root.at(f"{_DOCKER}/{named}").glob("*.crt")))


def trusted_certificates(observed: Observed) -> tuple[Path, ...]:
    """The authorities that an administrator has added on this machine."""
    found = observed.root.at(_SYSTEM_WIDE).glob("*")
    return tuple(sorted(path for path in found if path.suffix in (".crt", ".pem", ".cer")))


def is_insecure_for_docker(observed: Observed, place: Place) -> bool:
    """Whether docker on this machine is told to take *place* as it is (insecure-registries)."""
    import json

    try:
        settings = json.loads(observed.root.at("/etc/docker/daemon.json").read_bytes())
        listed = settings["insecure-registries"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    host, port = place.host, place.address[1]
    names = {f"{host}:{port}", *([host] if port == DEFAULT_PORTS["https"] else [])}
    return isinstance(listed, list) and not names.isdisjoint(map(str, listed))
