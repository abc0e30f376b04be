"""The policy that lets the registry work in its bucket: all of it, or the statements that are missing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from glctl.doctor.s3_settings import S3Settings

# What the registry does, as Amazon's IAM calls it (distribution, "S3 storage driver"; its calls recorded).
ON_BUCKET = ("s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketMultipartUploads")
ON_OBJECTS = (
    "s3:GetObject",
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:ListMultipartUploadParts",
    "s3:AbortMultipartUpload",
)


def statements(settings: S3Settings, actions: Iterable[str] = (*ON_BUCKET, *ON_OBJECTS)) -> str:
    """A policy that allows *actions* in this bucket, below this prefix: JSON to paste."""
    wanted = tuple(actions)
    bucket = f"arn:{_partition(settings.bucket.region)}:s3:::{settings.bucket.name}"
    parts: list[dict[str, Any]] = []
    for known, resource in ((ON_BUCKET, bucket), (ON_OBJECTS, f"{bucket}/{settings.root}docker/*")):
        if allowed := [action for action in wanted if action in known]:
            parts.append({"Effect": "Allow", "Action": allowed, "Resource": resource})
    return json.dumps({"Version": "2012-10-17", "Statement": parts}, indent=2)


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


def _partition(region: str) -> str:
    return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(region.rsplit("-", 2)[0], "aws")
