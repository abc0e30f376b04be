"""nginx before a registry that does not answer, and nginx that does not start."""

from __future__ import annotations

import contextlib
import http.client
import signal
import socket
import struct
import subprocess
import threading
import time
from typing import TYPE_CHECKING

from lab import LAB, Lab, case, free_port, taken_port
from s3 import s3
from tokens import private_key, signing_pair

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


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


@contextlib.contextmanager
def ending_server(reset: bool) -> Iterator[int]:
    """Ends each connection when the request has come, without an answer: as a registry that is killed."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    connection.recv(65536)
                    if reset:
                        linger = struct.pack("ii", 1, 0)
                        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                    connection.close()

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]


@case("nginx-upstream-closed")
def _(lab: Lab) -> None:
    for reset in (False, True):
        with ending_server(reset) as port:
            conf = nginx_conf(lab.port, f"proxy_pass http://127.0.0.1:{port};")
            nginx(lab, conf, requests=lambda: lab.request("GET", "/v2/") and None)


@case("nginx-temporary-files")
def _(lab: Lab) -> None:
    small = LAB / "client_body"
    small.mkdir(mode=0o777)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k,mode=0777", "none", str(small)], check=True)
    try:
        conf = nginx_conf(lab.port, f"proxy_pass http://127.0.0.1:{free_port()};")
        nginx(
            lab, conf, requests=lambda: lab.request("PATCH", "/v2/a/blobs/uploads/x", b"x" * 900_000) and None
        )
    finally:
        subprocess.run(["umount", str(small)], check=True)


@case("proxy-rate-limited")
def _(lab: Lab) -> None:
    (LAB / "v2").touch()
    conf = nginx_conf(lab.port, f"limit_req zone=registry; root {LAB};")
    conf = conf.replace("http {", "http { limit_req_zone $binary_remote_addr zone=registry:1m rate=1r/m;")
    nginx(lab, conf, requests=lambda: [lab.request("GET", "/v2") for _ in range(3)] and None)


@case("proxy-refuses")
def _(lab: Lab) -> None:
    conf = nginx_conf(lab.port, f"deny all; root {LAB};")
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
        held = []
        for _ in range(8):
            held.append(socket.create_connection(("127.0.0.1", lab.port)))
            held[-1].sendall(b"GET /v2/ HTTP/1.1\r\nHost: registry\r\n\r\n")
            time.sleep(0.05)  # an idle connection would be reused instead
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
