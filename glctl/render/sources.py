"""Where rendering comes from: the templates and the code that fills them."""

from __future__ import annotations

from pathlib import Path


def template_dir() -> Path:
    """The templates: inside the package where it is installed, beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"


def template_files() -> list[Path]:
    """Every template, in a stable order."""
    return sorted(template_dir().rglob("*.j2"))


def source_files() -> list[Path]:
    """All that what is rendered depends on, beside settings: templates and this room's code."""
    return [*template_files(), *sorted(Path(__file__).parent.glob("*.py"))]
