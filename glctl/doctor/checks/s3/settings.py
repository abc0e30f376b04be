"""S3: its settings, as far as they are wrong by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from glctl.doctor.check import Check
from glctl.findings.found import found
from glctl.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from glctl.doctor.facts import Facts
    from glctl.doctor.s3_settings import S3Settings
    from glctl.findings.model import Finding


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Read the driver's settings."""
    settings = facts.s3().settings
    for summary, remedy in _wrong(settings):
        yield found("s3-config-invalid", settings.key, summary, remedy=remedy)
    bucket = settings.bucket
    style = "path" if bucket.path_style else "virtual-host"
    return f"{bucket.name} at {bucket.endpoint}, region {bucket.region}, {style} style"


def _wrong(settings: S3Settings) -> Iterator[tuple[str, str]]:
    """What is wrong, and what to write instead."""
    written, name, key = settings.written, settings.bucket.name, settings.key
    if not name:
        yield "No bucket is named: the registry does not start.", f"{key}['bucket'] = '…'"
    elif "/" in name:
        bucket, _, rest = name.partition("/")
        yield (
            f"A bucket's name holds no slash, as {name} does: a prefix has its own setting.",
            f"{key}['bucket'] = '{bucket}'\n{key}['rootdirectory'] = '/{rest}'",
        )
    if not _is_address(settings.bucket.endpoint):
        yield (
            f"The endpoint {settings.bucket.endpoint} is no address.",
            f"{key}['regionendpoint'] = 'https://HOST[:PORT]'",
        )
    if not written.get("region"):
        yield "No region is named: the registry does not start.", f"{key}['region'] = '…'"
    if settings.bucket.signature == 2 and settings.on_aws:
        yield (
            "Amazon S3 takes no signatures of version 2: the registry does not start.",
            f"{key}['v4auth'] = true",
        )
    access_key, secret_key = _text(written.get("accesskey")), _text(written.get("secretkey"))
    if access_key.startswith("ASIA") and secret_key and not written.get("sessiontoken"):
        yield (
            "The access key is a temporary one (it begins with ASIA), and its session token is missing.",
            "Use a lasting key, or the role itself: leave 'accesskey' and 'secretkey' out.",
        )


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _text(value: object) -> str:
    return value.reveal() if isinstance(value, Secret) else str(value or "")


CHECK = Check("s3-settings", "The settings of S3 make sense.", run, requires=("configuration",), live=False)
