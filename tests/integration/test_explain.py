"""What ``explain`` says, held against real rendering; and the commands, and bash, as users have them."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from roots import ENVIRONMENT, installation

from glctl.converge.desired import Configuration, understand
from glctl.converge.effects import effects
from glctl.gitlabrb.reader import evaluate
from glctl.paths import Root
from glctl.render import nginx, registry, runit, templating
from glctl.render.resources import Account, File, Resource
from glctl.secret import reveal
from glctl.settings.platform import DEBIAN, OMNIBUS
from glctl.settings.schema import NAMES, OPTIONS
from glctl.settings.versions import NEWEST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glctl.settings.platform import Platform

HTTP = "external_url 'http://gitlab.example.com'\nregistry_external_url 'http://registry.example.com'\n"
HTTPS = HTTP.replace("http:", "https:")
READ = [option for option in OPTIONS.values() if not option.ignored]


def understood(text: str, platform: Platform) -> Configuration:
    return understand(evaluate(text, "gitlab.rb", NAMES), Root(), platform, NEWEST)


@pytest.fixture
def renders(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each text is made once: most files are the same whatever one setting says."""
    made: dict[str, bytes] = {}

    def render(template: str, **values: Any) -> bytes:
        key = repr((template, reveal(values)))
        if key not in made:
            made[key] = templating.render(template, **values)
        return made[key]

    for module in (nginx, registry, runit):
        monkeypatch.setattr(module, "render", render)


@pytest.mark.parametrize(
    ("text", "platform"), [(HTTP, DEBIAN), (HTTPS, OMNIBUS)], ids=["http-debian", "https-omnibus"]
)
def test_files_differ_just_where_what_their_templates_are_given_does(
    renders: None, monkeypatch: pytest.MonkeyPatch, text: str, platform: Platform
) -> None:
    configuration = understood(text, platform)
    said = {option.key: effects(configuration, option.path) for option in READ}
    monkeypatch.setattr(templating, "values_only", contextlib.nullcontext)
    assert said == {option.key: effects(configuration, option.path) for option in READ}


def test_every_file_that_a_line_changes_is_named_and_its_service(renders: None) -> None:
    base = understood(HTTPS, OMNIBUS)
    before = places(base.resources())
    unnamed = {}
    for option in READ:
        changed = understood(f"{HTTPS}\n{option.sample}", OMNIBUS)
        after = places(changed.resources())
        differing = {place for place in before.keys() | after.keys() if before.get(place) != after.get(place)}
        named = effects(base, option.path)
        told = {
            notify.service for place in differing for notify in notified(before.get(place), after.get(place))
        }
        missing = {place for place in differing & before.keys() if not is_named(place, named.paths)}
        missing |= told - {service for service, _ in named.services}
        if missing:
            unnamed[option.key] = missing
    assert unnamed == {}


def places(resources: tuple[Resource, ...]) -> dict[str, Resource]:
    return {f"account {r.user}" if isinstance(r, Account) else r.path: r for r in resources}


def notified(before: Resource | None, after: Resource | None) -> Iterator[Any]:
    """Whom a run would tell of this difference."""
    files = [each for each in (before, after) if isinstance(each, File)]
    if len(files) != 2 or files[0].content != files[1].content:
        for each in files:
            yield from each.notifies


def is_named(place: str, paths: tuple[str, ...]) -> bool:
    return place in paths or f"{place}/" in paths or f"{Path(place).parent}/*" in paths


def test_the_commands_as_a_user_has_them() -> None:
    with installation() as host:
        before = host.listing()
        done = host.glctl("explain", "registry['debug_addr']")
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith(f"registry['debug_addr'] = '127.0.0.1:{host.debug}'\n")
        assert f"\n  feeds     {host.path}/var/opt/gitlab/registry/config.yml\n" in done.stdout
        document = json.loads(host.glctl("show-config", "registry[debug_addr]").stdout)
        assert document == {"registry[debug_addr]": f"127.0.0.1:{host.debug}"}
        compared = json.loads(host.glctl("diff-config", "--format", "json").stdout)
        assert "registry.debug_addr" in [each["key"] for each in compared["set"]]
        assert host.listing() == before


BASH = r"""
eval "$(_GLCTL_COMPLETE=bash_source "$GLCTL")"
COMP_WORDS=("$GLCTL" "$@") COMP_CWORD=$#
_glctl_completion "$GLCTL"
printf '%s\n' "${COMPREPLY[@]}"
"""


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["expl"], ["explain"]),
        (["explain", "registry.debug"], ["registry.debug_addr"]),
        (["show-config", "registry_ext"], ["registry_external_url"]),
        (["restart", ""], ["registry", "nginx", "logrotate"]),
        (["doctor", "--explain", "clock-s"], ["clock-skew"]),
        (["explain", "\"registry['debug"], ["registry['debug_addr']"]),
        (["--config", "ne"], []),  # readline's own
    ],
)
def test_bash_completes(tmp_path: Path, words: list[str], offered: list[str]) -> None:
    program = tmp_path / "glctl"
    program.write_text(f"#!{sys.executable}\nfrom glctl.cli import main\nmain()\n")
    program.chmod(0o755)
    command = ["bash", "-c", BASH, "bash", *words]
    environment = {**ENVIRONMENT, "GLCTL": str(program), "PATH": f"{tmp_path}:{ENVIRONMENT['PATH']}"}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True, timeout=30, cwd=tmp_path
    )
    assert done.stdout.split() == offered, done.stderr
