import pytest

from glctl.converge.pushes import accepted_since
from glctl.paths import LOG_DIR, Root

NINE = 1795597200.5  # 2026-11-25T09:00:00.5 UTC
ACCESS = '127.0.0.1 - - [25/Nov/2026:09:00:%02d +0000] "%s /v2/a/blobs/uploads/ HTTP/1.1" %d 0 "" "docker"'

STAMP = "2026-11-25_09:00:01.00000 "


def line(second: float, method: str, status: int, *, stamped: bool = True) -> str:
    stamp = f"2026-11-25_09:00:{second:08.5f} " if stamped else ""
    return stamp + ACCESS % (int(second), method, status)


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        ([], 0),
        ([line(1, "GET", 200), line(1, "HEAD", 200), line(1, "POST", 401), line(1, "PUT", 500)], 0),
        ([line(1, "POST", 202), line(2, "PATCH", 202), line(3, "PUT", 201), line(4, "DELETE", 202)], 4),
        ([line(0.4, "PUT", 201)], 0),
        ([line(0.6, "PUT", 201)], 1),
        ([line(0.0, "PUT", 201, stamped=False)], 1),  # in the same second: that it came before is not known
        ([STAMP + "REG: " + ACCESS % (1, "PUT", 201), STAMP + "REG: " + ACCESS % (1, "PUT", 401)], 1),
        (["REG: " + ACCESS % (1, "PUT", 201), "REG: " + ACCESS.replace("09:", "08:") % (1, "PUT", 201)], 1),
        (['time="2026-11-25T09:00:01Z" level=info msg="\\"POST / 202\\" PUT /"'], 0),
    ],
)
def test_writes_that_were_accepted_since(root: Root, lines: list[str], count: int) -> None:
    log = root.at(f"{LOG_DIR}/registry/current")
    log.parent.mkdir(parents=True)
    log.write_text("".join(f"{each}\n" for each in lines))
    assert accepted_since(root, NINE) == count


def test_without_a_log_there_is_nothing(root: Root) -> None:
    assert accepted_since(root, NINE) == 0
