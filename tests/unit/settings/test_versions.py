import pytest

from glctl.settings.versions import NEWEST, parse_version, shown_version


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("16.11", (16, 11)),
        ("16.11.2", (16, 11)),
        ("16.11.2-ee.0", (16, 11)),
        ("v17.0.0+rnightly.123.abc", (17, 0)),
        (" 19.3 ", NEWEST),
        ("23.0", (23, 0)),
    ],
)
def test_versions_as_gitlab_writes_them(text, version) -> None:
    assert parse_version(text) == version


@pytest.mark.parametrize("text", ["", "16", "16.", "sixteen", "16.11.", "1.2.3.4x y", "-16.1", "16.11 ee"])
def test_what_is_no_version_says_how_one_looks(text) -> None:
    with pytest.raises(ValueError, match=r"looks like 16\.11"):
        parse_version(text)


def test_a_version_from_before_our_knowledge_is_refused() -> None:
    with pytest.raises(ValueError, match=r"before 13\.0"):
        parse_version("12.10.3")


def test_a_version_is_shown_as_it_is_written() -> None:
    assert shown_version((16, 11)) == "16.11"
