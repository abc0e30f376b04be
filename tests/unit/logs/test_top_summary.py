from datetime import UTC

from glctl.console import Console
from glctl.logs.top import Request, Top, View
from glctl.logs.top_summary import top_document, top_text

LINE = b'2026-11-24_03:59:14.64174 time="x" level=info msg="response completed"'


def made() -> Top:
    view = View()
    for seconds, status in ((1.5, 200), (0.2, 401), (12.0, 500)):
        uri = "/v2/g/\x1b[31mp/blobs/1?X-Amz-Signature=c0ffee"
        view.add(Request("request", "GET", uri, status, "10.0.0.1", "bob", seconds), LINE)
    return Top({("registry", "request"): view}, size=1000)


def test_the_text_has_statuses_what_failed_and_the_slowest_first() -> None:
    text = top_text(made(), Console(), UTC)
    assert "registry: 3 requests" in text
    assert "answered  2xx 1, 4xx 1, 5xx 1" in text
    assert "of which  401 1, 500 1" in text
    assert "failed from 10.0.0.1 (1)" in text
    assert text.index("12.000 s  2026-11-24 03:59:14 UTC  500 GET") < text.index("1.500 s")
    assert "\x1b" not in text


def test_the_document_has_the_same_and_no_signature() -> None:
    document = top_document(made())
    service = document["services"]["registry"]
    assert service["statuses"] == {"200": 1, "401": 1, "500": 1}
    assert [slow["seconds"] for slow in service["slowest"]] == [12.0, 1.5, 0.2]
    assert service["slowest"][0]["time"] == "2026-11-24T03:59:14.641740+00:00"
    assert service["failing"]["users"] == {"bob": 1}
    assert "c0ffee" not in repr(document)


def test_logs_without_requests_say_so_and_what_was_not_read_is_told() -> None:
    text = top_text(Top(unread={"/x": "Permission denied"}), Console(), UTC)
    assert (
        text
        == "No requests are told of in these logs.\n\nNot read, or not to the end:\n  /x: Permission denied"
    )
