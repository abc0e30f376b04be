from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.versions.replaced import CHECK

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from glctl.doctor.facts import Facts


def facts_with(new_facts: Callable[..., Facts], pid: int) -> Facts:
    seen = new_facts().services()["registry"]
    return new_facts(services={"registry": replace(seen, status=replace(seen.status, pid=pid))})


def test_a_program_that_was_replaced_under_its_process(
    new_facts: Callable[..., Facts], run: Any, tmp_path: Path
) -> None:
    program = tmp_path / "registry"
    shutil.copy("/bin/sleep", program)
    process = subprocess.Popen([program, "60"])
    try:
        assert run(CHECK, facts_with(new_facts, process.pid)) == ([], "registry")
        program.unlink()
        [finding], _ = run(CHECK, facts_with(new_facts, process.pid))
    finally:
        process.kill()
        process.wait()
    assert (finding.code, finding.remedy) == ("program-replaced", "glctl restart registry")
    assert f"the program that {program} was" in finding.summary


def test_nothing_runs(new_facts: Callable[..., Facts], run: Any) -> None:
    with pytest.raises(NotTriedError, match="nothing runs"):
        run(CHECK, facts_with(new_facts, 2**22 + 1))
