"""Records into ``data/CODE.log`` what a real docker-registry, chpst and nginx log for each fault.

    python tests/unit/logs/record_lines.py [CODE…]

Needs root (it mounts small file systems and drops to nobody) and Debian's docker-registry, nginx-light and
runit. The S3 faults are answered by a stand-in with S3's documented error document; the lines are still the
registry's own. Lines that no program shows here are in test_rules.py, each with its source.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.client
import http.server
import json
import os
import re
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DATA = Path(__file__).parent / "data"
LAB = Path("/tmp/registry-lab")
CASES: dict[str, Callable[[Lab], None]] = {}
DIGEST = "sha256:" + hashlib.sha256(b"glctl").hexdigest()


def case(code: str) -> Callable[[Callable[[Lab], None]], Callable[[Lab], None]]:
    def register(function: Callable[[Lab], None]) -> Callable[[Lab], None]:
        CASES[code] = function
        return function

    return register


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextlib.contextmanager
def taken_port() -> Iterator[int]:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        yield sock.getsockname()[1]


class Lab:
    """One fault's own directory, and the log that its servers write."""

    def __init__(self) -> None:
        self.port = free_port()
        self.storage = LAB / "storage"
        self.storage.mkdir(mode=0o777)
        self.storage.chmod(0o777)
        self.log = LAB / "log"
        self.log.touch()
        self.log.chmod(0o666)

    def config(self, **sections: Any) -> dict[str, Any]:
        base: dict[str, Any] = {
            "version": 0.1,
            "log": {"level": "info", "formatter": "text"},
            "storage": {"filesystem": {"rootdirectory": str(self.storage)}},
            "http": {"addr": f"127.0.0.1:{self.port}", "secret": "s" * 32},
        }
        return {**base, **sections}

    def program(self, *argv: str, env: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            clean = {"PATH": os.environ["PATH"], **(env or {})}
            return subprocess.Popen(argv, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=clean)

    def run(self, *argv: str, env: dict[str, str] | None = None) -> None:
        """A program that ends by itself."""
        process = self.program(*argv, env=env)
        try:
            process.wait(20)
        finally:
            process.kill()

    def written(self, config: dict[str, Any] | str, name: str = "config.yml") -> str:
        path = LAB / name
        path.write_text(config if isinstance(config, str) else yaml.safe_dump(config, sort_keys=False))
        return str(path)

    def failing(self, config: dict[str, Any] | str, **env: str) -> None:
        """A registry that does not come up."""
        self.run("docker-registry", "serve", self.written(config), env=env)

    @contextlib.contextmanager
    def registry(
        self, *before: str, port: int = 0, env: dict[str, str] | None = None, **sections: Any
    ) -> Iterator[None]:
        """A registry that is up; *before* is a command prefix such as ``chpst -u nobody``."""
        name = f"config-{port}.yml"
        process = self.program(
            *before, "docker-registry", "serve", self.written(self.config(**sections), name), env=env
        )
        deadline = time.monotonic() + 10
        while True:
            with (
                contextlib.suppress(OSError),
                socket.create_connection(("127.0.0.1", port or self.port), 0.2),
            ):
                break
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(self.log.read_text())
            time.sleep(0.05)
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(10)

    def request(
        self, method: str, path: str, body: bytes | None = None, token: str = "", port: int = 0
    ) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=30)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        response.read()
        connection.close()
        return response

    def upload(self, body: bytes = b"glctl", path: str = "/v2/group/project/blobs/uploads/") -> int:
        """A blob pushed in one PATCH; returns the status that ended it."""
        started = self.request("POST", path)
        if started.status != 202:
            return started.status
        location = started.headers["Location"].partition(f":{self.port}")[2]
        patched = self.request("PATCH", location, body)
        if patched.status != 202:
            return patched.status
        location = patched.headers["Location"].partition(f":{self.port}")[2]
        digest = hashlib.sha256(body).hexdigest()
        return self.request("PUT", f"{location}&digest=sha256:{digest}").status


# --- start-up


@case("registry-port-taken")
def _(lab: Lab) -> None:
    with taken_port() as port:
        lab.failing(lab.config(http={"addr": f"127.0.0.1:{port}"}))


