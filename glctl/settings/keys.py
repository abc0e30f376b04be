"""The names of settings as people write them: in gitlab.rb's spelling, with dots, or with a pattern."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.errors import UsageError
from glctl.patterns import Pattern
from glctl.settings.option import ruby_name
from glctl.settings.schema import NAMES, OPTIONS

if TYPE_CHECKING:
    from glctl.gitlabrb.model import Path

_FIRST = Pattern(r"[\w*?]+")
# ``['key']``, ``["key"]``, ``[:key]``, what a shell leaves of the first (``[key]``), ``.key``
_NEXT = Pattern(r"""\['([^']+)'\]|\["([^"]+)"\]|\[:?([^'"\[\]]+)\]|\.([^.\[\]'"]+)""")


def parse_key(text: str) -> Path:
    """The keys that *text* names: ``registry['nginx']["dir"]``, ``registry.nginx.dir``, ``registry[nginx]``.

    ``registry_nginx['dir']`` is the same setting as ``registry['nginx']['dir']``. Raises UsageError for what
    has none of these shapes.
    """
    if not text:
        raise UsageError("KEY is empty.", "Name a setting, such as registry.debug_addr, or leave KEY out.")
    first = _FIRST.match(text)
    keys, at = ([first[0]], first.end()) if first else ([], 0)
    while keys and at < len(text) and (found := _NEXT.match(text, at)):
        keys.append(found[found.lastindex or 0])
        at = found.end()
    if not keys or at < len(text):
        raise UsageError(
            f"There is no setting {text}.", "Write it as gitlab.rb does or with dots: registry.debug_addr"
        )
    return modern(tuple(keys))


def modern(path: Path) -> Path:
    """*path* as glctl calls it: ``registry_nginx['dir']`` is an older spelling."""
    return ("registry", "nginx", *path[1:]) if path[0] == "registry_nginx" else path


def is_pattern(path: Path) -> bool:
    """Whether *path* means all settings that match it (``registry.*``)."""
    return any("*" in key or "?" in key for key in path)


def is_section(path: Path) -> bool:
    """Whether settings of their own lie below *path* (``registry``, ``registry.nginx``)."""
    prefix = ".".join(path) + "."
    return (len(path) == 1 and path[0] in NAMES.hashes) or any(key.startswith(prefix) for key in OPTIONS)


def enclosing(path: Path) -> str | None:
    """The key of the Option that *path* names, or of whose value it is a part."""
    return next((key for n in range(len(path), 0, -1) if (key := ".".join(path[:n])) in OPTIONS), None)


def nearest_option(path: Path, likeness: float = 0.6) -> str | None:
    """The key in the same section that is most like *path*, if one is like it (from 0 to 1)."""
    import difflib

    inside = next((n for n in range(len(path) - 1, 0, -1) if is_section(path[:n])), 0)
    section = "".join(f"{key}." for key in path[:inside])
    names = [*OPTIONS, *NAMES.values, *NAMES.hashes]
    below = [name.removeprefix(section) for name in names if name.startswith(section)]
    near = difflib.get_close_matches(".".join(path[inside:]), below, n=1, cutoff=likeness)
    return section + near[0] if near else None


def unknown_setting(path: Path, besides: str = "") -> UsageError:
    """What to say of a *path* that is no setting, and *besides*."""
    near = nearest_option(path)
    hint = f"Did you mean {ruby_name(near)}?" if near else "glctl show-config lists them all."
    return UsageError(f"There is no setting {ruby_name('.'.join(path))}.{besides}", hint)
