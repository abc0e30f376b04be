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
START = "GitLab's own registry: registry/handlers/app.go, registry/registry.go"
DATABASE = "GitLab, Troubleshooting the container registry metadata database"
SDK = "AWS SDK for Go, version 2: smithy-go, OperationError and ResponseError"
RAILS = "GitLab, Log system; app/services/auth/container_registry_authentication_service.rb"


def version_2(code: bytes, driver: bytes = b"s3aws", operation: bytes = b"PutObject") -> bytes:
    """How version 2 of the SDK tells an error that S3 has answered with."""
    said = b"operation error S3: %b, https response error StatusCode: 400, RequestID: A, HostID: B, %b"
    return error(b"unknown error", b'detail="%b: ' % driver + said % (operation, code) + b'" code=UNKNOWN')


def failed_start(message: bytes) -> bytes:
    return (
        b'time="2026-11-24T03:53:45Z" level=fatal msg="configuring application: %b" go_version=go1.22'
        % message
    )


def rails(fields: bytes) -> bytes:
    return (
        b'{"method":"GET","path":"/jwt/auth","controller":"JwtController",%b,"time":"2026-11-24T03:53:45.1Z"}'
        % fields
    )


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
    (
        "debug-port-taken",
        error(
            b"failed to configure monitoring service, skipping",
            b'error="listen tcp 127.0.0.1:5001: bind: address already in use"',
        ),
        START,
    ),
    (
        "database-migrations-pending",
        failed_start(
            b"there are pending database migrations, use the 'registry database migrate' CLI command"
        ),
        DATABASE,
    ),
    (
        "database-migrations-pending",
        b"FATA[0000] configuring application: there are pending database migrations, use the CLI command",
        DATABASE,
    ),
    (
        "database-both-marks",
        failed_start(b"database-in-use and filesystem-in-use lockfiles present"),
        DATABASE,
    ),
    (
        "database-not-imported",
        failed_start(b"registry filesystem metadata in use, please import data before enabling the database"),
        START,
    ),
    (
        "database-turned-off",
        failed_start(b"registry metadata database in use, please enable the database"),
        START,
    ),
    (
        "database-too-old",
        failed_start(b"the database version is lower than the minimal supported version 16"),
        START,
    ),
    (
        "database-read-only",
        error(
            b"failed to process task",
            b'error="processing task: fetching next GC blob task: scan: ERROR: cannot execute '
            b'SELECT in a read-only transaction (SQLSTATE 25006)"',
        ),
        DATABASE,
    ),
    ("database-read-only", failed_start(b"the database is in read-only mode (in recovery)"), START),
    (
        "database-not-owned",
        error(b"x", b'error="ERROR: permission denied for schema public (SQLSTATE 42501)"'),
        DATABASE,
    ),
    (
        "database-not-owned",
        error(b"x", b'error="ERROR: relation \\"public.blobs\\" does not exist (SQLSTATE 42P01)"'),
        DATABASE,
    ),
    (
        "database-bytea-escaped",
        error(b"unknown error", b'detail="convert field 8 failed: invalid hex format"'),
        DATABASE,
    ),
    (
        "database-tags-left",
        (
            b"ERRO[0000] cannot import all repositories while the tags table has entries, you "
            b"must truncate it "
            b'before retrying common_blobs=true dry_run=false error="tags table is not empty"'
        ),
        DATABASE,
    ),
    (
        "database-login-refused",
        failed_start(
            b"failed to construct database connection: failed to connect to `host=/var/opt user=registry "
            b"database=registry`: failed SASL auth (FATAL: password authentication failed for user "
            b'\\"registry\\" (SQLSTATE 28P01))'
        ),
        "jackc/pgx: pgconn.ConnectError",
    ),
    (
        "database-unreachable",
        failed_start(
            b"failed to construct database connection: failed to connect to `host=db.example.com "
            b"user=registry "
            b"database=registry`: dial error (dial tcp 10.0.0.1:5432: connect: connection refused)"
        ),
        "jackc/pgx: pgconn.ConnectError",
    ),
    (
        "garbage-job-with-database",
        (
            b"ERRO[0000] this filesystem is managed by the metadata database, and offline garbage "
            b"collection is no "
            b"longer possible, if you are not using the database anymore, remove the file lock_path=/docker/x"
        ),
        DATABASE,
    ),
    (
        "request-panic",
        b"2026/11/24 17:40:25 http: panic serving 127.0.0.1:4000: runtime error: index out of range",
        "Go: net/http/server.go",
    ),
    ("s3-checksum-refused", version_2(b"api error InvalidRequest: x", b"s3_v2", b"DeleteObjects"), SDK),
    ("s3-checksum-refused", version_2(b"api error XAmzContentSHA256Mismatch: x", b"s3_v2"), SDK),
    (
        "s3-kms-denied",
        version_2(b"api error AccessDenied: not authorized to perform: kms:GenerateDataKey"),
        SDK,
    ),
    ("s3-bucket-missing", version_2(b"NoSuchBucket: The specified bucket does not exist"), SDK),
    ("s3-region-wrong", version_2(b"api error PermanentRedirect: must be addressed using"), SDK),
    ("s3-clock-skewed", version_2(b"api error RequestTimeTooSkewed: x", b"s3_v2"), SDK),
    ("s3-throttled", version_2(b"exceeded maximum number of attempts, 3, api error SlowDown: x"), SDK),
    ("s3-endpoint-not-s3", version_2(b"deserialization failed, failed to decode response body"), SDK),
    (
        "s3-no-credentials",
        version_2(
            b"get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found"
        ),
        SDK,
    ),
    (
        "s3-tls-untrusted",
        version_2(
            b'request send failed, Put \\"https://s3/\\": tls: failed to verify certificate: x509: '
            b"certificate signed by unknown authority"
        ),
        SDK,
    ),
    (
        "s3-unreachable",
        version_2(b'request send failed, Put \\"https://s3/\\": dial tcp: lookup s3: no such host'),
        SDK,
    ),
    (
        "nginx-upstream-refused",
        (
            b"2026/11/24 17:28:16 [crit] 1#1: *2 connect() to unix:/run/r.sock failed (2: No such "
            b"file or directory) "
            b"while connecting to upstream, client: ::1"
        ),
        "nginx: src/event/ngx_event_connect.c",
    ),
    (
        "nginx-upstream-refused",
        b"2026/11/24 17:28:16 [error] 1#1: *2 no live upstreams while connecting to upstream, client: ::1",
        "nginx: src/http/ngx_http_upstream.c",
    ),
    (
        "nginx-temporary-files",
        b'2026/11/24 17:28:16 [crit] 1#1: *2 open() "/var/x/1" failed (13: Permission denied), client: ::1',
        "nginx: src/core/ngx_file.c",
    ),
    (
        "login-address-banned",
        b"Rack_Attack: blacklist 10.0.0.1 GET /jwt/auth?service=container_registry",
        "gitlab-foss issue 42463",
    ),
    (
        "login-address-banned",
        (
            b'{"severity":"ERROR","time":"2026-11-24T22:14:25.893Z","message":"Rack_Attack",'
            b'"env":"blocklist",'
            b'"remote_ip":"10.0.0.1","request_method":"GET","path":"/jwt/auth?service=container_registry"}'
        ),
        RAILS,
    ),
    ("gitlab-registry-disabled", rails(b'"status":404'), "GitLab: app/controllers/jwt_controller.rb"),
    ("login-refused", rails(b'"status":401'), "GitLab: app/controllers/jwt_controller.rb"),
    ("login-without-rights", rails(b'"status":403'), "GitLab: app/controllers/jwt_controller.rb"),
    (
        "token-insufficient-scope",
        (
            b'{"severity":"WARN","time":"2026-11-24T22:14:25.893Z","message":"Denied container '
            b'registry permissions",'
            b'"scope_type":"repository","requested_actions":["push"],"authorized_actions":[]}'
        ),
        RAILS,
    ),
    (
        "gitlab-api-url-wrong",
        rails(
            b'"status":500,"error":"Errno::EADDRNOTAVAIL: Failed to open TCP connection to localhost:5000 '
            b'(Cannot assign requested address - connect(2) for \\"localhost\\" port 5000)"'
        ),
        "omnibus-gitlab issue 3703",
    ),
    (
        "gitlab-api-url-wrong",
        rails(
            b'"status":500,"exception.class":"Faraday::ConnectionFailed","exception.message"'
            b':"Failed to open TCP '
            b'connection to registry.example.com:5000 (Connection refused)"'
        ),
        RAILS,
    ),
    (
        "gitlab-api-url-wrong",
        b"Faraday::ConnectionFailed (Failed to open TCP connection to localhost:5000 (Connection refused)):",
        "Rails: ActionDispatch::DebugExceptions",
    ),
    (
        "gitlab-api-url-wrong",
        rails(
            b'"status":500,"exception.class":"Faraday::SSLError","exception.message":"certificate '
            b'verify failed"'
        ),
        "gitlab issue 202578",
    ),
    (
        "token-key-unusable",
        rails(
            b'"status":500,"exception.class":"Errno::ENOENT","exception.message":"No such file or '
            b"directory @ "
            b'rb_sysopen - /var/opt/gitlab/gitlab-rails/etc/gitlab-registry.key"'
        ),
        "gitlab merge request 68010",
    ),
]


