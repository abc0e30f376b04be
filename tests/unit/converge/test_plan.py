from typing import Any

import pytest

from glctl.converge.plan import Change, Ids, digests, plan
from glctl.converge.tree import ABSENT, Actual
from glctl.paths import Root
from glctl.render.resources import Absent, Account, Directory, File, Notify, Symlink
from glctl.settings.host import Host
from glctl.settings.platform import DEBIAN

HOST = Host(DEBIAN)
IDS = Ids({"root": 0, "registry": 99}, {"root": 0, "registry": 98})
NOBODY = Ids({}, {})
RESTART = (Notify("registry", "restart"),)
THEN = (Notify("registry", "restart"), Notify("nginx", "reload"))


def there(kind: str, mode: int = 0o644, uid: int = 0, gid: int = 0, **more: Any) -> Actual:
    return Actual(kind, mode, uid, gid, **more)  # type: ignore[arg-type]  # a Kind


def changed(resource: Any, before: Actual, ids: Ids = IDS) -> list[tuple[str, tuple[str, ...]]]:
    made = plan([resource], {resource.path: before}, ids, HOST)
    assert made.obstacles == ()
    return [(change.action, change.aspects) for change in made.changes]


FILE = File("/f", b"new", 0o640, "registry", "registry")
DIRECTORY = Directory("/d", 0o2770, "registry", "registry")
LINK = Symlink("/l", "/target")


@pytest.mark.parametrize(
    ("resource", "before", "expected"),
    [
        (FILE, ABSENT, [("create", ())]),
        (FILE, there("file", 0o640, 99, 98, content=b"new"), []),
        (FILE, there("file", 0o640, 99, 98, content=b"old"), [("update", ("content",))]),
        (FILE, there("file", 0o600, 99, 98, content=b"new"), [("update", ("mode",))]),
        (FILE, there("file", 0o640, 0, 98, content=b"new"), [("update", ("owner",))]),
        (FILE, there("file", 0o640, 99, 0, content=b"new"), [("update", ("owner",))]),
        (FILE, there("file", 0o777, 0, 0, content=b""), [("update", ("content", "mode", "owner"))]),
        (FILE, there("symlink", 0o777, target="/elsewhere"), [("update", ("kind",))]),
        (DIRECTORY, ABSENT, [("create", ())]),
        (DIRECTORY, there("directory", 0o2770, 99, 98), []),
        (DIRECTORY, there("directory", 0o770, 99, 98), [("update", ("mode",))]),
        (DIRECTORY, there("directory", 0o2770, 0, 0), [("update", ("owner",))]),
        (LINK, ABSENT, [("create", ())]),
        (LINK, there("symlink", 0o777, target="/target"), []),
        (LINK, there("symlink", 0o777, target="/other"), [("update", ("target",))]),
        (LINK, there("file"), [("update", ("target",))]),
        (Absent("/a"), ABSENT, []),
        (Absent("/a"), there("file"), [("delete", ())]),
        (Absent("/a"), there("symlink"), [("delete", ())]),
    ],
)
def test_what_differs(resource: Any, before: Actual, expected: list[tuple[str, tuple[str, ...]]]) -> None:
    assert changed(resource, before) == expected


def test_owners_that_cannot_be_given_are_left_alone() -> None:
    assert changed(FILE, there("file", 0o640, 5, 5, content=b"new"), NOBODY) == []
    assert changed(FILE, ABSENT, NOBODY) == [("create", ())]


@pytest.mark.parametrize(
    ("resource", "kind", "said"),
    [
        (FILE, "directory", "/f is a directory, but a file belongs there."),
        (FILE, "other", "/f is a special file, but a file belongs there."),
        (DIRECTORY, "file", "/d is a file, but a directory belongs there."),
        (DIRECTORY, "symlink", "/d is a symbolic link, but a directory belongs there."),
        (LINK, "directory", "/l is a directory, but a symbolic link belongs there."),
        (Absent("/a"), "directory", "/a is a directory, but nothing belongs there."),
    ],
)
def test_what_is_in_the_way_is_left_alone(resource: Any, kind: str, said: str) -> None:
    made = plan([resource], {resource.path: there(kind)}, IDS, HOST)
    assert made.changes == ()
    assert [what for what, _ in made.obstacles] == [said]


def test_all_obstacles_are_told() -> None:
    actual = {FILE.path: there("directory"), DIRECTORY.path: there("file")}
    assert len(plan([FILE, DIRECTORY], actual, IDS, HOST).obstacles) == 2


def test_a_place_that_is_to_be_two_things_is_an_obstacle() -> None:
    made = plan([DIRECTORY, Directory("/d", 0o700)], {}, IDS, HOST)
    assert made.obstacles == (
        ("/d is to be two different things.", "Two settings of gitlab.rb name it: part them."),
    )
    assert plan([DIRECTORY, DIRECTORY], {"/d": there("directory", 0o2770, 99, 98)}, IDS, HOST).obstacles == ()