@case("debug-port-taken")
def _(lab: Lab) -> None:
    with taken_port() as port:
        lab.failing(
            lab.config(http={"addr": f"127.0.0.1:{lab.port}", "debug": {"addr": f"127.0.0.1:{port}"}})
        )


@case("registry-address-invalid")
def _(lab: Lab) -> None:
    lab.failing(lab.config(http={"addr": f"http://127.0.0.1:{lab.port}"}))
    lab.failing(lab.config(http={"addr": "nosuchhost.invalid:5000"}))
    lab.failing(lab.config(http={"addr": "192.0.2.1:5000"}))
    lab.failing(lab.config(http={"addr": "127.0.0.1"}))
    lab.failing(lab.config(http={"addr": "127.0.0.1:99999"}))


@case("registry-port-forbidden")
def _(lab: Lab) -> None:
    config = lab.written(lab.config(http={"addr": "127.0.0.1:80"}))
    lab.run("chpst", "-u", "nobody:nogroup", "docker-registry", "serve", config)


@case("registry-config-invalid")
def _(lab: Lab) -> None:
    two = {"filesystem": {"rootdirectory": "/srv"}, "inmemory": {}}
    lab.failing(lab.config(storage=two))
    lab.failing(lab.config(storage={}))
    lab.failing("version: 0.1\nstorage: [\n")
    lab.failing("storage:\n  inmemory: {}\n")
    lab.failing("version: 9.9\nstorage:\n  inmemory: {}\n")
    lab.failing(lab.config(log={"level": "loud"}))
    lab.failing("")
    lab.run("docker-registry", "serve", str(LAB / "nosuch.yml"))
    lab.run("docker-registry", "serve")
    lab.failing(lab.config(), REGISTRY_STORAGE_S3_BUCKET="b")
    lab.failing(lab.config(log={"formatter": "xml"}))
    lab.failing(lab.config(storage={"filesystem": {"rootdirectory": str(lab.storage), "maxthreads": "many"}}))
    lab.failing(lab.config(auth={"token": {"realm": "http://gitlab.example.com/jwt/auth", "service": "x"}}))
    lab.failing(lab.config(auth={"nosuch": {}}))
    unreadable = lab.written(lab.config())
    Path(unreadable).chmod(0o600)
    lab.run("chpst", "-u", "nobody:nogroup", "docker-registry", "serve", unreadable)


@case("storage-driver-unknown")
def _(lab: Lab) -> None:
    lab.failing(lab.config(storage={"gcs": {"bucket": "b"}}))


