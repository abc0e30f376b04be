"""Where the registry sends clients for layers: what its storage answers there, which no log shows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

from glctl.clients import s3
from glctl.clients.http import without_credentials
from glctl.findings import s3_policy
from glctl.findings.codes.s3 import NAMED_BY_S3
from glctl.findings.found import found
from glctl.trace.clocks import server_time
from glctl.trace.talk import seen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glctl.findings.model import Finding
    from glctl.trace.steps import Step
    from glctl.trace.talk import Talk

_OFF = "registry['storage']['redirect'] = { 'disable' => true }"
_SKEW = 300.0  # seconds; S3 itself bears 900
_ROOT = "docker/registry/v2/"  # where the registry's own paths begin (distribution, storage/paths.go)


@dataclass(frozen=True, slots=True)
class Place:
    """What a presigned address of S3 names. *root* is the prefix before the registry's own paths."""

    bucket: str
    key: str
    region: str = ""
    root: str = ""
    signed: datetime | None = None


def judge(talk: Talk) -> Iterator[Finding]:
    """What is wrong in storage."""
    for step in talk.steps:
        exchange = step.exchange
        if not step.in_storage or talk.recovered(step):
            continue
        if exchange.failure and exchange.failure.kind != "request":
            yield _out_of_reach(step)
        elif exchange.status is not None and (exchange.status >= 400 or exchange.status in (301, 307)):
            yield _refused(step)


def place(url: str) -> Place | None:
    """Bucket, key and region of an address that S3's signature is part of; None for any other."""
    try:
        parts = urlsplit(url)
        query = {name.lower(): values[0] for name, values in parse_qs(parts.query).items()}
    except ValueError:
        return None
    if "x-amz-credential" not in query and "awsaccesskeyid" not in query:
        return None
    scope = query.get("x-amz-credential", "").split("/")
    path = unquote(parts.path).lstrip("/")
    virtual = re.match(r"(?P<bucket>.+?)\.s3[.-]", parts.hostname or "")
    bucket, key = (virtual["bucket"], path) if virtual else (path.partition("/")[0], path.partition("/")[2])
    return Place(
        bucket,
        key,
        scope[2] if len(scope) == 5 else "",
        key[: key.index(_ROOT)] if _ROOT in key else "",
        _moment(query.get("x-amz-date", "")),
    )


def _refused(step: Step) -> Finding:
    exchange = step.exchange
    named = place(exchange.url)
    answer = s3.understood(exchange.answer)
    where = named.bucket if named else urlsplit(exchange.url).netloc
    if named and (finding := _clock(step, named)):
        return finding
    region = s3.region_of(answer)
    if region and (named is None or region != named.region) and exchange.status != 404:
        return found(
            "s3-region-wrong",
            where,
            f"The bucket {where} lies in {region}, and the registry signs for "
            f"{named.region if named and named.region else 'another region'}.",
            evidence=[seen(step)],
            remedy=f"registry['storage']['s3']['region'] = '{region}'",
        )
    if exchange.status == 404:
        return found(
            "s3-redirect-wrong",
            where,
            f"Clients are sent to {without_credentials(exchange.url)} for a layer, where there is none.",
            evidence=[seen(step)],
        )
    code = NAMED_BY_S3.get(answer.code) if answer.root is not None else None
    if code:
        return found(
            code, where, f"S3 refuses what the registry has signed: {answer.code}.", evidence=[seen(step)]
        )
    return _denied(step, named, where)


def _denied(step: Step, named: Place | None, where: str) -> Finding:
    exchange = step.exchange
    told = [seen(step)]
    if named:
        told.append(f"bucket {named.bucket}, key {named.key}")
    if step.redirect:
        told.append(f"the registry itself was well: it answered {step.redirect.status}, as its own log says")
    if named is None:
        return found(
            "s3-redirect-denied",
            where,
            "The object store refuses clients what the registry sends them for: "
            f"{exchange.method} at {where} gets {exchange.status}.",
            evidence=told,
            remedy=f"Let the registry's key read its objects, or:\n{_OFF}",
        )
    policy = s3_policy.statements(named.bucket, named.region or "us-east-1", named.root, ("s3:GetObject",))
    return found(
        "s3-redirect-denied",
        named.bucket,
        f"S3 refuses clients what the registry sends them for: {exchange.method} of {_object(named)} in the "
        f"bucket {named.bucket} gets {exchange.status}. The permission is s3:GetObject.",
        cause="The registry signs an address for the client with its own key; S3 judges that key when the "
        "client comes, and neither the registry's log nor nginx's shows it.",
        evidence=told,
        remedy="Allow it in the policy of the registry's key; look for a Deny or a Condition in the bucket's:"
        "\n"
        f"{policy}\nOr have the registry hand layers out itself:\n{_OFF}",
    )


def _object(named: Place) -> str:
    return f"…/{'/'.join(named.key.split('/')[-2:])}" if named.key.count("/") > 2 else named.key


def _clock(step: Step, named: Place) -> Finding | None:
    """When it was signed against S3's own clock, in the same answer."""
    now = server_time(step.exchange)
    if named.signed is None or now is None or step.exchange.status not in (400, 403):
        return None
    ahead = named.signed.timestamp() - now
    if abs(ahead) < _SKEW:
        return None
    return found(
        "s3-clock-skewed",
        named.bucket,
        f"The registry's clock is {abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} S3's, which "
        "refuses what is signed so.",
        evidence=[seen(step), f"signed at {named.signed:%H:%M:%S}, answered at {_at(now):%H:%M:%S} (UTC)"],
    )


def _out_of_reach(step: Step) -> Finding:
    exchange = step.exchange
    failure = exchange.failure
    untrusted = failure is not None and failure.kind == "tls"
    host = urlsplit(exchange.url).netloc
    return found(
        "s3-redirect-untrusted" if untrusted else "s3-redirect-unreachable",
        host,
        f"Clients are sent on to {host} for layers, and get no answer: {failure.message if failure else ''}.",
        evidence=[seen(step)],
    )


def _moment(stamp: str) -> datetime | None:
    try:
        return datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
