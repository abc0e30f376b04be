"""scan-logs on hostile and broken files, and its counts against those of grep and jq."""

from __future__ import annotations

import gzip
import json
import resource
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

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
