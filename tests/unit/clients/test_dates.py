from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients.dates import DateAnswer, judge
from glctl.clients.failures import Failure
from glctl.clients.http import Exchange

if TYPE_CHECKING:
    from collections.abc import Mapping

SENT = 1_790_000_000.0  # Mon, 21 Sep 2026 14:13:20 GMT


def answer(headers: Mapping[str, str], status: int | None = 403, **more: Any) -> Exchange:
    return Exchange("HEAD", "http://s3/", "", status, headers, seconds=0.2, **more)


@pytest.mark.parametrize(
    ("date", "offset"),
    [
        ("Mon, 21 Sep 2026 14:13:20 GMT", 0.4),  # half a second added for what was cut off, 0.1 s on the way
        ("Mon, 21 Sep 2026 14:23:20 GMT", 600.4),
        ("Mon, 21 Sep 2026 14:13:20 -0000", 0.4),
        ("Monday, 21-Sep-26 14:13:20 GMT", 0.4),  # obsolete, and still allowed
    ],
)
def test_a_date_is_compared_with_the_middle_of_the_exchange(date: str, offset: float) -> None:
    told = judge(answer({"date": date}), SENT, "S3")
    assert isinstance(told, DateAnswer)
    assert told.offset == pytest.approx(offset)
    assert told.root_distance == pytest.approx(0.6)
    assert (told.server, told.own) == ("S3", False)


@pytest.mark.parametrize(
    ("exchange", "why"),
    [
        (answer({}), "S3: its answer has no Date"),
        (answer({"date": "yesterday"}), "S3: its answer has no Date"),
        (answer({"date": "Mon, 21 Sep 2026 14:13:20 GMT", "age": "17"}), "S3: its answer comes from a cache"),
        (
            answer({}, None, failure=Failure("refused", "nothing listens at s3:80")),
            "S3: nothing listens at s3:80",
        ),
        (answer({}, None), "S3: no answer"),
    ],
)
def test_why_there_is_none(exchange: Exchange, why: str) -> None:
    assert judge(exchange, SENT, "S3") == why
