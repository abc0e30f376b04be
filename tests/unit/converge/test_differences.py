from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from glctl.converge.desired import Configuration
from glctl.converge.differences import Differences, differences
from glctl.converge.generations import Generation
from glctl.paths import Root
from glctl.render.resources import Absent, Account, Directory, File, Symlink

Make = Callable[..., Generation]


@pytest.fixture
def generation(configure: Callable[..., Configuration]) -> Make:
    """A generation of some lines of gitlab.rb."""

    def generation(*lines: str, **more: Any) -> Generation:
        made = configure(*lines)
        return replace(Generation(1, 0.0, made.source, made.effective, made.resources(), "1", 1), **more)

    return generation


def test_the_same_has_none(generation: Make) -> None:
    assert differences(generation(), generation()) == Differences()


def test_a_changed_setting_with_what_follows(generation: Make) -> None:
    found = differences(
        generation("registry['log_level'] = 'warn'"), generation("registry['log_level'] = 'error'")
    )
    assert found.settings == ("registry.log_level",)
    [(path, text)] = found.sources
    assert path == "gitlab.rb"
    assert text.endswith("-registry['log_level'] = 'warn'\n+registry['log_level'] = 'error'")
    assert [(Path(change.path).name, change.action) for change in found.changes] == [("config.yml", "update")]


@pytest.mark.parametrize("lines", [("registry['log_level'] = 'warn'",), ()])
def test_a_setting_that_comes_or_goes(generation: Make, lines: tuple[str, ...]) -> None:
    other = () if lines else ("registry['log_level'] = 'warn'",)
    assert differences(generation(*lines), generation(*other)).settings == ("registry.log_level",)


def test_a_secret_shows_as_changed_and_not_as_it_is(generation: Make) -> None:
    env = "registry['env'] = {{ 'TOKEN' => '{}' }}".format
    found = differences(generation(env("hunter2")), generation(env("hunter3")))
    assert found.settings == ("registry.env",)
    [(_, text)] = found.sources
    assert "-registry['env'] = { 'TOKEN' => [MASKED] }\n+registry['env'] = { 'TOKEN' => [MASKED] }" in text
    assert [Path(change.path).name for change in found.changes] == ["TOKEN"]
    assert "hunter" not in text


def test_another_file_that_gitlab_rb_reads(generation: Make, root: Root) -> None:
    root.at("/srv").mkdir()
    file = root.at("/srv/level.rb")
    file.write_text("registry['log_level'] = 'warn'\n")
    before = generation("from_file '/srv/level.rb'")
    file.write_text("registry['log_level'] = 'error'\n")
    [(path, text)] = differences(before, generation("from_file '/srv/level.rb'")).sources
    assert path == "/srv/level.rb"
    assert text.endswith("-registry['log_level'] = 'warn'\n+registry['log_level'] = 'error'")


def test_a_file_that_may_be_one_bare_secret_only_differs(generation: Make, root: Root) -> None:
    root.at("/srv").mkdir()
    root.at("/srv/secret").write_text("hunter2\n")
    line = "registry['env'] = { 'TOKEN' => File.read('/srv/secret').strip }"
    before = generation(line)
    root.at("/srv/secret").write_text("hunter3\n")
    found = differences(before, generation(line))
    assert found.sources == (("/srv/secret", "content differs: [MASKED]"),)


def test_a_secret_without_a_name_beside_it_is_masked(generation: Make) -> None:
    lines = "registry['env'] = {{ 'TOKEN' => <<~EOS }}\n  {}\n  second\nEOS".format
    [(_, text)] = differences(generation(lines("hunter2")), generation(lines("hunter3"))).sources
    assert "-  [MASKED]\n+  [MASKED]\n   [MASKED]" in text
    assert "hunter" not in text


def test_only_the_text(generation: Make) -> None:
    found = differences(generation(), generation("# a comment"))
    assert (found.settings, found.changes, len(found.sources)) == ((), (), 1)


def test_what_follows_counts_where_gitlab_rb_does_not_say_why(generation: Make) -> None:
    before = generation()
    found = differences(
        before, replace(before, effective=before.effective.replaced(registry__log_level="warn"))
    )
    assert found.settings == ("registry.log_level",)


@pytest.mark.parametrize(
    ("before", "after", "action"),
    [
        ([], [File("/f", b"")], "create"),
        ([File("/d/f", b"")], [Directory("/d", exact=True)], "delete"),
        ([File("/f", b"")], [], None),
        ([File("/f", b"")], [Absent("/f")], "delete"),
        ([Absent("/f")], [], None),
        ([], [Absent("/f")], None),
        ([File("/f", b"a")], [File("/f", b"b")], "update"),
        ([File("/f", b"a", 0o600)], [File("/f", b"a", 0o644)], "update"),
        ([Directory("/f")], [Directory("/f", 0o700)], "update"),
        ([Symlink("/f", "/a")], [Symlink("/f", "/b")], "update"),
        ([Account("a", "b", "/", "/")], [], None),
    ],
)
def test_what_becomes_of_a_file(generation: Make, before: Any, after: Any, action: str | None) -> None:
    made = generation()
    found = differences(replace(made, resources=tuple(before)), replace(made, resources=tuple(after)))
    changes = [change for change in found.changes if change.path != "/d"]
    assert [change.action for change in changes] == ([action] if action else [])


def test_what_is_no_longer_used_and_stays(generation: Make) -> None:
    made = generation()
    before = replace(made, resources=(Directory("/images"), File("/d/f", b""), Absent("/gone")))
    assert differences(before, replace(made, resources=(Directory("/d", exact=True),))).left == ("/images",)
