"""Starts OpenStack Swift for tests, which alone of the object stores at hand checks a signature's region.

It is looked for where ``scripts/setup faults`` puts it.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from servers import CLEAN_ENVIRONMENT, STORES, accepts, free_ports, running, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REGION = "us-east-1"
_KINDS = ("account", "container", "object")
# The middlewares between S3's protocol and Swift's own.
_PIPELINE = "catch_errors cache bulk s3api tempauth slo proxy-server"
_PROXY = """
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
swift_dir = {folder}
user = {user}
workers = 0
[pipeline:main]
pipeline = {pipeline}
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:s3api]
use = egg:swift#s3api
location = {region}
[filter:tempauth]
use = egg:swift#tempauth
user_registry_images = {secret} .admin
"""
_PLAIN_FILTERS = ("catch_errors", "bulk", "slo")
_STORAGE = """
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
swift_dir = {folder}
devices = {folder}/devices
mount_check = false
user = {user}
workers = 0
[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
"""


@dataclass
class Swift:
    """A Swift with a bucket and the registry's key."""

    endpoint: str
    access_key: str = "registry:images"
    secret_key: str = field(default="swift-secret-" + "0" * 20, repr=False)
    bucket: str = "images"
    region: str = REGION

    def client(self) -> Any:
        """A client with all rights."""
        import boto3
        from botocore.config import Config

        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name=self.region,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            config=Config(s3={"addressing_style": "path"}),
        )


@contextlib.contextmanager
def swift(folder: Path) -> Iterator[Swift]:
    """Swift's four servers; the test is skipped where they are not installed."""
    if not (STORES / "bin/swift-proxy-server").exists():
        pytest.skip("Swift is not installed (scripts/setup faults)")
    ports = dict(zip((*_KINDS, "proxy"), free_ports(len(_KINDS) + 1), strict=True))
    server = Swift(f"http://127.0.0.1:{ports['proxy']}")
    (folder / "devices/one").mkdir(parents=True)
    (folder / "swift.conf").write_text(
        "[swift-hash]\nswift_hash_path_suffix = tests\n[storage-policy:0]\nname = one\ndefault = yes\n"
    )
    how = {"folder": folder, "user": "root" if os.geteuid() == 0 else os.environ.get("USER", "nobody")}
    filters = [f"[filter:{name}]\nuse = egg:swift#{name}" for name in _PLAIN_FILTERS]
    filters.append("[filter:cache]\nuse = egg:swift#memcache\nmemcache_servers = 127.0.0.1:1")
    text = _PROXY.format(
        port=ports["proxy"], pipeline=_PIPELINE, region=REGION, secret=server.secret_key, **how
    )
    (folder / "proxy.conf").write_text("\n".join([text, *filters, ""]))
    with contextlib.ExitStack() as started:
        for kind in _KINDS:
            (folder / f"{kind}.conf").write_text(_STORAGE.format(kind=kind, port=ports[kind], **how))
            _make_ring(folder, kind, ports[kind])
        for kind in (*_KINDS, "proxy"):
            command = [f"{STORES}/bin/swift-{kind}-server", f"{folder}/{kind}.conf", "-v"]
            log = folder / f"{kind}.log"
            started.enter_context(running(command, log, lambda kind=kind: accepts(ports[kind])))
        wait_until(lambda: _made_bucket(server), f"Swift makes the bucket (logs: {folder})", 30)
        yield server


def _make_ring(folder: Path, kind: str, port: int) -> None:
    builder = f"{folder}/{kind}.builder"
    for arguments in (
        ["create", "1", "1", "0"],
        ["add", f"r1z1-127.0.0.1:{port}/one", "1"],
        ["rebalance"],
    ):
        command = [f"{STORES}/bin/swift-ring-builder", builder, *arguments]
        subprocess.run(command, check=True, capture_output=True, env=CLEAN_ENVIRONMENT)


def _made_bucket(server: Swift) -> bool:
    from botocore.exceptions import BotoCoreError, ClientError

    with contextlib.suppress(BotoCoreError, ClientError):
        server.client().create_bucket(Bucket=server.bucket)
        return True
    return False
