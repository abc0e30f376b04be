from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from recorded import REALM, exchange, jwt, talk

from glctl.trace.privacy import masked, without_secrets

if TYPE_CHECKING:
    from glctl.trace.exchange import Exchange

P = "PLANTED"


def everything(made: Exchange) -> str:
    return f"{made.url} {made.asked} {made.answered} {made.body.decode()}"


@pytest.mark.parametrize(
    "name",
    "Authorization authorization Proxy-Authorization Cookie Set-Cookie X-Amz-Security-Token X-Registry-Auth "
    "Private-Token Job-Token X-Api-Key X-Csrf-Token".split(),
)
def test_headers_with_credentials_are_masked(name: str) -> None:
    header = (name, f"Bearer {P}")
    assert P not in everything(without_secrets(exchange("GET", "/v2/", asked=(header,), answered=(header,))))


@pytest.mark.parametrize(
    "url",
    [
        f"https://user:{P}@registry.example.com/v2/",
        f"https://s3/b/k?X-Amz-Signature={P}&X-Amz-Credential={P}&X-Amz-Security-Token={P}",
        f"https://s3/b/k?AWSAccessKeyId={P}&Signature={P}&Expires=1",
        f"https://storage.googleapis.com/b/k?X-Goog-Signature={P}",
        f"https://x.blob.core.windows.net/c/k?sig={P}&se=2026",
        f"https://registry.example.com/v2/a/b/blobs/uploads/1?_state={P}",
        f"https://registry.example.com/v2/#{P}",
    ],
)
def test_addresses_are_masked_wherever_they_stand(url: str) -> None:
    made = exchange(
        "GET",
        url,
        400,
        answered=(("Location", url), ("Link", f"<{url}>; rel=next"), ("X-Note", f"see {url}")),
        asked=(("Referer", url),),
        body=f"not at {url}".encode(),
    )
    assert P not in everything(without_secrets(made))


def test_a_relative_location_is_masked() -> None:
    made = exchange("POST", "/v2/a/b/blobs/uploads/", 202, answered=(("Location", f"/v2/a/1?_state={P}"),))
    assert P not in everything(without_secrets(made))


def test_of_a_token_stays_what_it_grants() -> None:
    token = jwt(access=[{"type": "repository", "name": "a/b", "actions": ["pull"]}], sub="user")
    made = exchange(
        "GET", f"{REALM}?service=container_registry&scope=repository:a/b:pull,push", json={"token": token}
    )
    kept = without_secrets(made)
    assert token not in everything(kept)
    assert json.loads(kept.body) == {
        "token": "[MASKED]",
        "access": [{"type": "repository", "name": "a/b", "actions": ["pull"]}],
    }
    assert "scope=repository" in kept.url


@pytest.mark.parametrize(
    "body", [f'{{"refresh_token":"{P}","access_token":"{P}"}}', f'{{"token":"{P}', f'["token","{P}"]']
)
def test_an_answer_with_a_token_that_is_not_understood_is_masked(body: str) -> None:
    assert P not in everything(
        without_secrets(exchange("POST", "https://h/oauth2/token", body=body.encode()))
    )


def test_what_s3_repeats_of_the_signature_is_masked() -> None:
    body = (
        f"<Error><Code>SignatureDoesNotMatch</Code><Message>no</Message><AWSAccessKeyId>{P}</AWSAccessKeyId>"
        f"<StringToSign>{P}</StringToSign><SignatureProvided>{P}</SignatureProvided></Error>"
    ).encode()
    kept = without_secrets(exchange("GET", "https://s3/b/k", 403, body=body))
    assert P not in everything(kept)
    assert b"<Code>SignatureDoesNotMatch</Code>" in kept.body


def test_masking_twice_changes_nothing() -> None:
    made = talk(
        exchange("GET", f"https://s3/b/k?X-Amz-Signature={P}", asked=(("Authorization", f"Basic {P}"),))
    )
    assert masked(masked(made)) == masked(made)


def test_a_refusal_stays_json_whatever_is_masked_in_it() -> None:
    error = {"code": "DENIED", "message": f"at http://h/?token={P}", "detail": f"password={P}", "secret": [P]}
    kept = without_secrets(exchange("GET", "/v2/", 403, json={"errors": [error]}))
    assert P not in everything(kept)
    assert json.loads(kept.body)["errors"][0]["code"] == "DENIED"


def test_a_document_of_any_depth_is_masked() -> None:
    made = exchange("GET", "/v2/", 500, body=b"[" * 600 + b"]" * 600)
    assert without_secrets(made).status == 500
