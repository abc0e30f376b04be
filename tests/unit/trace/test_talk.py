from __future__ import annotations

import pytest
from recorded import DIGEST, REALM, exchange, refused, talk

from glctl.clients.failures import Failure
from glctl.trace.talk import Talk, address, refusal, seen, succeeded

CHECK = f"/v2/a/b/blobs/{DIGEST}"


def test_what_was_repeated_with_success_has_recovered() -> None:
    made = Talk(
        talk(exchange("HEAD", CHECK, 401), exchange("HEAD", CHECK, 200), exchange("HEAD", CHECK, 401))
    )
    assert [made.recovered(step) for step in made.steps] == [True, False, False]


def test_another_repository_does_not_count() -> None:
    made = Talk(talk(exchange("HEAD", CHECK, 401), exchange("HEAD", f"/v2/c/d/blobs/{DIGEST}", 200)))
    assert not made.recovered(made.steps[0])


def test_what_is_said_to_gitlab_and_to_storage_is_not_to_the_registry() -> None:
    there = "https://s3.example.com/x"
    made = Talk(
        talk(
            exchange("GET", REALM),
            exchange("GET", CHECK, 307, answered=(("Location", there),)),
            exchange("GET", there),
        )
    )
    assert [step.name for step in made.of_registry] == ["get blob"]


@pytest.mark.parametrize(
    ("status", "failure", "well"),
    [(200, None, True), (307, None, True), (404, None, False), (None, Failure("dns", ""), False)],
)
def test_success_is_an_answer_that_does_not_refuse(status: int, failure: Failure | None, well: bool) -> None:
    assert succeeded(exchange("GET", "/v2/", status, failure=failure)) == well


def test_evidence_has_no_address_parameters() -> None:
    made = Talk(
        talk(exchange("PATCH", "/v2/a/b/blobs/uploads/1?_state=PLANTED", 404, json=refused("X", "y")))
    )
    assert seen(made.steps[0]) == "send chunk: PATCH registry.example.com a/b: 404 (X: y)"


def test_a_foreign_body_has_no_refusal() -> None:
    assert refusal(exchange("GET", "/v2/", 500, json=["errors"])) == ("", "")
    assert refusal(exchange("GET", "/v2/", 500, json=refused("A", "b"))) == ("A", "b")


def test_a_broken_address_is_nowhere() -> None:
    assert address(exchange("GET", "gopher://x")) == ("", 0)


def test_what_an_upload_is_told_to_go_on_at_is_astray() -> None:
    location = ("Location", "http://registry.internal/v2/a/b/blobs/uploads/1")
    made = Talk(talk(exchange("POST", "/v2/a/b/blobs/uploads/", 202, answered=(location,))))
    assert made.led_astray == {("http", ("registry.internal", 80))}
    home = exchange("POST", "/v2/a/b/blobs/uploads/", 202, answered=(("Location", "/v2/x"),))
    assert Talk(talk(home)).led_astray == frozenset()
