"""What messages can mean: real ones, each with where it was seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from glctl.findings.catalog import CODES
from glctl.findings.meanings import MAX_TEXT, meanings

DATA = Path(__file__).parent / "data" / "messages.tsv"
MESSAGES = [line.split("\t") for line in DATA.read_text().splitlines() if not line.startswith("#")]


@pytest.mark.parametrize(("message", "source", "codes"), MESSAGES, ids=[m[0][:50] for m in MESSAGES])
def test_a_real_message_is_known(message: str, source: str, codes: str) -> None:
    found = [meaning.code.name for meaning in meanings(message)]
    assert source
    assert set(codes.split()) <= set(found)


def test_there_are_many_real_ones() -> None:
    assert len({message for message, _, _ in MESSAGES}) >= 40


@pytest.mark.parametrize(
    "message", ["hello", "all is well", "{}", "404", "error", "docker push r.example.com/g/p"]
)
def test_what_is_unknown_stays_unknown(message: str) -> None:
    assert meanings(message) == ()


def test_the_more_telling_symptom_stands_first() -> None:
    found = meanings("error resolving upload: s3aws: AccessDenied")
    assert {found[0].code.name, found[1].code.name} == {"s3-list-uploads-denied", "s3-list-parts-denied"}


def test_the_famous_message_is_first_of_all_what_clients_are_sent_to() -> None:
    found = meanings('error parsing HTTP 403 response body: unexpected end of JSON input: ""')
    assert {meaning.code.name for meaning in found[:2]} == {"s3-head-denied", "s3-redirect-denied"}


@pytest.mark.parametrize(
    "written",
    [
        "X509: Certificate signed by unknown authority",
        "\x1b[31mx509:   certificate signed\nby unknown authority\x1b[0m",
        '{"msg":"x509: certificate signed by unknown authority"}',
    ],
)
def test_how_it_was_pasted_makes_no_difference(written: str) -> None:
    assert "certificate-untrusted" in [meaning.code.name for meaning in meanings(written)]


def test_a_long_paste_is_looked_at_from_its_end() -> None:
    found = meanings("Pushing layer 1/1 …\n" * MAX_TEXT + "denied: access forbidden")
    assert "realm-redirects" in [meaning.code.name for meaning in found]


def test_every_symptom_in_the_catalogue_is_found_in_itself() -> None:
    for code in CODES.values():
        for symptom in code.symptoms:
            text = symptom.replace("…", "something")
            assert code.name in [m.code.name for m in meanings(text)], symptom
