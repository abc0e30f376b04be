"""Templates: only quoted values can be printed, and what was rendered is read back as it was meant.

A template is rendered with a mark in the place of each value. From that text come the file's content, with
the quoted values in place of the marks, and what the file must say: the text taken apart, with the values
themselves in place of the marks. So whatever a value holds, it cannot become anything but itself.
"""

from __future__ import annotations

import re
import shlex
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glctl.errors import GlctlError
from glctl.render import nginxconf, quoting
from glctl.render.sources import template_dir
from glctl.secret import reveal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import jinja2

_FILTERS = {
    "ngx": quoting.nginx_word,
    "ngxs": quoting.nginx_words,
    "verbatim": quoting.nginx_verbatim,
    "sh": quoting.shell_word,
    "log_files": quoting.log_files,
    "rotation": quoting.logrotate_words,
    "script": quoting.shell_line,
    "yaml": quoting.yaml_value,
    "yaml_block": quoting.yaml_block,
}


def render(template: str, **values: Any) -> bytes:
    """The template's text with *values*, in UTF-8. Each value must pass a filter that quotes it.

    Raises GlctlError where the text would not be read back as it was meant.
    """
    if _VALUES_ONLY.get():
        return repr((template, reveal(values))).encode()
    printed: list[quoting.Quoted] = []
    marked = _environment().get_template(template).render(printed=printed, **values)
    content = _MARK.sub(lambda mark: printed[int(mark[1])], marked)
    skeleton = _MARK.sub(lambda mark: _marks(int(mark[1]), printed[int(mark[1])]), marked)
    pieces = {f"{n}.{k}": piece for n, quoted in enumerate(printed) for k, piece in enumerate(quoted.pieces)}
    read = _READERS[Path(template.removesuffix(".j2")).suffix]
    try:
        as_meant = read(content, {}) == read(skeleton, pieces)
    except ValueError:
        as_meant = False
    if not as_meant:
        raise GlctlError(
            f"What {template} makes of gitlab.rb would not be read back as it is meant; nothing was written.",
            "Please report it, with the settings of gitlab.rb that look unusual.",
        )
    return content.encode()


_VALUES_ONLY = ContextVar("_VALUES_ONLY", default=False)


@contextmanager
def values_only() -> Iterator[None]:
    """Within it, :func:`render` gives what a template is given in place of its text.

    For comparing what files would hold: the template engine takes longer to load than all else together.
    """
    token = _VALUES_ONLY.set(True)
    try:
        yield
    finally:
        _VALUES_ONLY.reset(token)


# Private-use characters: they mean nothing to nginx, YAML or a shell, and no template contains them.
_MARK = re.compile("\ue000([0-9]+)\ue001")
_PIECE = re.compile("\ue002([0-9.]+)\ue003")

Pieces = dict[str, Any]  # what each mark in a text stands for


def _marks(number: int, quoted: quoting.Quoted) -> str:
    return quoted.form.format(*(f"\ue002{number}.{k}\ue003" for k in range(len(quoted.pieces))))


def _read_nginx(text: str, pieces: Pieces) -> list[nginxconf.Directive]:
    return list(_filled_directives(nginxconf.parse(text), pieces))


def _filled_directives(
    directives: tuple[nginxconf.Directive, ...], pieces: Pieces
) -> Iterator[nginxconf.Directive]:
    for directive in directives:
        if directive.name.startswith(quoting.VERBATIM):
            yield from nginxconf.parse(_filled_text(directive.name.removeprefix(quoting.VERBATIM), pieces))
            continue
        block = directive.block
        yield replace(
            directive,
            name=_filled_text(directive.name, pieces),
            args=tuple(_filled_text(arg, pieces) for arg in directive.args),
            block=None if block is None else tuple(_filled_directives(block, pieces)),
        )


def _read_yaml(text: str, pieces: Pieces) -> Any:
    import yaml

    try:
        return _filled_data(yaml.safe_load(text), pieces)
    except yaml.YAMLError as exc:
        raise ValueError("no YAML") from exc


def _filled_data(data: Any, pieces: Pieces) -> Any:
    if isinstance(data, dict):
        return {_filled_data(key, pieces): _filled_data(value, pieces) for key, value in data.items()}
    if isinstance(data, list):
        return [_filled_data(item, pieces) for item in data]
    mark = _PIECE.fullmatch(data) if isinstance(data, str) else None
    return pieces[mark[1]] if mark and pieces else data


def _read_shell(text: str, pieces: Pieces) -> list[str]:
    return [_filled_text(word, pieces) for word in shlex.split(text, comments=True)]


def _filled_text(text: str, pieces: Pieces) -> str:
    return _PIECE.sub(lambda mark: str(pieces[mark[1]]), text) if pieces else text


_READERS: dict[str, Callable[[str, Pieces], Any]] = {
    ".conf": _read_nginx,
    ".yml": _read_yaml,
    "": _read_shell,
}


@cache
def _environment() -> jinja2.Environment:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(template_dir()),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701 - no HTML here; _marked is stricter than escaping
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=jinja2.pass_context(_marked),
        auto_reload=False,
    )
    environment.filters.update(_FILTERS)
    return environment


def _marked(context: jinja2.runtime.Context, value: Any) -> str:
    """A mark in the place of a value that is printed."""
    if not isinstance(value, quoting.Quoted):
        raise TypeError(f"a template prints a value that passed no quoting filter: {type(value).__name__}")
    printed: list[quoting.Quoted] = context["printed"]
    printed.append(value)
    return f"\ue000{len(printed) - 1}\ue001"
