"""What keeps a registry from starting, what goes wrong in one that runs, and one without a fault."""

from __future__ import annotations

import contextlib
import secrets
import socket
import subprocess
import time
from typing import TYPE_CHECKING, Any

from lab import DIGEST, LAB, Lab, case, free_port, taken_port
from s3 import s3, s3_storage
from tokens import TOKEN, signing_pair, token

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    (LAB / "config.yml").chmod(0o600)
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


@case("upload-unknown")
def _(lab: Lab) -> None:
    with (
        lab.registry(),
        lab.registry(
            port=(other := free_port()),
            http={"addr": f"127.0.0.1:{other}", "secret": "s" * 32},
            storage={"inmemory": {}},
        ),
    ):
        location = lab.request("POST", "/v2/group/project/blobs/uploads/").headers["Location"]
        assert lab.request("PATCH", location.partition(f":{lab.port}")[2], b"x", port=other).status == 404


@case("upload-cut")
def _(lab: Lab) -> None:
    with lab.registry():
        for method in ("PATCH", "PUT"):
            location = lab.request("POST", "/v2/group/project/blobs/uploads/").headers["Location"]
            path = location.partition(f":{lab.port}")[2]
            with socket.create_connection(("127.0.0.1", lab.port)) as sock:
                digest = f"&digest={DIGEST}" if method == "PUT" else ""
                sock.sendall(
                    f"{method} {path}{digest} HTTP/1.1\r\nHost: r\r\nContent-Length: 9999\r\n\r\nx".encode()
                )
                time.sleep(0.2)
            time.sleep(0.5)


# --- what else the registry talks to


@case("redis-password-wrong")
def _(lab: Lab) -> None:
    storage = {"filesystem": {"rootdirectory": str(lab.storage)}, "cache": {"blobdescriptor": "redis"}}
    port = free_port()
    redis = (
        "redis-server",
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--requirepass",
        "right",
    )
    server = subprocess.Popen(redis, stdout=subprocess.DEVNULL, cwd=LAB)
    time.sleep(1)
    try:
        for password in ("wrong", ""):
            with lab.registry(redis={"addr": f"127.0.0.1:{port}", "password": password}, storage=storage):
                lab.request("HEAD", f"/v2/group/project/blobs/{DIGEST}")
                lab.upload()
    finally:
        server.terminate()
        server.wait(10)


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
