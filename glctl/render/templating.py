"""Templates: where they are, and an environment in which only quoted values can be printed."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glctl.render import quoting

if TYPE_CHECKING:
    import jinja2

_FILTERS = {
    "ngx": quoting.nginx_word,
    "ngxs": quoting.nginx_words,
    "verbatim": quoting.nginx_raw,
    "sh": quoting.shell_word,
    "yaml": quoting.yaml_value,
    "yaml_block": quoting.yaml_block,
}


def template_dir() -> Path:
    """The templates: inside the package where it is installed, beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"


def template_files() -> list[Path]:
    """Every template, in a stable order."""
    return sorted(template_dir().rglob("*.j2"))


def render(template: str, **values: Any) -> bytes:
    """The template's text with *values*, in UTF-8. Each value must pass a filter that quotes it."""
    return _environment().get_template(template).render(**values).encode()


@cache
def _environment() -> jinja2.Environment:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(template_dir()),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701 - no HTML here; _only_quoted is stricter than escaping
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_only_quoted,
        auto_reload=False,
    )
    environment.filters.update(_FILTERS)
    return environment


def _only_quoted(value: Any) -> Any:
    if not isinstance(value, quoting.Quoted):
        raise TypeError(f"a template prints a value that passed no quoting filter: {type(value).__name__}")
    return value
