"""With scripts in place of the registry; with the real one in tests/integration/test_garbage.py."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from glctl.converge import garbage as collecting
from glctl.converge.apply import apply
from glctl.converge.carry_out import Result
from glctl.converge.collectable import Garbage
from glctl.converge.collection import Collection, Manifest
from glctl.converge.desired import Configuration
from glctl.converge.garbage import Collected, collect, look
from glctl.converge.prepare import Prepared, prepare
from glctl.converge.read_only import READ_ONLY
from glctl.converge.state import Applied, locked
from glctl.converge.tree import Tree
from glctl.errors import GlctlError
from glctl.paths import Root
from glctl.settings.platform import Program

A, B = (f"sha256:{letter * 64}" for letter in "ab")
Make = Callable[..., Garbage]


@pytest.fixture
def happened(monkeypatch: pytest.MonkeyPatch, tree: Tree, root: Root) -> list[str]:
    """What happens in which order, where services come up at once."""
    events: list[str] = []

    def carry_out(prepared: Prepared, _tell: Any, _options: Any) -> Result:
        apply(prepared.plan.changes, prepared.resources, tree, prepared.configuration.host)
        for name, digests in prepared.plan.digests.items():
            Applied(tree).record(name, digests)
        events.append("read-only" if prepared.temporary else "as before")
        return Result()

    monkeypatch.setattr(collecting, "carry_out", carry_out)
    monkeypatch.setattr(collecting, "preflight", lambda _prepared: events.append("preflight"))
    return events


@pytest.fixture
def garbage(
    configure: Callable[..., Configuration], tree: Tree, root: Root, tmp_path: Path, happened: list[str]
) -> Make:
    """Garbage on a converged host whose collector is the shell script *lines*."""

    def script(name: str, *lines: str) -> Program:
        file = tmp_path / name
        file.write_text("\n".join(["#!/bin/sh", *lines]) + "\n")
        file.chmod(0o755)
        return Program(str(file), "package")

    def garbage(*lines: str, **more: Any) -> Garbage:
        configuration = configure()
        prepared = prepare(configuration)
        apply(prepared.plan.changes, prepared.resources, tree, configuration.host)
        platform = replace(
            configuration.host.platform,
            registry=script("registry", *lines),
            chpst=script("chpst", 'shift 2; exec "$@"'),
        )
        host = replace(configuration.host, platform=platform)
        return Garbage(replace(configuration, host=host), **more)

    return garbage


def ignore(_anything: Any) -> None:
    pass


def run(made: Garbage, shown: Collection | None = None) -> Collected:
    tree = Tree(made.configuration.host.root)
    with locked(tree) as lock:
        return collect(made, shown, lock.descriptor, ignore, ignore)


def test_it_is_run_in_the_registrys_home_with_nothing_of_our_environment(
    garbage: Make, root: Root, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGISTRY_STORAGE", "inmemory")
    out = tmp_path / "out"
    look(garbage(f'pwd > {out}; echo "$@" >> {out}; env >> {out}', untagged=True), ignore)
    home, arguments, *environment = out.read_text().splitlines()
    assert home == str(root.at("/var/opt/gitlab/registry"))
    assert arguments == f"garbage-collect -d -m {home}/config.yml"
    assert {line.partition("=")[0] for line in environment} <= {"PATH", "PWD", "OLDPWD", "SHLVL", "_"}


def test_what_it_says_is_counted_as_it_comes(garbage: Make) -> None:
    seen: list[int] = []
    found = look(
        garbage(f"echo g; echo 'g: marking manifest {A} '; echo 'blob eligible for deletion: {B}' >&2"),
        lambda so_far: seen.append(so_far.marked),
    )
    assert (found.repositories, found.marked, found.blobs, seen) == (1, 1, [B], [0, 1, 1])


def test_a_registry_that_nobody_ever_pushed_to_has_no_garbage(garbage: Make) -> None:
    why = "failed to mark: filesystem: Path not found: /docker/registry/v2/repositories"
    found = look(garbage(f"echo 'failed to garbage collect: {why}' >&2; exit 1"), ignore)
    assert (found.repositories, found.manifests, found.blobs) == (0, [], [])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("echo 'failed to garbage collect: s3aws: AccessDenied'", "s3aws: AccessDenied"),
        ("echo 'panic: secretkey: hunter2'", r"panic: secretkey: \[MASKED\]"),
        (r"printf 'panic: \033[31m\n'", r"panic: \\x1b\[31m"),
        ("", r"gave up \(exit code 3\):$"),
    ],
)
def test_one_that_gives_up_is_quoted(garbage: Make, line: str, said: str) -> None:
    with pytest.raises(GlctlError, match=said) as failed:
        look(garbage(line, "exit 3"), ignore)
    assert "hunter2" not in failed.value.message


def test_parts_of_images_for_several_platforms_are_named(garbage: Make) -> None:
    lines = [f"echo g; echo 'g: marking blob {A}'; echo 'manifest eligible for deletion: {A}'"]
    with pytest.raises(GlctlError, match=f"g@{A}") as refused:
        look(garbage(*lines, untagged=True), ignore)
    assert "Run it without -m" in refused.value.hint


def test_nobody_can_push_while_it_is_at_work(
    garbage: Make, happened: list[str], root: Root, tmp_path: Path
) -> None:
    seen = tmp_path / "seen"
    variable = root.at("/opt/gitlab/etc/registry/env/REGISTRY_STORAGE_MAINTENANCE_READONLY")
    made = garbage(
        f"cat {variable} > {seen}; ls {root.at('/var/opt/gitlab/glctl/applied')} >> {seen}",
        f"echo 'blob eligible for deletion: {A}'",  # all that it says at the log level warn
    )
    assert run(made) == Collected(manifests=0, blobs=1, freed=None)
    assert happened == ["preflight", "read-only", "as before"]
    said = seen.read_text()
    assert said.startswith(READ_ONLY.decode())
    assert "nginx" in said
    assert "registry\n" not in said  # its record is missing: a killed run owes a restart
    assert not variable.exists()
    assert Applied(Tree(root)).digests("registry")


def test_what_was_freed_is_measured(garbage: Make, tmp_path: Path) -> None:
    data = tmp_path / "images/docker/registry/v2/blobs/sha256/aa/aab/data"
    data.parent.mkdir(parents=True)
    data.write_bytes(b"x" * 50_000)
    freed = run(garbage(f"rm {data}", images=tmp_path / "images")).freed
    assert freed
    assert 50_000 <= freed < 70_000


@pytest.mark.parametrize("lines", [("exit 1",), ("kill -9 $$",)])
def test_a_collector_that_fails_lets_pushes_in_again(
    garbage: Make, happened: list[str], lines: tuple[str, ...]
) -> None:
    with pytest.raises(GlctlError, match="gave up"):
        run(garbage(*lines))
    assert happened[-1] == "as before"


def test_an_interrupted_one_ends_and_lets_pushes_in_again(
    garbage: Make, happened: list[str], tmp_path: Path
) -> None:
    pid = tmp_path / "pid"

    def interrupt(_found: Collection) -> None:
        raise KeyboardInterrupt

    made = garbage(f"echo $$ > {pid}; echo g; exec sleep 600")
    with pytest.raises(KeyboardInterrupt), locked(Tree(made.configuration.host.root)) as lock:
        collect(made, None, lock.descriptor, ignore, interrupt)
    assert happened[-1] == "as before"
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


@pytest.mark.parametrize("failure", [KeyboardInterrupt, GlctlError("It did not come up.")])
def test_where_pushes_are_not_let_in_again_that_is_told(
    garbage: Make, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    def fail(prepared: Prepared, _tell: Any, _options: Any) -> Result:
        if not prepared.temporary:
            raise failure
        return Result()

    told: list[str] = []
    made = garbage("echo g")
    monkeypatch.setattr(collecting, "carry_out", fail)
    with pytest.raises((KeyboardInterrupt, GlctlError)), locked(Tree(made.configuration.host.root)) as lock:
        collect(made, None, lock.descriptor, told.append, ignore)
    assert told[-1] == "The registry may still refuse pushes. To let them in: glctl reconfigure"


def test_more_than_was_agreed_to_is_not_deleted(garbage: Make, happened: list[str], tmp_path: Path) -> None:
    done = tmp_path / "deleted"
    lines = [f'[ "$2" = -d ] || touch {done}', f"echo g; echo 'manifest eligible for deletion: {B}'"]
    made = garbage(*lines, untagged=True)
    shown = Collection(manifests=[Manifest("g", A)])
    with pytest.raises(GlctlError, match="1 more manifests have lost their tags"):
        run(made, shown)
    assert not done.exists()
    assert happened[-1] == "as before"
    run(made, Collection(manifests=[Manifest("g", A), Manifest("g", B)]))
    assert done.exists()


def test_an_administrators_own_variable_is_put_back(
    configure: Callable[..., Configuration], garbage: Make, tree: Tree, happened: list[str], tmp_path: Path
) -> None:
    line = "registry['env'] = { 'REGISTRY_STORAGE_MAINTENANCE_READONLY' => '{\"enabled\":false}' }"
    made = garbage("exit 0")
    configuration = configure(line)
    prepared = prepare(configuration)
    apply(prepared.plan.changes, prepared.resources, tree, configuration.host)
    run(replace(made, configuration=replace(configuration, host=made.configuration.host)))
    assert Path(made.variable).read_text() == '{"enabled":false}'
