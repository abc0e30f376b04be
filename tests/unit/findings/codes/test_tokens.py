"""What follows from what, of keys and tokens."""

import pytest

from glctl.findings.codes.tokens import CODES
from glctl.findings.model import Finding
from glctl.findings.report import link

NAMES = {code.name for code in CODES}


@pytest.mark.parametrize(
    ("cause", "consequence"),
    [
        ("token-key-mismatch", "token-refused"),
        ("token-key-mismatch", "token-untrusted-key"),
        ("token-key-unusable", "push-failed"),
        ("token-refused", "token-wrong-issuer"),
        ("token-refused", "token-wrong-audience"),
        ("authorization-lost", "push-failed"),
        ("token-bundle-unreadable", "service-crash-loop"),
    ],
)
def test_what_follows(cause: str, consequence: str) -> None:
    assert cause in NAMES
    first, second = link(Finding(code, "c", "s", "error", "S.") for code in (cause, consequence))
    assert (first.explained_by, second.explained_by) == (None, cause)


def test_a_token_of_our_own_does_not_disprove_what_others_sign() -> None:
    """Another node may sign with another key: the one here being right says nothing of it."""
    by_name = {code.name: code for code in CODES}
    assert by_name["token-untrusted-key"].disproved_by == ()
