import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from glctl.errors import GlctlError
from glctl.logs import workers
from glctl.logs.stretches import Stretch, Window
from glctl.logs.sweep import sweep
from glctl.logs.tally import Tally
from glctl.logs.workers import count_all, size_of

FULL = b'time="2026-11-24T04:59:14Z" level=error msg="x" err.detail="write /srv%d: no space left on device"\n'


def work(stretch: Stretch, tell: Callable[[int], None]) -> Tally:
    return sweep(stretch, Window(), tell)


def stretches(directory: Path, count: int) -> list[Stretch]:
    for number in range(1, count + 1):
        (directory / f"{number}").write_bytes(FULL % number * number)
    return [Stretch(directory / f"{number}", "registry") for number in range(1, count + 1)]


@pytest.mark.parametrize("alone", [0, 1 << 30], ids=["processes", "alone"])
def test_all_stretches_are_counted_together_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, alone: int
) -> None:
    monkeypatch.setattr(workers, "ALONE", alone)
    read: list[int] = []
    tally = count_all(work, stretches(tmp_path, 4), Tally(), read.append, workers=2)
    seen = tally.codes["storage-no-space"]
    assert seen.count == 10
    assert seen.explanation == "The file system of /srv4 has no space or no inodes left."
    assert [Path(example.file).name for example in seen.examples] == ["1", "2", "2"]
    assert read == sorted(read)
    assert read[-1] <= tally.size == 10 * len(FULL % 1)


def test_nothing_to_read_tells_nothing() -> None:
    assert count_all(work, [], Tally(), lambda _: None).codes == {}


def _killed(stretch: Stretch, tell: Callable[[int], None]) -> Tally:
    os.kill(os.getpid(), signal.SIGKILL)
    return Tally()


def test_a_process_that_is_killed_ends_the_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "ALONE", 0)
    with pytest.raises(GlctlError, match="ended from outside"):
        count_all(_killed, stretches(tmp_path, 3), Tally(), lambda _: None, workers=2)


def test_what_has_gone_has_no_size(tmp_path: Path) -> None:
    assert size_of(Stretch(tmp_path / "gone", "registry")) == 0
    (tmp_path / "here").write_bytes(b"12345")
    assert size_of(Stretch(tmp_path / "here", "registry", 2)) == 3
    assert size_of(Stretch(tmp_path / "here", "registry", 2, 4)) == 2


def _broken(stretch: Stretch, tell: Callable[[int], None]) -> Tally:
    raise GlctlError("This cannot be counted.", "Try another.")


def test_an_error_in_a_process_is_raised_as_if_it_were_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "ALONE", 0)
    with pytest.raises(GlctlError, match="cannot be counted") as caught:
        count_all(_broken, stretches(tmp_path, 3), Tally(), lambda _: None, workers=2)
    assert caught.value.hint == "Try another."
