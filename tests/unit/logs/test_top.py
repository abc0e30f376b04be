from datetime import UTC, datetime
from pathlib import Path

import pytest

from glctl.logs.stretches import Stretch, Window
from glctl.logs.top import Request, Top, View, request_of, top_of

STAMP = b"2026-11-24_03:59:14.64174 "
UPSTREAM = (
    b'time="2026-11-24T03:59:14.6Z" level=info msg="response completed" auth.user.name=bob go.version=go1.19 '
    b'http.request.host="h:5000" http.request.method=GET http.request.remoteaddr="10.0.0.1:4000" '
    b'http.request.uri="/v2/g/p/manifests/1" http.request.useragent="a \\" http.response.status=999 b" '
    b"http.response.duration=1.5s http.response.status=%d http.response.written=5"
)
ACCESS = b'10.0.0.2 - ann [24/Nov/2026:03:59:14 +0000] "PUT /v2/g/q/blobs/uploads/1 HTTP/1.1" %d 2 "" "x"'
GITLAB = (
    b'{"content_type":"","correlation_id":"01","duration_ms":250,"level":"info","method":"GET","msg":"access",'
    b'"remote_addr":"[::1]:5","remote_ip":"::1","status":%d,"time":"2026-11-24T03:59:14.6Z","uri":"/v2/"}'
)
JSON = (
    b'{"http.request.method":"HEAD","http.request.remoteaddr":"10.0.0.3:1","http.request.uri":"/v2/",'
    b'"http.response.duration":"1m2.5s","http.response.status":%d,"level":"info","msg":"response completed"}'
)
RAILS = (
    b'{"method":"GET","path":"/jwt/auth","status":%d,"remote_ip":"1.2.3.4","username":"eve",'
    b'"duration_s":0.25}'
)


@pytest.mark.parametrize("stamp", [b"", STAMP])
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (UPSTREAM, Request("request", "GET", "/v2/g/p/manifests/1", 200, "10.0.0.1", "bob", 1.5)),
        (ACCESS, Request("access", "PUT", "/v2/g/q/blobs/uploads/1", 200, "10.0.0.2", "ann", None)),
        (GITLAB, Request("request", "GET", "/v2/", 200, "::1", "", 0.25)),
        (JSON, Request("request", "HEAD", "/v2/", 200, "10.0.0.3", "", 62.5)),
        (RAILS, Request("request", "GET", "/jwt/auth", 200, "1.2.3.4", "eve", 0.25)),
    ],
)
def test_what_a_record_tells_of_a_request(stamp: bytes, line: bytes, expected: Request) -> None:
    assert request_of(stamp + line % 200) == expected


@pytest.mark.parametrize("stamp", [b"", STAMP])
def test_requests_are_seen_behind_the_prefix_of_svlogd(tmp_path: Path, stamp: bytes) -> None:
    path = tmp_path / "current"
    lines = (UPSTREAM % 200, ACCESS % 500, GITLAB % 200)
    path.write_bytes(b"".join(stamp + b"box (1): " + line + b"\n" for line in lines))
    top = top_of(Stretch(path, "registry", prefix=b"box (1): "), Window(), lambda _: None)
    assert {kind: view.statuses for (_, kind), view in top.views.items()} == {
        "request": {200: 2},
        "access": {500: 1},
    }


@pytest.mark.parametrize("line", [b"{", b'{"status":"x"}', b"panic: x", b"", b'{"status":{}}', b"[" * 5000])
def test_what_tells_of_no_request_is_none(line: bytes) -> None:
    assert request_of(line) is None


def counted(path: Path, *lines: bytes, window: Window = Window()) -> Top:  # noqa: B008 - it is frozen
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return top_of(Stretch(path, "registry"), window, lambda _: None)


def test_each_kind_of_record_is_counted_apart_and_the_one_that_tells_most_is_told(tmp_path: Path) -> None:
    top = counted(tmp_path / "log", UPSTREAM % 200, ACCESS % 200, UPSTREAM % 500, b"x", ACCESS % 401)
    assert {kind: view.requests for (_, kind), view in top.views.items()} == {"request": 2, "access": 2}
    assert counted(tmp_path / "log", ACCESS % 200, GITLAB % 503, JSON % 200).told()["registry"].requests == 2


def test_failures_are_counted_by_whom_they_met_and_a_challenge_is_none(tmp_path: Path) -> None:
    statuses = (200, 401, 404, 500, 500, 403)
    view = counted(tmp_path / "log", *(UPSTREAM % status for status in statuses)).told()["registry"]
    assert view.repositories == {"g/p": 3}
    assert view.users == {"bob": 3}
    assert view.clients == {"10.0.0.1": 3}
    assert view.statuses == {200: 1, 401: 1, 404: 1, 500: 2, 403: 1}


def test_the_slowest_are_kept_and_no_more(tmp_path: Path) -> None:
    lines = [(UPSTREAM % 200).replace(b"1.5s", b"%ds" % (n * 7 % 100)) for n in range(100)]
    view = counted(tmp_path / "log", *lines).told()["registry"]
    assert sorted(slow.seconds for slow in view.slowest) == [*map(float, range(90, 100))]


def test_only_the_window_counts(tmp_path: Path) -> None:
    lines = (STAMP + UPSTREAM % 200, STAMP.replace(b"_03", b"_05") + UPSTREAM % 200)
    window = Window(datetime(2026, 11, 24, 4, tzinfo=UTC))
    assert counted(tmp_path / "log", *lines, window=window).told()["registry"].requests == 1


def test_counting_apart_and_joining_is_counting_together(tmp_path: Path) -> None:
    lines = [UPSTREAM % status for status in (200, 500, 403)] + [ACCESS % 502]
    joined = counted(tmp_path / "log", *lines[:2])
    joined.join(counted(tmp_path / "log", *lines[2:]))
    together = counted(tmp_path / "log", *lines)
    assert (joined.views, joined.size) == (together.views, together.size)


def test_memory_is_bounded_and_frequent_names_are_kept() -> None:
    view = View()
    for number in range(20_000):
        name = "busy" if number % 2 else f"10.{number}"
        view.add(Request("access", "GET", "/v2/", 500, name, "", None), b"")
    assert len(view.clients) <= 2001
    assert view.clients["busy"] == 10_000
    assert view.clients.total() == 20_000


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    top = top_of(Stretch(tmp_path, "registry"), Window(), lambda _: None)
    assert top.unread == {str(tmp_path): "Is a directory"}
