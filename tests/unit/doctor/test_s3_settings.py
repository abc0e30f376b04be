from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from glctl.doctor.s3_settings import S3Settings, flag, read
from glctl.settings.platform import OMNIBUS

if TYPE_CHECKING:
    from glctl.doctor.observed import Observed


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
        ({"forcepathstyle": True}, "https://s3.eu-central-1.amazonaws.com/images/k"),
        ({"regionendpoint": "http://minio:9000/"}, "http://minio:9000/images/k"),
        ({"regionendpoint": "minio:9000", "secure": False}, "http://minio:9000/images/k"),
        ({"regionendpoint": "minio:9000"}, "https://minio:9000/images/k"),
        ({"regionendpoint": "http://bob:PLANTED@minio:9000"}, "http://minio:9000/images/k"),
        ({"regionendpoint": "https://store", "forcepathstyle": False}, "https://images.store/k"),
        ({"regionendpoint": "https://store", "forcepathstyle": "true"}, "https://store/images/k"),
        ({"regionendpoint": "https://store", "pathstyle": False}, "https://store/images/k"),  # GitLab's word
    ],
)
def test_how_the_driver_addresses_a_key(settings: Any, written: dict[str, Any], url: str) -> None:
    assert settings(**written).bucket.url("k") == url


def test_gitlabs_own_registry_has_another_word_for_it(observed: Observed) -> None:
    written = {"bucket": "images", "regionendpoint": "https://store", "pathstyle": False}
    found = read(replace(observed, platform=OMNIBUS, config={"storage": {"s3": written}}))
    assert found
    assert found.bucket.url("k") == "https://images.store/k"


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
