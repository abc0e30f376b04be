"""Effective settings while they are being derived."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from glctl.errors import UsageError
from glctl.settings.effective import Origin, Resolved
from glctl.settings.kinds import shown, why_not
from glctl.settings.option import counts_as_true, ruby_name, ruby_text
from glctl.settings.schema import OPTIONS
from glctl.settings.urls import Url, parse_url

if TYPE_CHECKING:
    from glctl.gitlabrb.model import Settings
    from glctl.settings.host import Host
    from glctl.settings.option import Option
    from glctl.spans import Span


class Draft:
    """What gitlab.rb sets and rules have derived so far, over the defaults."""

    def __init__(self, settings: Settings, host: Host) -> None:
        self.settings = settings
        self.host = host
        self.values: dict[str, Resolved] = {}
        for option in OPTIONS.values():
            value, path = given(settings, option)
            if value is not None and _is_usable(option, value):
                origin = Origin("file", place(settings, path))
                self.values[option.key] = Resolved(_as_omnibus_takes_it(option, value), origin)

    def get(self, key: str) -> Any:
        """The value so far: set, else the default."""
        return self.values[key].value if key in self.values else OPTIONS[key].default

    def set(self, key: str, value: Any, *sources: str, because: str = "") -> None:
        """A rule's value, over whatever was there."""
        self.values[key] = Resolved(value, Origin("derived", sources=sources, because=because))

    def fill(self, key: str, value: Any, *sources: str, because: str = "") -> None:
        """A rule's value, where gitlab.rb sets none."""
        if key not in self.values:
            self.set(key, value, *sources, because=because)

    def complete(self, key: str, value: Any, *sources: str, because: str = "") -> None:
        """A hash or list to which a rule adds: where gitlab.rb sets part of it, that stays its origin."""
        if key in self.values:
            self.values[key] = Resolved(value, self.values[key].origin)
        else:
            self.set(key, value, *sources, because=because)

    def override(self, cluster: Mapping[str, Any]) -> None:
        """What gitlab-cluster.json says, over all else. From this nothing is derived any more."""
        for option in OPTIONS.values():
            value = lookup(cluster, option.path)
            if value is None:
                continue
            if wrong := why_not(option.kind, value):
                message = f"gitlab-cluster.json: {ruby_name(option.key)} is {shown(value, option.path[-1])}"
                raise UsageError(f"{message}, but {wrong}.", "gitlab-ctl writes this file: mend it there.")
            value, before = strip_nils(value), self.get(option.key)
            if isinstance(value, Mapping) and isinstance(before, Mapping):
                value = merge(before, value)
            self.values[option.key] = Resolved(value, Origin("cluster"))

    def url(self, key: str) -> Url | None:
        """The address under *key*, or None where there is none or it is not one (validate.py says so)."""
        text = self.get(key)
        if not isinstance(text, str):
            return None
        try:
            return parse_url(text)
        except ValueError:
            return None


def lookup(tree: Any, path: tuple[str, ...]) -> Any:
    """The value at *path*, None where there is none."""
    for key in path:
        tree = tree.get(key) if isinstance(tree, Mapping) else None
    return tree


def given(settings: Settings, option: Option) -> tuple[Any, tuple[str, ...]]:
    """What gitlab.rb sets for an Option (None: nothing), and under which keys: maybe the old ones."""
    paths = [option.path]
    if option.path[:2] == ("registry", "nginx"):
        paths.append(("registry_nginx", *option.path[2:]))
    for path in paths:
        if (value := settings.get(*path)) is not None:
            return (None if option.is_unset_by(value) else value), path
    return None, option.path


def place(settings: Settings, path: tuple[str, ...]) -> Span | None:
    """The line that sets *path*, or the first that sets a part of it, or reads it."""
    if found := settings.span(*path):
        return found
    parts = (span for below, span in settings.spans.items() if below[: len(path)] == path)
    return min(parts, key=lambda span: (span.line, span.column), default=settings.reads.get(path))


def _is_usable(option: Option, value: Any) -> bool:
    """Whether rules can go on with *value*. Else it is as if it were not set: validate.py names it."""
    return option.kind == "bool" or not why_not(option.kind, value)


def _as_omnibus_takes_it(option: Option, value: Any) -> Any:
    if option.kind == "bool":
        return counts_as_true(value)
    if option.kind == "string" and not isinstance(value, str):
        return ruby_text(value)
    return strip_nils(value)


def strip_nils(value: Any) -> Any:
    """*value* without the nils in its hashes, at any depth; what stands in arrays stays as it is."""
    if isinstance(value, Mapping):
        return {str(k): strip_nils(v) for k, v in value.items() if v is not None}
    return value


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Hashes merge at any depth, everything else replaces."""
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        if isinstance(below, Mapping) and isinstance(value, Mapping):
            merged[key] = merge(below, value)
        else:
            merged[key] = value
    return merged
