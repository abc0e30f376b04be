"""S3 faults, answered by a stand-in with S3's documented error document."""

from __future__ import annotations

import contextlib
import http.server
import ssl
import threading
import time
from typing import TYPE_CHECKING, Any

from lab import CASES, DIGEST, Lab, case, free_port
from tokens import private_key, signing_pair

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def s3(
    status: int, code: str, message: str = "", body: str = "", context: ssl.SSLContext | None = None
) -> Iterator[int]:
    """Answers every request with one error."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            text = body or f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.send_header("x-amz-request-id", "REQUESTID")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(text.encode())

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = answer  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def s3_storage(port: int, **options: Any) -> dict[str, Any]:
    driver = {
        "accesskey": "AKIAEXAMPLE",
        "secretkey": "secret",
        "region": "us-east-1",
        "bucket": "b",
        "regionendpoint": f"http://127.0.0.1:{port}",
        "secure": False,
    }
    driver |= options
    return {"s3": {k: v for k, v in driver.items() if v is not None}}


def s3_case(name: str, status: int, error: str, message: str = "message", **more: Any) -> None:
    def record(lab: Lab) -> None:
        with s3(status, error, message, **more) as port, lab.registry(storage=s3_storage(port)):
            lab.request("HEAD", f"/v2/group/project/blobs/{DIGEST}")
            lab.upload()

    CASES[name] = record


s3_case("s3-access-denied", 403, "AccessDenied", "Access Denied")
s3_case(
    "s3-access-key-unknown",
    403,
    "InvalidAccessKeyId",
    "The AWS Access Key Id you provided does not exist in our records.",
)
s3_case(
    "s3-signature-mismatch",
    403,
    "SignatureDoesNotMatch",
    "The request signature we calculated does not match the signature you provided.",
)
s3_case("s3-bucket-missing", 404, "NoSuchBucket", "The specified bucket does not exist")
s3_case(
    "s3-clock-skewed",
    403,
    "RequestTimeTooSkewed",
    "The difference between the request time and the current time is too large.",
)
s3_case(
    "s3-region-wrong",
    400,
    "AuthorizationHeaderMalformed",
    "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-central-1'",
)
s3_case("s3-token-expired", 400, "ExpiredToken", "The provided token has expired.")
s3_case("s3-token-invalid", 400, "InvalidToken", "The provided token is malformed or otherwise invalid.")
s3_case("s3-acl-refused", 400, "AccessControlListNotSupported", "The bucket does not allow ACLs")
s3_case("s3-kms-denied", 400, "KMS.DisabledException", "arn:aws:kms:eu-central-1:1:key/2 is disabled.")
s3_case("s3-throttled", 503, "SlowDown", "Please reduce your request rate.")
s3_case(
    "s3-not-implemented",
    501,
    "NotImplemented",
    "A header you provided implies functionality that is not implemented",
)
s3_case("s3-endpoint-not-s3", 403, "", body="<html><body>It works!")


@case("registry-unhealthy")
def _(lab: Lab) -> None:
    health = {"storagedriver": {"enabled": True, "interval": "100ms", "threshold": 1}}
    with s3(403, "AccessDenied") as port, lab.registry(storage=s3_storage(port), health=health):
        time.sleep(0.5)
        assert lab.request("GET", "/v2/").status == 503


@case("s3-unreachable")
def _(lab: Lab) -> None:
    with lab.registry(storage=s3_storage(free_port())):
        lab.request("HEAD", f"/v2/group/project/blobs/{DIGEST}")
    with lab.registry(storage=s3_storage(0, regionendpoint="http://s3.nosuch.invalid")):
        lab.request("HEAD", f"/v2/group/project/blobs/{DIGEST}")


@case("s3-tls-untrusted")
def _(lab: Lab) -> None:
    key, certificate = signing_pair("s3")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, private_key(key, "s3"))
    with (
        s3(200, "", context=context) as port,
        lab.registry(storage=s3_storage(port, regionendpoint=f"https://127.0.0.1:{port}", secure=True)),
    ):
        lab.request("HEAD", f"/v2/group/project/blobs/{DIGEST}")


@case("s3-no-credentials")
def _(lab: Lab) -> None:
    with lab.registry(
        storage=s3_storage(free_port(), accesskey=None, secretkey=None),
        env={"AWS_EC2_METADATA_DISABLED": "true"},
    ):
        lab.request("HEAD", f"/v2/group/project/blobs/{DIGEST}")


@case("s3-config-invalid")
def _(lab: Lab) -> None:
    lab.failing(lab.config(storage={"s3": {"region": "eu-cental-1", "bucket": "b"}}))
    lab.failing(lab.config(storage={"s3": {"bucket": "b"}}))
    lab.failing(lab.config(storage={"s3": {"region": "eu-central-1"}}))
    lab.failing(lab.config(storage={"s3": {"region": "eu-central-1", "bucket": "b", "chunksize": 1}}))
