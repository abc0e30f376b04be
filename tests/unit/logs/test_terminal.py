from datetime import timedelta, timezone
from pathlib import Path

import pytest

from glctl.console import Console
from glctl.logs.follow import Chunk
from glctl.logs.sources import LogSource
from glctl.logs.terminal import Painter

REGISTRY = LogSource("registry", Path("/registry/current"))
NGINX = LogSource("nginx", Path("/nginx/error.log"))
ZONE = timezone(timedelta(hours=1), "CET")

STAMP = b"2026-11-24_23:59:14.64174 "
SHOWN = b"2026-11-25 00:59:14.64174 CET "
ERROR = b'level=error msg="m"'
INFO = b'level=info msg="m"'
TIME = b'time="2026-11-24T03:59:15Z" '
ACCESS = b'10.0.0.1 - - [24/Nov/2026:03:51:12 +0000] "GET /v2/ HTTP/1.1" 200 2 "" "curl/7.88.1"'


def painter(*sources: LogSource, color: bool = False) -> Painter:
    return Painter(Console(color=color), sources or [REGISTRY], ZONE)


def shown(line: bytes, *, color: bool = False) -> bytes:
    printed = painter(color=color).show(Chunk(REGISTRY, line + b"\n"))
    assert printed.endswith(b"\n")
    return printed[:-1]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (STAMP + TIME + INFO, SHOWN + INFO),
        (TIME + INFO, b"2026-11-24 04:59:15 CET " + INFO),
        (b'time="2026-11-24T03:59:15.5Z" ' + INFO, b"2026-11-24 04:59:15.5 CET " + INFO),
        (STAMP.replace(b"_", b"T") + INFO, SHOWN + INFO),
        (STAMP + b"panic", SHOWN + b"panic"),
        (STAMP + b'{"level":"info","msg":"m"}', SHOWN + b'{"level":"info","msg":"m"}'),
        (STAMP + ACCESS, SHOWN + b"200 GET /v2/ 2B 10.0.0.1 curl/7.88.1"),
        (ACCESS, b"2026-11-24 04:51:12 CET 200 GET /v2/ 2B 10.0.0.1 curl/7.88.1"),
        (
            ACCESS.replace(b"- -", b"- root").replace(b"+0000", b"-0230") + b' "-"',
            b"2026-11-24 07:21:12 CET 200 GET /v2/ 2B 10.0.0.1 root curl/7.88.1",
        ),
        (
            b'{"level":"info","msg":"m","time":"2026-11-24T03:59:15.25Z"}',
            b'2026-11-24 04:59:15.25 CET {"level":"info","msg":"m","time":"2026-11-24T03:59:15.25Z"}',
        ),
        (b"main.main()", b"main.main()"),
        (b"2026-13-99_03:59:14.64174 " + INFO, b"2026-13-99_03:59:14.64174 " + INFO),
        (b"@400000006b0510fc0755579c hello", b"2026-11-24 05:22:10.123033 CET hello"),
    ],
)
def test_each_line_has_its_time_in_one_zone_and_access_lines_are_readable(
    line: bytes, expected: bytes
) -> None:
    assert shown(line) == expected


def test_the_access_line_of_gitlabs_registry_is_readable() -> None:
    line = (
        b'{"content_type":"","duration_ms":5,"level":"info","method":"DELETE","msg":"access","remote_ip":"10.0.0.9",'
        b'"status":404,"time":"2026-11-24T03:51:12.055Z","uri":"/v2/a","user_agent":"docker/20","written_bytes":7}'
    )
    expected = b"404 DELETE /v2/a 7B 10.0.0.9 docker/20 5ms"
    assert shown(STAMP + line) == SHOWN + expected
    assert shown(line) == b"2026-11-24 04:51:12.055 CET " + expected
    assert shown(STAMP + line[:-9]) == SHOWN + line[:-9]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (ERROR, b"31"),
        (INFO, b""),
        (b'{"level":"warning"}', b"33"),
        (b"fatal error: x", b"31;1"),
        (b'{"level":"debug"}', b"2"),
        (b"no level", b""),
        (b"level=unheard msg=m", b""),
    ],
)
def test_each_line_has_the_colour_of_its_level(line: bytes, code: bytes) -> None:
    printed = shown(STAMP + (TIME + line if line.startswith(b"level") else line), color=True)
    painted = b"\x1b[" + code + b"m" + line + b"\x1b[0m" if code else line
    assert printed.split(b"\n")[0] == SHOWN + painted


def test_nginx_s_errors_have_their_time_and_level() -> None:
    own = painter(NGINX, color=True)
    printed = own.show(Chunk(NGINX, b"2026/11/24 03:59:15 [emerg] 12#12: broken\n"))
    assert printed.endswith(b" CET \x1b[31;1m[emerg] 12#12: broken\x1b[0m\n")
    assert printed.startswith(b"2026-11-2")


