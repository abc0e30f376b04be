from __future__ import annotations

from recorded import exchange, talk

from glctl.trace.exchange import Conversation


def test_headers_are_found_in_any_case_and_joined() -> None:
    made = exchange("GET", "/v2/", answered=(("A", "1"), ("a", "2")), asked=(("Accept", "x"),))
    assert made.header("a") == "1, 2"
    assert made.asked_with("ACCEPT") == "x"
    assert made.header("b") == ""
    assert made.answer.headers == {"a": "1, 2"}


def test_nothing_secret_is_in_the_repr() -> None:
    made = exchange(
        "GET",
        "https://u:PLANTED@h/?X-Amz-Signature=PLANTED",
        body=b"PLANTED",
        asked=(("Authorization", "PLANTED"),),
    )
    assert "PLANTED" not in repr(made)
    assert "PLANTED" not in repr(made.answer)


def test_a_conversation_lasts_from_the_first_request_to_the_last_answer() -> None:
    assert (
        talk(exchange("GET", "/v2/", began=10.0, seconds=3.0), exchange("GET", "/v2/", began=11.0)).seconds
        == 3.0
    )
    assert Conversation().seconds == 0
