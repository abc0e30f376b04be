from __future__ import annotations

import re

from glctl.gitlabrb import codes


def test_codes_are_short_and_distinct() -> None:
    found = [value for name, value in vars(codes).items() if name.isupper()]
    assert len(found) == len(set(found))
    assert [code for code in found if not re.fullmatch(r"[a-z]+(-[a-z]+){1,3}", code)] == []
