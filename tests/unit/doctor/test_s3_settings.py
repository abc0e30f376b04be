from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from glctl.doctor.build import Build
from glctl.doctor.s3_settings import S3Settings, flag, read
from glctl.settings.platform import DEBIAN, OMNIBUS

if TYPE_CHECKING:
    from glctl.doctor.observed import Observed
    from glctl.settings.platform import Platform


@pytest.fixture
def settings(observed: Observed) -> Any:
    def make(driver: str = "s3", redirect: Any = None, **written: Any) -> S3Settings:
        storage = {driver: {"bucket": "images", "region": "eu-central-1", **written}, "redirect": redirect}
        found = read(replace(observed, config={"storage": storage}))
        assert found
        return found

    return make


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ({}, "https://images.s3.eu-central-1.amazonaws.com/k"),
        ({"secure": False}, "http://images.s3.eu-central-1.amazonaws.com/k"),
        ({"region": "cn-north-1"}, "https://images.s3.cn-north-1.amazonaws.com.cn/k"),
        ({"usedualstack": True}, "https://images.s3.dualstack.eu-central-1.amazonaws.com/k"),
        ({"bucket": "with.dots"}, "https://s3.eu-central-1.amazonaws.com/with.dots/k"),
        ({"bucket": "with.dots", "secure": "false"}, "http://with.dots.s3.eu-central-1.amazonaws.com/k"),
        ({"bucket": "Upper"}, "https://s3.eu-central-1.amazonaws.com/Upper/k"),
        ({"regionendpoint": "http://minio:9000/"}, "http://minio:9000/images/k"),
        ({"regionendpoint": "minio:9000", "secure": False}, "http://minio:9000/images/k"),
        ({"regionendpoint": "minio:9000"}, "https://minio:9000/images/k"),
        ({"regionendpoint": "http://bob:PLANTED@minio:9000"}, "http://minio:9000/images/k"),
    ],
)
def test_how_the_driver_addresses_a_key(settings: Any, written: dict[str, Any], url: str) -> None:
    assert settings(**written).bucket.url("k") == url


HERE, AMAZONS = "https://store", None  # the endpoint
DEBIANS = Build("/r", "docker-registry github.com/docker/distribution 2.8.2+ds1", (2, 8))
GITLABS = Build("/r", "registry github.com/docker/distribution v4.32.0-gitlab", (4, 32))
NEW = Build("/r", "registry github.com/distribution/distribution/v3 v3.0.0", (3, 0))


@pytest.mark.parametrize(
    ("build", "platform", "endpoint", "written", "path_style"),
    [
        (DEBIANS, DEBIAN, HERE, {"forcepathstyle": False, "pathstyle": False}, True),
        (DEBIANS, DEBIAN, AMAZONS, {"forcepathstyle": True, "pathstyle": True}, False),
        (None, DEBIAN, HERE, {"forcepathstyle": False, "pathstyle": False}, True),
        (NEW, DEBIAN, HERE, {"pathstyle": False}, True),
        (NEW, DEBIAN, HERE, {"forcepathstyle": "false"}, False),
        (NEW, DEBIAN, AMAZONS, {"forcepathstyle": True}, False),
        (GITLABS, DEBIAN, HERE, {"forcepathstyle": False}, True),
        (GITLABS, DEBIAN, HERE, {"pathstyle": False}, False),
        (GITLABS, DEBIAN, AMAZONS, {"pathstyle": "true"}, True),
        (None, OMNIBUS, HERE, {"pathstyle": False}, False),
        (DEBIANS, OMNIBUS, HERE, {"pathstyle": False}, True),
    ],
)
def test_each_registry_has_its_own_word_for_the_style_of_addressing(
    observed: Observed,
    build: Build | None,
    platform: Platform,
    endpoint: str | None,
    written: dict[str, Any],
    path_style: bool,
) -> None:
    config = {"storage": {"s3": {"bucket": "images", "regionendpoint": endpoint, **written}}}
    found = read(replace(observed, platform=platform, config=config), build)
    assert found
    assert found.bucket.path_style is path_style


@pytest.mark.parametrize(
    ("root", "images"),
    [
        (None, "docker/registry/v2/"),
        ("/", "docker/registry/v2/"),
        ("/a/b/", "a/b/docker/registry/v2/"),
        ("a", "a/docker/registry/v2/"),
    ],
)
def test_where_images_lie(settings: Any, root: str | None, images: str) -> None:
    assert settings(rootdirectory=root).images == images
    assert settings(rootdirectory=root).own == f"{images}glctl-doctor/"


@pytest.mark.parametrize(
    ("written", "headers"),
    [
        ({}, {"x-amz-acl": "private", "x-amz-storage-class": "STANDARD"}),
        ({"storageclass": "NONE", "objectownership": True}, {}),
        (
            {"encrypt": True, "storageclass": "NONE", "objectacl": "bucket-owner-full-control"},
            {"x-amz-acl": "bucket-owner-full-control", "x-amz-server-side-encryption": "AES256"},
        ),
        (
            {"encrypt": "true", "keyid": "k", "objectownership": "true", "storageclass": "none"},
            {
                "x-amz-server-side-encryption": "aws:kms",
                "x-amz-server-side-encryption-aws-kms-key-id": "k",
            },
        ),
    ],
)
def test_what_is_sent_with_each_object(
    settings: Any, written: dict[str, Any], headers: dict[str, str]
) -> None:
    assert settings(**written).write_headers == headers


def test_switches_beside_them(settings: Any) -> None:
    assert settings().redirects
    assert not settings(redirect={"disable": True}).redirects
    assert settings().verify
    assert not settings(skipverify="true").verify
    assert settings().bucket.signature == 4
    assert settings(v4auth=False).bucket.signature == 2
    assert [settings(driver).checksums for driver in ("s3", "s3_v2")] == [False, True]
    assert not settings("s3_v2", checksum_disabled=True).checksums
    assert settings("s3_v2").key == "registry['storage']['s3_v2']"


def test_only_amazon_is_amazon(settings: Any) -> None:
    assert settings().on_aws
    assert settings(regionendpoint="https://s3.eu-west-1.amazonaws.com:443").on_aws
    assert not settings(regionendpoint="https://amazonaws.com.example.org").on_aws


@pytest.mark.parametrize("storage", [None, {"filesystem": {}}, {"s3": None}, "s3"])
def test_other_storage(observed: Observed, storage: Any) -> None:
    assert read(replace(observed, config={"storage": storage})) is None


@pytest.mark.parametrize(
    ("value", "on"), [(True, True), ("yes", True), ("0", False), (None, False), ("", False)]
)
def test_a_switch(value: Any, on: bool) -> None:
    assert flag(value) is on
    assert flag(None, default=True)