def test_a_stack_trace_has_the_colour_of_its_panic_also_in_the_next_chunk() -> None:
    own = painter(color=True)
    own.show(Chunk(REGISTRY, b"fatal error: x\n"))
    assert own.show(Chunk(REGISTRY, b"main.main()\n" + TIME + INFO + b"\n")) == (
        b"\x1b[31;1mmain.main()\x1b[0m\n2026-11-24 04:59:15 CET " + INFO + b"\n"
    )


def test_with_several_sources_each_line_says_whose_it_is() -> None:
    own = painter(REGISTRY, NGINX)
    assert own.show(Chunk(REGISTRY, b"1\n\n2\n")) == b"registry    1\nregistry    \nregistry    2\n"
    assert own.show(Chunk(NGINX, b"3\n")) == b"nginx/error 3\n"


def test_the_prefix_of_svlogd_is_left_out_and_hides_nothing() -> None:
    prefixed = LogSource("registry", Path("/registry/current"), b"box (1): ")
    own = painter(prefixed, color=True)
    lines = [
        STAMP + b"box (1): " + text
        for text in (TIME + ERROR, ACCESS, b"panic: StorageDriver not registered: x")
    ]
    printed = own.show(Chunk(prefixed, b"\n".join(lines) + b"\n")).split(b"\n")
    assert printed[0] == SHOWN + b"\x1b[31m" + ERROR + b"\x1b[0m"
    assert printed[1] == SHOWN + b"200 GET /v2/ 2B 10.0.0.1 curl/7.88.1"
    assert b"[storage-driver-unknown]" in printed[3]


def test_a_known_problem_is_explained_below_its_line_and_not_again_below_the_next() -> None:
    line = STAMP + b"panic: StorageDriver not registered: gcs\n"
    reason = (
        "    ↳ This build of the registry has no storage driver 'gcs'. [storage-driver-unknown]\n".encode()
    )
    own = painter()
    said = SHOWN + b"panic: StorageDriver not registered: gcs\n"
    assert own.show(Chunk(REGISTRY, line + line)) == said + reason + said
    other = STAMP + b"fatal error: out of memory\n"
    assert own.show(Chunk(REGISTRY, other)).count(b"\n") == 2
    assert own.show(Chunk(REGISTRY, line)) == said + reason


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        (ACCESS.replace(b"/v2/", b"/v2/a/blobs/uploads/1?_state=SeCrEt0"), b"SeCrEt0"),
        (TIME + b'level=info msg="redis://u:SeCrEt0@host is up"', b"SeCrEt0"),
        (TIME + b'level=error msg="cannot log in" password=SeCrEt0', b"SeCrEt0"),
        (TIME + b'level=info msg="got eyJSeCrEt0.eyJhIjoxfQ.abc"', b"SeCrEt0"),
        (b"panic: accesskey=x secretkey=SeCrEt0", b"SeCrEt0"),
    ],
)
def test_credentials_are_masked(line: bytes, secret: bytes) -> None:
    assert secret in line
    printed = shown(STAMP + line)
    assert secret not in printed
    assert b"[MASKED]" in printed


def test_a_piece_of_a_long_line_becomes_a_line() -> None:
    own = painter()
    assert own.show(Chunk(REGISTRY, b"xxx")) == b"xxx\n"
    assert own.show(Chunk(REGISTRY, b"x\n\n")) == b"x\n\n"


@pytest.mark.parametrize(
    ("foreign", "expected"),
    [
        (b"\x1b[2J\x1b]0;title\x07", b"\\x1b[2J\\x1b]0;title\\x07"),
        (b"a\rb\x00c\x7f", b"a\\rb\\x00c\\x7f"),
        ("\x9b31m".encode(), b"\\x9b31m"),
        ("\u202eevil".encode(), b"\\u202eevil"),
        (b"bad \xff\xfe utf-8", "bad \ufffd\ufffd utf-8".encode()),
        ("585.767µs größe 日本".encode(), "585.767µs größe 日本".encode()),
        (b"\ttab", b"\ttab"),
    ],
)
@pytest.mark.parametrize("color", [False, True])
def test_foreign_bytes_cannot_steer_the_terminal(foreign: bytes, expected: bytes, color: bool) -> None:
    own = painter(color=color)
    assert own.show(Chunk(REGISTRY, b"x\n" + foreign + b"\n")) == b"x\n" + expected + b"\n"
    as_text = (
        b'{"level":"info","msg":"access","method":"GET","status":200,"written_bytes":0,"uri":"\\u001b[2J"}'
    )
    assert b"\x1b[2J" not in own.show(Chunk(REGISTRY, as_text + b"\n"))
