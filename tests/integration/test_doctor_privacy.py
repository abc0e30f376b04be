"""No secret leaves the doctor: planted wherever one can be, and looked for in all that is printed or written.

Settings, environment, URLs, headers, logs and other servers' answers are full of the word PLANTED. The other
servers are one fake, which answers each request as a run is told to: no real one repeats secrets on demand.
All checks are run, also those whose requirements fail.
"""

from __future__ import annotations

import io
import json
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from glctl import cli
from glctl.clients import keys
from glctl.commands import doctor
from glctl.commands.context import Context
from glctl.commands.progress import Progress
from glctl.console import Console
from glctl.doctor.check import Check
from glctl.doctor.choice import Choice
from glctl.doctor.facts import Options
from glctl.doctor.targets import GROUPS, TARGETS
from glctl.errors import GlctlError
from glctl.paths import LOG_DIR, SECRETS_FILE, SERVICE_DIR, SV_DIR, Root

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding
    from glctl.findings.report import Report

MARK = "PLANTED"
BASIC = "Ym9iOlBMQU5URUQ"  # bob:PLANTED
TOKEN = f"eyJ{MARK}.eyJ{MARK}.{MARK}"
SIGNED = f"X-Amz-Credential={MARK}%2F1&X-Amz-Signature={MARK}&X-Amz-Security-Token={MARK}&_state={MARK}"
REFUSAL = (
    '<?xml version="1.0"?><Error><Code>SignatureDoesNotMatch</Code><Message>It does not match.</Message>'
    f"<AWSAccessKeyId>{MARK}</AWSAccessKeyId><SignatureProvided>{MARK}</SignatureProvided>"
    f"<StringToSign>AWS4 {MARK}</StringToSign><CanonicalRequest>GET /?{SIGNED}</CanonicalRequest></Error>"
)

# What a request may be answered with, by name: a status, headers, a body.
ANSWERS: dict[str, tuple[int, dict[str, str], str]] = {
    "a token": (200, {}, json.dumps({"token": TOKEN, "access_token": TOKEN, "refresh_token": MARK})),
    "a signed redirect": (307, {"Location": f"http://bob:{MARK}@127.0.0.1:1/blob?{SIGNED}"}, ""),
    "a challenge": (
        401,
        {
            "Docker-Distribution-Api-Version": "registry/2.0",
            "Www-Authenticate": f'Bearer realm="http://bob:{MARK}@127.0.0.1:1/jwt/auth?token={MARK}",'
            f'service="container_registry",error="invalid_token"',
        },
        json.dumps({"errors": [{"code": "UNAUTHORIZED", "detail": {"Authorization": f"Bearer {TOKEN}"}}]}),
    ),
    "S3's refusal": (403, {"Server": "AmazonS3"}, REFUSAL),
    "an unhealthy registry": (
        503,
        {},
        json.dumps({"storagedriver_s3": f"s3aws: Get https://bob:{MARK}@s3/b?{SIGNED}: secretkey={MARK}"}),
    ),
    "nonsense": (500, {"Content-Type": "text/html"}, f"<html>Authorization: Bearer {TOKEN}; password={MARK}"),
}
ALWAYS = {"Set-Cookie": f"_gitlab_session={MARK}; path=/", "Authorization": f"Bearer {TOKEN}"}


class Server(ThreadingHTTPServer):
    """Answers everything with *answer*; that a client has hung up is no news."""

    daemon_threads = True
    answer = ANSWERS["nonsense"]

    def handle_error(self, *_: object) -> None:
        """Nothing: the tests' output is read."""


