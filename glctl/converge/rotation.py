"""Trying logrotate's new files before the old ones are touched: it only leaves out what it does not like."""

from __future__ import annotations

import os
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from glctl.console import harmless
from glctl.patterns import Pattern
from glctl.render.resources import File
from glctl.secret import mask_line
from glctl.services.scratch import scratch
from glctl.settings.option import ruby_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from glctl.converge.plan import Problem
    from glctl.converge.prepare import Prepared
    from glctl.settings.effective import Effective

_ERROR = Pattern(r"error: (?P<path>logrotate\.(?:conf|d/\w+)):\d* ?(?P<words>.+)")
_TIMEOUT = 30  # seconds; it takes some milliseconds, and looks at each log file
_SETTINGS = "frequency size maxsize rotate dateformat compress method postrotate".split()


def rotation_problems(prepared: Prepared) -> Iterator[Problem]:
    """What logrotate has against those of its files that change."""
    effective, program = prepared.configuration.effective, prepared.configuration.host.platform.logrotate
    directory = effective["logrotate.dir"]
    files = [
        each
        for each in prepared.resources
        if isinstance(each, File) and PurePosixPath(each.path).is_relative_to(directory)
    ]
    if not {each.path for each in files} & prepared.plan.paths or not os.access(program.path, os.X_OK):
        return
    with scratch() as stage:
        for each in files:
            staged = stage / PurePosixPath(each.path).relative_to(directory)
            staged.parent.mkdir(mode=0o700, exist_ok=True)
            staged.write_bytes(each.content)
            staged.chmod(0o600)  # logrotate leaves out what others may write to
        said = _test(program.path, stage)
    for path, words in said:
        yield _problem(f"{directory}/{path}", words, effective)


def _test(program: str, stage: Path) -> list[tuple[str, str]]:
    """Its errors about its files: which one, and what. It changes nothing (``--debug``).

    What it has against the log files as they are now is left out: a run may make that right. So are its line
    numbers: within braces they are too small (3.21, as observed).
    """
    import subprocess

    command = [program, "--debug", "--state", "logrotate.status", "logrotate.conf"]
    try:
        done = subprocess.run(command, cwd=stage, capture_output=True, timeout=_TIMEOUT, check=False)
    except subprocess.TimeoutExpired:
        return [("logrotate.conf", f"logrotate --debug did not end within {_TIMEOUT} s.")]
    found = [_ERROR.match(line) for line in done.stderr.decode(errors="replace").splitlines()]
    return [(each["path"], each["words"]) for each in found if each]


def _problem(path: str, words: str, effective: Effective) -> Problem:
    keys = [f"{section}.logrotate_{name}" for section in ("nginx", "logging") for name in _SETTINGS]
    set_there = [key for key in keys if effective.origin(key).kind == "file"]
    source = next((k for k in set_there if any(f"'{w}'" in words for w in str(effective[k]).split())), "")
    hint = "Look at nginx['logrotate_…'] and logging['logrotate_…'] in gitlab.rb."
    if source:
        hint = f"It comes from {ruby_name(source)}: {effective.origin(source)}"
    return f"logrotate refuses the new configuration:\n    {harmless(f'{path}: {mask_line(words)}')}", hint
