from __future__ import annotations

import json

import pytest

from glctl.clients.s3 import Bucket
from glctl.doctor import s3_policy
from glctl.doctor.s3_settings import S3Settings


def settings(region: str = "eu-central-1", root: str = "reg/") -> S3Settings:
    return S3Settings("s3", Bucket("images", "https://s3", region, path_style=True), root)


def test_the_whole_policy_has_a_statement_for_the_bucket_and_one_for_objects() -> None:
    policy = json.loads(s3_policy.statements(settings()))
    assert [part["Resource"] for part in policy["Statement"]] == [
        "arn:aws:s3:::images",
        "arn:aws:s3:::images/reg/docker/*",
    ]
    assert sum(len(part["Action"]) for part in policy["Statement"]) == 8
    assert policy["Version"] == "2012-10-17"


def test_only_what_is_missing() -> None:
    [part] = json.loads(s3_policy.statements(settings(root=""), ["s3:DeleteObject"]))["Statement"]
    assert part == {
        "Effect": "Allow",
        "Action": ["s3:DeleteObject"],
        "Resource": "arn:aws:s3:::images/docker/*",
    }


@pytest.mark.parametrize(
    ("region", "partition"), [("us-east-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
)
def test_partitions(region: str, partition: str) -> None:
    assert f"arn:{partition}:s3:::images" in s3_policy.statements(settings(region))


@pytest.mark.parametrize(
    ("key", "resource"),
    [("arn:aws:kms:x", "arn:aws:kms:x"), ("1-2", "arn:aws:kms:*:*:key/1-2"), ("", "arn:aws:kms:*:*:key/*")],
)
def test_the_encryption_key(key: str, resource: str) -> None:
    assert json.loads(s3_policy.for_kms(key))["Statement"][0]["Resource"] == resource


def test_a_lifecycle_rule() -> None:
    [rule] = json.loads(s3_policy.lifecycle(settings(), 7))["Rules"]
    assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
    assert rule["Filter"] == {"Prefix": "reg/docker/"}
