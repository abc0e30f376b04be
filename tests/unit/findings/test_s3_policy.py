from __future__ import annotations

import json

import pytest

from glctl.findings.s3_policy import statements


def test_what_is_not_asked_for_is_not_allowed() -> None:
    (statement,) = json.loads(statements("images", "eu-central-1", "", ("s3:GetObject",)))["Statement"]
    assert statement["Action"] == ["s3:GetObject"]
    assert statement["Resource"] == "arn:aws:s3:::images/docker/*"


@pytest.mark.parametrize(
    ("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("us-east-1", "aws")]
)
def test_the_partition_is_the_regions(region: str, partition: str) -> None:
    assert f"arn:{partition}:s3:::images/reg/docker/*" in statements("images", region, "reg/")
