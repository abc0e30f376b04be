"""A gitlab.rb beside the defaults and the example: what it sets, what it need not set, what it leaves out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from glctl.converge.effects import without
from glctl.converge.explanation import Known, unread
from glctl.settings.draft import given, place
from glctl.settings.effective import Origin
from glctl.settings.schema import OPTIONS

if TYPE_CHECKING:
    from glctl.converge.desired import Configuration
    from glctl.settings.option import Option


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting of gitlab.rb, and the value that there would be without its line."""

    known: Known
    otherwise: Any


@dataclass(frozen=True, slots=True)
class Comparison:
    """*redundant* are the settings without which everything would be the same, *lacking* those that only the
    example has, *unread* those that cannot be compared since glctl makes nothing of them: they are for
    services that it does not run, or typos.
    """

    differences: tuple[Difference, ...]
    redundant: tuple[Known, ...]
    unread: tuple[Known, ...]
    lacking: tuple[Option, ...]


def compare(configuration: Configuration) -> Comparison:
    """Compare all that *configuration*'s gitlab.rb sets. Pure."""
    differences: list[Difference] = []
    redundant: list[Known] = []
    foreign: list[Known] = []
    lacking: list[Option] = []
    effective, settings = configuration.effective, configuration.settings
    for key, option in OPTIONS.items():
        value, path = given(settings, option)
        if value is None:
            lacking += [] if option.ignored else [option]
            continue
        known = Known(key, effective[key], Origin("file", place(settings, path)))
        if option.foreign:
            foreign.append(known)
            continue
        other = without(configuration, option)
        if option.ignored or all(other[each] == effective[each] for each in OPTIONS):
            redundant.append(known)
        else:
            differences.append(Difference(known, other[key]))
    not_read = (*foreign, *unread(configuration))
    return Comparison(tuple(differences), tuple(redundant), not_read, tuple(lacking))