@case("token-bundle-unreadable")
def _(lab: Lab) -> None:
    empty = LAB / "empty.crt"
    empty.touch()
    for bundle in ("/nosuch/gitlab-registry.crt", str(empty)):
        lab.failing(lab.config(auth={"token": {**TOKEN, "rootcertbundle": bundle}}))
    broken = LAB / "broken.crt"
    broken.write_text("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
    lab.failing(lab.config(auth={"token": {**TOKEN, "rootcertbundle": str(broken)}}))


@case("registry-tls-unreadable")
def _(lab: Lab) -> None:
    tls = {"certificate": "/nosuch/tls.crt", "key": "/nosuch/tls.key"}
    lab.failing(lab.config(http={"addr": f"127.0.0.1:{lab.port}", "tls": tls}))


@case("service-user-unknown")
def _(lab: Lab) -> None:
    lab.run("chpst", "-u", "nosuchuser:nosuchgroup", "docker-registry")


@case("service-program-missing")
def _(lab: Lab) -> None:
    lab.run("chpst", "nosuch-registry", "serve")
    lab.run("sh", "-c", "exec nosuch-registry serve")
    lab.run("bash", "-c", "exec /opt/nosuch/registry serve")


@case("service-directory-missing")
def _(lab: Lab) -> None:
    lab.run("chpst", "-e", "/nosuch/env", "docker-registry")


@case("registry-panic")
def _(lab: Lab) -> None:
    lab.failing(lab.config(storage=s3_storage(free_port())), AWS_CA_BUNDLE="/nosuch/ca.pem")


# --- a registry without a fault: nothing here may match a rule


@case("healthy")
def _(lab: Lab) -> None:
    key, bundle = signing_pair("registry")
    auth = {"token": {**TOKEN, "rootcertbundle": bundle}}
    with lab.registry():
        lab.request("HEAD", f"/v2/group/project/blobs/{DIGEST}")
        assert lab.upload() == 201
        lab.request("HEAD", f"/v2/group/project/blobs/{DIGEST}")
        lab.request("GET", "/v2/group/project/manifests/latest")
        lab.request("GET", "/v2/group/project/tags/list")
        lab.request("GET", "/v2/nosuch/tags/list")
        lab.request("PUT", "/v2/group/project/manifests/latest", b"{}")
        lab.request("GET", "/")
    http_without_secret = {"addr": f"127.0.0.1:{lab.port}", "debug": {"addr": f"127.0.0.1:{free_port()}"}}
    with lab.registry(auth=auth, http=http_without_secret):
        lab.request("GET", "/v2/")
        assert lab.request("GET", "/v2/", token=token(key)).status == 200


for _format in ("json", "logstash"):

    @case(f"healthy-{_format}")
    def _(lab: Lab, formatter: str = _format) -> None:
        with lab.registry(log={"level": "info", "formatter": formatter}):
            lab.request("HEAD", f"/v2/group/project/blobs/{DIGEST}")
            lab.upload()


# --- the file system driver


@case("storage-permission-denied")
def _(lab: Lab) -> None:
    lab.storage.chmod(0o755)
    with lab.registry("chpst", "-u", "nobody:nogroup"):
        assert lab.upload() == 500
    with lab.registry("chpst", "-u", "nobody:nogroup", log={"level": "info", "formatter": "json"}):
        assert lab.upload() == 500


@contextlib.contextmanager
def mounted(lab: Lab, options: str) -> Iterator[None]:
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", str(lab.storage)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", str(lab.storage)], check=True)


@case("storage-no-space")
def _(lab: Lab) -> None:
    with mounted(lab, "size=64k,mode=0777"), lab.registry():
        assert lab.upload(secrets.token_bytes(200_000)) == 500
    with mounted(lab, "nr_inodes=3,mode=0777"), lab.registry():
        assert lab.upload() == 500


@case("storage-read-only")
def _(lab: Lab) -> None:
    with mounted(lab, "ro,mode=0777"), lab.registry():
        assert lab.upload() == 500


@case("storage-not-a-directory")
def _(lab: Lab) -> None:
    path = LAB / "file"
    path.touch()
    with lab.registry(storage={"filesystem": {"rootdirectory": str(path)}}):
        assert lab.upload() == 500


@case("too-many-open-files")
def _(lab: Lab) -> None:
    with lab.registry("prlimit", "--nofile=12:12"):
        held = [socket.create_connection(("127.0.0.1", lab.port)) for _ in range(20)]
        time.sleep(0.5)
        for sock in held:
            sock.close()


@case("upload-secret-mismatch")
def _(lab: Lab) -> None:
    other = free_port()
    second = {"addr": f"127.0.0.1:{other}", "secret": "t" * 32}
    with lab.registry(), lab.registry(port=other, http=second):
        started = lab.request("POST", "/v2/group/project/blobs/uploads/")
        location = started.headers["Location"].partition(f":{lab.port}")[2]
        assert lab.request("PATCH", location, b"x", port=other).status == 404


# --- tokens

TOKEN = {
    "realm": "https://gitlab.example.com/jwt/auth",
    "service": "container_registry",
    "issuer": "omnibus-gitlab-issuer",
}


