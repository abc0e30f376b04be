"""The filters through which every value reaches a template: one per file format."""

from __future__ import annotations

import re
import shlex
from typing import Any

from glctl.errors import GlctlError
from glctl.secret import reveal

# What nginx reads as one plain word wherever it stands (ngx_conf_read_token: quotes, blanks, ';', '{', '}'
# and '#' end or begin something; '$' begins a variable, which is wanted).
_PLAIN = re.compile(r"[^\s\"'\\;{}#]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Quoted(str):
    """Text that has passed one of these filters. Nothing else may be printed by a template."""

    __slots__ = ()


class UnquotableError(GlctlError):
    """A value that no quoting makes safe in the file that it is meant for."""

    exit_code = 2


def nginx_word(value: Any) -> Quoted:
    """One argument of an nginx directive. Variables (``$host``) stay alive, nothing else has a meaning.

    Raises UnquotableError for control characters: a newline has no business in any nginx value.
    """
    text = _text(value)
    if _CONTROL.search(text):
        raise UnquotableError(
            f"A value for nginx contains a control character (a newline?): {_excerpt(text)}",
            "Take it out of the setting in gitlab.rb.",
        )
    if _PLAIN.fullmatch(text):
        return Quoted(text)
    return Quoted('"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"')


def nginx_words(value: Any) -> Quoted:
    """Several arguments: an array's items, or what a string holds between blanks."""
    items = value if isinstance(value, list | tuple) else _text(value).split(" ")
    return Quoted(" ".join(nginx_word(item) for item in items if item != ""))


def nginx_raw(value: Any) -> Quoted:
    """Directives that the administrator wrote for nginx, verbatim. What they may do, parsing back tells."""
    return Quoted(_text(value).strip("\n"))


def shell_word(value: Any) -> Quoted:
    """One word of a shell command."""
    text = _text(value)
    if "\x00" in text or "\n" in text:
        raise UnquotableError(
            f"A value for a service's run script contains a newline: {_excerpt(text)}",
            "Take it out of the setting in gitlab.rb.",
        )
    return Quoted(shlex.quote(text))


def yaml_value(value: Any) -> Quoted:
    """A scalar or small collection on one line."""
    return Quoted(_dump(value, flow=True).removesuffix("\n").removesuffix("\n..."))


def yaml_block(value: Any, indent: int = 2) -> Quoted:
    """A mapping or list as an indented block."""
    prefix = " " * indent
    lines = _dump(value, flow=False).splitlines()
    return Quoted("\n".join(prefix + line if line else line for line in lines))


def _dump(value: Any, *, flow: bool) -> str:
    import yaml

    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    width = 2**20  # never fold: a value stays on its line
    text: str = yaml.dump(
        reveal(_plain(value)),
        Dumper=dumper,
        default_flow_style=flow,
        sort_keys=False,
        allow_unicode=True,
        width=width,
    )
    return text


def _plain(value: Any) -> Any:
    """Data of exactly the types that the safe dumper knows (Symbol is a str subclass)."""
    if isinstance(value, dict):
        return {_plain(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, str) else value


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(reveal(value))


def _excerpt(text: str) -> str:
    return repr(text if len(text) < 60 else text[:57] + "…")
