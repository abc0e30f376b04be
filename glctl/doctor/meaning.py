"""Two files compared by what they mean, not by comments and layout: another's template may have made one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from glctl.render import nginxconf
from glctl.secret import mask_line, reveal, wrap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glctl.render.nginxconf import Directive

ABSENT = "nothing"


def differences(name: str, there: bytes, wanted: bytes) -> list[str]:
    """What differs in meaning, a sentence each, with secrets masked; empty where nothing does.

    Of *there* and *wanted*, the contents of one file, the first must not even be well-formed. What is neither
    YAML nor nginx's is compared by its lines, without comments.
    """
    if there == wanted:
        return []
    if name.endswith(".yml"):
        return _of_yaml(there, wanted)
    return _of_nginx(there, wanted) if name.endswith(".conf") else _of_lines(there, wanted)


def _of_yaml(there: bytes, wanted: bytes) -> list[str]:
    import yaml

    try:
        old, new = (dict(_leaves(wrap(yaml.safe_load(content) or {}))) for content in (there, wanted))
    except yaml.YAMLError:
        return ["it is no YAML"]
    keys = [*new, *(key for key in old if key not in new)]
    return [
        f"{key} is {old.get(key, ABSENT)}, by gitlab.rb {new.get(key, ABSENT)}"
        for key in keys
        if reveal(old.get(key, ABSENT)) != reveal(new.get(key, ABSENT))
    ]


def _leaves(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Each value with the keys that lead to it (``http.addr``)."""
    if isinstance(node, Mapping) and (node or not path):
        for key, value in node.items():
            yield from _leaves(value, (*path, str(key)))
    else:
        yield ".".join(path), node


def _of_nginx(there: bytes, wanted: bytes) -> list[str]:
    try:
        old, new = (
            Counter(_flat(nginxconf.parse(text.decode(errors="replace")))) for text in (there, wanted)
        )
    except nginxconf.NginxSyntaxError as exc:
        return [f"nginx cannot read it: {exc}"]
    return _added_and_lacking(old, new)


def _flat(directives: tuple[Directive, ...], around: str = "") -> Iterator[tuple[str, str]]:
    """Each directive as a line, behind the blocks that it stands in."""
    for directive in directives:
        words = " ".join((directive.name, *directive.args))
        if directive.block is None:
            yield around, words
        else:
            yield from _flat(directive.block, f"{around}{words} › ")


def _of_lines(there: bytes, wanted: bytes) -> list[str]:
    old, new = (
        Counter(("", line.strip()) for line in text.decode(errors="replace").splitlines() if _counts(line))
        for text in (there, wanted)
    )
    return _added_and_lacking(old, new)


def _counts(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _added_and_lacking(old: Counter[tuple[str, str]], new: Counter[tuple[str, str]]) -> list[str]:
    """What differs of lines, each behind what is around it."""
    return [
        *(f"it has {around}{_shown(line)}, which gitlab.rb does not lead to" for around, line in old - new),
        *(f"it lacks {around}{_shown(line)}" for around, line in new - old),
    ]


def _shown(line: str) -> str:
    return mask_line(line).rstrip(";")
