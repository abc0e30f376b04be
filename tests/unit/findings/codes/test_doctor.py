from glctl.findings.catalog import CODES as ALL
from glctl.findings.codes.doctor import CODES


def test_a_check_without_a_result_is_an_error() -> None:
    """The run has failed, if only in part: nobody may take it for a clean one."""
    assert {code.name: code.severity for code in CODES} == {"check-failed": "error", "check-late": "error"}


def test_it_explains_nothing_and_nothing_explains_it() -> None:
    names = {code.name for code in CODES}
    assert not any(code.explains for code in CODES)
    assert not [code.name for code in ALL.values() if names & set(code.explains)]
