"""Every source file has its unit tests, in the mirrored place, and nothing else lies there."""

from __future__ import annotations

from pathlib import Path

PROJECT = Path(__file__).parents[2]


def mirrored(source: Path) -> Path:
    """Where the unit tests of a source file (relative to glctl/) lie, relative to tests/unit/."""
    return source.with_name(f"test_{source.name}")


def sources() -> set[Path]:
    package = PROJECT / "glctl"
    files = {path.relative_to(package) for path in package.rglob("*.py")}
    return {path for path in files if path.name not in {"__init__.py", "__main__.py"}}


def unit_tests() -> set[Path]:
    folder = PROJECT / "tests" / "unit"
    return {path.relative_to(folder) for path in folder.rglob("test_*.py")}


def test_every_source_file_has_unit_tests() -> None:
    missing = {mirrored(source) for source in sources()} - unit_tests()
    assert not missing, f"missing in tests/unit: {', '.join(sorted(map(str, missing)))}"


def test_every_unit_test_file_has_its_source() -> None:
    orphans = unit_tests() - {mirrored(source) for source in sources()}
    assert not orphans, f"in tests/unit, without a source: {', '.join(sorted(map(str, orphans)))}"


def test_tests_are_no_packages() -> None:
    """``--import-mode=importlib`` needs none; an __init__.py would let test files import each other."""
    assert not list((PROJECT / "tests").rglob("__init__.py"))
