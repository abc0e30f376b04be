"""What a refusal of S3 means for the registry, and what repairs it: a Finding for each."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from glctl.clients.s3 import region_of
from glctl.doctor import s3_policy
from glctl.doctor.check import NotTriedError
from glctl.doctor.s3_trial import ACL, CHECKSUM, ENCRYPTION, STORAGE_CLASS, part_of
from glctl.findings.codes.s3 import NAMED_BY_S3
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from glctl.clients.s3 import Answer
    from glctl.doctor.s3 import S3Facts
    from glctl.doctor.s3_actions import Action
    from glctl.doctor.s3_settings import S3Settings
    from glctl.doctor.s3_trial import Attempt
    from glctl.findings.model import Finding

_DENIED = frozenset({"AccessDenied", "AllAccessDisabled", "AccountProblem", "Forbidden", "HTTP 403"})
_OF_THE_KEY = frozenset(
    {"s3-access-key-unknown", "s3-signature-mismatch", "s3-token-expired", "s3-token-invalid"}
)


def judge(s3: S3Facts, answer: Answer, action: Action) -> Generator[Finding, None, bool]:
    """What is wrong with *answer*; returns whether S3 did what was asked.

    That S3 asks for patience is told once, whichever request it is; not tried where that was all it said.
    """
    busy = answer.exchange.status == 503
    if answer.throttled and s3.first("s3-throttled"):
        yield _throttled(s3.settings, answer)
    elif busy:
        raise NotTriedError("S3 is too busy to answer")
    if not answer.ok and not busy:
        finding = refusal(s3.settings, answer, action)
        if finding.code in _OF_THE_KEY:
            finding = replace(finding, evidence=(*finding.evidence, *_key_in_words(s3)))
        yield finding
    return answer.ok


def judge_attempt(s3: S3Facts, attempt: Attempt, action: Action) -> Generator[Finding, None, bool]:
    """As :func:`judge`, of a request with the driver's own headers: which of them S3 does not take."""
    if attempt.culprit:
        yield _culprit(s3.settings, attempt)
        return False
    return (yield from judge(s3, attempt.answer, action))


def is_denied(answer: Answer) -> bool:
    """Whether the key is known and may not do this."""
    return answer.code in _DENIED and "kms:" not in answer.message


def refusal(settings: S3Settings, answer: Answer, action: Action) -> Finding:
    """The Finding of a request that was refused, or not answered."""
    name = settings.bucket.name
    seen = [in_words(answer)]
    if answer.exchange.failure or answer.exchange.status is None:
        return found("s3-unreachable", name, f"{action.name} got no answer from S3.", evidence=seen)
    if answer.code.startswith("KMS.") or "kms:" in answer.message:
        return _kms(settings, answer)
    if answer.code in _DENIED:
        return denied(settings, answer, action)
    code = NAMED_BY_S3.get(answer.code, "s3-refused")
    if code == "s3-region-wrong":
        return wrong_region(settings, answer, region_of(answer))
    if code == "s3-throttled":
        return _throttled(settings, answer)
    summary = f"S3 refuses {action.name} in the bucket {name}: {answer.code}."
    remedy = _remedy(settings, code)
    if code == "s3-not-implemented":
        remedy = f"Use a store, or a newer version of it, that implements {action.name}."
    return found(code, name, summary, evidence=seen, remedy=remedy)


def denied(settings: S3Settings, answer: Answer, action: Action) -> Finding:
    """The registry's key may not do *action*: the policy statement that lets it."""
    name = settings.bucket.name
    return found(
        action.code,
        name,
        f"S3 denies the registry {action.name} in the bucket {name}: "
        f"{' and '.join(action.permissions)} {'is' if len(action.permissions) == 1 else 'are'} not allowed.",
        cause=action.breaks,
        remedy=how_to_allow(settings, answer, action.permissions),
        evidence=[in_words(answer)],
    )


def how_to_allow(settings: S3Settings, answer: Answer, permissions: Sequence[str]) -> str:
    """What lets the registry's key do what *answer* denies: *permissions*, or a Deny taken away."""
    if "explicit deny" in answer.message:
        return (
            f"A Deny forbids it ({_policy_named(answer.message)}): remove it, or exempt the registry's key\n"
            f"from it. An Allow of {' and '.join(permissions)} does not overrule it."
        )
    return (
        'Allow it in the policy of the registry\'s key (a bucket policy also wants its "Principal"):\n'
        + s3_policy.statements(settings, permissions)
    )


