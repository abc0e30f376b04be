from __future__ import annotations

from recorded import exchange

from glctl.trace.exchange import Conversation, Distrust
from glctl.trace.of_client import judge
from glctl.trace.talk import Talk

PING = (exchange("GET", "/v2/"),)


def codes(conversation: Conversation) -> list[tuple[str, str]]:
    return [(finding.code, finding.subject) for finding in judge(Talk(conversation))]


def test_a_client_that_refuses_our_certificate() -> None:
    made = Conversation((), (Distrust("registry.example.com", "a:1", "unknown ca"),))
    assert codes(made) == [("trace-authority-refused", "registry.example.com")]


def test_a_command_that_said_nothing() -> None:
    assert codes(Conversation()) == [("trace-nothing-seen", "the client")]


def test_a_server_that_this_machine_does_not_trust() -> None:
    made = Conversation(PING, distrusted=(("registry.example.com", "self-signed certificate"),))
    assert codes(made) == [("certificate-untrusted", "registry.example.com")]


def test_what_was_left_behind() -> None:
    assert codes(Conversation(PING, left_behind=(("A proxy is set", "/etc/x.conf"),))) == [
        ("trace-left-behind", "/etc/x.conf")
    ]


def test_a_client_that_is_well() -> None:
    assert codes(Conversation(PING)) == []
