from __future__ import annotations

import pytest
from recorded import BEGAN, DIGEST, exchange, recorded, talk

from glctl.trace.steps import steps
from glctl.trace.summary import summary, times_by_stage

OTHER = DIGEST[:-1] + ("0" if DIGEST[-1] != "0" else "1")


def test_what_goes_on_at_the_same_time_counts_once() -> None:
    sent = [
        exchange("PATCH", "/v2/a/b/blobs/uploads/1", 202, began=BEGAN + start, seconds=2.0)
        for start in (0, 1, 5)
    ]
    assert times_by_stage(steps(talk(*sent))) == {"sending layers": pytest.approx(5.0)}


def test_layers_bytes_and_mounts_are_counted() -> None:
    made = talk(
        exchange("GET", "/v2/", 200),
        exchange("HEAD", f"/v2/a/b/blobs/{OTHER}", 200),
        exchange("POST", f"/v2/a/b/blobs/uploads/?mount={DIGEST}&from=c/d", 201),
        exchange("PATCH", "/v2/a/b/blobs/uploads/1", 202, sent=4_000_000, seconds=3.0),
        exchange("PUT", f"/v2/a/b/blobs/uploads/1?digest={DIGEST}", 201),
        exchange("HEAD", f"/v2/a/b/blobs/{DIGEST}", 200),  # as docker does when it has pushed one
        exchange("PUT", "/v2/a/b/manifests/1", 201, sent=700),
    )
    told = summary(steps(made))
    assert told.startswith("1 blob pushed (4.0 MB), 1 blob mounted, 1 blob already there, 1 manifest put, 7 ")
    assert told.endswith("most went into sending layers.")


def test_a_mount_that_became_an_upload_is_no_mount() -> None:
    made = talk(exchange("POST", f"/v2/a/b/blobs/uploads/?mount={DIGEST}&from=c/d", 202))
    assert "mounted" not in summary(steps(made))


def test_nothing_is_told_of_nothing() -> None:
    assert summary(()) == "nothing was said."


@pytest.mark.parametrize(
    ("name", "beginning"),
    [
        ("push", "2 blobs pushed (3.0 MB), 1 manifest put, 11 exchanges in "),
        ("s3-repaired", "2 blobs already there, 1 manifest put, 9 exchanges in "),
    ],
)
def test_what_skopeo_did_is_summed_up(name: str, beginning: str) -> None:
    assert summary(steps(recorded(name))).startswith(beginning)
