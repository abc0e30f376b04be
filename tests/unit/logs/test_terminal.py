from pathlib import Path

import pytest

from glctl.console import Console
from glctl.logs.follow import Chunk
from glctl.logs.sources import LogSource
from glctl.logs.terminal import Painter

REGISTRY = LogSource("registry", Path("/registry/current"))
NGINX = LogSource("nginx", Path("/nginx/error.log"))

ERROR = b'time="2026-11-24T03:59:15Z" level=error msg="m"'
INFO = b'time="2026-11-24T03:59:15Z" level=info msg="m"'


def shown(data: bytes, *, color: bool = False, sources: tuple[LogSource, ...] = (REGISTRY,)) -> bytes:
    return Painter(Console(color=color), sources).show(Chunk(REGISTRY, data))


def test_without_colour_lines_of_one_source_are_as_they_were() -> None:
    assert shown(ERROR + b"\n" + INFO + b"\n") == ERROR + b"\n" + INFO + b"\n"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (ERROR, b"\x1b[31m" + ERROR + b"\x1b[0m"),
        (INFO, INFO),
        (b'{"level":"warning"}', b'\x1b[33m{"level":"warning"}\x1b[0m'),
        (b"panic: x", b"\x1b[31;1mpanic: x\x1b[0m"),
        (b'{"level":"debug"}', b'\x1b[2m{"level":"debug"}\x1b[0m'),
        (b"no level", b"no level"),
    ],
)
def test_each_line_has_the_colour_of_its_level(line: bytes, expected: bytes) -> None:
    assert shown(line + b"\n", color=True) == expected + b"\n"


def test_a_stack_trace_has_the_colour_of_its_panic_also_in_the_next_chunk() -> None:
    painter = Painter(Console(color=True), [REGISTRY])
    painter.show(Chunk(REGISTRY, b"panic: x\n"))
    assert painter.show(Chunk(REGISTRY, b"main.main()\n" + INFO + b"\n")) == (
        b"\x1b[31;1mmain.main()\x1b[0m\n" + INFO + b"\n"
    )


def test_with_several_sources_each_line_says_whose_it_is() -> None:
    painter = Painter(Console(), [REGISTRY, NGINX])
    assert painter.show(Chunk(REGISTRY, b"1\n\n2\n")) == b"registry    1\nregistry    \nregistry    2\n"
    assert painter.show(Chunk(NGINX, b"3\n")) == b"nginx/error 3\n"


def test_a_piece_of_a_long_line_becomes_a_line() -> None:
    assert shown(b"xxx") == b"xxx\n"
    assert shown(b"x\n\n") == b"x\n\n"


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
    assert shown(b"x\n" + foreign + b"\n", color=color) == b"x\n" + expected + b"\n"
