"""Redis answers the registry, and lets it in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from glctl.doctor.check import Check, NotTriedError
from glctl.findings.found import found
from glctl.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from glctl.clients.redis import RedisAnswer
    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding

_PORT = 6379
# Version 2 has its settings at the top; GitLab's registry has three uses, each with its own.
_USES = ("cache", "ratelimiter", "loadbalancing")
_REFUSES = ("NOAUTH", "WRONGPASS", "ERR AUTH", "ERR invalid password")


def run(facts: Facts) -> Generator[Finding, None, str]:
    """PING each, logged in as the registry would be, in its database."""
    from glctl.clients.redis import ping

    asked = []
    for use, settings in _connections(facts):
        places, sentinel = list(_places(settings)), "sentinel" if settings.get("mainname") else ""
        password, tls = settings.get(f"{sentinel}password"), settings.get("tls")
        for place in places:
            answer = ping(
                place,
                password if isinstance(password, Secret) and password.reveal() else None,
                str(settings.get(f"{sentinel}username") or ""),
                database=0 if sentinel else int(settings.get("db") or 0),
                tls=isinstance(tls, Mapping) and bool(tls.get("enabled")),
            )
            asked.append(answer.place)
            yield from _judge(use, answer)
            if answer.role == "slave" and len(places) == 1:  # a cluster has replicas of its own
                yield _replica(use, answer)
    if not asked:
        raise NotTriedError("the registry is configured without Redis")
    return ", ".join(asked)


def _judge(use: str, answer: RedisAnswer) -> Iterator[Finding]:
    if answer.failure:
        summary = f"Redis does not answer the registry ({use}): {answer.failure.message}."
        yield found("redis-unreachable", answer.place, summary)
    elif answer.error.startswith(_REFUSES):
        summary = f"Redis refuses the registry's password ({use}): {answer.error}."
        yield found("redis-password-wrong", answer.place, summary)
    elif answer.error:
        summary = f"Redis at {answer.place} does not serve the registry ({use}): {answer.error}."
        yield found("redis-unreachable", answer.place, summary)


def _replica(use: str, answer: RedisAnswer) -> Finding:
    return found(
        "redis-unreachable",
        answer.place,
        f"Redis at {answer.place} is a replica, in which the registry ({use}) can write nothing.",
        remedy="Name the master in registry['redis'], or its sentinels with 'mainname'.",
        evidence=["its answer to ROLE: slave"],
    )


def _connections(facts: Facts) -> Iterator[tuple[str, Mapping[str, Any]]]:
    redis = facts.observed.setting("redis")
    if not isinstance(redis, Mapping):
        return
    if redis.get("addr"):
        yield "cache", redis
    for use in _USES:
        settings = redis.get(use)
        if isinstance(settings, Mapping) and settings.get("enabled") and settings.get("addr"):
            yield use, settings


def _places(settings: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Of sentinels and clusters there are several."""
    for address in str(settings["addr"]).split(","):
        host, _, port = address.strip().rpartition(":")
        yield (host.strip("[]"), int(port)) if host and port.isdigit() else (address.strip(), _PORT)


CHECK = Check(
    "redis", "Redis answers, and lets the registry in.", run, requires=("configuration",), speaks=True
)
