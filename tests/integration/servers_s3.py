"""Starts real object stores for tests: moto, which enforces IAM, SeaweedFS and s3rver.

moto comes with the dev extra. The others are looked for on the PATH and where ``scripts/setup`` puts them
(SeaweedFS for the tests, s3rver for the faults), SeaweedFS in GLCTL_WEED, too.
"""

from __future__ import annotations

import contextlib
import http.client
import http.server
import json
import os
import shutil
import sys
import threading
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from servers import CLEAN_ENVIRONMENT, accepts, faketime, free_port, free_ports, program, running, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

REGION = "eu-central-1"
BUCKET = "images"
# What the documents of the registry's S3 driver ask for.
ON_BUCKET = ("s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketMultipartUploads")
ON_OBJECTS = (
    "s3:PutObject",
    "s3:GetObject",
    "s3:DeleteObject",
    "s3:ListMultipartUploadParts",
    "s3:AbortMultipartUpload",
)


@dataclass
class Moto:
    """A moto server with a bucket and a user whose policy is the documented one."""

    endpoint: str
    access_key: str = ""
    secret_key: str = ""
    user: str = "registry"
    bucket: str = BUCKET
    region: str = REGION
    process: Any = None

    def client(self, service: str = "s3") -> Any:
        """A client with all rights, while :meth:`lifted`; else with those of the user."""
        import boto3

        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=self.region,
            aws_access_key_id=self.access_key or "admin",
            aws_secret_access_key=self.secret_key or "admin",
        )

    @contextlib.contextmanager
    def lifted(self) -> Iterator[None]:
        """Nobody's rights are asked for meanwhile."""
        self._authentications(before="inf")
        try:
            yield
        finally:
            self._authentications(before="0")

    def make_bucket(self, name: str) -> None:
        """A bucket in the server's region."""
        where = {"CreateBucketConfiguration": {"LocationConstraint": self.region}}
        self.client().create_bucket(Bucket=name, **(where if self.region != "us-east-1" else {}))

    def allow(self, actions: Sequence[str] = (*ON_BUCKET, *ON_OBJECTS)) -> None:
        """Let the user do *actions*, and nothing else."""
        which = {"UserName": self.user, "PolicyName": "registry"}
        statements = [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        with self.lifted():
            iam = self.client("iam")
            if actions:
                iam.put_user_policy(**which, PolicyDocument=document)
            else:
                iam.delete_user_policy(**which)

    @contextlib.contextmanager
    def denied(self, *actions: str) -> Iterator[None]:
        """The user without *actions*."""
        self.allow([action for action in (*ON_BUCKET, *ON_OBJECTS) if action not in actions])
        try:
            yield
        finally:
            self.allow()

    def _authentications(self, before: str) -> None:
        """How many requests are let through before moto asks for rights (its setting)."""
        url = f"{self.endpoint}/moto-api/reset-auth"
        request = urllib.request.Request(url, before.encode(), {"Content-Type": "text/plain"})
        with urllib.request.urlopen(request, timeout=5):
            pass


@contextlib.contextmanager
def moto(folder: Path, region: str = REGION) -> Iterator[Moto]:
    """moto with IAM enforced; the test is skipped where it is not installed."""
    pytest.importorskip("moto")
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with running(command, folder / "moto.log", lambda: accepts(port)) as process:
        server = Moto(f"http://127.0.0.1:{port}", region=region, process=process)
        server.make_bucket(BUCKET)
        iam = server.client("iam")
        iam.create_user(UserName=server.user)
        made = iam.create_access_key(UserName=server.user)["AccessKey"]
        server.access_key, server.secret_key = made["AccessKeyId"], made["SecretAccessKey"]
        server.allow()
        yield server


@dataclass
class Injecting:
    """In front of an S3, which it passes requests on to: a fake, for answers that no server here gives.

    *answers*: what is answered instead where the method and a part of the path and query fit, the first that
    does; *times* of it None: always.
    """

    endpoint: str
    answers: list[Canned] = field(default_factory=list)

    @contextlib.contextmanager
    def answering(self, *answers: Canned) -> Iterator[None]:
        """With these answers."""
        self.answers[:] = answers
        try:
            yield
        finally:
            self.answers.clear()


@dataclass
class Canned:
    """An answer as S3 gives it: *code* in its XML, unless the method is HEAD. *if_header*: only with that.

    Without a *method* it fits any. A *page* is answered as it is, instead of XML.
    """

    method: str
    part: str
    status: int
    code: str
    more: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    if_header: str = ""
    times: int | None = None
    page: str = ""

    @property
    def body(self) -> str:
        return self.page or f"<Error><Code>{self.code}</Code><Message>No.</Message>{self.more}</Error>"

    def fits(self, method: str, path: str, headers: Mapping[str, str]) -> bool:
        """Whether a request gets this answer; counts it."""
        named = not self.if_header or any(name.lower() == self.if_header for name in headers)
        if self.times == 0 or self.method not in ("", method) or self.part not in path or not named:
            return False
        if self.times:
            self.times -= 1
        return True


@contextlib.contextmanager
def injecting(target: str) -> Iterator[Injecting]:
    """A server before the S3 at *target* that answers some requests itself."""
    port = free_port()
    front = Injecting(f"http://127.0.0.1:{port}")

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            canned = next((a for a in front.answers if a.fits(self.command, self.path, self.headers)), None)
            if canned:
                self._answer(canned.status, dict(canned.headers), canned.body.encode())
            else:
                self._answer(*self._passed_on(body))

        def _passed_on(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
            connection = http.client.HTTPConnection(target.partition("://")[2], timeout=10)
            with contextlib.closing(connection):
                connection.request(self.command, self.path, body, dict(self.headers))  # Host as it was signed
                answer = connection.getresponse()
                return answer.status, dict(answer.getheaders()), answer.read()

        def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response_only(status)
            for name, value in headers.items():
                if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                with contextlib.suppress(ConnectionError):  # whoever asked is gone
                    self.wfile.write(body)

    with http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler) as running_server:
        running_server.daemon_threads = True
        thread = threading.Thread(target=running_server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield front
        finally:
            running_server.shutdown()
            thread.join()


@dataclass
class Weed:
    """A SeaweedFS with a bucket and the registry's key."""

    endpoint: str
    access_key: str = "REGISTRYKEY00000001"
    secret_key: str = field(default="registry-secret-" + "0" * 24, repr=False)
    bucket: str = BUCKET
    region: str = REGION

    def client(self, access_key: str = "admin", secret_key: str = "admin-secret") -> Any:
        """A client with that key; without one, with all rights."""
        import boto3

        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name=self.region,
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
        )

    @contextlib.contextmanager
    def policy(self, *statements: Mapping[str, Any]) -> Iterator[None]:
        """The bucket with a policy of its own."""
        document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        self.client().put_bucket_policy(Bucket=self.bucket, Policy=document)
        try:
            yield
        finally:
            self.client().delete_bucket_policy(Bucket=self.bucket)


@contextlib.contextmanager
def weed(folder: Path) -> Iterator[Weed]:
    """SeaweedFS, which also refuses presigned addresses; the test is skipped where it is not installed."""
    binary = os.environ.get("GLCTL_WEED") or shutil.which("weed", path=CLEAN_ENVIRONMENT["PATH"])
    if binary is None:
        pytest.skip("SeaweedFS is not installed (scripts/setup tests)")
    names = ("master", "volume", "filer", "s3", "master.grpc", "volume.grpc", "filer.grpc", "s3.grpc")
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    server = Weed(f"http://127.0.0.1:{ports['s3']}")
    keys = {"admin": ("admin", "admin-secret", ["Admin"])}
    keys["registry"] = (server.access_key, server.secret_key, ["Read", "Write", "List", "Tagging"])
    identities = [
        {"name": name, "credentials": [{"accessKey": key, "secretKey": secret}], "actions": actions}
        for name, (key, secret, actions) in keys.items()
    ]
    (folder / "s3.json").write_text(json.dumps({"identities": identities}))
    (folder / "data").mkdir()
    command = [
        binary,
        f"-logdir={folder}",
        "server",
        "-s3",
        f"-dir={folder}/data",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
    ]
    command += [f"-s3.config={folder}/s3.json", "-volume.max=100", "-master.volumeSizeLimitMB=16"]
    command += [
        f"-{name.replace('.grpc', '.port.grpc') if '.grpc' in name else f'{name}.port'}={port}"
        for name, port in ports.items()
    ]
    # Neither its own reports to its makers nor services on ports that another weed would want, too.
    command += ["-master.telemetry=false", "-s3.port.iceberg=0", "-s3.port.lance=0"]
    try:
        with running(command, folder / "weed.log", lambda: accepts(ports["s3"])) as process:
            wait_until(lambda: _has_bucket(server), f"weed makes the bucket (log: {folder}/weed.log)", 60)
            yield server
            process.kill()  # it would take its time to end, for data that nobody wants any more
    finally:
        for port in ports.values():  # it names them itself, and leaves them
            for socket in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):
                socket.unlink()


@contextlib.contextmanager
def s3rver(folder: Path, *, ahead: int) -> Iterator[str]:
    """s3rver with its clock *ahead* by so many seconds, and a bucket; yields its address.

    It takes any signature, but refuses what is 15 minutes off, as Amazon does.
    """
    port = free_port()
    command = [program("s3rver"), "-d", str(folder), "-a", "127.0.0.1", "-p", str(port)]
    command += ["--no-vhost-buckets", "--configure-bucket", BUCKET]
    with running(command, folder / "s3rver.log", lambda: accepts(port), faketime(ahead)):
        yield f"http://127.0.0.1:{port}"


def _has_bucket(server: Weed) -> bool:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        server.client().create_bucket(Bucket=server.bucket)
    except (BotoCoreError, ClientError) as error:
        return "BucketAlreadyOwnedByYou" in str(error) or "BucketAlreadyExists" in str(error)
    return True
