"""The filters through which every value reaches a template: one per file format."""

from __future__ import annotations

import re
import shlex
from functools import cache
from typing import Any

from glctl.errors import GlctlError
from glctl.render import nginxconf
from glctl.secret import reveal
from glctl.settings.option import ruby_text

# What nginx reads as one plain word wherever it stands (ngx_conf_read_token: quotes, blanks, ';', '{', '}'
# and '#' end or begin something; '$' begins a variable, which is wanted).
_PLAIN = re.compile(r"[^\s\"'\\;{}#]+")
# What logrotate and a shell read as one plain word.
_PLAIN_WORD = re.compile(r"[\w.%+:@/,=-]+", re.ASCII)
# What begins like this is text to every reader of YAML, unless the dumper quotes it anyway: Go's takes more
# for numbers and truth than Python's (1e3, 0o17, y).
_PLAIN_YAML = re.compile(r"(?![YyNn]$)[A-Za-z/]")
# Begins the mark for directives of the administrator; a private-use character, as marks are made of.
VERBATIM = "\ue004"
# A line break has no business in any nginx value, and no file can hold the halves of a surrogate pair.
_UNFIT = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")


class Quoted(str):
    """Text that has passed one of these filters.

    *pieces* are what it must be read back as: words of nginx or a shell, a value of YAML. *form* has a brace
    pair for each of them, and is text of the same kind for harmless pieces (templating.py).
    """

    __slots__ = ("form", "pieces")
    form: str
    pieces: tuple[Any, ...]

    def __new__(cls, text: str, *pieces: Any, form: str = "{}") -> Quoted:
        quoted = super().__new__(cls, text)
        quoted.form, quoted.pieces = form, pieces
        return quoted


class UnquotableError(GlctlError):
    """A value that no quoting makes safe where it is meant for. Validation has told of it, with its line."""

    exit_code = 2


def nginx_word(value: Any) -> Quoted:
    """One argument of an nginx directive. Variables (``$host``) stay alive, nothing else has a meaning."""
    text = _text(value)
    if _UNFIT.search(text):
        raise UnquotableError(f"This cannot stand in nginx's configuration: {_excerpt(text)}")
    if _PLAIN.fullmatch(text):
        return Quoted(text, text)
    return Quoted('"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"', text)


def nginx_words(value: Any) -> Quoted:
    """Several arguments: an array's items, or those in a string, which may have quotes of its own."""
    items = value if isinstance(value, list | tuple) else _arguments(_text(value))
    words = [nginx_word(item) for item in items]
    pieces = [piece for word in words for piece in word.pieces]
    return Quoted(" ".join(words), *pieces, form=" ".join(["{}"] * len(words)))


def _arguments(text: str) -> list[str]:
    found = nginxconf.words(text)
    return text.split() if found is None else found


def nginx_verbatim(value: Any) -> Quoted:
    """Directives that the administrator wrote for nginx, as they are."""
    text = _text(value).strip("\n")
    return Quoted(text, text, form=VERBATIM + "{};")


def shell_word(value: Any) -> Quoted:
    """One word of a shell command."""
    text = _text(value)
    if _UNFIT.search(text):
        raise UnquotableError(f"This cannot stand in a service's run script: {_excerpt(text)}")
    return Quoted(shlex.quote(text), text)


def log_files(directory: Any) -> Quoted:
    """The pattern that is logrotate's name for the log files in *directory*, whatever that is called."""
    text = _text(directory)
    if _UNFIT.search(text) or "{" in text:  # which begins a block also in quotes (observed)
        raise UnquotableError(f"logrotate cannot be told of this directory: {_excerpt(text)}")
    pattern = re.sub(r"([*?\[\\])", r"\\\1", text) + "/*.log"
    quoted = '"' + pattern.replace('"', '\\"') + '"'
    return Quoted(quoted, *shlex.split(quoted))


def logrotate_words(value: Any) -> Quoted:
    """A directive of logrotate with its arguments, or an array of directives, one a line."""
    lines = value if isinstance(value, list) else [_text(value)]
    words = [word for line in lines for word in line.split()]
    if unfit := [word for word in words if not _PLAIN_WORD.fullmatch(word)]:
        raise UnquotableError(f"This cannot stand in logrotate's configuration: {_excerpt(unfit[0])}")
    return Quoted("\n  ".join(lines), *words, form=" ".join(["{}"] * len(words)))


def shell_line(value: Any) -> Quoted:
    """A shell command that the administrator wrote, as it is, on a line of logrotate's own."""
    text = _text(value).strip()
    try:
        words = shlex.split(text, comments=True)
    except ValueError:
        words = []
    if not words or words[0] == "endscript" or _UNFIT.search(text):
        raise UnquotableError(f"This is no shell command for logrotate: {_excerpt(text)}")
    return Quoted(text, *words, form=" ".join(["{}"] * len(words)))


def yaml_value(value: Any) -> Quoted:
    """A scalar or small collection on one line."""
    meant = _plain(reveal(value))
    return Quoted(_dump(meant, flow=True).removesuffix("\n").removesuffix("\n..."), meant)


def yaml_block(value: Any, indent: int = 2) -> Quoted:
    """A mapping or list as an indented block."""
    meant = _plain(reveal(value))
    lines = _dump(meant, flow=False).removesuffix("\n").split("\n")
    return Quoted("\n".join(" " * indent + line for line in lines), meant, form=" " * indent + "{}")


def _dump(value: Any, *, flow: bool) -> str:
    import yaml

    text: str = yaml.dump(
        value,
        Dumper=_dumper(),
        default_flow_style=flow,
        sort_keys=False,
        allow_unicode=True,
        width=2**30,  # never fold: a value stays on its line
    )
    return text


@cache
def _dumper() -> Any:
    """A safe dumper that leaves quotes out only where any version of YAML takes the text for text."""
    import yaml

    class Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]  # C, where it is built
        pass

    def represent(dumper: Any, text: str) -> Any:
        style = None if _PLAIN_YAML.match(text) and text.isprintable() else '"'
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)

    Dumper.add_representer(str, represent)
    return Dumper


def _plain(value: Any) -> Any:
    """Data of exactly the types that the dumper knows (a Symbol is a str)."""
    if isinstance(value, dict):
        return {_plain(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, str) else value


def _text(value: Any) -> str:
    return ruby_text(reveal(value))


def _excerpt(text: str) -> str:
    return repr(text if len(text) < 60 else text[:57] + "…")
