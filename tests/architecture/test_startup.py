"""Start-up is a feature: nothing heavy is imported before the function that needs it runs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text())
BANNED: list[str] = PYPROJECT["tool"]["ruff"]["lint"]["flake8-tidy-imports"]["banned-module-level-imports"]
# What a distribution is called when imported, where that is not its name.
IMPORT_NAMES = {"pyyaml": "yaml"}


def loaded_by(code: str) -> set[str]:
    """Names of the modules in memory after a fresh interpreter ran *code*."""
    script = f"import sys, json\n{code}\nsys.stderr.write(json.dumps(list(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd="/"
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stderr))


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_load_nothing_heavy(option: str) -> None:
    loaded = loaded_by(f"from glctl.cli import run\nrun([{option!r}])")
    assert "glctl.cli" in loaded
    assert not loaded & set(BANNED)
    assert {name for name in loaded if name.startswith("glctl.")} == {"glctl.cli"}


def test_importing_every_module_loads_nothing_heavy() -> None:
    modules = [
        ".".join(path.relative_to(PROJECT).with_suffix("").parts)
        for path in (PROJECT / "glctl").rglob("*.py")
        if path.name != "__init__.py"
    ]
    loaded = loaded_by("\n".join(f"import {module}" for module in modules))
    assert set(modules) <= loaded
    assert not loaded & set(BANNED)


def test_every_dependency_but_click_is_banned_at_module_level() -> None:
    names = [re.split(r"[^\w-]", dependency)[0] for dependency in PYPROJECT["project"]["dependencies"]]
    assert {IMPORT_NAMES.get(name, name.replace("-", "_")) for name in names} - {"click"} <= set(BANNED)


def test_ruff_refuses_them_at_module_level() -> None:
    source = "".join(f"import {module}\n" for module in BANNED)
    ruff = [sys.executable, "-m", "ruff", "check", "--select=TID253", "--output-format=json"]
    done = subprocess.run(
        [*ruff, "--stdin-filename=glctl/example.py", "-"],
        input=source,
        capture_output=True,
        text=True,
        check=False,
        cwd=PROJECT,
    )
    assert {finding["location"]["row"] for finding in json.loads(done.stdout)} == set(
        range(1, len(BANNED) + 1)
    )


def test_ruff_checks_them_without_being_asked() -> None:
    assert "TID" in PYPROJECT["tool"]["ruff"]["lint"]["select"]
    assert not [rule for rule in PYPROJECT["tool"]["ruff"]["lint"]["ignore"] if rule.startswith("TID")]
