from glctl.findings.codes.gitlabrb import CODES
from glctl.gitlabrb import codes


def test_every_code_of_the_reader_is_there() -> None:
    names = {value for name, value in vars(codes).items() if name.isupper()}
    assert names <= {code.name for code in CODES}


def test_what_ruby_accepts_is_a_warning() -> None:
    severities = {code.name: code.severity for code in CODES}
    assert severities[codes.SYNTAX] == severities[codes.UNSUPPORTED] == "error"
    assert severities[codes.LOCAL_VARIABLE] == severities[codes.DUPLICATE_KEY] == "warning"


def test_all_are_told_by_reading_the_file() -> None:
    assert {code.told_by for code in CODES} == {"reading gitlab.rb"}
