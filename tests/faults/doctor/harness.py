"""Reads the files of faults and of healthy variants, makes them on their stacks, and judges the doctor.

A file says in its first line how the fault is made, and in its names what must come of it:

    CAUSE       the one root cause that must be found, a Code; a healthy variant has none
    STACK       the healthy stack that it is made on (stacks.py)
    WRITE_ONLY  checks that tell it only with --write: by default they must be listed as not tried
    OPTIONS     further options of the doctor
    fault       the context manager that breaks a stack and repairs it
"""

from __future__ import annotations

import contextlib
import importlib.util
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from stacks import STACKS, told

from glctl.findings.catalog import CODES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from stacks import Stack, Stacks

HERE = Path(__file__).parent
DEFAULT_STACK = "filesystem"
Report = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault in its file *path*, or a healthy variant: then *cause* is empty."""

    path: Path
    how: str
    cause: str = ""
    stack: str = DEFAULT_STACK
    write_only: tuple[str, ...] = ()
    options: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.path.stem.replace("_", " ")

    def make(self, stack: Stack) -> AbstractContextManager[None]:
        """Break *stack*, and repair it when left."""
        fault: Callable[[Stack], AbstractContextManager[None]]
        fault = _names(self.path).get("fault", contextlib.nullcontext)
        return fault(stack)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the doctor made of *faults* at once; *wrong*: what is not as it must be, a paragraph each.

    The reports are None where the faults could not be made here, *skipped* says why then.
    """

    faults: tuple[Fault, ...]
    by_default: Report | None = None
    with_write: Report | None = None
    wrong: tuple[str, ...] = ()
    skipped: str = ""
    seconds: float = 0.0

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(fault.name for fault in self.faults)

    @property
    def verdict(self) -> str:
        """In a few words, for whoever watches."""
        if self.skipped:
            return f"skipped, {self.skipped}"
        return "WRONG" if self.wrong else "found" if self.causes else "well"

    @property
    def causes(self) -> tuple[str, ...]:
        return tuple(fault.cause for fault in self.faults if fault.cause)


# --- reading


def load(path: Path) -> Fault:
    """The fault or the variant in the file *path*."""
    names = _names(path)
    fault = Fault(
        path=path,
        how=(names["__doc__"] or "").strip(),
        cause=names.get("CAUSE", ""),
        stack=names.get("STACK", DEFAULT_STACK),
        write_only=names.get("WRITE_ONLY", ()),
        options=names.get("OPTIONS", ()),
    )
    assert fault.how, f"{path} does not say how it is made"
    assert fault.stack in STACKS, f"{path}: there is no stack {fault.stack}"
    assert not fault.cause or fault.cause in CODES, f"{path}: there is no Code {fault.cause}"
    return fault


def _names(path: Path) -> dict[str, Any]:
    """What a file defines."""
    spec = importlib.util.spec_from_file_location(f"{path.parent.name}_{path.stem}", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return vars(module)


def faults() -> list[Fault]:
    """All faults."""
    return [load(path) for path in sorted((HERE / "faults").glob("*.py"))]


def variants() -> list[Fault]:
    """All healthy variants, among them what only looks like a fault."""
    return [load(path) for path in sorted((HERE / "healthy").glob("*.py"))]


# --- trying


def attempt(stacks: Stacks, *faults: Fault) -> Outcome:
    """Make *faults* on the stack of the first, ask the doctor by default and with --write, repair, ask again.

    A stack that is not well again is taken down.
    """
    name, begun = faults[0].stack, time.monotonic()
    wrong: list[str] = []
    reports: dict[str, Report] = {}
    options = [option for fault in faults for option in fault.options]
    try:
        stack = stacks[name]
        stack.forget_logs()
        with contextlib.ExitStack() as made:
            for fault in faults:
                made.enter_context(fault.make(stack))
            reports["by default"] = stack.doctor(*options)
            reports["with --write"] = stack.doctor("--write", *options)
        wrong += _not_well_again(stack)
    except pytest.skip.Exception as exc:
        return Outcome(faults, skipped=str(exc))
    except (Exception, pytest.fail.Exception):  # noqa: BLE001 - a file that fails is a result, too
        wrong.append(traceback.format_exc())
    if wrong:
        stacks.drop(name)
    by_default, with_write = reports.get("by default"), reports.get("with --write")
    if by_default and with_write:
        wrong = [*judge(faults, by_default, with_write), *wrong]
    return Outcome(faults, by_default, with_write, tuple(wrong), seconds=time.monotonic() - begun)


def _not_well_again(stack: Stack) -> list[str]:
    report = stack.doctor("--write")
    return [f"afterwards the stack is not well:\n{told(report)}"] if report["root_causes"] else []


# --- judging


def judge(faults: Sequence[Fault], by_default: Report, with_write: Report) -> list[str]:
    """What is not as it must be in the two reports, a paragraph for each, which shows it."""
    expected = {fault.cause for fault in faults if fault.cause}
    hidden = {fault.cause for fault in faults if fault.write_only}
    reports = ("with --write", with_write, set()), ("by default", by_default, hidden)
    wrong = []
    for how, report, may_be_missed in reports:
        if lines := list(_differences(report, expected, may_be_missed)):
            wrong.append("\n  ".join([f"{how}:", *lines, told(report)]))
    tried = {check["name"] for check in by_default["checks"] if check["outcome"] != "not_tried"}
    listed = tried & {name for fault in faults for name in fault.write_only}
    wrong += [f"{name} tells it only with --write, and is not listed as not tried" for name in sorted(listed)]
    return wrong


def _differences(report: Report, expected: set[str], may_be_missed: set[str]) -> Iterator[str]:
    found = set(report["root_causes"])
    for cause in sorted(expected - found - may_be_missed):
        yield f"{cause} is not among the root causes"
    for cause in sorted(found - expected):
        yield f"{cause} is a root cause, and nobody made that fault"
    for finding in report["findings"]:
        by = finding["explained_by"]
        if finding["severity"] != "info" and by is not None and by not in expected:
            yield f"{finding['code']} is explained by {by}, and nobody made that fault"
