"""The S3 driver as config.yml sets it: which bucket, how addressed, and what it adds to what it writes.

From the drivers of distribution 2.8 and 3 and of GitLab's registry, and the AWS SDK for Go that all use.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from glctl.clients.s3 import Bucket

if TYPE_CHECKING:
    from glctl.doctor.build import Build
    from glctl.doctor.observed import Observed

DRIVERS = ("s3", "s3_v2", "s3aws")
_DEFAULT_REGION = "us-east-1"
_DNS_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
# As YAML's own booleans and Go's strconv.ParseBool.
_TRUE = frozenset({"1", "t", "true", "yes", "on"})


@dataclass(frozen=True, slots=True)
class S3Settings:
    """The driver's settings that decide how it speaks with S3. *root* begins every key: "" or ``a/b/``."""

    driver: str
    bucket: Bucket
    root: str = ""
    written: Mapping[str, Any] = field(default_factory=dict, repr=False)  # as they stand in config.yml
    redirects: bool = True  # clients are sent to S3 for blobs
    style_setting: str = ""  # by which this registry lets the style of addressing be chosen; 2.x has none

    @property
    def images(self) -> str:
        """Where the registry keeps all that it keeps."""
        return f"{self.root}docker/registry/v2/"

    @property
    def own(self) -> str:
        """Where the doctor writes: below what the registry may write to, where it never looks."""
        return f"{self.images}glctl-doctor/"

    @property
    def key(self) -> str:
        """How gitlab.rb names the driver's settings."""
        return f"registry['storage']['{self.driver}']"

    @property
    def on_aws(self) -> bool:
        """Whether Amazon itself answers, and no compatible store."""
        host = self.bucket.endpoint.partition("://")[2].partition(":")[0]
        return host.endswith((".amazonaws.com", ".amazonaws.com.cn"))

    @property
    def verify(self) -> bool:
        """Whether the driver checks the endpoint's certificate."""
        return not flag(self.written.get("skipverify"))

    @property
    def write_headers(self) -> dict[str, str]:
        """What the driver adds to each object that it makes."""
        storage_class = str(self.written.get("storageclass") or "STANDARD")
        headers = {
            "x-amz-acl": str(self.written.get("objectacl") or "private"),
            "x-amz-storage-class": storage_class,
        }
        if storage_class.upper() == "NONE":
            del headers["x-amz-storage-class"]
        if flag(self.written.get("objectownership")):  # GitLab's registry
            del headers["x-amz-acl"]
        key_id = self.written.get("keyid")
        if flag(self.written.get("encrypt")):
            headers["x-amz-server-side-encryption"] = "aws:kms" if key_id else "AES256"
            if key_id:
                headers["x-amz-server-side-encryption-aws-kms-key-id"] = str(key_id)
        return headers

    @property
    def checksums(self) -> bool:
        """Whether the driver adds checksums that some compatible stores do not know (SDK version 2)."""
        return self.driver == "s3_v2" and not flag(self.written.get("checksum_disabled"))


def read(observed: Observed, build: Build | None = None) -> S3Settings | None:
    """The settings of the S3 driver as *build* reads them; None where images are kept elsewhere.

    Without a build it is the platform's own registry.
    """
    storage = observed.setting("storage")
    if not isinstance(storage, Mapping):
        return None
    driver = next((name for name in DRIVERS if isinstance(storage.get(name), Mapping)), "")
    if not driver:
        return None
    written = storage[driver]
    redirect = storage.get("redirect")
    disabled = flag(redirect.get("disable")) if isinstance(redirect, Mapping) else False
    root = str(written.get("rootdirectory") or "").strip("/")
    style_setting = _style_setting(observed, build)
    bucket = _bucket(written, style_setting)
    return S3Settings(driver, bucket, f"{root}/" if root else "", written, not disabled, style_setting)


def flag(value: Any, default: bool = False) -> bool:
    """A switch as the driver reads it."""
    return default if value is None or value == "" else str(value).lower() in _TRUE


def _style_setting(observed: Observed, build: Build | None) -> str:
    if build.is_gitlabs if build else observed.platform.registry_database:
        return "pathstyle"
    return "forcepathstyle" if build and build.version >= (3, 0) else ""


def _bucket(written: Mapping[str, Any], style_setting: str) -> Bucket:
    name, region = str(written.get("bucket") or ""), str(written.get("region") or _DEFAULT_REGION)
    endpoint = str(written.get("regionendpoint") or "").rstrip("/")
    secure = flag(written.get("secure"), default=True)
    given = bool(endpoint)
    if not endpoint:
        endpoint = _of_region(region, dualstack=flag(written.get("usedualstack")))
    scheme, _, host = endpoint.rpartition("://")
    host = host.rpartition("@")[2]  # a user there is not sent, and not to be shown
    endpoint = f"{scheme or ('https' if secure else 'http')}://{host}"
    return Bucket(
        name,
        endpoint,
        region,
        _path_style(name, endpoint, written, style_setting, given),
        4 if flag(written.get("v4auth"), default=True) else 2,
    )


def _of_region(region: str, *, dualstack: bool) -> str:
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return f"s3.{'dualstack.' if dualstack else ''}{region}.{suffix}"


def _path_style(name: str, endpoint: str, written: Mapping[str, Any], setting: str, given: bool) -> bool:
    """By the *setting* that this registry reads, if any, else with an endpoint of one's own (*given*).

    distribution reads its setting only with such an endpoint.
    The SDK goes over to it where the bucket's name makes no host name, or none that a certificate covers.
    """
    is_read = given or setting == "pathstyle"
    wanted = is_read and flag(written.get(setting), default=given)
    hostless = not _DNS_NAME.fullmatch(name) or (endpoint.startswith("https:") and "." in name)
    return wanted or hostless