def signing_pair(name: str) -> tuple[rsa.RSAPrivateKey, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = LAB / f"{name}.crt"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return key, str(path)


def private_key(key: rsa.RSAPrivateKey, name: str) -> str:
    path = LAB / f"{name}.key"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return str(path)


def key_id(key: rsa.RSAPrivateKey) -> str:
    der = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    text = base64.b32encode(hashlib.sha256(der).digest()[:30]).decode()
    return ":".join(text[i : i + 4] for i in range(0, len(text), 4))


def token(key: rsa.RSAPrivateKey, header: dict[str, str] | None = None, **claims: Any) -> str:
    now = int(time.time())
    payload = {"iss": TOKEN["issuer"], "aud": TOKEN["service"], "sub": "root", "iat": now, "nbf": now - 5}
    payload |= {"exp": now + 300, "jti": "x", "access": []} | claims
    head = {"typ": "JWT", "alg": "RS256", "kid": key_id(key)} if header is None else header
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (head, payload)]
    signature = key.sign(b".".join(parts), padding.PKCS1v15(), hashes.SHA256())
    return b".".join([*parts, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()


def token_case(
    code: str, make: Callable[[rsa.RSAPrivateKey, rsa.RSAPrivateKey], str], path: str = "/v2/"
) -> None:
    def record(lab: Lab) -> None:
        key, bundle = signing_pair("registry")
        other, _ = signing_pair("other")
        with lab.registry(auth={"token": {**TOKEN, "rootcertbundle": bundle}}):
            assert lab.request("GET", path, token=make(key, other)).status == 401

    CASES[code] = record


def _hours(hours: int) -> int:
    return int(time.time()) + 3600 * hours


token_case("token-untrusted-key", lambda _, other: token(other))
token_case("token-without-key-id", lambda key, _: token(key, {"typ": "JWT", "alg": "RS256"}))
token_case(
    "token-signature-invalid",
    lambda key, other: token(other, {"typ": "JWT", "alg": "RS256", "kid": key_id(key)}),
)
token_case("token-wrong-issuer", lambda key, _: token(key, iss="gitlab-issuer"))
token_case("token-wrong-audience", lambda key, _: token(key, aud="docker"))
token_case("token-not-yet-valid", lambda key, _: token(key, nbf=_hours(1), exp=_hours(2)))
token_case("token-expired", lambda key, _: token(key, nbf=_hours(-2), exp=_hours(-1)))
token_case("token-malformed", lambda _key, _other: "a.b")
token_case("token-insufficient-scope", lambda key, _: token(key), "/v2/group/project/tags/list")


# --- S3, answered by a stand-in


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


# --- what else the registry talks to


@case("redis-unreachable")
def _(lab: Lab) -> None:
    storage = {"filesystem": {"rootdirectory": str(lab.storage)}, "cache": {"blobdescriptor": "redis"}}
    with lab.registry(redis={"addr": f"127.0.0.1:{free_port()}"}, storage=storage):
        lab.request("HEAD", f"/v2/group/project/blobs/{DIGEST}")
        lab.upload()
        lab.request("HEAD", f"/v2/group/project/blobs/{DIGEST}")


@case("notification-failing")
def _(lab: Lab) -> None:
    def endpoint(name: str, url: str) -> dict[str, Any]:
        return {"name": name, "url": url, "timeout": "500ms", "threshold": 2, "backoff": "1s"}

    dead = f"http://127.0.0.1:{free_port()}/events"
    with (
        s3(401, "Unauthorized") as port,
        lab.registry(
            notifications={
                "endpoints": [endpoint("dead", dead), endpoint("refusing", f"http://127.0.0.1:{port}/events")]
            }
        ),
    ):
        lab.upload()
        lab.request("GET", f"/v2/group/project/blobs/{DIGEST}")
        time.sleep(2.5)


# --- nginx


def nginx_conf(listen: int, location: str, more: str = "", tls: str = "") -> str:
    temporary = "".join(
        f"{kind}_temp_path {LAB}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"pid {LAB}/nginx.pid; error_log {LAB}/log error; events {{ {more or 'worker_connections 64;'} }}\n"
        f"http {{ access_log off; {temporary}\n"
        f"server {{ listen 127.0.0.1:{listen}{' ssl' if tls else ''}; {tls} client_max_body_size 1m;\n"
        f"location / {{ {location} }} }} }}\n"
    )


def nginx(lab: Lab, conf: str, *, requests: Callable[[], None] | None = None) -> None:
    path = lab.written(conf, "nginx.conf")
    process = lab.program("nginx", "-p", str(LAB), "-c", path, "-g", "daemon off;")
    if requests is None:
        process.wait(20)
        return
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", lab.port), 0.2):
            break
        time.sleep(0.05)
    with contextlib.suppress(OSError, http.client.HTTPException):
        requests()
    process.send_signal(signal.SIGQUIT)
    process.wait(10)


@case("nginx-upstream-refused")
def _(lab: Lab) -> None:
    conf = nginx_conf(lab.port, f"proxy_pass http://127.0.0.1:{free_port()};")
    nginx(lab, conf, requests=lambda: lab.request("GET", "/v2/") and None)


@case("nginx-upstream-timeout")
def _(lab: Lab) -> None:
    with taken_port() as port:
        conf = nginx_conf(lab.port, f"proxy_pass http://127.0.0.1:{port}; proxy_read_timeout 1s;")
        nginx(lab, conf, requests=lambda: lab.request("GET", "/v2/") and None)


@case("nginx-body-too-large")
def _(lab: Lab) -> None:
    conf = nginx_conf(lab.port, f"proxy_pass http://127.0.0.1:{free_port()};")
    nginx(
        lab, conf, requests=lambda: lab.request("PATCH", "/v2/a/blobs/uploads/x", b"x" * 1_100_000) and None
    )


@case("nginx-upstream-tls")
def _(lab: Lab) -> None:
    with s3(200, "OK") as port:
        conf = nginx_conf(lab.port, f"proxy_pass https://127.0.0.1:{port};")
        nginx(lab, conf, requests=lambda: lab.request("GET", "/v2/") and None)


@case("nginx-connections-exhausted")
def _(lab: Lab) -> None:
    def requests() -> None:
        held = [socket.create_connection(("127.0.0.1", lab.port)) for _ in range(8)]
        for sock in held:
            sock.sendall(b"GET /v2/ HTTP/1.1\r\nHost: registry\r\n\r\n")
        time.sleep(0.3)
        for sock in held:
            sock.close()

    with taken_port() as port:
        conf = nginx_conf(lab.port, f"proxy_pass http://127.0.0.1:{port};", "worker_connections 8;")
        nginx(lab, conf, requests=requests)


@case("nginx-port-taken")
def _(lab: Lab) -> None:
    with taken_port() as port:
        nginx(lab, nginx_conf(port, "return 200;"))


@case("nginx-port-forbidden")
def _(lab: Lab) -> None:
    path = lab.written(nginx_conf(80, "return 200;"), "nginx.conf")
    LAB.chmod(0o777)
    lab.run(
        "setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "nginx", "-p", str(LAB), "-c", path
    )


@case("nginx-certificate-unusable")
def _(lab: Lab) -> None:
    _, certificate = signing_pair("registry")
    other, _ = signing_pair("other")
    wrong = private_key(other, "other")
    for crt, pem in (
        ("/nosuch/registry.crt", wrong),
        (certificate, wrong),
        (certificate, "/nosuch/registry.key"),
    ):
        tls = f"ssl_certificate {crt}; ssl_certificate_key {pem};"
        nginx(lab, nginx_conf(lab.port, "return 200;", tls=tls))


@case("nginx-config-invalid")
def _(lab: Lab) -> None:
    nginx(lab, nginx_conf(lab.port, "nosuch_directive on;"))
    nginx(lab, nginx_conf(lab.port, "proxy_pass http://registry.nosuch.invalid:5000;"))
    nginx(lab, nginx_conf(lab.port, "return 200").replace("}", "", 1))


def _impersonal(log: bytes) -> bytes:
    """Without the address of this machine's name server."""
    return re.sub(rb"( on |lookup \S+ on )[\d.]+:53", rb"\g<1>127.0.0.53:53", log)


def main(codes: list[str]) -> None:
    for code in codes or list(CASES):
        shutil.rmtree(LAB, ignore_errors=True)
        LAB.mkdir(mode=0o755)
        lab = Lab()
        CASES[code](lab)
        (DATA / f"{code}.log").write_bytes(_impersonal(lab.log.read_bytes()))
        sys.stderr.write(f"{code}: {lab.log.stat().st_size} bytes\n")
    shutil.rmtree(LAB, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1:])
