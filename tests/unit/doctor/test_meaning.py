"""Two files, compared by what they mean."""

import pytest

from glctl.doctor.meaning import differences


@pytest.mark.parametrize(
    ("name", "there", "wanted", "told"),
    [
        ("a.yml", b"a: 1\nb: {c: x}\n", b"# Made.\nb:\n  c: 'x'\na: 1\n", []),
        ("a.yml", b"a: 1\n", b"a: 2\n", ["a is 1, by gitlab.rb 2"]),
        ("a.yml", b"a: {b: 1}\nc: 2", b"a: {b: 1}", ["c is 2, by gitlab.rb nothing"]),
        ("a.yml", b"", b"a: {b: {}}", ["a.b is nothing, by gitlab.rb {}"]),
        ("a.yml", b"a: [", b"a: 1", ["it is no YAML"]),
        ("a.yml", b"secret: one", b"secret: two", ["secret is [MASKED], by gitlab.rb [MASKED]"]),
        ("a.yml", b"secret: one", b"secret: 'one'", []),
        ("a.conf", b"a  1;\n# b\nc { d 2; }", b"c{d '2';}a 1;", []),
        (
            "a.conf",
            b"server { listen 80; }",
            b"server { listen 81; }",
            ["it has server › listen 80, which gitlab.rb does not lead to", "it lacks server › listen 81"],
        ),
        ("a.conf", b"a {", b"a { }", ["nginx cannot read it: line 1: '{' is not closed"]),
        (
            "a.conf",
            b"proxy_set_header Authorization 'Basic cGxhbnRlZA==';",
            b"",
            ["it has proxy_set_header Authorization [MASKED], which gitlab.rb does not lead to"],
        ),
        (
            "a.conf",
            b"server { location / { add_header Cookie planted; } }",
            b"server { location / { } }",
            ["it has server › location / › add_header Cookie [MASKED], which gitlab.rb does not lead to"],
        ),
        ("run", b"#!/bin/sh\nexec a\n", b"#!/bin/sh\n# Made.\n\n exec a", []),
        (
            "run",
            b"exec a\n",
            b"exec b\n",
            ["it has exec a, which gitlab.rb does not lead to", "it lacks exec b"],
        ),
    ],
)
def test_differences(name: str, there: bytes, wanted: bytes, told: list[str]) -> None:
    assert differences(name, there, wanted) == told