QUIET = [
    (
        (
            b"2026/11/24 17:28:16 [crit] 1#1: *2 SSL_do_handshake() failed (SSL: "
            b"error:0A00006C:SSL routines::bad key "
            b"share) while SSL handshaking, client: 10.0.0.1, server: 0.0.0.0:443"
        ),
        "nginx: src/event/ngx_event_openssl.c",
    ),
]


def codes(lines: list[bytes]) -> list[str]:
    return [match.code for match in scan(lines, "gitlab-rails").matches]  # looks at all of them


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


@pytest.mark.parametrize(("line", "_source"), QUIET)
def test_what_only_looks_bad_shows_nothing(line: bytes, _source: str) -> None:
    result = scan([line], "nginx")
    assert (result.matches, result.unexplained) == ((), ())


def test_every_rule_has_a_line_that_it_is_the_first_to_fit() -> None:
    texts = [(line, words(parse(line, "registry"))) for line in LINES]
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


LINES = (
    [line for name in (*RECORDED, *HEALTHY) for line in recorded(name)]
    + [w[1] for w in WRITTEN]
    + [line for line, _ in QUIET]
)
NOT_SAID = [  # what a client has sent, and others' words
    b'1.1.1.1 - - [24/Nov/2026:03:51:12 +0000] "GET /v2/%s HTTP/1.1" 404 2 "%s" "%s"',
    b'time="2026-11-24T03:59:15Z" level=info msg=x http.request.useragent="%s"',
    b'time="2026-11-24T03:59:15Z" level=info msg=x http.request.useragent="\\" msg=\\"%s\\""',
    b'{"http.request.useragent":"%s","level":"info","msg":"response completed"}',
    b'2026/11/24 17:28:16 [error] 1#1: *2 open() failed, client: ::1, request: "GET /%s HTTP/1.1"',
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.code}: {rule.needle.decode()}")
def test_what_a_client_sends_shows_nothing(rule: LogRule) -> None:
    texts = (words(parse(line, "registry")) for line in LINES)
    matches = (re.search(rule.pattern, text, re.MULTILINE) for text in texts if rule.needle.decode() in text)
    said = next(match[0] for match in matches if match)
    said = said.replace("\\", "/").replace('"', "'").replace("\n", " ")
    assert [code for line in NOT_SAID for code in codes([line.replace(b"%s", said.encode())])] == []


def test_no_explanation_repeats_the_password_of_an_address() -> None:
    line = error(b"retryingsink: error writing events: httpSink{https://u:secret@h/e?t=secret}: x")
    (match,) = scan([line], "registry").matches
    assert match.explanation == "Notifications to h/e fail; events are retried, then lost."
