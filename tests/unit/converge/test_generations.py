import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from glctl.converge.desired import Configuration, Source
from glctl.converge.generations import KEPT, Generation, Generations
from glctl.converge.state import GENERATIONS_DIR
from glctl.converge.tree import ObstacleError, Tree
from glctl.errors import GlctlError
from glctl.paths import CONFIG_FILE, Root
from glctl.secret import Secret, reveal
from glctl.settings.effective import Effective
from glctl.settings.platform import DEBIAN
from glctl.settings.schema import OPTIONS

Configure = Callable[..., Configuration]
SECRET = "registry['env'] = { 'TOKEN' => 'hunter2' }"


@pytest.fixture
def generations(tree: Tree) -> Generations:
    return Generations(tree)


@pytest.fixture
def keep(generations: Generations, configure: Configure) -> Callable[..., Generation]:
    """Keeps what some lines of gitlab.rb make."""

    def keep(*lines: str, **more: Any) -> Generation:
        configuration = configure(*lines)
        return generations.keep(configuration, configuration.resources(), **more)

    return keep


def test_a_generation_is_read_back_to_the_last_detail(keep: Any, generations: Generations) -> None:
    made = keep(SECRET, "registry['log_level'] = :warn", back_to=7)
    [read] = generations.all()
    assert read == replace(made, effective=read.effective)
    assert {key: reveal(value) for key, value in read.effective.items()} == {
        key: reveal(value) for key, value in made.effective.items()
    }
    assert [repr(value) for value in read.effective.values()].count("'[MASKED]'") == 0
    assert isinstance(read.effective["registry.env"]["TOKEN"], Secret)
    assert isinstance(read.effective["registry.internal_certificate"], Secret)
    assert read.effective.origin("registry.log_level") == made.effective.origin("registry.log_level")
    assert read.effective.origin("registry.nginx.listen_port") == made.effective.origin(
        "registry.nginx.listen_port"
    )
    assert (read.number, read.back_to, generations.damaged) == (1, 7, [])


def test_it_holds_gitlab_rb_and_the_files_that_it_reads(
    keep: Any, generations: Generations, root: Root
) -> None:
    root.at("/srv").mkdir()
    root.at("/srv/more.rb").write_text("registry['env'] = { 'A' => File.read('/srv/a') }\n")
    root.at("/srv/a").write_text("letter")
    keep("from_file '/srv/more.rb'")
    [read] = generations.all()
    assert read.gitlab_rb == root.at(CONFIG_FILE).read_bytes()
    assert read.source.files == {
        "/srv/more.rb": "registry['env'] = { 'A' => File.read('/srv/a') }\n",
        "/srv/a": "letter",
    }


def test_its_configuration_is_what_it_was_rendered_from(keep: Any, root: Root) -> None:
    made = keep("registry['username'] = 'nobody'", "registry['group'] = 'nogroup'")
    configuration = made.configuration(root, DEBIAN)
    assert configuration.effective == made.effective
    assert configuration.source == made.source
    assert (configuration.host.root, configuration.errors) == (root, ())
    assert "nobody" in configuration.host.users
    assert configuration.secrets.values["internal_key"].value == made.effective["registry.internal_key"]


def test_files_are_for_their_owner_alone(keep: Any, root: Root) -> None:
    keep(SECRET)
    assert oct(root.at(f"{GENERATIONS_DIR}/1.json").stat().st_mode)[-3:] == "600"


def numbers(generations: Generations) -> list[int]:
    return [each.number for each in generations.all()]


def test_the_same_once_more_is_no_new_generation(keep: Any, generations: Generations) -> None:
    assert [keep().number, keep().number] == [1, 1]
    assert [keep("# a comment").number, keep("# a comment").number] == [2, 2]
    assert numbers(generations) == [1, 2]


def test_one_that_was_there_before_becomes_the_newest(keep: Any, generations: Generations) -> None:
    keep()
    keep("# a comment")
    assert (keep().number, numbers(generations)) == (3, [2, 3])
    back = keep("# a comment", back_to=2)
    assert (back.number, back.first, numbers(generations)) == (4, 2, [3, 4])
    assert generations.get(2) == generations.get(4)  # who asks for 2 once more means this


def test_going_to_and_fro_leaves_all_others(keep: Any, generations: Generations) -> None:
    for number in range(KEPT):
        keep(f"# {number}")
    for _ in range(KEPT):
        keep("# 3")
        keep("# 7")
    assert len({each.gitlab_rb for each in generations.all()}) == KEPT


