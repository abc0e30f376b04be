from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.doctor.checks.s3.region import CHECK

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts


def test_the_bucket_names_the_region(bucket: Callable[..., Facts], run: Any, answers: Any) -> None:
    answers.tell("HEAD", "/images", 403, x_amz_bucket_region="eu-central-1")
    assert run(CHECK, bucket()) == ([], "the bucket lies in eu-central-1")


@pytest.mark.parametrize(("endpoint", "severity"), [(None, "error"), ("http://127.0.0.1:9000", "warning")])
def test_another_region(
    bucket: Callable[..., Facts], run: Any, answers: Any, endpoint: str | None, severity: str
) -> None:
    answers.tell("HEAD", "", 301, x_amz_bucket_region="us-west-2")
    [finding], _ = run(CHECK, bucket(regionendpoint=endpoint))
    assert (finding.code, finding.severity) == ("s3-region-wrong", severity)
    assert finding.remedy == "registry['storage']['s3']['region'] = 'us-west-2'"


@pytest.mark.parametrize(
    ("location", "named"),
    [("", "us-east-1"), ("EU", "eu-west-1"), ("ap-south-1", "ap-south-1")],
)
def test_amazon_is_asked_where_head_names_none(
    bucket: Callable[..., Facts], run: Any, answers: Any, location: str, named: str
) -> None:
    answers.tell("GET", "location", 200, f"<LocationConstraint>{location}</LocationConstraint>".encode())
    [finding], _ = run(CHECK, bucket(regionendpoint=None))
    assert f"lies in {named}, and config.yml says eu-central-1" in finding.summary


@pytest.mark.parametrize("location", ["", "default", "EU"])
def test_a_store_that_tells_no_region(
    bucket: Callable[..., Facts], run: Any, answers: Any, location: str
) -> None:
    answers.tell("GET", "location", 200, f"<LocationConstraint>{location}</LocationConstraint>".encode())
    assert run(CHECK, bucket()) == ([], "eu-central-1: the bucket tells no other")


def test_a_store_that_tells_another_region_and_does_not_mind(
    bucket: Callable[..., Facts], run: Any, answers: Any
) -> None:
    answers.tell("GET", "location", 200, b"<LocationConstraint>us-west-2</LocationConstraint>")
    [finding], _ = run(CHECK, bucket())
    assert finding.severity == "warning"
