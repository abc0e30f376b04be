"""What is told with what, where files, gitlab.rb and what runs differ."""

import pytest

from glctl.findings.codes.configuration import CODES
from glctl.findings.model import Finding
from glctl.findings.report import link

NAMES = {code.name for code in CODES}


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("registry-config-drift", "token-refused"),
        ("registry-config-drift", "storage-missing"),
        ("nginx-config-drift", "wrong-backend"),
        ("nginx-config-drift", "location-wrong"),
        ("file-drift", "storage-not-writable"),
        ("restart-owed", "service-down"),
        ("changes-unread", "nginx-config-invalid"),
        ("changes-unread", "token-refused"),
    ],
)
def test_how_an_error_came_about_stands_under_it(code: str, error: str) -> None:
    assert code in NAMES
    found = [Finding(error, "c", "s", "error", "S."), Finding(code, "c", "s", "warning", "S.")]
    assert [finding.explained_by for finding in link(found)] == [None, error]


@pytest.mark.parametrize("code", ["registry-config-drift", "nginx-config-drift", "file-drift"])
def test_a_clock_that_is_off_is_another_matter(code: str) -> None:
    found = [Finding("clock-skew", "c", "s", "error", "S."), Finding(code, "c", "s", "warning", "S.")]
    assert [finding.explained_by for finding in link(found)] == [None, None]
