"""Policy statements for the registry's key in S3: JSON to paste."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

# What the registry does, as Amazon's IAM calls it (distribution, "S3 storage driver"; its calls recorded).
ON_BUCKET = ("s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketMultipartUploads")
ON_OBJECTS = (
    "s3:GetObject",
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:ListMultipartUploadParts",
    "s3:AbortMultipartUpload",
)


def statements(
    bucket: str, region: str, root: str, actions: Sequence[str] = (*ON_BUCKET, *ON_OBJECTS)
) -> str:
    """A policy that allows *actions* in *bucket*, below the prefix *root* (empty, or with a slash behind)."""
    arn = f"arn:{_partition(region)}:s3:::{bucket}"
    parts: list[dict[str, Any]] = []
    for known, resource in ((ON_BUCKET, arn), (ON_OBJECTS, f"{arn}/{root}docker/*")):
        if allowed := [action for action in actions if action in known]:
            parts.append({"Effect": "Allow", "Action": allowed, "Resource": resource})
    return json.dumps({"Version": "2012-10-17", "Statement": parts}, indent=2)


def _partition(region: str) -> str:
    return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(region.rsplit("-", 2)[0], "aws")
