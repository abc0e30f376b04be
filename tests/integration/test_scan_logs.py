"""scan-logs on hostile and broken files, and its counts against those of grep and jq."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import json
import resource
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
import servers

from glctl.clients import distribution, keys

if TYPE_CHECKING:
    from pathlib import Path

FULL = "write /srv: no space left on device"
STAMP = "2026-11-24_03:59:14.64174 "
TEXT = f'{STAMP}time="2026-11-24T03:59:14Z" level=error msg="x" err.detail="{FULL}" vars.name=g/p\n'.encode()
JSON = f'{{"err.detail":"{FULL}","level":"error","msg":"x","time":"2026-11-24T03:59:14Z"}}\n'.encode()
FINE = f'{STAMP}time="2026-11-24T03:59:14Z" level=info msg="response completed"\n'.encode()
ACCESS = b'1.1.1.1 - - [24/Nov/2026:03:59:14 +0000] "GET /v2/ HTTP/1.1" 503 2 "" "x"\n'
MEGABYTE = 1 << 20


def scan(*arguments: str, given: bytes = b"") -> dict[str, Any]:
    command = [sys.executable, "-m", "glctl", "scan-logs", "--format", "json", *arguments]
    done = subprocess.run(command, input=given, capture_output=True, check=False, timeout=60)
    assert b"bug in glctl" not in done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def counts(document: dict[str, Any]) -> dict[str, int]:
    return {finding["code"]: finding["count"] for finding in document["findings"]}


def independently(*command: str) -> int:
    return int(subprocess.run(command, capture_output=True, check=False).stdout or 0)


def test_counts_are_those_of_grep_and_jq(tmp_path: Path) -> None:
    text, lines = tmp_path / "current", tmp_path / "json.log"
    text.write_bytes((FINE * 7 + TEXT + ACCESS) * 3000)
    lines.write_bytes((JSON + JSON.replace(b"error", b"info").replace(FULL.encode(), b"fine")) * 2000)
    found = counts(scan(str(text), str(lines)))
    jq = ["jq", "-n", f'[inputs | select(."err.detail" // "" | contains("{FULL}"))] | length', str(lines)]
    assert found["storage-no-space"] == independently("grep", "-c", FULL, str(text)) + independently(*jq)
    assert found["registry-unhealthy"] == independently("grep", "-c", 'HTTP/1.1" 503', str(text))


LOGSTASH = JSON.replace(b'"msg"', b'"message"').replace(b'"time"', b'"@timestamp"')
RAILS_JSON = (
    b'{"method":"GET","path":"/jwt/auth","controller":"JwtController","status":%d,'
    b'"time":"2026-11-24T03:53:45.1Z"}\n'
)
RAILS_TEXT = (
    b'Started GET "/jwt/auth?service=container_registry" for 10.0.0.1 at 2026-11-24 03:53:45 +0000\n'
    b"Denied container registry permissions\n"
)
REFUSED = (
    b"2026/11/24 18:01:25 [error] 9#9: *2 connect() failed (111: Connection refused) while connecting to "
    b'upstream, client: 127.0.0.1, server: , request: "GET /v2/ HTTP/1.1", upstream: "http://127.0.0.1:5/v2/"\n'
)


@pytest.mark.parametrize(
    ("name", "lines", "code", "program"),
    [
        (
            "registry/current",
            [LOGSTASH, LOGSTASH.replace(b"error", b"info").replace(FULL.encode(), b"fine")],
            "storage-no-space",
            ["jq", "-n", f'[inputs | select(."err.detail" == "{FULL}")] | length'],
        ),
        (
            "gitlab-rails/production_json.log",
            [RAILS_JSON % 401, RAILS_JSON % 200, (RAILS_JSON % 401).replace(b"jwt/auth", b"users/sign_in")],
            "login-refused",
            ["jq", "-n", '[inputs | select(.path == "/jwt/auth" and .status == 401)] | length'],
        ),
        (
            "gitlab-rails/production.log",
            [RAILS_TEXT, b"Denied something else\n"],
            "token-insufficient-scope",
            ["grep", "-c", "^Denied container registry permissions"],
        ),
        (
            "nginx/gitlab_registry_error.log",
            [REFUSED, REFUSED.replace(b"[error]", b"[notice]").replace(b"connect() failed", b"signal")],
            "nginx-upstream-refused",
            ["grep", "-cF", "connect() failed (111"],
        ),
    ],
    ids=["logstash", "Rails, json", "Rails, text", "nginx"],
)
def test_counts_in_each_format_are_those_of_others(
    tmp_path: Path, name: str, lines: list[bytes], code: str, program: list[str]
) -> None:
    path = tmp_path / name
    path.parent.mkdir()
    path.write_bytes(b"".join(line * (number % 7) for number in range(3000) for line in lines))
    found = counts(scan(str(path)))
    assert found == {code: independently(*program, str(path))}
    assert found[code] > 5000


@pytest.mark.parametrize("option", ["-t", "-tt", "-ttt"])
@pytest.mark.parametrize("prefix", ["", "box (1): "])
def test_counts_behind_each_stamp_of_svlogd_are_those_of_grep(
    tmp_path: Path, option: str, prefix: str
) -> None:
    (tmp_path / "config").write_text(f"s200000\nn100\np{prefix}\n")
    given = (FINE * 3 + TEXT + ACCESS).replace(STAMP.encode(), b"") * 1000
    subprocess.run([servers.program("svlogd"), option, str(tmp_path)], input=given, check=True, timeout=30)
    files = [*map(str, tmp_path.glob("@*")), str(tmp_path / "current")]
    assert len(files) > 2
    found = counts(scan(str(tmp_path)))
    assert found["storage-no-space"] == sum(independently("grep", "-c", FULL, file) for file in files) == 1000
    assert found["registry-unhealthy"] == 1000
    [view] = scan("--top", str(tmp_path))["services"].values()
    assert view["statuses"] == {"503": 1000}


def token(registry: servers.Registry, *, age: float = 0, issuer: str = servers.ISSUER) -> dict[str, str]:
    """The header with which a client may push to and pull from ``g/p``."""
    signed = keys.sign_token(
        keys.read_private_key(registry.key, "test"),
        issuer=issuer,
        audience=servers.SERVICE,
        subject="ann",
        access=[distribution.grant("g/p", "pull", "push")],
        now=time.time() - age,
    )
    return {"Authorization": f"Bearer {signed.reveal()}"}


def request(port: int, method: str, path: str, headers: dict[str, str], number: int = 1) -> None:
    """So many requests, one after the other, whatever is answered."""
    for _ in range(number):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request(method, path, headers=headers)
        connection.getresponse().read()
        connection.close()


def test_counts_of_a_registry_under_load_with_faults_are_those_of_grep_and_awk(tmp_path: Path) -> None:
    """Several clients at once: what is fine, refused, failing on storage, with nothing behind nginx."""
    port = servers.free_port()
    logs = tmp_path / "nginx"
    logs.mkdir()
    access, error = logs / "gitlab_registry_access.log", logs / "gitlab_registry_error.log"
    with contextlib.ExitStack() as stack, ThreadPoolExecutor(4) as clients:

        def load(*requests: tuple[str, str, dict[str, str], int]) -> None:
            for done in [clients.submit(request, port, *each) for each in requests]:
                done.result()

        registry = stack.enter_context(servers.docker_registry(tmp_path))
        server = f"listen 127.0.0.1:{port}; access_log {access}; error_log {error}; "
        server += f"location / {{ proxy_pass {registry.url}; }}"
        with servers.nginx(tmp_path, server, port):
            good = token(registry)
            upload, unknown = "/v2/g/p/blobs/uploads/", f"/v2/g/p/blobs/sha256:{'0' * 64}"
            load(
                ("GET", "/v2/", good, 150),
                ("HEAD", unknown, good, 150),
                ("POST", upload, good, 50),
                ("GET", "/v2/", {}, 50),
                ("GET", "/v2/", token(registry, age=4000), 40),
                ("GET", "/v2/", token(registry, issuer="another"), 30),
            )
            shutil.rmtree(registry.storage)
            registry.storage.touch()
            load(("POST", upload, good, 60), ("GET", "/v2/", good, 100), ("POST", upload, good, 60))
            stack.close()
            load(("GET", "/v2/", good, 40), ("HEAD", unknown, good, 40))
    found = scan(str(registry.log), str(logs))
    here, there = str(registry.log), str(error)
    expected = {
        "token-expired": independently("grep", "-c", 'msg="token not to be used after', here),
        "token-wrong-issuer": independently("grep", "-c", 'msg="token from untrusted issuer', here),
        "storage-not-a-directory": independently("grep", "-c", "level=error .*not a directory", here),
        "nginx-upstream-refused": independently("grep", "-cF", "connect() failed (111", there),
    }
    assert counts(found) == expected
    assert [*expected.values()] == [40, 30, 120, 80]
    assert found["unexplained"] == []
    statuses = scan("--top", str(access))["services"]["nginx"]["statuses"]
    assert statuses.keys() == {"200", "202", "401", "404", "500", "502"}
    for status, count in statuses.items():
        assert count == independently("awk", f"$9 == {status} {{ n++ }} END {{ print n }}", str(access))


@pytest.mark.parametrize(
    "hostile",
    [
        b"x" * 100 * MEGABYTE,
        b'{"level":"error","msg":"' + b"y" * 20 * MEGABYTE,
        b"\xff\xfe\x00\x80" * 1000,
        b"\x1b[2J\x1b]0;title\x07",
        b"\x00" * MEGABYTE,
        b'time="' * 10_000,
    ],
    ids=["endless", "endless-json", "no-utf-8", "escapes", "nul", "unclosed"],
)
def test_hostile_lines_hide_nothing_and_take_no_memory(tmp_path: Path, hostile: bytes) -> None:
    path = tmp_path / "current"
    path.write_bytes(TEXT + hostile + b"\n" + TEXT)
    code = (
        "import resource, sys\nfrom glctl import cli\n"
        "cli.run(['scan-logs', '--format', 'json', sys.argv[1]])\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)"
    )
    # Begun by an interpreter of its own: a child's peak is never below what its parent had.
    started = ["setpriv", sys.executable, "-c", code, str(path)]
    done = subprocess.run(started, capture_output=True, check=True, timeout=60)
    assert counts(json.loads(done.stdout))["storage-no-space"] == 2
    assert b"\x1b" not in done.stdout
    here = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert int(done.stderr.split()[-1]) < max(100_000, here + 30_000)


def test_a_clock_that_ran_backwards_loses_nothing_in_the_window(tmp_path: Path) -> None:
    path = tmp_path / "current"
    later, earlier = TEXT.replace(b"_03:", b"_05:"), TEXT.replace(b"_03:", b"_01:")
    path.write_bytes(later * 2000 + earlier * 2000)
    assert counts(scan("--since", "2026-11-24T04:00Z", str(path))) == {"storage-no-space": 2000}


def test_what_is_broken_empty_or_gone_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    logs = tmp_path / "registry"
    logs.mkdir()
    whole = gzip.compress(b"".join(TEXT[:-1] + b" n=%d\n" % n for n in range(20_000)))
    (logs / "cut.log.gz").write_bytes(whole[: len(whole) // 2])
    (logs / "empty.log").touch()
    (logs / "gone.log").symlink_to(logs / "nothing")
    (logs / "current").write_bytes(TEXT)
    document = scan(str(logs))
    assert 1000 < counts(document)["storage-no-space"] < 20_000
    [told] = document["checks"]
    assert told["name"].endswith("cut.log.gz")
    assert "end too early" in told["because"]


def test_standard_input_is_read() -> None:
    assert counts(scan("-", given=FINE + TEXT * 3)) == {"storage-no-space": 3}
