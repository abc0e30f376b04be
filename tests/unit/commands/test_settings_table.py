import pytest

from glctl.commands.settings_table import aligned, known_as_json, name_of, short_value, value_text, where
from glctl.converge.explanation import Known
from glctl.secret import Secret
from glctl.settings.effective import Origin
from glctl.spans import Span

IN_FILE = Origin("file", Span("/etc/gitlab/gitlab.rb", 4, 1, 4, 9))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "not set"),
        (5, "5"),
        ("x", "'x'"),
        (Secret("hunter2"), "[MASKED]"),
        ({"a": Secret("hunter2")}, "{ 'a' => [MASKED] }"),
        ("http://me:hunter2@proxy:3128", "'http://[MASKED]@proxy:3128'"),
        ("\x1b[2J", '"\\x1b[2J"'),
    ],
)
def test_values(value: object, text: str) -> None:
    assert value_text(value) == text


def test_a_long_value_is_cut() -> None:
    assert short_value("x" * 100) == "'" + "x" * 34 + "…"
    assert short_value("x") == "'x'"


@pytest.mark.parametrize(
    ("origin", "text"),
    [
        (IN_FILE, "gitlab.rb:4"),
        (Origin("default"), "-"),
        (None, "-"),
        (Origin("default", because="nothing asks for it"), "default (nothing asks for it)"),
        (Origin("derived", sources=("a.b",)), "derived from a.b"),
    ],
)
def test_where_a_value_comes_from(origin: Origin | None, text: str) -> None:
    assert where(Known("a", 1, origin)) == text


def test_columns() -> None:
    assert list(aligned([("a", "bbb", "c"), ("aaa", "b", "")])) == ["a    bbb  c", "aaa  b"]
    assert list(aligned([])) == []


def test_names_are_harmless() -> None:
    assert name_of(Known("registry.env.\x1b", 1, None)) == "registry['env']['\\x1b']"


def test_json() -> None:
    origin = {"kind": "file", "file": "/etc/gitlab/gitlab.rb", "line": 4, "because": ""}
    assert known_as_json(Known("a.b", Secret("x"), IN_FILE)) == {
        "key": "a.b",
        "value": "[MASKED]",
        "origin": origin,
    }
    assert known_as_json(Known("a.b", None, None)) == {"key": "a.b", "value": None, "origin": None}
