"""The endpoints that the registry sends events to: there, in time, and with the secret that GitLab wants."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from glctl.doctor.check import Check, NotTriedError
from glctl.findings.found import found
from glctl.paths import SECRETS_FILE

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from glctl.clients.http import Client, Exchange
    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding

_OF_GITLAB = "/api/v4/container_registry_event/events"
_TIMEOUT = 1.0  # seconds, the registry's own where none is set (distribution, notifications)
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)")


def endpoints(facts: Facts) -> list[Mapping[str, Any]]:
    """The endpoints that are not switched off. Raises NotTriedError where there are none."""
    given = facts.observed.setting("notifications", "endpoints") or []
    active = [each for each in given if isinstance(each, Mapping) and not each.get("disabled")]
    if not active:
        raise NotTriedError("registry['notifications'] names no endpoint")
    return active


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Knock at each; no event is sent."""
    from concurrent.futures import ThreadPoolExecutor

    from glctl.clients.http import Client

    active = endpoints(facts)
    # Whom the registry trusts is another matter; its log tells.
    with (
        Client(verify=False, resolve_timeout=1.5, read_timeout=3.0) as client,
        ThreadPoolExecutor(max_workers=20) as pool,
    ):
        answers = list(pool.map(lambda each: _knock(client, str(each.get("url", ""))), active))
    for endpoint, answer in zip(active, answers, strict=True):
        yield from _judge(facts, endpoint, answer)
    return f"{len(active)} endpoint{'s' * (len(active) > 1)}"


def _knock(client: Client, url: str) -> Exchange:
    """HEAD of the server's root: it does nothing there, whatever the endpoint itself would."""
    parts = urlsplit(url)
    place = parts._replace(netloc=parts.netloc.rpartition("@")[2], path="/", query="", fragment="")
    return client.request("HEAD", place.geturl(), step="endpoint")


def _judge(facts: Facts, endpoint: Mapping[str, Any], answer: Exchange) -> Iterator[Finding]:
    name = str(endpoint.get("name", "an endpoint"))
    if answer.status is None:
        why = answer.failure.message if answer.failure else "no answer"
        yield found(
            "notification-unreachable",
            name,
            f"The registry's events for {name} go nowhere: {why}.",
            remedy=f"Correct the url of {name} in registry['notifications'], or start what is to answer.",
        )
        return
    timeout = seconds(endpoint.get("timeout")) or _TIMEOUT
    if answer.seconds > timeout:
        yield found(
            "notification-slow",
            name,
            f"{name} takes {answer.seconds:.1f} s to answer; events are given {timeout:g} s, then repeated.",
            remedy=f"Give it more in registry['notifications']: 'timeout' => '{2 * answer.seconds + 1:.0f}s'",
        )
    if urlsplit(str(endpoint.get("url"))).path.rstrip("/") == _OF_GITLAB:
        yield from _secret(facts, name, endpoint)


def _secret(facts: Facts, name: str, endpoint: Mapping[str, Any]) -> Iterator[Finding]:
    """GitLab takes events only with its own secret in Authorization (config/initializers, GitLab)."""
    from glctl.secret import reveal

    try:
        document = json.loads(facts.observed.root.at(SECRETS_FILE).read_text())
        secret = document["registry"]["notification_secret"]
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return
    headers = endpoint.get("headers")
    sent = reveal(headers.get("Authorization")) if isinstance(headers, Mapping) else None
    if secret not in (sent if isinstance(sent, list) else [sent]):
        yield found(
            "notification-secret-wrong",
            name,
            f"The events for {name} do not carry the secret that GitLab wants: it refuses them with 401.",
        )


def seconds(duration: Any) -> float | None:
    """What Go reads of a duration (``500ms``, ``1m30s``); None where it is none."""
    text = str(duration or "")
    parts = _DURATION.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return None
    return sum(float(number) * _UNITS[unit] for number, unit in parts)


CHECK = Check(
    "notifications", "Those who are to hear of events can.", run, requires=("configuration",), speaks=True
)
