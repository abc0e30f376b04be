from collections.abc import Callable
from dataclasses import replace

import pytest

from glctl.converge.journal import JOURNAL, Journal
from glctl.converge.plan import Change
from glctl.converge.state import Applied
from glctl.converge.tree import ABSENT, TEMPORARY, Actual, Tree
from glctl.paths import Root
from glctl.render.resources import Absent, Account, File
from glctl.services.catalog import SERVICES

OLD = Actual("file", 0o640, 1, 2, b"old \xff")
HALF = Actual("file", 0o640, 1, 2, b"half done")
NONE: dict[str, dict[str, str]] = {
    name: {} for service in SERVICES for name in (service.name, f"{service.name}/log")
}


@pytest.fixture
def begin(tree: Tree) -> Callable[..., object]:
    def begin(*changes: Change, concerned: tuple[str, ...] = ("registry",)) -> object:
        return Journal(tree).begin(changes, concerned, Applied(tree))

    return begin


def change(path: str, before: Actual) -> Change:
    return Change("update", File(path, b"new"), before)


def test_what_is_written_over_is_noted_but_not_accounts_and_temporary_files(
    begin: Callable[..., object], tree: Tree, root: Root
) -> None:
    before = begin(
        Change("create", Account("u", "g", "/", "/bin/sh"), ABSENT),
        change("/b", OLD),
        change("/a", ABSENT),
        Change("delete", Absent("/a" + TEMPORARY), HALF),
    )
    assert before.actual == {"/b": OLD, "/a": ABSENT}  # type: ignore[attr-defined]
    assert [*before.actual] == ["/b", "/a"]  # type: ignore[attr-defined]
    assert before.records == NONE  # type: ignore[attr-defined]
    assert not before.was_up  # type: ignore[attr-defined]
    assert oct(root.at(JOURNAL).stat().st_mode)[-3:] == "600"
    assert Journal(tree).is_open
    Journal(tree).end()
    assert not Journal(tree).is_open


def test_what_an_unfinished_run_noted_counts_and_not_the_mixture(
    begin: Callable[..., object], tree: Tree
) -> None:
    Applied(tree).record("registry", {"restart": "1"})
    begin(change("/b", OLD), change("/c", ABSENT))
    Applied(tree).forget("registry")
    again = begin(change("/a", OLD), change("/b", HALF), concerned=("nginx",))
    assert again.actual == {"/b": OLD, "/c": ABSENT, "/a": OLD}  # type: ignore[attr-defined]
    assert again.records == {**NONE, "registry": {"restart": "1"}}  # type: ignore[attr-defined]
    assert again.concerned == ("registry", "nginx")  # type: ignore[attr-defined]
    assert again.was_up  # type: ignore[attr-defined]


def test_a_run_that_lacked_only_its_end_is_not_gone_back_behind(
    begin: Callable[..., object], tree: Tree
) -> None:
    begin(change("/b", OLD))
    Applied(tree).record("registry", {"restart": "2"})
    again = begin(change("/b", HALF))
    assert again.actual == {"/b": HALF}  # type: ignore[attr-defined]
    assert again.records["registry"] == {"restart": "2"}  # type: ignore[attr-defined]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff", b'{"actual": {"/a": 1}}'])
def test_a_damaged_journal_is_none(
    begin: Callable[..., object], tree: Tree, root: Root, content: bytes
) -> None:
    tree.write(root.relocate(JOURNAL), content, 0o600)
    assert begin(change("/b", replace(OLD, content=b""))).actual == {  # type: ignore[attr-defined]
        "/b": replace(OLD, content=b"")
    }
