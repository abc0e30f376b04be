from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from glctl.converge import back, rendered
from glctl.converge.apply import apply
from glctl.converge.back import carry_back, choose, prepare_back, unseen
from glctl.converge.carry_out import Result
from glctl.converge.desired import Configuration
from glctl.converge.generations import Generation, Generations
from glctl.converge.plan import digests
from glctl.converge.prepare import prepare
from glctl.converge.state import Applied
from glctl.converge.tree import Tree
from glctl.errors import GlctlError
from glctl.paths import CONFIG_FILE, SECRETS_FILE, Root
from glctl.settings.platform import DEBIAN

Configure = Callable[..., Configuration]
SECRETS = '{"registry": {"http_secret": "abc", "internal_key": "k", "internal_certificate": "c"}}\n'


@pytest.fixture
def converge(configure: Configure, tree: Tree) -> Callable[..., Generation]:
    """Brings the files to what some lines of gitlab.rb make, and keeps that."""

    def converge(*lines: str) -> Generation:
        configuration = configure(*lines)
        prepared = prepare(configuration)
        apply(prepared.plan.changes, prepared.resources, tree, configuration.host)
        return Generations(tree).keep(configuration, prepared.resources)

    return converge


@pytest.fixture(autouse=True)
def secrets(root: Root) -> Path:
    file = root.at(SECRETS_FILE)
    file.parent.mkdir(parents=True)
    file.write_text(SECRETS)
    return file


def changed(root: Root, generation: Generation, **more: Any) -> list[str]:
    plan = prepare_back(generation, root, DEBIAN, **more).plan
    return [Path(change.path).name for change in plan.changes]


def test_the_last_generation_changes_nothing(converge: Any, root: Root) -> None:
    assert changed(root, converge()) == []


def test_an_older_one_brings_its_files_back(converge: Any, root: Root) -> None:
    first = converge("registry['log_level'] = 'warn'")
    converge("registry['env'] = { 'A' => 'b' }")
    assert changed(root, first) == ["config.yml", "A"]
    prepared = prepare_back(first, root, DEBIAN)
    assert prepared.back_to == 1
    assert prepared.resources == first.resources
    assert prepared.configuration.effective["registry.log_level"] == "warn"


