"""S3: where the registry sends clients for layers, tried from here as a client does it.

Neither the registry's log nor nginx's has a word of what S3 answers there: only clients see it.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from glctl.doctor import s3_policy
from glctl.doctor.check import Check, NotTriedError
from glctl.doctor.s3_refusals import in_words
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from glctl.clients.s3 import Answer
    from glctl.doctor.facts import Facts
    from glctl.doctor.s3 import Redirect, S3Facts
    from glctl.findings.model import Finding

_OFF = "registry['storage']['redirect'] = { 'disable' => true }"
_SHARED = ipaddress.ip_network("100.64.0.0/10")


def head(facts: Facts) -> Generator[Finding, None, str]:
    """HEAD, as clients ask before each push."""
    return (yield from _follow(facts.s3(), facts.s3().redirect_of_head()))


def get(facts: Facts) -> Generator[Finding, None, str]:
    """GET, of one byte, as clients pull."""
    return (yield from _follow(facts.s3(), facts.s3().redirect_of_get()))


def _follow(s3: S3Facts, redirect: Redirect) -> Generator[Finding, None, str]:
    asked, answer = redirect.registry, redirect.storage
    if asked is not None and answer is None:
        return (yield from _not_sent_on(redirect))
    if answer is None:
        raise NotTriedError("redirect is off, and there is no image yet to ask the registry for")
    if answer.exchange.failure:
        yield _out_of_reach(s3, answer)
        return "no answer"
    if asked is None and not answer.is_s3:
        raise NotTriedError(f"S3 answers {answer.exchange.status} for an absent object, which tells nothing")
    if answer.code and answer.code != "NoSuchKey":
        yield _denied(s3, answer)
        return f"refused: {answer.code}"
    if asked is not None and answer.exchange.status == 404 and s3.holds_blob():
        yield _astray(s3, answer)
        return "404"
    whose = (
        "as the registry signs it" if asked else "as signed here; there is no image to ask the registry for"
    )
    return f"S3 answers {answer.exchange.status}, {whose}"


def _not_sent_on(redirect: Redirect) -> Generator[Finding, None, str]:
    exchange = redirect.registry
    if exchange is None or exchange.failure:
        raise NotTriedError(exchange.failure.message if exchange and exchange.failure else "no answer")
    if exchange.status == 200:
        return "clients get layers from the registry itself (redirect is off)"
    if exchange.status in (401, 404):
        raise NotTriedError(f"the registry answers {exchange.status} for a layer that the bucket holds")
    yield found(
        "pull-failed",
        redirect.repository,
        f"The registry answers {exchange.status} for a layer of {redirect.repository} that the bucket holds.",
        evidence=[f"{exchange.step}: {exchange.status}"],
    )
    return f"{exchange.status}"


def _denied(s3: S3Facts, answer: Answer) -> Finding:
    settings = s3.settings
    told = [in_words(answer)]
    if answer.exchange.method == "HEAD" and (other := s3.redirect_of_get().storage):
        told.append(in_words(other))  # HEAD has no body, and so no reason
    if answer.code == "AccessDenied":
        remedy = (
            "Allow it in the policy of the registry's key; look for a Deny or a Condition in the bucket's\n"
            "(address, endpoint, s3:authType, s3:signatureAge):\n"
            f"{s3_policy.statements(settings, ('s3:GetObject',))}\n"
            f"Or have the registry hand layers out itself:\n{_OFF}"
        )
    else:
        remedy = f"Have the registry hand layers out itself, until S3 takes its signed addresses:\n{_OFF}"
    return found(
        "s3-redirect-denied",
        settings.bucket.name,
        f"S3 refuses clients the layers that the registry sends them for: {answer.exchange.method} gets "
        f"{answer.exchange.status} ({answer.code}).",
        evidence=told,
        remedy=remedy,
    )


def _astray(s3: S3Facts, answer: Answer) -> Finding:
    return found(
        "s3-redirect-wrong",
        s3.settings.bucket.name,
        "Clients are sent for a layer to where there is none, while the bucket holds it.",
        evidence=[in_words(answer), f"at {answer.exchange.url}"],
        remedy=_OFF,
    )


def _out_of_reach(s3: S3Facts, answer: Answer) -> Finding:
    failure = answer.exchange.failure
    untrusted = failure is not None and failure.kind == "tls"
    why = failure.message if failure else "no answer"
    return found(
        "s3-redirect-untrusted" if untrusted else "s3-redirect-unreachable",
        s3.settings.bucket.endpoint,
        f"Clients are sent on to where they get no answer: {why}.",
        evidence=[in_words(answer)],
        remedy=_OFF,
    )


def address(facts: Facts) -> Generator[Finding, None, str]:
    """Whether the host that clients are sent to means the same to other machines."""
    s3 = facts.s3()
    location = s3.redirect_of_head().location
    if not location:
        raise NotTriedError("the registry sends nobody on")
    host = urlsplit(location).hostname or ""
    if why := next(_only_here(facts, host), ""):
        yield found(
            "s3-redirect-unreachable",
            host,
            f"Clients are sent on to {host}, which {why}.",
            remedy=f"{_OFF}\nOr let 'regionendpoint' be a name that clients can reach.",
        )
    return f"clients are sent on to {host}"


def _only_here(facts: Facts, host: str) -> Iterator[str]:
    """Why *host* is no address for other machines; a sandbox (``--root``) serves none."""
    vhost = facts.observed.vhost
    alone = facts.observed.root.relocated or not vhost or all(_is_local(each) for each, _ in vhost.listens)
    public = vhost.public.host if vhost and vhost.public else ""
    if host == "localhost" or _is_local(host):
        if not alone:
            yield "means themselves to other machines"
    elif "." not in host and ":" not in host:
        yield "other machines can hardly resolve: it has no domain"
    elif _is_private(host) and _is_global(public):
        yield f"is a private address, while the registry's, {public}, is public"


def _is_local(host: str) -> bool:
    found = _parsed(host)
    return found is not None and found.is_loopback


def _is_private(host: str) -> bool:
    found = _parsed(host)
    return found is not None and (found.is_private or found in _SHARED)


def _is_global(host: str) -> bool:
    found = _parsed(host)
    return found is not None and found.is_global


def _parsed(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None


# Who may not list is told 403 for what is absent, and the image to ask for is found by listing.
_REQUIRED = ("s3-list", "local", "token")

CHECKS = (
    Check("s3-redirect-head", "HEAD where the registry sends clients is answered.", head, _REQUIRED),
    Check("s3-redirect-get", "GET where the registry sends clients is answered.", get, _REQUIRED),
    Check(
        "s3-redirect-host",
        "The address that clients are sent to is one for other machines, too.",
        address,
        ("s3-redirect-head",),
    ),
)
