import pytest

from glctl.findings.catalog import CODES
from glctl.findings.found import found


def test_what_is_not_said_is_the_catalogues() -> None:
    finding = found("clock-skew", "clock", "This machine's clock is 90 s ahead.")
    entry = CODES["clock-skew"]
    assert (finding.cause, finding.remedy, finding.severity) == (entry.meaning, entry.remedy, entry.severity)
    assert (finding.check, finding.evidence) == ("", ())


def test_what_is_said_is_kept() -> None:
    finding = found(
        "clock-skew", "clock", "S.", cause="C.", remedy="R", evidence=["a", "b"], severity="warning"
    )
    assert (finding.cause, finding.remedy, finding.severity) == ("C.", "R", "warning")
    assert finding.evidence == ("a", "b")


@pytest.mark.parametrize(
    "text",
    [
        "httpSink{https://bob:PLANTED@hook.example.com/}",
        "panic: secretkey: PLANTED is wrong",
        "http://s3.example.com/b?X-Amz-Signature=PLANTED&x=1",
    ],
)
def test_credentials_in_quoted_text_are_masked(text: str) -> None:
    finding = found("registry-panic", text, text, cause=text, evidence=[text])
    assert "PLANTED" not in repr(finding)


def test_an_unknown_code_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        found("no-such-code", "", "")