def test_what_it_rendered_is_applied_as_it_was(
    converge: Any, root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = converge()
    monkeypatch.setattr(rendered, "resources", lambda *_: pytest.fail("rendered anew"))
    assert prepare_back(first, root, DEBIAN).resources == first.resources


def test_secrets_that_are_there_stay_unless_asked_for(converge: Any, root: Root, secrets: Path) -> None:
    first = converge()
    secrets.write_text(SECRETS.replace("abc", "def"))
    converge()
    assert changed(root, first) == ["config.yml"]
    assert changed(root, first, restore_config=True) == ["gitlab-secrets.json", "config.yml"]


def test_secrets_that_are_gone_come_back(converge: Any, root: Root, secrets: Path) -> None:
    first = converge()
    secrets.unlink()
    assert changed(root, first) == ["gitlab-secrets.json"]


def record(generation: Generation, tree: Tree) -> None:
    """Notes that services were seen up with it."""
    for name, wanted in digests(generation.resources).items():
        Applied(tree).record(name, wanted)


def test_the_current_one_is_that_whose_services_were_seen_up(converge: Any, tree: Tree) -> None:
    first = converge()
    assert "registry" in unseen(first, tree)
    record(first, tree)
    assert not unseen(first, tree)
    second = converge("registry['log_level'] = 'warn'")
    assert unseen(second, tree) == ("registry",)
    record(second, tree)
    assert not unseen(second, tree)


def test_by_default_the_one_before_what_is_applied_now(converge: Any, tree: Tree) -> None:
    generations = Generations(tree)
    with pytest.raises(GlctlError, match="no older generation"):
        choose(generations, None, tree)
    first, second = converge(), converge("registry['log_level'] = 'warn'")
    record(second, tree)
    assert choose(generations, None, tree).number == first.number
    Applied(tree).forget("registry")  # a later run has not ended well
    assert choose(generations, None, tree).number == second.number
    assert choose(generations, 1, tree).number == 1
    with pytest.raises(GlctlError, match="There is no generation 7"):
        choose(generations, 7, tree)


def test_a_second_rollback_goes_further_back_and_does_not_undo_the_first(
    converge: Any, configure: Configure, tree: Tree
) -> None:
    generations = Generations(tree)
    levels = [f"registry['log_level'] = '{level}'" for level in ("error", "warn", "info")]
    kept = [converge(line) for line in levels]
    for back_to, then in ((2, 1), (1, None)):
        older = kept[back_to - 1]
        configuration = configure(levels[back_to - 1])
        record(generations.keep(configuration, older.resources, back_to), tree)
        if then:
            assert choose(generations, None, tree).number == then
    with pytest.raises(GlctlError, match="no older generation"):
        choose(generations, None, tree)


def test_rollbacks_keep_the_order_in_which_generations_were_made(
    converge: Any, configure: Configure, tree: Tree
) -> None:
    """A, B, C; back to B, on to D: before D there was B, and before B still A."""
    generations = Generations(tree)
    levels = {name: f"registry['log_level'] = '{name}'" for name in ("error", "warn", "info", "debug")}
    error, warn, info = (converge(levels[name]) for name in ("error", "warn", "info"))

    def back(to: Generation) -> Generation:
        made = generations.keep(
            configure(levels[to.effective["registry.log_level"]]), to.resources, to.number
        )
        record(made, tree)
        return made

    record(info, tree)
    assert choose(generations, None, tree) == warn
    warned = back(warn)
    record(converge(levels["debug"]), tree)
    assert choose(generations, None, tree).number == warned.number
    again = back(warned)
    assert (again.back_to, again.first) == (warned.number, warn.number)
    assert choose(generations, None, tree).number == error.number
    back(generations.get(info.number))
    assert choose(generations, None, tree).number == again.number
    assert [each.first for each in generations.all()] == [1, 5, 2, 3]


def test_the_only_one_has_none_before_it(converge: Any, tree: Tree) -> None:
    record(converge(), tree)
    with pytest.raises(GlctlError, match="no older generation"):
        choose(Generations(tree), None, tree)


@pytest.fixture
def carried(monkeypatch: pytest.MonkeyPatch, root: Root) -> list[bytes]:
    """What gitlab.rb held each time that files were written; here no service is seen up then."""
    seen: list[bytes] = []

    def carry_out(prepared: Any, _tell: Any, _options: Any) -> Result:
        seen.append(root.at(CONFIG_FILE).read_bytes())
        apply(prepared.plan.changes, prepared.resources, Tree(root), prepared.configuration.host)
        return Result()

    monkeypatch.setattr(back, "carry_out", carry_out)
    return seen


def nobody_listens(_line: str) -> None:
    pass


def test_gitlab_rb_is_restored_once_services_are_up_and_what_it_held_is_kept(
    converge: Any, root: Root, tree: Tree, secrets: Path, carried: list[bytes]
) -> None:
    first = converge()
    secrets.write_text(SECRETS.replace("abc", "def"))
    file = root.at(CONFIG_FILE)
    converge("registry['log_level'] = 'warn'")
    now, its_secrets = file.read_bytes(), secrets.read_bytes()
    file.chmod(0o640)
    prepared = prepare_back(first, root, DEBIAN, restore_config=True)
    carry_back(prepared, file, nobody_listens)
    assert carried == [now]
    assert (file.read_bytes(), oct(file.stat().st_mode)[-3:]) == (first.gitlab_rb, "640")
    beside = root.at(f"{CONFIG_FILE}.before-rollback.1")
    assert (beside.read_bytes(), oct(beside.stat().st_mode)[-3:]) == (now, "640")
    beside = root.at(f"{SECRETS_FILE}.before-rollback.1")
    assert (beside.read_bytes(), oct(beside.stat().st_mode)[-3:]) == (its_secrets, "600")
    assert b"abc" in secrets.read_bytes()


def test_no_copy_is_written_over_and_each_is_named(converge: Any, root: Root, carried: list[bytes]) -> None:
    first, second = converge(), converge("registry['log_level'] = 'warn'")
    file, said = root.at(CONFIG_FILE), list[str]()
    held = []
    for generation, edit in ((second, b"# never applied\n"), (first, b""), (second, b"# never applied\n")):
        file.write_bytes(edit or file.read_bytes())
        held.append(file.read_bytes())
        carry_back(prepare_back(generation, root, DEBIAN), file, said.append)
    copies = [f"{file}.before-rollback.{number}" for number in (1, 2)]
    assert [Path(copy).read_bytes() for copy in copies] == held[:2]
    assert [line.rpartition(" ")[2] for line in said] == [f"{copies[number]}." for number in (0, 1, 0)]


def test_what_is_the_same_is_not_set_aside(converge: Any, root: Root, carried: list[bytes]) -> None:
    carry_back(
        prepare_back(converge(), root, DEBIAN, restore_config=True), root.at(CONFIG_FILE), nobody_listens
    )
    assert len(carried) == 1
    assert [path for path in root.at("/etc/gitlab").iterdir() if "before" in path.name] == []


def test_without_being_asked_nothing_is_restored(converge: Any, root: Root, carried: list[bytes]) -> None:
    first = converge()
    converge("registry['log_level'] = 'warn'")
    carry_back(prepare_back(first, root, DEBIAN), None, nobody_listens)
    assert root.at(CONFIG_FILE).read_bytes() == carried[0] != first.gitlab_rb


def test_a_gitlab_rb_that_is_gone_comes_back_for_its_owner_alone(
    converge: Any, root: Root, carried: list[bytes]
) -> None:
    first, file = converge(), root.at("/etc/gitlab/another.rb")
    carry_back(prepare_back(first, root, DEBIAN), file, nobody_listens)
    assert (file.read_bytes(), oct(file.stat().st_mode)[-3:]) == (first.gitlab_rb, "600")


def test_a_link_is_left_alone(converge: Any, root: Root, carried: list[bytes]) -> None:
    first, file = converge(), root.at("/etc/gitlab/link.rb")
    file.symlink_to("gitlab.rb")
    with pytest.raises(GlctlError, match="no ordinary file"):
        carry_back(prepare_back(first, root, DEBIAN), file, nobody_listens)
    assert carried == []
