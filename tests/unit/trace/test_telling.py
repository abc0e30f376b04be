from __future__ import annotations

import json

from recorded import BEGAN, CHALLENGE, DIGEST, VERSION, exchange, refused, talk

from glctl.console import Console
from glctl.trace.diagnosis import diagnose
from glctl.trace.exchange import Conversation
from glctl.trace.telling import connections, host_of, to_json, to_text

PUSH = talk(
    exchange("GET", "/v2/", 401, answered=(CHALLENGE,), client="c:1"),
    exchange("HEAD", f"/v2/a/b/blobs/{DIGEST}", 404, client="c:1", began=BEGAN + 0.1),
    exchange(
        "PATCH",
        "/v2/a/b/blobs/uploads/1?_state=PLANTED",
        202,
        sent=2_000_000,
        client="c:2",
        began=BEGAN + 0.2,
    ),
)


def text(conversation: Conversation, code: int | None = None, **how: bool) -> list[str]:
    return to_text(conversation, diagnose(conversation), code, Console(**how)).splitlines()


def test_each_exchange_is_a_line() -> None:
    ping, check, sent, *_ = text(PUSH)
    assert ping.split()[:7] == "0.000 10 ms a → registry.example.com ping".split()
    assert "check blob  HEAD a/b@sha256:1ef81ef81ef8" in check
    assert " b → " in sent
    assert sent.endswith("202  2.0 MB")
    assert "PLANTED" not in sent


def test_verbose_shows_headers() -> None:
    told = text(PUSH, verbose=True)
    assert (
        '    < Www-Authenticate: Bearer realm="https://gitlab.example.com/jwt/auth",service="container_registry"'
        in told
    )


def test_the_last_line_says_how_it_stands() -> None:
    assert (
        text(talk(exchange("GET", "/v2/", 200, answered=(VERSION,))), 0)[-1]
        == "Healthy: 1 exchange in 10 ms."
    )
    assert text(talk(exchange("GET", "/v2/", 200, answered=(VERSION,))), 3)[-1].endswith(
        "ended with exit code 3."
    )
    unhealthy = talk(exchange("GET", "/v2/", 503, json=refused("UNAVAILABLE")))
    assert text(unhealthy)[-1] == "registry: registry-unhealthy."


def test_foreign_text_does_not_steer_the_terminal() -> None:
    made = talk(exchange("GET", "/v2/\x1b[2J/tags/list", 404, json=refused("X", "\x1b]0;x\x07")))
    assert "\x1b" not in "\n".join(text(made, verbose=True))


def test_json_is_one_document_with_the_designs_keys() -> None:
    document = json.loads(to_json(PUSH, diagnose(PUSH), 0, Console()))
    assert {"target", "ok", "root_causes", "findings", "exchanges", "command_exit"} <= set(document)
    assert {"step", "client", "method", "url", "status", "bytes", "duration_ms"} <= set(
        document["exchanges"][0]
    )
    assert [each["client"] for each in document["exchanges"]] == ["a", "a", "b"]


def test_what_was_left_out_is_told() -> None:
    assert "… and 7 more exchanges, which were not kept" in text(Conversation(PUSH.exchanges, left_out=7))


def test_connections_get_letters() -> None:
    names = connections([exchange("GET", "/v2/", client=f"c:{number}") for number in range(28)])
    assert [*names.values()][:2] == ["a", "b"]
    assert [*names.values()][-2:] == ["aa", "ab"]


def test_the_host_has_no_user() -> None:
    assert host_of("https://u:p@h:1/x") == "h:1"
    assert host_of("http://[") == ""
