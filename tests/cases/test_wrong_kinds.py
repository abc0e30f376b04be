"""Whatever stands in a setting: it is rendered, or refused in words; nothing else happens."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from glctl.errors import GlctlError
from glctl.gitlabrb.model import Settings, Symbol
from glctl.render.build import resources
from glctl.settings.derive import derive
from glctl.settings.host import Host
from glctl.settings.platform import DEBIAN
from glctl.settings.schema import OPTIONS
from glctl.settings.secrets import Placeholders, complete
from glctl.settings.validate import validate

if TYPE_CHECKING:
    from collections.abc import Iterator

VALUES: tuple[Any, ...] = (
    *(5, -1, 1.5, True, False, "", "x", "1", "a b;}", "/x", "x:5", "true", Symbol("prefer")),
    *([], [5], [None], ["x"], [{"name": "geo_event", "headers": "x"}], [[]]),
    *({}, {"a": 1}, {"a": None}, {"a": {"b": []}}, {"enable": "x"}, {"s3": {}}, {"s3": 5}, {"headers": 5}),
)
BASE = {"external_url": "http://gitlab.example.com", "registry_external_url": "http://registry.example.com"}
SECTIONS = (
    "registry",
    "registry.nginx",
    "registry_nginx",
    "nginx",
    "nginx.status",
    "logging",
    "gitlab_rails",
)


def settings_with(key: str, value: Any) -> Settings:
    values: dict[str, Any] = dict(BASE)
    node = values
    *parents, leaf = key.split(".")
    for parent in parents:
        node = node.setdefault(parent, {})
    node[leaf] = value
    return Settings(values)


def outcome(settings: Settings) -> str:
    """How a file with *settings* ends: refused or rendered. Any exception but GlctlError is the caller's."""
    host = Host(DEBIAN, users=frozenset({"registry"}), groups=frozenset({"registry"}))
    try:
        secrets = complete(settings, host, Placeholders())
        effective = derive(settings, host, secrets)
        if any(diagnostic.severity == "error" for diagnostic in validate(settings, effective)):
            return "refused"
        resources(effective, host, secrets)
    except GlctlError:
        return "refused"
    return "rendered"


def everything() -> Iterator[tuple[str, Any]]:
    for key in (*OPTIONS, *SECTIONS):
        for value in VALUES:
            yield key, value


@pytest.mark.parametrize("seed", range(4))
def test_a_setting_of_any_kind_is_rendered_or_refused(seed: int) -> None:
    chosen = random.Random(seed).sample(list(everything()), 300)
    seen = {outcome(settings_with(key, value)) for key, value in chosen}
    assert seen == {"refused", "rendered"}


@pytest.mark.parametrize("section", [s for s in SECTIONS if "." not in s])
def test_a_section_is_a_hash(section: str) -> None:
    assert outcome(settings_with(section, 5)) in ("refused", "rendered")


@pytest.mark.parametrize("section", ["registry.nginx", "nginx.status"])
def test_a_section_within_a_section_that_is_no_hash_is_refused(section: str) -> None:
    assert outcome(settings_with(section, 5)) == "refused"
