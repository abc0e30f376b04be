"""A hostile gitlab.rb, just below the limits, read by a process of its own."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from glctl.gitlabrb.limits import MAX_TOKENS

PROGRAM = """
import re, resource, sys
from glctl.errors import ConfigError
from glctl.gitlabrb.model import Names
from glctl.gitlabrb.reader import evaluate

try:
    evaluate(sys.stdin.read(), "gitlab.rb", Names(frozenset({"roles"}), frozenset({"registry"})), environ={})
except ConfigError:
    pass
usage = resource.getrusage(resource.RUSAGE_SELF)
print(usage.ru_utime + usage.ru_stime, re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
"""


@pytest.mark.parametrize(
    "unit",
    [
        "a\n",
        "1;",
        "'",
        '"#{',
        "if a\n",
        "registry['a' = 'b\n",
        "registry['é'] = 'é';",
        ",registry['a'] = ",
        "%q(",
    ],
)
def test_a_hostile_file_takes_neither_long_nor_much_memory(unit: str) -> None:
    tokens = re.findall(r"\w+|[^\w\s]", unit)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=unit * (MAX_TOKENS // len(tokens)),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    seconds, kilobytes = done.stdout.split()
    assert float(seconds) < 2
    assert int(kilobytes) < 200_000
