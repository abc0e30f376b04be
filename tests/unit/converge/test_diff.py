from typing import Any

import pytest

from glctl.converge.diff import diff, summary
from glctl.converge.plan import Change
from glctl.converge.tree import ABSENT, Actual
from glctl.render.resources import Absent, Account, Directory, File, Symlink


def update(before: bytes, after: bytes, **more: Any) -> Change:
    return Change("update", File("/f", after, **more), Actual("file", content=before), ("content",))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            Change("create", Account("registry", "group", "/home", "/bin/sh"), ABSENT),
            "create account registry:group",
        ),
        (Change("delete", Absent("/a"), Actual("file")), "delete /a"),
        (Change("create", Symlink("/l", "/t"), ABSENT), "create /l -> /t"),
        (Change("update", Symlink("/l", "/t"), Actual("symlink"), ("target",)), "update /l -> /t"),
        (Change("create", File("/f", b"", 0o640, "a", "b"), ABSENT), "create /f (0640 a:b)"),
        (Change("create", Directory("/d", 0o2770, "a", "b"), ABSENT), "create /d/ (2770 a:b)"),
        (update(b"old", b"new"), "update /f"),
        (
            Change("update", File("/f", b"", 0o640), Actual("file", 0o777, 5, 6), ("mode", "owner")),
            "update /f (mode 0777 -> 0640, owner 5:6 -> root:root)",
        ),
        (
            Change("update", File("/f", b""), Actual("symlink"), ("kind",)),
            "update /f (replaces a symbolic link)",
        ),
        (update(b"old", b"new", secret=True), "update /f (content differs: [MASKED])"),
    ],
)
def test_a_change_in_a_line(change: Change, said: str) -> None:
    assert summary(change) == said


def test_a_diff_has_the_lines_around() -> None:
    before = "".join(f"line {n}\n" for n in range(1, 21))
    after = before.replace("line 10\n", "line ten\nline more\n")
    assert diff(update(before.encode(), after.encode()), context=1).splitlines() == [
        "@@ -9,3 +9,4 @@",
        " line 9",
        "-line 10",
        "+line ten",
        "+line more",
        " line 11",
    ]


def test_a_new_file_is_all_added() -> None:
    assert diff(Change("create", File("/f", b"a\nb\n"), ABSENT)) == "@@ -0,0 +1,2 @@\n+a\n+b"


@pytest.mark.parametrize(
    "change",
    [
        Change("update", File("/f", b"same\n", 0o600), Actual("file", 0o644, content=b"same\n"), ("mode",)),
        Change("create", Directory("/d"), ABSENT),
        Change("delete", Absent("/a"), Actual("file", content=b"old")),
        update(b"old", b"new", secret=True),
    ],
)
def test_nothing_to_show(change: Change) -> None:
    assert diff(change) == ""


def test_a_secret_that_changed_shows_as_a_changed_line() -> None:
    before, after = b"a: 1\nsecretkey: hunter2\n", b"a: 1\nsecretkey: hunter3\n"
    assert diff(update(before, after)).splitlines() == [
        "@@ -1,2 +1,2 @@",
        " a: 1",
        "-secretkey: [MASKED]",
        "+secretkey: [MASKED]",
    ]


def test_no_secret_is_in_the_lines_around() -> None:
    config = "headers:\n  Authorization:\n  - Bearer hunter2\nproxy: http://me:hunter2@proxy/\nlevel: {}\n"
    shown = diff(update(config.format("info").encode(), config.format("warn").encode()))
    assert "hunter2" not in shown
    assert "+level: warn" in shown


def test_foreign_bytes_do_not_reach_the_terminal() -> None:
    shown = diff(update(b"\x1b[31mred\xff\r\n", b"plain\n"))
    assert "-\\x1b[31mred\\xff\\r" in shown
    assert all(line.isprintable() for line in shown.splitlines())


@pytest.mark.parametrize(("before", "after"), [(b"a", b"a\n"), (b"a\n", b"a")])
def test_a_line_end_that_differs_is_told_in_words(before: bytes, after: bytes) -> None:
    assert diff(update(before, after)) == "\\ Only its last line end differs."
