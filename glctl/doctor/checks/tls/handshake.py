"""Whether TLS is served where clients expect it, and only there."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from glctl.doctor import tls
from glctl.doctor.check import Check
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.doctor.tls import Place
    from glctl.findings.model import Finding

_OF_NOW = {"TLSv1.2", "TLSv1.3"}  # what clients still speak (Go since 1.18, OpenSSL 3 as distributed)

_CIPHERS = (
    "Take ssl_ciphers out of registry['nginx'], or name some for the certificate's key (RSA, ECDSA):\n"
    "glctl reconfigure"
)


def run(facts: Facts) -> Generator[Finding, None, str]:
    """One handshake with each server of this machine."""
    places = facts.tls_here()
    for place in places:
        yield from _judge(facts, place)
    if not any(place.service == "nginx" for place in places):
        yield from _without_tls(facts)
    return ", ".join(_note(place) for place in places) or "plain http here"


def elsewhere(facts: Facts) -> Generator[Finding, None, str]:
    """One handshake under the public name, where that leads to another machine."""
    place = facts.tls_elsewhere()
    yield from _judge(facts, place)
    return _note(place)


def _note(place: Place) -> str:
    return f"{place.shown.protocol or 'no TLS'} at {place.label}"


def _judge(facts: Facts, place: Place) -> Generator[Finding, None, None]:
    failure = place.shown.failure
    if failure is None or failure.kind in ("refused", "timeout", "unreachable"):
        return  # whether anything answers at all is for others to tell
    if place.shown.plain_http and not _speaks_tls_too(place):
        yield found(
            "tls-port-plain-http",
            place.label,
            f"{place.label} is to serve TLS, and answers in plain HTTP.",
            remedy=_reload(place),
            evidence=[failure.message],
        )
    elif place.service == "nginx" and (offered := _protocols(facts)) and not offered & _OF_NOW:
        yield found(
            "tls-protocol-old",
            place.label,
            f"{place.label} offers only {', '.join(sorted(offered))}, which clients do not speak any more.",
            evidence=[failure.message],
        )
    else:
        refused = "handshake failure" in failure.message  # the server's own alert: RFC 8446, section 6.2
        yield found(
            "tls-handshake-failed",
            place.label,
            f"{place.label} does not come to a TLS connection.",
            cause="The server takes none of the ciphers that are offered." if refused else "",
            remedy=_CIPHERS if refused and place.service == "nginx" else _reload(place),
            evidence=[failure.message],
        )


def _speaks_tls_too(place: Place) -> bool:
    """nginx answers plain HTTP on a TLS port as well, with 400: then its TLS fails for another reason."""
    failure = place.shown.failure
    return failure is not None and "not in TLS" not in failure.message


def _reload(place: Place) -> str:
    return {"nginx": "glctl hup nginx", "registry": "glctl restart registry"}.get(
        place.service, "Look at what serves the public name: it is not this machine."
    )


def _protocols(facts: Facts) -> set[str]:
    vhost = facts.observed.vhost
    return {
        protocol
        for directive in (vhost.ssl if vhost else ())
        if directive.name == "ssl_protocols"
        for protocol in directive.args
    }


def _without_tls(facts: Facts) -> Generator[Finding, None, None]:
    """nginx is to speak plain http: that it does, and what that means for clients."""
    from glctl.clients.tls import Handshake, shake_hands

    vhost = facts.observed.vhost
    if vhost is None or vhost.entrance is None or vhost.address is None or vhost.proxy_protocol:
        return
    url = vhost.entrance
    # It answers 400 where a plain request comes to a TLS port; no handshake is tried where all is well.
    if facts.ping_proxy().exchange.status in (None, 400) and shake_hands(vhost.address, url.host).chain:
        yield found(
            "plain-port-tls",
            url.origin,
            f"{url.origin} is to speak plain HTTP, and serves TLS.",
            remedy="glctl hup nginx",
        )
    elif vhost.public == url and not _is_loopback(url.host):
        place = tls.Place(url.origin, (url.host, url.port), url.host, Handshake())
        if not tls.is_insecure_for_docker(facts.observed, place):
            yield found(
                "registry-plain-http",
                url.origin,
                f"Clients are offered {url.origin} only: docker refuses plain http unless it is told.",
                remedy=f"registry_external_url 'https://{url.host}'\n"
                "or in every client's /etc/docker/daemon.json:\n"
                f'{{"insecure-registries": ["{url.host}:{url.port}"]}}',
            )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


CHECK = Check(
    "tls",
    "TLS is served where it should be.",
    run,
    requires=("virtual-host", "nginx-service"),
)
ELSEWHERE = Check("tls-elsewhere", "TLS is served under the public name by another machine.", elsewhere)
