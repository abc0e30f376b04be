"""The registry's storage drivers and the keys that each takes.

From the sources of distribution 2.8 and 3.0 and the documents of GitLab's registry: a key counts as known if
any of them reads it, as missing if all of them refuse to start without it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from glctl.gitlabrb.model import Path
    from glctl.settings.option import Kind


@dataclass(frozen=True, slots=True)
class Driver:
    """*needed*: keys without which the registry does not start, each with a sample; *others* may stand."""

    needed: Mapping[str, str] = field(default_factory=dict)
    others: frozenset[str] = frozenset()

    @property
    def keys(self) -> frozenset[str]:
        """Every key that it knows."""
        return self.others.union(self.needed)


def _driver(others: str, **needed: str) -> Driver:
    return Driver(needed, frozenset(others.split()))


_S3 = _driver(
    "accesskey secretkey sessiontoken regionendpoint encrypt keyid secure skipverify v4auth chunksize "
    "multipartcopychunksize multipartcopymaxconcurrency multipartcopythresholdsize rootdirectory "
    "storageclass useragent objectacl objectownership forcepathstyle pathstyle accelerate usedualstack "
    "loglevel maxrequestspersecond maxretries parallelwalk checksum_disabled checksum_algorithm",
    region="eu-central-1",
    bucket="images",
)
_AZURE_OTHERS = (
    "accountname accountkey realm serviceurl rootdirectory trimlegacyrootprefix legacyrootprefix credentials "
    "credentials_type credentialstype connectionstring tenant_id tenantid client_id clientid secret "
    "skipverify max_retries retry_try_timeout retry_delay max_retry_delay api_pool_initial_interval "
    "api_pool_max_interval api_pool_max_elapsed_time apipoolinitialinterval apipoolmaxinterval "
    "apipoolmaxelapsedtime debug_log debug_log_events debuglog debuglogevents"
)
DRIVERS: Mapping[str, Driver] = {
    "azure": _driver(_AZURE_OTHERS, accountname="myaccount", container="images"),
    "azure_v2": _driver(_AZURE_OTHERS, container="images"),
    "filesystem": _driver("maxthreads rootdirectory"),
    "gcs": _driver(
        "keyfile credentials rootdirectory chunksize maxconcurrency parallelwalk useragent debug_log",
        bucket="images",
    ),
    "inmemory": Driver(),
    "oss": _driver(
        "internal encrypt encryptionkeyid secure chunksize rootdirectory endpoint",
        accesskeyid="ID",
        accesskeysecret="SECRET",
        region="oss-eu-central-1",
        bucket="images",
    ),
    "s3": _S3,
    "s3_v2": _S3,
    "s3aws": _S3,
    "swift": _driver(
        "tenant tenantid domain domainid tenantdomain tenantdomainid trustid region authversion prefix "
        "endpointtype insecureskipverify chunksize secretkey accesskey tempurlcontainerkey tempurlmethods",
        username="user",
        password="PASSWORD",  # noqa: S106 - a sample
        authurl="https://keystone.example.com/v3",
        container="images",
    ),
}

# What they read of these keys, also as text: anything else keeps the registry from starting (seen with 2.8).
_FLAGS = "encrypt secure skipverify v4auth accelerate usedualstack forcepathstyle internal"
_NUMBERS = (
    "chunksize multipartcopychunksize multipartcopymaxconcurrency multipartcopythresholdsize maxthreads"
)
TAKES: Mapping[str, Kind] = {
    **dict.fromkeys(_FLAGS.split(), "flag"),
    **dict.fromkeys((*_NUMBERS.split(), "maxconcurrency"), "integer"),
}

# What stands beside a driver, with the keys of each.
BESIDE: Mapping[str, frozenset[str]] = {
    "cache": frozenset({"blobdescriptor", "blobdescriptorsize"}),
    "delete": frozenset({"enabled"}),
    "maintenance": frozenset({"readonly", "uploadpurging"}),
    "redirect": frozenset({"disable", "expirydelay"}),
    "tag": frozenset({"concurrencylimit"}),
}

# What GitLab's own object storage (gitlab_rails['object_store']) calls it, and what the registry does.
RAILS_KEYS: Mapping[str, str] = {
    "aws_access_key_id": "It is 'accesskey' in 's3'.",
    "aws_secret_access_key": "It is 'secretkey' in 's3'.",
    "aws_signature_version": "It is 'v4auth' => true in 's3'.",
    "azure_storage_access_key": "It is 'accountkey' in 'azure'.",
    "azure_storage_account_name": "It is 'accountname' in 'azure'.",
    "azure_storage_domain": "It is 'realm' in 'azure'.",
    "connection": "Its keys stand in the driver's own hash: 's3' => { 'accesskey' => …, 'bucket' => … }.",
    "enable_signature_v4_streaming": "Take it out: the registry needs none.",
    "endpoint": "It is 'regionendpoint' in 's3'.",
    "google_application_default": "Leave 'keyfile' out of 'gcs' instead.",
    "google_json_key_location": "It is 'keyfile' in 'gcs'.",
    "google_json_key_string": "It is 'credentials', a hash, in 'gcs'.",
    "google_project": "Take it out: the key file names the project.",
    "host": "It is 'regionendpoint' in 's3'.",
    "object_store_enabled": "Take it out: naming the driver enables it.",
    "openstack_api_key": "It is 'password' in 'swift'.",
    "openstack_auth_url": "It is 'authurl' in 'swift'.",
    "openstack_region": "It is 'region' in 'swift'.",
    "openstack_tenant": "It is 'tenant' in 'swift'.",
    "openstack_username": "It is 'username' in 'swift'.",
    "path_style": "It is 'pathstyle' in 's3' of GitLab's registry; with 'regionendpoint' it is on.",
    "provider": "The driver's own name says it: 's3' for AWS, 'gcs' for Google, 'azure' for AzureRM.",
    "proxy_download": "It is 'redirect' => { 'disable' => true }, beside the driver.",
    "remote_directory": "It is 'bucket' in 's3' and 'gcs', 'container' in 'azure' and 'swift'.",
    "use_iam_profile": "Leave 'accesskey' and 'secretkey' out of 's3' instead.",
}


def keys_below(path: Path) -> frozenset[str]:
    """What may stand in the hash at *path*: drivers, or the keys of one; empty where any may."""
    match path:
        case ("registry", "storage"):
            return frozenset(DRIVERS.keys() | BESIDE.keys())
        case ("registry", "storage", name):
            return DRIVERS[name].keys if name in DRIVERS else BESIDE.get(name, frozenset())
    return frozenset()
