"""What can be told of a setting: its value, where that comes from, what it leads to."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from glctl.converge.effects import Effects, effects, without
from glctl.errors import UsageError
from glctl.secret import wrap
from glctl.settings.draft import given, lookup, place
from glctl.settings.drivers import keys_below
from glctl.settings.effective import DEFAULT, Origin
from glctl.settings.keys import (
    enclosing,
    is_pattern,
    is_section,
    modern,
    nearest_option,
    unknown_setting,
)
from glctl.settings.kinds import nearest
from glctl.settings.names import names_of
from glctl.settings.option import ruby_name
from glctl.settings.removals import removal_of
from glctl.settings.schema import COMPLETE_SECTIONS, OPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glctl.converge.desired import Configuration
    from glctl.gitlabrb.model import Path
    from glctl.settings.option import Option


@dataclass(frozen=True, slots=True)
class Known:
    """A setting with its value now. *origin* is None where glctl does not read it and gitlab.rb sets none."""

    key: str
    value: Any
    origin: Origin | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """All of one setting. *option* is None for one that glctl makes nothing of; *sources* are the settings
    that it was derived from, and those that they were, each with how far away it is.

    *otherwise* is what would hold without the line of gitlab.rb, where that is not the default; *effects* is
    None where there can be none, or none can be told since gitlab.rb has errors.
    """

    known: Known
    option: Option | None
    default: Any = None
    otherwise: Known | None = None
    sources: tuple[tuple[int, Known], ...] = ()
    effects: Effects | None = None
    fate: str = ""  # that Omnibus has given it up, or is about to, and what to do


def explain(configuration: Configuration, path: Path) -> Explanation:
    """All that there is to say of the one setting at *path*. Raises UsageError where there is none."""
    removal = removal_of(path, configuration.version)
    fate = f"It {removal.fate(configuration.version)}. {removal.instead}" if removal else ""
    option = OPTIONS.get(enclosing(path) or "")
    if option is None or (path != option.path and option.kind not in ("array", "hash")):
        return Explanation(foreign(configuration, path), None, fate=fate)
    if path != option.path and option.kind == "array":
        message = f"{ruby_name(option.key)} is an array, and told of as a whole."
        raise UsageError(message, f"Ask for it: glctl explain {option.key}")
    known = _known(configuration, option, path)
    if known.value is None:
        _check_storage_key(path)
    can_tell = not option.ignored and not configuration.errors
    default = lookup(option.default, path[len(option.path) :])
    return Explanation(
        known,
        option,
        default,
        _otherwise(configuration, known, default) if can_tell and path == option.path else None,
        tuple(_sources(configuration, known, 1, {known.key})),
        effects(configuration, path) if can_tell else None,
        fate,
    )


def _check_storage_key(path: Path) -> None:
    """Raise UsageError for a part of registry['storage'] that no driver has. swift's may be in any case."""
    for depth in range(2, len(path)):
        known = keys_below(path[:depth])
        if known and path[depth].lower() not in known:
            hint = nearest(path[depth], known) or f"There are {', '.join(sorted(known))}."
            raise UsageError(f"There is no setting {ruby_name('.'.join(path[: depth + 1]))}.", hint)


def means_several(configuration: Configuration, path: Path) -> bool:
    """Whether *path* is a pattern or a section. One that was removed as a whole is told as a setting is."""
    return is_pattern(path) or (is_section(path) and not removal_of(path, configuration.version))


def matching(configuration: Configuration, path: Path) -> tuple[Known, ...]:
    """The settings that a pattern or a section means: all that glctl reads, and what else gitlab.rb sets."""
    pattern = ".".join(path if is_pattern(path) else (*path, "*"))
    options = [
        o for o in OPTIONS.values() if not o.ignored or given(configuration.settings, o)[0] is not None
    ]
    read = [_known(configuration, o, o.path) for o in options if fnmatchcase(o.key, pattern)]
    return (*read, *(each for each in unread(configuration) if fnmatchcase(each.key, pattern)))


def unread(configuration: Configuration) -> tuple[Known, ...]:
    """What gitlab.rb sets and glctl makes nothing of, in its order: settings of other services, and typos."""
    settings = configuration.settings
    outermost = {modern(path): path for path in map(_setting_at, settings.spans) if path}
    others = {path: written for path, written in outermost.items() if ".".join(path) not in OPTIONS}
    first = {written: span.line for written in others.values() if (span := place(settings, written))}
    return tuple(_unread(configuration, written) for written in sorted(first, key=first.__getitem__))


def _setting_at(path: Path) -> Path:
    """The setting that *path* is, or is a part of; empty for a whole section."""
    return next((path[:n] for n in range(1, len(path) + 1) if not is_section(modern(path[:n]))), ())


def _unread(configuration: Configuration, path: Path) -> Known:
    settings = configuration.settings
    value = wrap(settings.get(*path), path[-1])
    return Known(".".join(path), value, None if value is None else Origin("file", place(settings, path)))


def foreign(configuration: Configuration, path: Path) -> Known:
    """A setting that Omnibus may know and glctl makes nothing of. Raises UsageError for what is none."""
    known = _unread(configuration, path)
    is_set = known.value is not None
    sections = {".".join(path[:n]) for n in range(1, len(path))}
    names = names_of(configuration.version)
    takes_keys = path[0] in names.hashes or (len(path) == 1 and path[0] in names.values)
    if not takes_keys or sections & {*COMPLETE_SECTIONS}:
        raise unknown_setting(path, f" {known.origin} sets it all the same, without effect." * is_set)
    if not is_set and len(path) > 1 and nearest_option(path, likeness=0.9):
        raise unknown_setting(path)
    return known


def _known(configuration: Configuration, option: Option, path: Path) -> Known:
    """An Option, or the part at *path* of the value of one."""
    effective, settings = configuration.effective, configuration.settings
    value = lookup(effective[option.key], path[len(option.path) :])
    origin = effective.origin(option.key)
    if path != option.path and origin.kind == "file":
        _, written = given(settings, option)
        written = (*written, *path[len(option.path) :])
        set_here = settings.get(*written) is not None
        origin = Origin("file", place(settings, written)) if set_here else DEFAULT
    return Known(".".join(path), value, origin)


def _otherwise(configuration: Configuration, known: Known, default: Any) -> Known | None:
    """What there would be without the line of gitlab.rb, if that counts and it is not *default*."""
    if known.origin is None or known.origin.kind != "file":
        return None
    other = without(configuration, OPTIONS[known.key])
    found = Known(known.key, other[known.key], other.origin(known.key))
    return found if found.value != default else None


def _sources(
    configuration: Configuration, known: Known, depth: int, seen: set[str]
) -> Iterator[tuple[int, Known]]:
    """What *known* was derived from, and that in turn; each once."""
    for source in known.origin.sources if known.origin else ():
        if source in seen:
            continue
        seen.add(source)
        option = OPTIONS.get(source)
        if option is None:  # a fact of this host
            yield depth, Known(source, None, None)
        else:
            found = _known(configuration, option, option.path)
            yield depth, found
            yield from _sources(configuration, found, depth + 1, seen)