def wrong_region(settings: S3Settings, answer: Answer, region: str) -> Finding:
    """The bucket lies in *region* (empty: in another than the configured one)."""
    bucket = settings.bucket
    if answer.code == "AuthorizationHeaderMalformed" and not region:
        return found(
            "s3-access-key-unknown",
            bucket.name,
            "S3 cannot read the access key: it holds what no key holds.",
            evidence=[in_words(answer)],
            remedy=f"{settings.key}['accesskey'] = …",
        )
    where = f"lies in {region}" if region else "lies in another region"
    remedy = f"{settings.key}['region'] = '{region or '…'}'"
    if settings.on_aws and settings.written.get("regionendpoint"):
        remedy += f"    # and leave 'regionendpoint' out: {bucket.endpoint} is that of one region"
    return found(
        "s3-region-wrong",
        bucket.name,
        f"The bucket {bucket.name} {where}, and config.yml says {bucket.region}.",
        evidence=[in_words(answer)],
        remedy=remedy,
    )


def in_words(answer: Answer) -> str:
    """How a request to S3 ended, as evidence."""
    exchange = answer.exchange
    if exchange.failure:
        return f"{exchange.step}: {exchange.failure.message}"
    # What S3 says of a key or a token adds nothing to its code, and may repeat it.
    telling = answer.message and NAMED_BY_S3.get(answer.code) not in _OF_THE_KEY
    said = f" ({answer.message})" if telling else ""
    return f"{exchange.step}: {exchange.status} {answer.code}{said}".rstrip()


def _culprit(settings: S3Settings, attempt: Attempt) -> Finding:
    """S3 takes the request without one part of the headers that the driver sends with it."""
    key, acl = settings.key, settings.write_headers.get("x-amz-acl", "")
    part = attempt.culprit
    if part == ENCRYPTION and settings.written.get("keyid") and attempt.answer.code in _DENIED:
        return _kms(settings, attempt.answer)
    code, remedy = {
        ACL: (
            "s3-acl-refused",
            f"{key}['objectownership'] = true   # GitLab's registry\n"
            "Or enable ACLs of the bucket: aws s3api put-bucket-ownership-controls --bucket "
            f"{settings.bucket.name}\n"
            "    --ownership-controls 'Rules=[{ObjectOwnership=BucketOwnerPreferred}]'"
            + ("" if acl == "private" else "\nOr allow the key s3:PutObjectAcl."),
        ),
        STORAGE_CLASS: ("s3-not-implemented", f"{key}['storageclass'] = 'NONE'"),
        ENCRYPTION: ("s3-not-implemented", f"{key}['encrypt'] = false"),
        CHECKSUM: ("s3-checksum-refused", f"{key}['checksum_disabled'] = true"),
    }[part]
    names = [name for name in settings.write_headers if part_of(name) == part]
    sent = f" ({', '.join(f'{name}: {settings.write_headers[name]}' for name in names)})" if names else ""
    return found(
        code,
        settings.bucket.name,
        f"S3 takes no object with the {part} that the registry asks for{sent}.",
        evidence=[in_words(attempt.answer), *([in_words(attempt.made)] if attempt.made else [])],
        remedy=remedy,
    )


def _key_in_words(s3: S3Facts) -> Iterator[str]:
    """Whence the key is, and what is odd about it; nothing of it is shown."""
    credentials = s3.credentials()
    yield f"the key is from {credentials.origin}"
    for name, value in (("access key", credentials.access_key), ("secret key", credentials.secret_key)):
        text = value.reveal()
        if text.strip(" \t\r\n'\"") != text:
            yield f"the {name} begins or ends with a blank or a quote"


def _throttled(settings: S3Settings, answer: Answer) -> Finding:
    times = answer.throttled
    asked = f"{answer.exchange.step} was told to slow down {times} time{'s' * (times != 1)}, then"
    return found(
        "s3-throttled",
        settings.bucket.name,
        f"S3 has too many requests to bear for the bucket {settings.bucket.name}.",
        evidence=[f"{asked if times else answer.exchange.step}: {answer.exchange.status}"],
        severity="warning" if answer.ok else "error",
        remedy=f"{settings.key}['maxrequestspersecond'] = 100",
    )


def _kms(settings: S3Settings, answer: Answer) -> Finding:
    key = str(settings.written.get("keyid") or "")
    return found(
        "s3-kms-denied",
        settings.bucket.name,
        "S3 stores nothing encrypted: the registry's key may not use the encryption key.",
        evidence=[in_words(answer)],
        remedy=s3_policy.for_kms(key),
    )


def _remedy(settings: S3Settings, code: str) -> str:
    """What to write, in the words of this driver; empty where the catalogue says it."""
    words = {
        "s3-access-key-unknown": "['accesskey'] = …",
        "s3-signature-mismatch": "['secretkey'] = …   (mind quotes and blanks)",
        "s3-acl-refused": "['objectownership'] = true   # GitLab's registry; else enable ACLs of the bucket",
        "s3-bucket-missing": f"['bucket'] = …   # or make the bucket {settings.bucket.name}",
    }
    return f"{settings.key}{words[code]}" if code in words else ""


def _policy_named(message: str) -> str:
    """Which kind of policy Amazon says it is."""
    kind = re.search(r"explicit deny in an? ([\w -]+?policy)", message)
    return kind[1] if kind else "in the bucket's policy, the key's, or the organization's"
