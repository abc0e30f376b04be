from __future__ import annotations

from glctl.gitlabrb.parse import RubyParser
from glctl.gitlabrb.refusal import RefusedError


def test_a_refusal_says_what_and_where() -> None:
    node = RubyParser().parse(b"a")
    refused = RefusedError(node, "code", "message", "hint")
    assert (refused.node, refused.code, refused.message, refused.hint) == (node, "code", "message", "hint")
    assert str(refused) == "message"
