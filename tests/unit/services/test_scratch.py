import errno
import os
from pathlib import Path

import pytest

from glctl.services.processes import read
from glctl.services.scratch import scratch


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def test_it_is_ours_alone_and_goes(temporary: Path) -> None:
    with scratch() as folder:
        assert folder.parent == temporary
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "file").touch()
    assert list(temporary.iterdir()) == []


def test_what_a_killed_run_left_goes_and_nothing_else(temporary: Path) -> None:
    me = read(os.getpid())
    assert me
    killed = [f"glctl-stage-{me.pid}-{me.started - 1}-a", "glctl-stage-4194305-1-b"]
    others = [f"glctl-stage-{me.pid}-{me.started}-c", "glctl-stage-x-y-z", "glctl-demo-0-0-0"]
    for name in (*killed, *others):
        (temporary / name / "conf").mkdir(parents=True)
    (temporary / "precious").mkdir()
    (temporary / "glctl-stage-4194305-1-link").symlink_to(temporary / "precious")
    with scratch():
        pass
    left = {path.name for path in temporary.iterdir()}
    assert left == {*others, "precious", "glctl-stage-4194305-1-link"}


def test_what_a_link_leads_to_is_left_alone_also_where_the_link_may_not_be_removed(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = temporary / "live"
    live.mkdir(mode=0o750)

    def refused(*_args: object, **_more: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    def try_out() -> None:
        with scratch() as folder:
            (folder / "link").symlink_to(live)
            monkeypatch.setattr(os, "unlink", refused)

    with pytest.raises(PermissionError):
        try_out()
    assert live.stat().st_mode & 0o777 == 0o750


def test_it_can_be_elsewhere_of_another_name_and_removed_by_other_means(tmp_path: Path) -> None:
    place = tmp_path / "place"
    left = place / "other-4194305-1-x"
    left.mkdir(parents=True)
    removed: list[Path] = []
    swept: list[Path] = []
    with scratch("other-", place, remove=removed.append, swept=swept.append) as folder:
        assert folder.parent == place
    assert swept == [left]
    assert removed == [left, folder]
