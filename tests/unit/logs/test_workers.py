from pathlib import Path

import pytest

from glctl.logs import workers
from glctl.logs.stretches import Stretch, Window
from glctl.logs.tally import Tally
from glctl.logs.workers import sweep_all

FULL = b'time="2026-11-24T04:59:14Z" level=error msg="x" err.detail="write /srv: no space left on device"\n'


@pytest.mark.parametrize("alone", [0, 1 << 30], ids=["processes", "alone"])
def test_all_stretches_are_counted_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, alone: int
) -> None:
    monkeypatch.setattr(workers, "ALONE", alone)
    found = []
    for number in range(1, 5):
        path = tmp_path / f"{number}"
        path.write_bytes(FULL * number)
        found.append(Stretch(path, "registry"))
    sizes: list[int] = []

    def progress(tally: Tally) -> None:
        sizes.append(tally.size)

    tally = sweep_all(found, Window(), progress, workers=2)
    assert tally.codes["storage-no-space"].count == 10
    assert sizes == [len(FULL) * n for n in (1, 3, 6, 10)]


def test_nothing_to_read_tells_nothing() -> None:
    assert sweep_all([], Window(), lambda _: None).codes == {}
