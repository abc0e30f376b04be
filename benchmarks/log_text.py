"""A registry's log of one day, made up: what a busy one writes, and among it each line that a log rule knows.

What is ordinary is modelled after lines of docker-registry 2.8.2 and of GitLab's registry, as documented;
what tells something are the lines of the tests of the rules, most of them recorded from real programs.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from glctl.logs.scan import scan

TESTS = Path(__file__).parents[1] / "tests" / "unit" / "logs"
sys.path.insert(0, str(TESTS))
from test_rules import RECORDED, WRITTEN, recorded  # noqa: E402 - found there

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY = datetime(2026, 11, 24, tzinfo=UTC)
SECONDS = 86_400
_TELLING = 0.005  # of all lines
_POOL = 4000  # different ordinary lines, but for their times
_GITLABS_OWN = (
    "login-",
    "gitlab-",
    "token-key-unusable",
    "token-insufficient-scope",
)  # in logs of gitlab-rails

# Ordinary lines, and how many in a hundred are such.
_LINES = (
    (
        44,
        (
            'time="%(rfc)s" level=info msg="response completed" auth.user.name={user} go.version=go1.19.8 '
            'http.request.host="registry.example.com" http.request.id={id:032x} http.request.method=GET '
            'http.request.remoteaddr="10.0.{a}.{b}:4{c:04}" '
            'http.request.uri="/v2/{repository}/blobs/sha256:{id:064x}" '
            'http.request.useragent="docker/24.0.7 go/go1.20.10" '
            'http.response.contenttype="application/octet-stream" '
            "http.response.duration={c}.{b}ms http.response.status=200 http.response.written={c}"
        ),
    ),
    (
        44,
        (
            '10.0.{a}.{b} - {user} [%(clf)s] "GET /v2/{repository}/blobs/sha256:{id:064x} '
            'HTTP/1.1" 200 {c} "" '
            '"docker/24.0.7 go/go1.20.10 git-commit/311b9ff kernel/6.1.0 os/linux arch/amd64"'
        ),
    ),
    (
        8,
        (
            '{{"content_type":"application/json","correlation_id":"{id:026X}","duration_ms":{b},'
            '"host":"registry","level":"info","method":"GET","msg":"access","proto":"HTTP/1.1","referrer":"",'
            '"remote_addr":"10.0.{a}.{b}:4{c:04}","remote_ip":"10.0.{a}.{b}","status":200,"system":"http",'
            '"time":"%(rfc)s","ttfb_ms":{b},"uri":"/v2/{repository}/tags/list",'
            '"user_agent":"docker/24.0.7 go/go1.20.10","written_bytes":{c}}}'
        ),
    ),
    (
        2,
        (
            'time="%(rfc)s" level=debug msg="filesystem.Stat(\\"/docker/registry/v2/{repository}\\")" '
            "go.version=go1.19.8 trace.duration={b}.{c}µs trace.line=155"
        ),
    ),
    (
        1.5,
        (
            'time="%(rfc)s" level=error msg="response completed with error" auth.user.name={user} '
            'err.code="blob unknown" err.detail="sha256:{id:064x}" err.message="blob unknown to registry" '
            "http.request.method=HEAD http.response.status=404 vars.name={repository}"
        ),
    ),
    (
        0.5,
        (
            '10.0.{a}.{b} - {user} [%(clf)s] "PATCH /v2/{repository}/blobs/uploads/1 HTTP/1.1" 500 '
            '{c} "" "docker"'
        ),
    ),
)


def telling_lines() -> dict[str, bytes]:
    """For each Code that a registry's or nginx's log can show the lines that do."""
    found = {code: line for code, line, _ in WRITTEN if not code.startswith(_GITLABS_OWN)}
    for code in RECORDED:
        found[code] = next(
            line for line in recorded(code) if [m.code for m in scan([line], "registry").matches] == [code]
        )
    found["registry-panic"] = (TESTS / "data" / "registry-panic.log").read_bytes().rstrip(b"\n")
    return found


def day(size: int, seed: int = 8) -> Iterator[tuple[bytes, Counter[str]]]:
    """Some *size* bytes of a log in blocks, each with how many lines of it show which Code."""
    random_ = random.Random(seed)
    pool = [_ordinary(random_) for _ in range(_POOL)]
    telling = [*telling_lines().items()]
    average = sum(map(len, pool)) / _POOL + len("2026-11-24_00:00:00.00000 ")
    a_second = size / SECONDS / average
    due, written = 0.0, 0
    for second in range(SECONDS):
        due += a_second
        shown: Counter[str] = Counter()
        lines: list[bytes] = []
        at = DAY + timedelta(seconds=second)
        times = {"rfc": f"{at:%Y-%m-%dT%H:%M:%S}.123456789Z", "clf": f"{at:%d/%b/%Y:%H:%M:%S} +0000"}
        filled = {key.encode(): value.encode() for key, value in times.items()}
        stamp = f"{at:%Y-%m-%d_%H:%M:%S}".encode()
        while written < due:
            written += 1
            prefix = b"%b.%05d " % (stamp, written % 100_000)
            if random_.random() < _TELLING:
                code, text = random_.choice(telling)
                shown[code] += 1
                lines += [prefix + line for line in text.split(b"\n")]
            else:
                lines.append(prefix + pool[random_.randrange(_POOL)] % filled)
        yield b"".join(line + b"\n" for line in lines), shown


def _ordinary(random_: random.Random) -> bytes:
    weights, texts = zip(*_LINES, strict=True)
    line = random_.choices(texts, weights)[0]
    return line.format(
        id=random_.getrandbits(100),
        user=random_.choice(["ci", "root", "alice", "bob"]),
        repository=f"group{random_.randrange(20)}/project{random_.randrange(50)}/image",
        **{name: random_.randrange(256) for name in "abc"},
    ).encode()