class Fake(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, headers, body = self.server.answer
        self.send_response(status)
        for name, value in {**ALWAYS, **headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body.encode())

    do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 - the base class's names

    def log_message(self, *_: object) -> None:
        """Nothing: the tests' output is read."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Fake) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server
        server.shutdown()


def config(port: int, storage: dict[str, Any]) -> dict[str, Any]:
    """A config.yml with a secret under every key that takes one."""
    here = f"127.0.0.1:{port}"
    hook = {
        "name": "hook",
        "url": f"http://bob:{MARK}@{here}/?private_token={MARK}",
        "headers": {"Authorization": [f"Bearer {MARK}"], "X-Gitlab-Token": [MARK]},
        "timeout": "200ms",
        "threshold": 1,
        "backoff": "10ms",
    }
    return {
        "version": 0.1,
        "log": {"level": "info", "hooks": [{"type": "mail", "options": {"smtp": {"password": MARK}}}]},
        "reporting": {"sentry": {"enabled": True, "dsn": f"https://{MARK}@sentry.example.com/1"}},
        "storage": {**storage, "delete": {"enabled": True}, "cache": {"blobdescriptor": "redis"}},
        "redis": {"addr": here, "password": MARK, "sentinelpassword": MARK},
        "database": {"enabled": True, "host": "127.0.0.1", "port": port, "password": MARK},
        "http": {
            "addr": here,
            "secret": MARK,
            "debug": {"addr": here},
            "headers": {"X-Auth-Token": [MARK], "Set-Cookie": [f"a={MARK}"]},
        },
        "health": {"storagedriver": {"enabled": True}},
        "notifications": {"endpoints": [hook]},
        "auth": {
            "token": {
                "realm": f"http://bob:{MARK}@{here}/jwt/auth?private_token={MARK}",
                "service": "container_registry",
                "issuer": "omnibus-gitlab-issuer",
                "rootcertbundle": "/var/opt/gitlab/registry/gitlab-registry.crt",
            }
        },
    }


def s3(port: int) -> dict[str, Any]:
    return {
        "s3": {
            "bucket": "images",
            "region": "eu-central-1",
            "regionendpoint": f"http://bob:{MARK}@127.0.0.1:{port}",
            "accesskey": MARK,
            "secretkey": MARK,
            "sessiontoken": MARK,
            "keyid": MARK,
        }
    }


GITLAB_RB = f"""
external_url 'http://bob:{MARK}@127.0.0.1:PORT'
registry_external_url 'http://127.0.0.1:PORT'
registry['http_secret'] = '{MARK}'
registry['env'] = {{ 'HTTPS_PROXY' => 'http://bob:{MARK}@127.0.0.1:1', 'AWS_SECRET_ACCESS_KEY' => '{MARK}' }}
registry['storage'] = {{
  's3' => {{ 'accesskey' => '{MARK}', 'secretkey' => '{MARK}', 'bucket' => 'b', 'region' => 'eu-west-1' }}
}}
registry['redis'] = {{ 'cache' => {{ 'password' => '{MARK}', 'addr' => '127.0.0.1:1' }} }}
registry['database'] = {{ 'password' => '{MARK}', 'host' => '127.0.0.1' }}
registry['notifications'] = [{{
  'name' => 'n', 'url' => 'http://bob:{MARK}@h/', 'headers' => {{ 'Authorization' => ['{MARK}'] }}
}}]
registry['nosuchsecret'] = '{MARK}'
registry['nginx']['proxy_set_headers'] = {{ 'Authorization' => 'Basic {MARK}', 'X-Auth-Token' => '{MARK}' }}
gitlab_rails['smtp_password'] = '{MARK}'
"""
BROKEN = f"""{GITLAB_RB}
registry['internal_key'] = '{MARK}'
registry['redis'] = {{ 'password' => '{MARK}', 'addr' => 1 }}
gitlab_rails['db_password'] = "{MARK}
"""
NOW = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
ERROR = f'time="{NOW}" level=error msg='
LOG = f"""
{ERROR}"token signed by untrusted key with ID: \\"A\\"" token={TOKEN}
{ERROR}"response completed with error" err.detail="s3aws: SignatureDoesNotMatch: secretkey={MARK} {SIGNED}" \
http.request.uri="/v2/g/p/blobs/uploads/1?_state={MARK}&{SIGNED}" http.request.cookie="_gitlab_session={MARK}"
{ERROR}"s3aws: AccessDenied: Authorization: AWS4-HMAC-SHA256 Credential={MARK}/a, Signature={MARK}"
{ERROR}"retryingsink: error writing events: http://bob:{MARK}@h/?private_token={MARK}: refused"
{ERROR}"filesystem: mkdir /images/{SIGNED}: permission denied"
panic: unable to configure authorization (token): password={MARK} {TOKEN} http://bob:{MARK}@h
127.0.0.1 - - [24/Nov/2026:03:53:48 +0000] "GET /v2/?{SIGNED} HTTP/1.1" 500 1 "http://bob:{MARK}@h/" "curl"
"""
NGINX = f"""
{time.strftime("%Y/%m/%d %H:%M:%S", time.gmtime())} [error] 1#0: *1 connect() failed (111: Connection \
refused) while connecting to upstream, client: 1.2.3.4, request: "GET /v2/?{SIGNED} HTTP/1.1", \
upstream: "http://bob:{MARK}@127.0.0.1:1/?private_token={MARK}", host: "h"
"""


def install(path: Path, port: int, storage: dict[str, Any]) -> Root:
    """A root with all that, in which nothing runs."""
    root = Root(path)
    here = f"127.0.0.1:{port}"
    files = {
        "/etc/gitlab/gitlab.rb": GITLAB_RB.replace("PORT", str(port)),
        SECRETS_FILE: json.dumps({"registry": {"http_secret": MARK, "internal_key": MARK}, "x": {"y": MARK}}),
        "/var/opt/gitlab/registry/config.yml": json.dumps(config(port, storage)),
        "/var/opt/gitlab/registry/gitlab-registry.crt": keys.certify(keys.generate_key(2048), time.time()),
        "/var/opt/gitlab/gitlab-rails/etc/gitlab-registry.key": keys.generate_key(2048).reveal(),
        "/var/opt/gitlab/nginx/conf/nginx.conf": f"http {{ proxy_set_header Authorization {MARK};\n ][ }}",
        "/var/opt/gitlab/nginx/conf/service_conf/gitlab-registry.conf": (
            f"server {{ listen {here}; server_name 127.0.0.1; location / {{ proxy_pass http://{here};\n"
            f"proxy_set_header Authorization 'Basic {BASIC}'; proxy_set_header X-Auth-Token {MARK}; }} }}"
        ),
        "/opt/gitlab/etc/registry/env/HTTPS_PROXY": f"http://bob:{MARK}@127.0.0.1:1",
        "/opt/gitlab/etc/registry/env/AWS_SECRET_ACCESS_KEY": MARK,
        "/opt/gitlab/etc/registry/env/REGISTRY_REDIS_PASSWORD": MARK,
        "/opt/gitlab/etc/registry/env/REGISTRY_NOTIFICATIONS_ENDPOINTS": f"- url: http://bob:{MARK}@h",
        f"{SV_DIR}/registry/run": "exec chpst -e /opt/gitlab/etc/registry/env registry serve "
        "/var/opt/gitlab/registry/config.yml\n",
        f"{SV_DIR}/nginx/run": "exec nginx -p /var/opt/gitlab/nginx\n",
        f"{LOG_DIR}/registry/current": LOG,
        f"{LOG_DIR}/nginx/gitlab_registry_error.log": NGINX,
        f"{LOG_DIR}/nginx/current": NGINX,
    }
    for name, content in files.items():
        file = root.at(name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    root.at("/images").mkdir()
    root.at(SERVICE_DIR).mkdir(parents=True)
    for service in ("registry", "nginx"):
        root.at(f"{SERVICE_DIR}/{service}").symlink_to(root.at(f"{SV_DIR}/{service}"))
    return root


@pytest.fixture(params=["filesystem", "s3"])
def root(tmp_path: Path, request: pytest.FixtureRequest, server: Server) -> Root:
    port = server.server_address[1]
    storage = s3(port) if request.param == "s3" else {"filesystem": {"rootdirectory": "/images"}}
    return install(tmp_path / "root", port, storage)


def free_of_requirements() -> tuple[Check, ...]:
    return tuple(replace(check, requires=(), timeout=5.0) for check in TARGETS["registry"])


def look(root: Root, **options: Any) -> Report:
    chosen = Choice("registry", free_of_requirements(), None, frozenset())
    context = Context(root, Console())
    made = Options(ntp_servers=("127.0.0.1:9",), ntp_timeout=0.2, **options)
    with Progress(chosen.groups) as progress:
        return doctor._look(context, chosen, made, progress, False)


def printed(report: Report) -> Iterator[str]:
    """The report in every form that it is printed in."""
    chosen = Choice("registry", free_of_requirements(), None, frozenset())
    for form in ("text", "json", "junit", "prometheus"):
        for console in (Console(), Console(verbose=True, color=True)):
            for strict in (False, True):
                yield doctor._formatted(report, form, chosen, console, strict=strict)


def leaks(text: str) -> list[str]:
    """The lines of *text* that hold something planted, masked or not as a whole."""
    return [line for line in text.splitlines() if MARK in line or BASIC in line or "eyJ" in line]


def planted(root: Root) -> set[Path]:
    """The files that hold something planted."""
    return {path for path in root.path.rglob("*") if path.is_file() and MARK.encode() in path.read_bytes()}


@pytest.mark.parametrize("answer", ANSWERS)
def test_whatever_servers_answer_nothing_of_it_is_shown(
    root: Root, server: Server, answer: str, capfd: pytest.CaptureFixture[str]
) -> None:
    server.answer = ANSWERS[answer]
    before = planted(root)
    report = look(root, write=True)
    for text in printed(report):
        assert leaks(text) == []
    said = capfd.readouterr()
    assert (leaks(said.out), leaks(said.err)) == ([], [])
    assert planted(root) == before
    ran = {check.name for check in report.checks if check.outcome in ("ok", "finding")}
    assert {"local", "debug-server", "proxy", "logs", "configuration", "token"} <= ran
    assert len({finding.code for finding in report.findings}) > 8


@pytest.mark.parametrize("options", [(), ("--write",), ("--read-only",), ("--deep",), ("--wait", "0.1")])
def test_as_a_command_with_all_options(
    root: Root,
    server: Server,
    options: tuple[str, ...],
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server.answer = ANSWERS["a challenge"]
    for name in ("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, MARK)
    monkeypatch.setenv("HTTPS_PROXY", f"http://bob:{MARK}@127.0.0.1:1")
    code = cli.run(["--root", str(root.path), "-v", "doctor", "--ntp-server", "127.0.0.1:9", *options])
    said = capfd.readouterr()
    assert code == 1
    assert "error: " in said.out
    assert (leaks(said.out), leaks(said.err)) == ([], [])


@pytest.mark.parametrize("answer", ["a token", "a challenge", "nonsense"])
def test_a_users_login(
    root: Root,
    server: Server,
    answer: str,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server.answer = ANSWERS[answer]
    tokens = tuple(replace(check, requires=()) for check in GROUPS["registry"]["tokens"])
    monkeypatch.setitem(GROUPS, "registry", {"tokens": tokens})
    for form in ("text", "json"):
        monkeypatch.setattr("sys.stdin", io.StringIO(f"glpat-{MARK}\n"))
        login = ("--login-as", "bob", "--token-stdin", "--image", "127.0.0.1/g/p:latest", "--format", form)
        cli.run(["--root", str(root.path), "-v", "doctor", "--ntp-server", "127.0.0.1:9", *login])
    said = capfd.readouterr()
    assert "login-token" in said.out
    assert "nobody's login was given" not in said.out
    assert (leaks(said.out), leaks(said.err)) == ([], [])


def test_a_gitlab_rb_alone(root: Root, capfd: pytest.CaptureFixture[str]) -> None:
    file = root.at("/etc/gitlab/gitlab.rb")
    for text in (file.read_text(), BROKEN):
        file.write_text(text)
        for form in ("text", "json", "junit"):
            cli.run(["--root", str(root.path), "--config", str(file), "-v", "doctor", "--format", form])
    said = capfd.readouterr()
    assert said.out
    assert said.err
    assert (leaks(said.out), leaks(said.err)) == ([], [])


ERRORS: list[Exception] = [
    ValueError(f"no {MARK} here"),
    KeyError(MARK),
    OSError(5, "Input/output error", f"http://bob:{MARK}@h/"),
    GlctlError(f"http://bob:{MARK}@h/?private_token={MARK} failed.", f"Use password={MARK}"),
    RuntimeError({"Authorization": f"Bearer {TOKEN}"}),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_a_check_that_crashes_shows_no_value(
    error: Exception, root: Root, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def crash(_: Facts) -> Generator[Finding, None, str]:
        secret = MARK  # a local variable, which some tracebacks show
        yield from ()
        raise error from RuntimeError(secret)

    monkeypatch.setitem(GROUPS, "registry", {"clock": (Check("clock", "It is right.", crash),)})
    for form in ("text", "json", "junit", "prometheus"):
        assert cli.run(["--root", str(root.path), "-v", "doctor", "--format", form]) == 1
    said = capfd.readouterr()
    assert said.out.count("check-failed") >= 4
    assert (leaks(said.out), leaks(said.err)) == ([], [])
