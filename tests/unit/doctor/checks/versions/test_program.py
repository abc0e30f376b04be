from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.doctor.build import Build
from glctl.doctor.checks.versions.program import CHECK

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts

DEBIANS = Build("/r", "docker-registry github.com/docker/distribution 2.8.2+ds1", (2, 8))
GITLABS = Build("/r", "registry github.com/docker/distribution v4.32.0-gitlab", (4, 32))
NEW = Build("/r", "registry github.com/distribution/distribution/v3 v3.0.0", (3, 0))
OLD = Build("/r", "registry github.com/docker/distribution v2.6.2", (2, 6))
DATABASE = {"database": {"enabled": True}}
S3 = {"storage": {"s3": {}}}


@pytest.mark.parametrize(
    ("build", "config", "codes"),
    [
        (DEBIANS, {}, []),
        (DEBIANS, S3, []),
        (DEBIANS, DATABASE, ["registry-without-database"]),
        (GITLABS, DATABASE, []),
        (NEW, {}, ["registry-v3-keys"]),
        (OLD, {}, []),
        (OLD, S3, ["registry-too-old"]),
    ],
)
def test_what_goes_together(
    new_facts: Callable[..., Facts], run: Any, build: Build, config: dict[str, Any], codes: list[str]
) -> None:
    findings, note = run(CHECK, new_facts(build=build, config=config))
    assert [finding.code for finding in findings] == codes
    assert note == build.said
