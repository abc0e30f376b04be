"""The policy that lets the registry work in its bucket: all of it, or the statements that are missing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from glctl.findings import s3_policy
from glctl.findings.s3_policy import ON_BUCKET, ON_OBJECTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from glctl.doctor.s3_settings import S3Settings


def statements(settings: S3Settings, actions: Iterable[str] = (*ON_BUCKET, *ON_OBJECTS)) -> str:
    """A policy that allows *actions* in this bucket, below this prefix: JSON to paste."""
    return s3_policy.statements(settings.bucket.name, settings.bucket.region, settings.root, tuple(actions))


def for_kms(key: str) -> str:
    """A policy that lets the registry use the encryption key with this id or ARN: JSON to paste."""
    resource = key if key.startswith("arn:") else f"arn:aws:kms:*:*:key/{key or '*'}"
    actions = ["kms:GenerateDataKey", "kms:Decrypt"]
    statement = {"Effect": "Allow", "Action": actions, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)


def lifecycle(settings: S3Settings, days: int) -> str:
    """A rule that removes multipart uploads which nobody finished: JSON to paste."""
    rule = {
        "ID": "abort-unfinished-registry-uploads",
        "Status": "Enabled",
        "Filter": {"Prefix": f"{settings.root}docker/"},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": days},
    }
    return json.dumps({"Rules": [rule]}, indent=2)
