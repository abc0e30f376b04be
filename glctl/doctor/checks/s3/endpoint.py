"""S3: the endpoint can be reached, and an S3 answers there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from glctl.doctor.check import Check, NotTriedError
from glctl.doctor.s3_refusals import in_words
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.clients.http import Exchange
    from glctl.clients.s3 import Answer
    from glctl.doctor.facts import Facts
    from glctl.doctor.s3_settings import S3Settings
    from glctl.findings.model import Finding

_GATEWAY = (502, 503, 504)  # of a proxy that finds nobody behind it


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Ask for a listing: whatever an S3 thinks of it, it answers in its own words."""
    settings = facts.s3().settings
    answer = facts.s3().reached()
    if answer.exchange.failure:
        yield _not_reached(facts, settings, answer)
        return "no answer"
    if not answer.is_s3 and not facts.s3().has_credentials and (answer.exchange.status or 0) >= 500:
        raise NotTriedError(f"it answers {answer.exchange.status} to a request without credentials")
    if not answer.is_s3:
        yield _not_s3(facts, settings, answer)
        return f"no S3: {answer.exchange.status}"
    return f"an S3 answers in {answer.exchange.seconds * 1000:.0f} ms"


def _not_reached(facts: Facts, settings: S3Settings, answer: Answer) -> Finding:
    failure = answer.exchange.failure
    endpoint, seen = settings.bucket.endpoint, [in_words(answer)]
    if failure is None:
        raise ValueError("the endpoint was reached")
    if failure.kind in ("dns", "tls"):
        # The other style of addressing leads to another host: it tells whether the style is what is wrong.
        styled = _asked(facts, settings, path_style=not settings.bucket.path_style)
        if styled.is_s3:
            return _wrong_style(settings, [*seen, in_words(styled)])
    if (other := _other_scheme(facts, settings, failure.kind)) and other.is_s3:
        scheme = "http" if endpoint.startswith("https:") else "https"
        return _wrong_scheme(settings, scheme, [*seen, in_words(other)])
    if failure.kind == "tls":
        return found(
            "s3-tls-untrusted", endpoint, f"No TLS with {endpoint}: {failure.message}.", evidence=seen
        )
    remedy = ""
    if failure.kind == "dns" and not settings.written.get("regionendpoint"):
        remedy = (
            f"{settings.key}['region'] = '…'   # is there a region {settings.bucket.region}? Else mend DNS."
        )
    return found(
        "s3-unreachable",
        endpoint,
        f"{endpoint} is not reached: {failure.message}.",
        evidence=seen,
        remedy=remedy,
    )


def _not_s3(facts: Facts, settings: S3Settings, answer: Answer) -> Finding:
    endpoint, exchange = settings.bucket.endpoint, answer.exchange
    seen = [in_words(answer), *_kind(exchange)]
    if endpoint.startswith("http:") and (other := _other_scheme(facts, settings, "protocol")) and other.is_s3:
        return _wrong_scheme(settings, "https", [*seen, in_words(other)])
    if exchange.status in _GATEWAY:
        summary = f"What answers at {endpoint} does not reach an S3 itself: {exchange.status}."
        return found("s3-unreachable", endpoint, summary, evidence=seen)
    return found("s3-endpoint-not-s3", endpoint, f"What answers at {endpoint} is no S3.", evidence=seen)


def _kind(exchange: Exchange) -> list[str]:
    """What kind of answer it is, and who gives it."""
    return [f"{name}: {value}" for name in ("content-type", "server") if (value := exchange.header(name))]


def _other_scheme(facts: Facts, settings: S3Settings, kind: str) -> Answer | None:
    """What the endpoint says in the other of http and https, where it does not understand this one."""
    if kind not in ("tls", "protocol", "reset"):
        return None
    scheme, _, host = settings.bucket.endpoint.partition("://")
    return _asked(facts, settings, endpoint=f"{'http' if scheme == 'https' else 'https'}://{host}")


def _asked(
    facts: Facts, settings: S3Settings, *, endpoint: str = "", path_style: bool | None = None
) -> Answer:
    bucket = replace(
        settings.bucket,
        endpoint=endpoint or settings.bucket.endpoint,
        path_style=settings.bucket.path_style if path_style is None else path_style,
    )
    s3 = facts.s3()
    what = "in path style" if bucket.path_style else "in virtual-host style"
    scheme = bucket.endpoint.partition(":")[0]
    return s3.ask(
        bucket, s3.credentials() if s3.has_credentials else None, f"ListObjects by {scheme}, {what}"
    )


def _wrong_style(settings: S3Settings, seen: list[str]) -> Finding:
    path_style = settings.bucket.path_style
    wanted, is_used = ("virtual-host", "path") if path_style else ("path", "virtual-host")
    return found(
        "s3-addressing-wrong",
        settings.bucket.endpoint,
        f"{settings.bucket.endpoint} wants {wanted} style, and the registry addresses it in {is_used} style.",
        evidence=seen,
        remedy=_other_style(settings),
    )


def _other_style(settings: S3Settings) -> str:
    """What to write for the other style of addressing."""
    if settings.style_setting:
        return f"{settings.key}['{settings.style_setting}'] = {str(not settings.bucket.path_style).lower()}"
    if settings.bucket.path_style:
        return (
            f"{settings.key}: leave 'regionendpoint' out, with which this registry always uses path style "
            "(of another store than Amazon's, use a name that serves it)."
        )
    return f"{settings.key}['regionendpoint'] = '{settings.bucket.endpoint}'   # with it: path style"


def _wrong_scheme(settings: S3Settings, scheme: str, seen: list[str]) -> Finding:
    host = settings.bucket.endpoint.partition("://")[2]
    return found(
        "s3-scheme-wrong",
        settings.bucket.endpoint,
        f"{host} speaks {scheme}, and the registry {settings.bucket.endpoint.partition(':')[0]}.",
        evidence=seen,
        remedy=f"{settings.key}['regionendpoint'] = '{scheme}://{host}'",
    )


CHECK = Check("s3-endpoint", "The endpoint of S3 answers.", run, requires=("s3-settings",))
