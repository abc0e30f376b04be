import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from glctl.logs.records import parse
from glctl.logs.rules import NOISE, RULES, LogRule, NoiseRule, words
from glctl.logs.scan import scan

DATA = Path(__file__).parent / "data"
RECORDED = sorted(path.stem for path in DATA.glob("*.log") if not path.stem.startswith("healthy"))
HEALTHY = sorted(path.stem for path in DATA.glob("healthy*.log"))


def error(message: bytes, fields: bytes = b"") -> bytes:
    return b'time="2026-11-24T03:53:45Z" level=error msg="%s" %s' % (message, fields)


# Lines that no program here shows: the Code, the line, where it comes from.
GITLAB = "GitLab's own registry: registry/auth/token/token.go"
WRITTEN = [
    (
        "storage-permission-denied",
        error(b"unknown error", b'code=UNKNOWN detail="filesystem: mkdir /var/r: permission denied"'),
        "GitLab's own registry: gitlab-org/gitlab issue 20412",
    ),
    (
        "storage-no-space",
        error(b"unknown error completing upload: write /a: disk quota exceeded"),
        "EDQUOT in Go's syscall package",
    ),
    (
        "storage-io-error",
        error(b"x", b'err.detail="filesystem: open /a b/c: input/output error"'),
        "EIO in Go's syscall package",
    ),
    (
        "too-many-open-files",
        b"2026/11/24 17:28:16 [crit] 1#1: accept4() failed (24: Too many open files)",
        "nginx: src/event/ngx_event_accept.c",
    ),
    ("registry-panic", b"fatal error: runtime: out of memory", "Go: runtime/malloc.go"),
    ("token-untrusted-key", error(b"error verifying that signing key is trusted"), GITLAB),
    ("token-wrong-issuer", error(b"token from untrusted issuer"), GITLAB),
    ("token-wrong-audience", error(b"token intended for another audience"), GITLAB),
    ("token-expired", error(b"token has expired", b"valid_until=1"), GITLAB),
    ("token-not-yet-valid", error(b"token used before time", b"valid_after=1"), GITLAB),
    (
        "s3-access-denied",
        error(b"x", b'detail="s3aws: operation error S3: PutObject, api error AccessDenied: Access Denied"'),
        "AWS SDK for Go, version 2",
    ),
    (
        "s3-region-wrong",
        error(
            b"x",
            b"err.detail=\"s3aws: BucketRegionError: incorrect region, the bucket is not in 'us-east-1' "
            b"region at endpoint 'x', bucket is in 'eu-central-1' region\"",
        ),
        "AWS SDK for Go, version 1",
    ),
]


def codes(lines: list[bytes]) -> list[str]:
    return [match.code for match in scan(lines, "registry").matches]


def recorded(name: str) -> list[bytes]:
    return (DATA / f"{name}.log").read_bytes().split(b"\n")


@pytest.mark.parametrize("code", RECORDED)
def test_recorded_lines_show_their_code_and_no_other_and_leave_nothing_unexplained(code: str) -> None:
    result = scan(recorded(code), "registry")
    assert [match.code for match in result.matches] == [code]
    assert result.unexplained == ()


@pytest.mark.parametrize("code", RECORDED)
def test_svlogds_stamp_makes_no_difference(code: str) -> None:
    assert codes([b"2026-11-24_03:59:14.64174 " + line for line in recorded(code)]) == [code]


@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_registry_shows_nothing(name: str) -> None:
    result = scan(recorded(name), "registry")
    assert (result.matches, result.unexplained) == ((), ())


@pytest.mark.parametrize(
    ("code", "line", "_source"), WRITTEN, ids=[f"{w[0]}-{i}" for i, w in enumerate(WRITTEN)]
)
def test_written_lines_show_their_code(code: str, line: bytes, _source: str) -> None:
    assert codes([line]) == [code]


def test_every_rule_has_a_line_that_it_is_the_first_to_fit() -> None:
    lines = [line for name in (*RECORDED, *HEALTHY) for line in recorded(name)] + [w[1] for w in WRITTEN]
    texts = [(line, words(parse(line, "registry"))) for line in lines]
    for rules in (RULES, NOISE):
        needed = {first_fitting(rules, line, text) for line, text in texts}
        assert [rule for rule in rules if rule not in needed] == []


def first_fitting(rules: Sequence[LogRule | NoiseRule], line: bytes, text: str) -> LogRule | NoiseRule | None:
    fitting = (r for r in rules if r.needle.decode() in text and re.search(r.pattern, text, re.MULTILINE))
    return next(fitting, None)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.code}: {rule.needle.decode()}")
def test_a_rule_is_whole(rule: LogRule) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", rule.code)
    assert rule.explanation.endswith(".")
    assert ("{subject}" in rule.explanation) <= ("(?P<subject>" in rule.pattern)
    assert not re.search(rb'["\\<>&]', rule.needle) or rule.needle.startswith(b'" '), "JSON would escape it"


@pytest.mark.parametrize(
    "said",
    [
        b"token signed by untrusted key with ID: x",
        b"unable to get token signing key",
        b"listen tcp 127.0.0.1:1: bind: address already in use",
        b"panic: StorageDriver not registered: x",
        b"mkdir /a: no space left on device",
        b"s3aws: AccessDenied: x",
        b"configuration error: x",
    ],
)
@pytest.mark.parametrize(
    "line",
    [
        b'1.1.1.1 - - [24/Nov/2026:03:51:12 +0000] "GET /v2/%s HTTP/1.1" 404 2 "%s" "%s"',
        b'time="2026-11-24T03:59:15Z" level=info msg=x http.request.useragent="%s"',
        b'time="2026-11-24T03:59:15Z" level=info msg=x http.request.useragent="\\" msg=\\"%s\\""',
        b'{"http.request.useragent":"%s","level":"info","msg":"response completed"}',
        b'2026/11/24 17:28:16 [error] 1#1: *2 open() failed, client: ::1, request: "GET /%s HTTP/1.1"',
    ],
)
def test_what_a_client_sends_shows_nothing(line: bytes, said: bytes) -> None:
    assert codes([line.replace(b"%s", said)]) == []


def test_no_explanation_repeats_the_password_of_an_address() -> None:
    line = error(b"retryingsink: error writing events: httpSink{https://u:secret@h/e?t=secret}: x")
    (match,) = scan([line], "registry").matches
    assert match.explanation == "Notifications to h/e fail; events are retried, then lost."
