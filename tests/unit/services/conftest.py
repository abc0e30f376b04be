"""Service directories as runsv leaves them, without a runsv."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def supervised(tmp_path: Path) -> Iterator[Callable[[bytes], tuple[Path, int]]]:
    """Makes a service directory with a given status; returns it and what is read from its control pipe."""
    pipes: list[int] = []

    def make(status: bytes) -> tuple[Path, int]:
        directory = tmp_path / f"service{len(pipes)}"
        (directory / "supervise").mkdir(parents=True)
        (directory / "run").touch()
        (directory / "supervise/status").write_bytes(status)
        for name in ("ok", "control"):
            os.mkfifo(directory / "supervise" / name)
            pipes.append(os.open(directory / "supervise" / name, os.O_RDONLY | os.O_NONBLOCK))
        return directory, pipes[-1]

    yield make
    for pipe in pipes:
        os.close(pipe)
