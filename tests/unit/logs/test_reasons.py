from pathlib import Path

import pytest

from glctl.logs.explain import explain
from glctl.logs.reasons import Reasons
from glctl.logs.records import parse

DATA = Path(__file__).with_name("data")
FAILED = (
    b'time="2026-11-24T03:59:%02dZ" level=error msg="response completed with error" %b%b '
    b'go.version=go1.19.8 http.request.id=%032x http.request.uri="/v2/" http.response.status=%d vars.name=a'
)
FULL = b'err.code=unknown err.detail="mkdir /srv: no space left on device"'


def failed(number: int = 0, said: bytes = FULL, before: bytes = b"", status: int = 500) -> bytes:
    return FAILED % (number, before, said, number, status)


def test_each_line_of_a_real_log_has_the_reason_that_it_has_by_itself() -> None:
    reasons = Reasons()
    for path in sorted(DATA.glob("*.log")):
        for line in path.read_bytes().splitlines():
            for text in (line, b"2026-11-24_23:59:14.64174 " + line):
                explained = explain(parse(text, "registry"))
                code = explained.rule.code if explained and explained.rule else ""
                assert code in reasons.of(text, "registry").decode()
                assert bool(code) == bool(reasons.of(text, "registry"))


def test_equal_failures_of_many_requests_are_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    reasons, parsed = Reasons(), []

    def counting(line: bytes, service: str) -> object:
        parsed.append(line)
        return parse(line, service)

    monkeypatch.setattr("glctl.logs.reasons.parse", counting)
    told = {reasons.of(failed(number), "registry") for number in range(50)}
    told |= {reasons.of(failed(n, before=b"correlation_id=%d " % n), "registry") for n in range(50)}
    assert len(told) == 1
    assert b"/srv" in told.pop()
    assert len(parsed) == 1


@pytest.mark.parametrize(
    "other",
    [
        failed(said=FULL.replace(b"/srv", b"/var")),
        failed(said=FULL + b' error="s3aws: AccessDenied: Access Denied"').replace(FULL + b" ", b""),
        failed(said=b'err.detail="\\" go.version=\\"mkdir /a: no space left on device"'),
        failed(said=b"err.code=unknown"),
        failed(said=b'err.detail="mkdir /srv: no space left on device'),  # cut off
        failed(said=b'err.detail="mkdir /srv%b: no space left on device"' % (b"/a" * 5000)),
    ],
)
def test_what_is_said_differently_has_a_reason_of_its_own(other: bytes) -> None:
    reasons = Reasons()
    reasons.of(failed(), "registry")
    assert reasons.of(other, "registry") == Reasons().of(other, "registry")


def test_the_answer_s_status_is_part_of_what_is_said() -> None:
    reasons = Reasons()
    for status in (500, 404, 503):
        line = failed(status=status)
        assert reasons.of(line, "registry") == Reasons().of(line, "registry")
    assert len(reasons._known) == 3


def test_only_so_many_reasons_are_kept() -> None:
    reasons = Reasons()
    for number in range(3000):
        assert reasons.of(failed(said=FULL.replace(b"/srv", b"/%d" % number)), "registry")
        assert len(reasons._known) <= 1024
