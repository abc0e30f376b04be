from glctl.findings.catalog import CODES
from glctl.findings.codes import sources


def test_a_source_that_is_shared_is_one() -> None:
    shared = {value for name, value in vars(sources).items() if name.isupper()}
    for source in shared:
        assert [code.name for code in CODES.values() if source in code.source], source
