from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.services.limits import CHECK

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts

# May open 64 files, opens as many as it is told, says so, and waits.
_OPENS = """
import resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
held = [open("/dev/null") for _ in range(int(sys.argv[1]))]
print(flush=True)
input()
"""


def facts_with(new_facts: Callable[..., Facts], pid: int) -> Facts:
    seen = new_facts().services()["registry"]
    status = replace(seen.status, pid=pid)
    return new_facts(services={"registry": replace(seen, first=status, status=status)})


def test_far_from_the_limit(new_facts: Callable[..., Facts], run: Any) -> None:
    findings, note = run(CHECK, facts_with(new_facts, os.getpid()))
    assert findings == []
    assert note.startswith("registry ")


@pytest.mark.parametrize(("opened", "severity"), [(50, "warning"), (58, "error")])
def test_close_to_it(new_facts: Callable[..., Facts], run: Any, opened: int, severity: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", _OPENS, str(opened)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        assert process.stdout
        process.stdout.readline()
        [finding], _ = run(CHECK, facts_with(new_facts, process.pid))
        process.kill()
    assert (finding.code, finding.severity, finding.subject) == ("too-many-open-files", severity, "registry")


def test_nothing_runs(new_facts: Callable[..., Facts], run: Any) -> None:
    with pytest.raises(NotTriedError, match="nothing runs"):
        run(CHECK, facts_with(new_facts, 2**22 + 1))
