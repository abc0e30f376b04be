"""Settings in tables and JSON, the same in every command that shows them. Secrets are masked."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from glctl.console import harmless
from glctl.secret import MASK, mask
from glctl.settings.option import ruby_name, ruby_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from glctl.converge.explanation import Known
    from glctl.settings.effective import Origin

_SHORT = 36  # characters of a value in a table


def name_of(known: Known) -> str:
    """The setting as gitlab.rb writes it."""
    return harmless(ruby_name(known.key))


def value_text(value: Any) -> str:
    """*value* as gitlab.rb writes it; a mask has no quotes, since it is no value."""
    return "not set" if value is None else ruby_value(mask(value)).replace(f"'{MASK}'", MASK)


def short_value(value: Any) -> str:
    """As :func:`value_text`, cut for a table."""
    text = value_text(value)
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"


def where(known: Known) -> str:
    """Where its value comes from, short enough for a table."""
    origin = known.origin
    if origin and origin.span:
        return harmless(f"{PurePath(origin.span.file).name}:{origin.span.line}")
    return "-" if origin is None or str(origin) == "default" else str(origin)


def aligned(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """A line for each row, in columns; the last is as wide as it is."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()


def known_as_json(known: Known) -> dict[str, Any]:
    """The setting, its value and its Origin."""
    origin = known.origin
    return {"key": known.key, "value": mask(known.value), "origin": origin and _origin_as_json(origin)}


def _origin_as_json(origin: Origin) -> dict[str, Any]:
    span = origin.span
    return {
        "kind": origin.kind,
        "file": span.file if span else None,
        "line": span.line if span else None,
        "because": origin.because,
    }
