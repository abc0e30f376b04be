import typing

import pytest

from glctl.gitlabrb.model import Symbol
from glctl.settings.kinds import TAKES, why_not
from glctl.settings.option import Kind

LOOKS = "a duration looks like '90s', '1m30s' or '500ms'"
FITS = {
    "any": [True, 1, "x", [], {}],
    "address": ["127.0.0.1:5000", ":5000", "[::1]:5000"],
    "array": [[], ["*"]],
    "bool": [True, False],
    "hash": [{}, {"a": 1}],
    "duration": ["60s", "1h30m", "1.5s", "500ms", "-1s", "0", "60", 0, 10**9],
    "flag": [True, False, "true", "F", "0"],
    "integer": [0, 5, "5", 1.5],
    "limit": [0, "5", False],
    "line": ["gzip", "", 5, False],
    "number": [0, 31536000, -1, 1.5],
    "path": ["/", "/srv/x"],
    "port": [1, 65535, "5050"],
    "scalar": ["x", 1, 1.5, True, Symbol("x")],
    "size": [0, "104857600", "100k", "10M", "1G", False],
    "string": ["x", "", 5, Symbol("x"), False],
    "url": ["x"],
    "words": ["a", ["a", "b"], []],
    "workers": [4, "4", "auto"],
}
DOES_NOT = [
    ("address", 5000, "an address like '127.0.0.1:5000' belongs here"),
    ("address", "localhost", "it has no port; an address looks like '127.0.0.1:5000'"),
    ("array", "*", "an array belongs here"),
    ("bool", "true", "true or false belongs here"),
    ("bool", 1, "true or false belongs here"),
    *(("duration", value, LOOKS) for value in ("abc", "5 seconds", "", "1d", True, [], {})),
    ("flag", "yes", "true or false belongs here"),
    ("hash", "x", "a hash belongs here"),
    ("hash", [], "a hash belongs here"),
    ("integer", "many", "a number belongs here"),
    ("integer", "٣", "a number belongs here"),
    ("integer", "", "a number belongs here"),
    ("integer", True, "a number belongs here"),
    ("workers", "many", "a number belongs here, or 'auto'"),
    ("limit", True, "a number belongs here, or false"),
    ("limit", "10M", "a number belongs here, or false"),
    ("line", [], "a string belongs here"),
    ("number", "0", "a number belongs here (without quotes)"),
    ("number", True, "a number belongs here"),
    ("path", 5, "a path belongs here"),
    ("path", "srv/x", "a path must begin with /"),
    ("port", 0, "a port is a number from 1 to 65535"),
    ("port", 65536, "a port is a number from 1 to 65535"),
    ("port", "http", "a port is a number from 1 to 65535"),
    ("scalar", [], "a single value belongs here"),
    ("size", "10m", "a number belongs here, with k, M or G behind it if need be"),
    ("size", "M", "a number belongs here, with k, M or G behind it if need be"),
    ("size", True, "a number belongs here, with k, M or G behind it if need be"),
    ("string", {}, "a string belongs here"),
    ("url", 5, "a URL belongs here"),
    ("words", 5, "a string or an array of strings belongs here"),
    ("words", ["a", 5], "a string or an array of strings belongs here"),
]


@pytest.mark.parametrize(
    ("kind", "value"), [(kind, value) for kind, values in FITS.items() for value in values]
)
def test_a_value_that_fits_needs_no_words(kind: Kind, value: object) -> None:
    assert why_not(kind, value) == ""


@pytest.mark.parametrize(("kind", "value", "words"), DOES_NOT)
def test_a_value_that_does_not_is_told_what_belongs_there(kind: Kind, value: object, words: str) -> None:
    assert why_not(kind, value) == words


def test_every_kind_is_known() -> None:
    assert FITS.keys() == set(typing.get_args(Kind))


def test_every_kind_says_what_it_takes() -> None:
    assert set(TAKES) == set(typing.get_args(Kind))


@pytest.mark.parametrize("kind", ["integer", "limit", "size", "port"])
def test_a_number_is_not_below_nothing(kind) -> None:
    assert why_not(kind, -1) != ""