def test_a_killed_run_that_left_two_of_one_content_is_finished(
    keep: Any, generations: Generations, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep()
    keep("# a comment")
    with monkeypatch.context() as patch:
        patch.setattr(Tree, "unlink", lambda *_: None)
        keep()
    assert numbers(generations) == [1, 2, 3]
    assert (keep().number, numbers(generations)) == (3, [2, 3])


def test_other_resources_of_the_same_gitlab_rb_are_a_new_generation(
    configure: Configure, generations: Generations
) -> None:
    configuration = configure()
    resources = configuration.resources()
    generations.keep(configuration, resources)
    assert generations.keep(configuration, resources[1:]).number == 2
    other = replace(configuration, source=replace(configuration.source, files={"/a": "b"}))
    assert generations.keep(other, resources[1:]).number == 3


def test_whether_something_is_kept(configure: Configure, generations: Generations) -> None:
    configuration = configure()
    resources = configuration.resources()
    assert not generations.has(configuration, resources)
    assert generations.has(configure("registry['enable'] = false", "nginx['enable'] = false"), ())
    generations.keep(configuration, resources)
    assert generations.has(configuration, resources)
    assert not generations.has(configuration, resources[1:])
    assert not generations.has(configure("# a comment"), resources)


def test_a_damaged_last_one_is_kept_anew(keep: Any, generations: Generations, root: Root) -> None:
    made = keep()
    root.at(f"{GENERATIONS_DIR}/1.json").write_text("{")
    assert not generations.has(made.configuration(root, DEBIAN), made.resources)
    assert keep().number == 2
    assert generations.has(made.configuration(root, DEBIAN), made.resources)


def test_two_hosts_keep_the_same_bytes(keep: Any, root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: 1.5)
    keep(SECRET)
    file = root.at(f"{GENERATIONS_DIR}/1.json")
    first = file.read_bytes()
    file.unlink()
    keep(SECRET)
    assert file.read_bytes() == first


def test_the_last_ten_are_kept(
    configure: Configure, generations: Generations, monkeypatch: pytest.MonkeyPatch
) -> None:
    configuration = configure()
    for number in range(KEPT + 3):
        source = Source(f"# {number}".encode())
        generations.keep(replace(configuration, source=source), ())
    assert [each.number for each in generations.all()] == [*range(4, 14)]
    last = generations.last()
    assert last
    assert last.gitlab_rb == b"# 12"


def damage(file: Path, how: Any) -> None:
    document = json.loads(file.read_text())
    document["generation"].update(how)
    file.write_text(json.dumps(document))


@pytest.mark.parametrize(
    "how", [b"", b"{", b"[]", b"null", b"\xff", b"{}", {"number": 1}, {"gitlab_rb": "b3RoZXI="}], ids=str
)
def test_a_damaged_one_is_skipped_and_named(
    keep: Any, generations: Generations, root: Root, how: Any
) -> None:
    keep()
    keep("# second")
    file = root.at(f"{GENERATIONS_DIR}/2.json")
    file.write_bytes(how) if isinstance(how, bytes) else damage(file, how)
    assert [each.number for each in generations.all()] == [1]
    assert generations.damaged == [str(file)]
    with pytest.raises(GlctlError, match="Generation 2 is damaged"):
        generations.get(2)
    with pytest.raises(GlctlError, match="There is no generation 5"):
        generations.get(5)
    assert generations.damaged == [str(file)]
    assert keep("# third").number == 3


def test_one_under_another_number_is_damaged(keep: Any, generations: Generations, root: Root) -> None:
    keep()
    root.at(f"{GENERATIONS_DIR}/1.json").rename(root.at(f"{GENERATIONS_DIR}/5.json"))
    assert generations.all() == ()


def test_what_is_no_generation_is_passed_over(keep: Any, generations: Generations, root: Root) -> None:
    keep()
    for name in ("notes.json", "2.json.glctl-new", "README", "3"):
        root.at(f"{GENERATIONS_DIR}/{name}").touch()
    assert [each.number for each in generations.all()] == [1]
    assert generations.damaged == []


def test_a_link_is_not_followed(keep: Any, generations: Generations, root: Root, tmp_path: Path) -> None:
    keep()
    file = root.at(f"{GENERATIONS_DIR}/1.json")
    file.rename(tmp_path / "1.json")
    file.symlink_to(tmp_path / "1.json")
    assert generations.all() == ()
    file.unlink()
    root.at(GENERATIONS_DIR).rmdir()
    root.at(GENERATIONS_DIR).symlink_to(tmp_path)
    with pytest.raises(ObstacleError):
        generations.all()


def test_a_user_who_may_not_look_is_told(generations: Generations, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_self: Tree, path: str) -> list[str]:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(Tree, "names", refuse)
    with pytest.raises(GlctlError, match=r"This user may not read .*/generations"):
        generations.all()


def test_a_user_who_may_not_read_one_is_told(
    keep: Any, generations: Generations, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_tree: Tree, path: str) -> None:
        raise PermissionError(13, "Permission denied", path)

    keep()
    monkeypatch.setattr(Tree, "actual", refuse)
    with pytest.raises(GlctlError, match=r"may not read .*/generations/1\.json") as told:
        generations.all()
    assert "whose root it is" in told.value.hint


def test_one_that_is_not_kept(generations: Generations) -> None:
    assert (generations.all(), generations.last()) == ((), None)
    with pytest.raises(GlctlError, match="There is no generation 3"):
        generations.get(3)


def test_a_setting_that_glctl_did_not_know_then_has_its_default(
    configure: Configure, generations: Generations
) -> None:
    configuration = configure("registry['log_level'] = 'warn'")
    known = {key: value for key, value in configuration.effective.resolved.items() if "log_level" not in key}
    generations.keep(replace(configuration, effective=Effective(known)), ())
    [read] = generations.all()
    assert read.effective["registry.log_level"] == OPTIONS["registry.log_level"].default
