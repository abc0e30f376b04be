"""A token that the registry accepts is accepted through nginx, and at the public address, as well.

It is as large as GitLab's get: a proxy may take only short headers.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from glctl.doctor.check import Check, NotTriedError
from glctl.doctor.checks.proxy.judge import one_of_several
from glctl.doctor.checks.tokens.accepted import why_refused
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.clients.distribution import Ping
    from glctl.clients.http import Client
    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding

# How a proxy refuses by itself what came with a token; 494 is nginx's own, which clients see as 400.
_REFUSALS = (400, 403, 405, 407, 413, 414, 431)


def run(facts: Facts) -> Generator[Finding, None, str]:
    """GET /v2/ with a token, through nginx."""
    return (yield from _try(facts, facts.client(), facts.proxy_base, "nginx"))


def run_public(facts: Facts) -> Generator[Finding, None, str]:
    """GET /v2/ with a token, at the public address as clients resolve it."""
    public = facts.public()
    if not public.answers:
        raise NotTriedError("the public address cannot be reached from this host")
    return (yield from _try(facts, facts.outside(), public.origin, "what stands before nginx"))


def _try(facts: Facts, client: Client, base: str, what: str) -> Generator[Finding, None, str]:
    from glctl.clients.distribution import ping

    token = facts.tokens().large_token()
    answer = ping(client, base, token)
    status = answer.exchange.status
    if status == 200:
        return f"accepted at {base}"
    if status in (429, 503) and not answer.is_registry:
        yield found(
            "proxy-rate-limited",
            base,
            f"A rate limit before the registry refuses requests ({status}).",
            evidence=[why_refused(answer)],
        )
        return "not let through"
    if status is None and ping(client, base, facts.tokens().token()).exchange.status is not None:
        yield found(
            "large-packets-lost",
            base,
            f"A request of {len(token.reveal())} bytes to {base} gets no answer, while smaller ones do.",
            evidence=[why_refused(answer)],
        )
        return "lost on the way"
    if status in (502, 504):
        yield one_of_several(base, what, [why_refused(answer)])
        return "not let through"
    if status in _REFUSALS and not answer.is_registry:
        yield _refused(base, answer, len(token.reveal()))
        return "refused"
    unseen = status == 401 and answer.challenge and not answer.challenge.error
    if unseen and ping(client, base, token, query=uuid.uuid4().hex).exchange.status == 200:
        yield found(
            "proxy-caches",
            base,
            f"What is asked for with a token at {base} is answered with what somebody got without one.",
            cause="What stands before the registry keeps its answers; at a new address it asks the registry.",
            remedy="Turn off the cache of that proxy for the registry's name; in nginx: proxy_cache off;",
            evidence=[why_refused(answer), "with a query that nobody has sent before: 200"],
            severity="error",
        )
        return "answered from a cache"
    if unseen:
        yield found(
            "authorization-lost",
            base,
            f"The Authorization header does not get through {what}.",
            cause=f"The registry accepts the token directly, and at {base} sees none.",
            remedy=""
            if what == "nginx"
            else "Have the proxy before nginx leave the header Authorization alone.",
            evidence=[why_refused(answer)],
        )
        return "lost on the way"
    yield found(
        "token-refused",
        base,
        f"At {base}, the registry refuses a token that it accepts directly.",
        cause="Something on the way changes the Authorization header.",
        remedy="Remove what sets Authorization in registry['nginx']['proxy_set_headers'] and run:\n"
        "glctl reconfigure"
        if what == "nginx"
        else "Have the proxy before nginx leave the header Authorization alone.",
        evidence=[why_refused(answer)],
    )
    return "refused"


def _refused(base: str, answer: Ping, length: int) -> Finding:
    status = answer.exchange.status
    return found(
        "proxy-refuses",
        base,
        f"What stands before the registry refuses a request with a token by itself ({status}).",
        cause=f"Without a token it lets requests through: it takes no header of {length} bytes, or no token.",
        remedy="Raise the limit for headers in the proxy that refuses, to 16 KiB or more; in nginx:\n"
        "large_client_header_buffers 4 16k;",
        evidence=[why_refused(answer)],
    )


CHECK = Check("token-proxy", "… also through nginx.", run, requires=("proxy", "token"))
PUBLIC = Check("token-public", "… and at the public address.", run_public, requires=("public", "token-proxy"))