def test_changes_keep_the_order_of_the_resources() -> None:
    made = plan([DIRECTORY, FILE, LINK], {}, IDS, HOST)
    assert [change.path for change in made.changes] == ["/d", "/f", "/l"]
    assert made.paths == {"/d", "/f", "/l"}


# --- what is there beside the Resources


def test_other_files_of_an_exact_directory_go() -> None:
    env = Directory("/env", 0o755, exact=True, notifies=RESTART)
    kept = File("/env/KEPT", b"")
    actual = {
        "/env": there("directory", 0o755),
        "/env/KEPT": there("file", content=b""),
        "/env/GONE": there("file"),
        "/env/LINK": there("symlink"),
        "/env/directory": there("directory"),
    }
    made = plan([env, kept], actual, IDS, HOST)
    assert [(c.action, c.path, c.notifies) for c in made.changes] == [
        ("delete", "/env/GONE", RESTART),
        ("delete", "/env/LINK", RESTART),
    ]


def test_what_a_killed_run_left_goes_wherever_it_lies() -> None:
    actual = {"/f.glctl-new": there("file"), "/other": there("file"), FILE.path: ABSENT}
    made = plan([FILE], actual, IDS, HOST)
    assert [(c.action, c.path, c.notifies) for c in made.changes] == [
        ("create", "/f", ()),
        ("delete", "/f.glctl-new", ()),
    ]


# --- accounts

ACCOUNT = Account("registry", "registry", "/home", "/bin/sh")


@pytest.mark.parametrize(
    ("host", "made"),
    [
        (Host(DEBIAN), ["registry"]),
        (Host(DEBIAN, users=frozenset({"registry"})), ["registry"]),
        (Host(DEBIAN, users=frozenset({"registry"}), groups=frozenset({"registry"})), []),
        (Host(DEBIAN, privileged=False), []),
        (Host(DEBIAN, root=Root(Root().path / "sandbox")), []),
    ],
    ids=["missing", "without group", "there", "not root", "in a sandbox"],
)
def test_accounts_are_made_where_they_may_be(host: Host, made: list[str]) -> None:
    assert [change.path for change in plan([ACCOUNT], {}, IDS, host).changes] == made


# --- notifications


@pytest.mark.parametrize(
    ("action", "resource", "aspects", "heard"),
    [
        ("create", File("/f", b"", notifies=THEN), (), THEN),
        ("update", File("/f", b"", notifies=THEN), ("content",), THEN),
        ("update", File("/f", b"", notifies=THEN), ("kind",), THEN),
        ("update", File("/f", b"", notifies=THEN), ("content", "mode"), THEN),
        ("update", File("/f", b"", notifies=THEN), ("mode", "owner"), ()),
        ("delete", Absent("/f", THEN), (), THEN),
        ("create", Directory("/d", notifies=THEN), (), ()),
        ("update", Directory("/d", notifies=THEN), ("mode",), ()),
        ("create", LINK, (), ()),
        ("create", ACCOUNT, ("account",), ()),
    ],
)
def test_who_hears_of_a_change(
    action: Any, resource: Any, aspects: tuple[str, ...], heard: tuple[Notify, ...]
) -> None:
    assert Change(action, resource, ABSENT, aspects).notifies == heard


# --- digests


def test_a_digest_is_of_what_a_service_reads_and_of_nothing_else() -> None:
    files = [File("/a", b"1", notifies=THEN), File("/b", b"2", notifies=RESTART), File("/c", b"3")]
    first = digests(files)
    assert {service: set(actions) for service, actions in first.items()} == {
        "registry": {"restart"},
        "nginx": {"reload"},
    }
    assert digests([*files[:2], File("/c", b"other"), DIRECTORY]) == first
    other = digests([files[0], File("/b", b"other", notifies=RESTART)])
    assert other["registry"] != first["registry"]
    assert other["nginx"] == first["nginx"]


@pytest.mark.parametrize(
    "files",
    [
        [File("/a", b"12", notifies=RESTART), File("/b", b"", notifies=RESTART)],
        [File("/a", b"1", notifies=RESTART), File("/b", b"2", notifies=RESTART)],
        [File("/a", b"1", notifies=RESTART), File("/c", b"2", notifies=RESTART)],
        [File("/a", b"1/b\x001\x002", notifies=RESTART)],
    ],
)
def test_no_two_sets_of_files_share_a_digest(files: list[File]) -> None:
    reference = [File("/b", b"1", notifies=RESTART), File("/a", b"2", notifies=RESTART)]
    assert digests(files) != digests(reference)
