"""What check-config says, before it is printed (its cases: commands/test_check_config.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from glctl.converge.wrong import all_that_is_wrong
from glctl.errors import UsageError
from glctl.paths import Root
from glctl.settings.platform import DEBIAN

if TYPE_CHECKING:
    from pathlib import Path

URLS = "external_url 'http://gitlab.example.com'\nregistry_external_url 'http://registry.example.com'\n"


def told(folder: Path, text: str) -> list[tuple[int | None, str]]:
    file = folder / "gitlab.rb"
    file.write_text(text)
    found = all_that_is_wrong(Root(folder), file, DEBIAN)
    return [(d.span.line if d.span else None, d.code) for d in found]


def test_nothing(tmp_path: Path) -> None:
    assert told(tmp_path, URLS) == []


def test_a_broken_line_hides_no_other_and_causes_none(tmp_path: Path) -> None:
    text = "registry['nosuch'] = 1\nnosuch['a'] = 1\nregistry['dir'] = 'x'\nregistry['enable'] = true\n"
    assert told(tmp_path, text) == [(1, "unknown-key"), (2, "unknown-setting"), (3, "wrong-type")]


def test_what_no_file_can_hold_has_its_line(tmp_path: Path) -> None:
    text = URLS + "nginx['status'] = {\n  'options' => { 'allow' => \"\\u007f\" }\n}"
    assert told(tmp_path, text) == [(4, "wrong-value")]
    text = URLS + "registry['http_secret'] = JSON.parse('[\"\\ud800\"]')[0]"
    assert told(tmp_path, text) == [(3, "wrong-value")]


@pytest.mark.parametrize("name", ["internal_key", "internal_certificate"])
def test_half_a_pair_that_does_not_fit_is_told_at_its_line(tmp_path: Path, name: str) -> None:
    pem = "-----BEGIN CERTIFICATE-----\\nAAAA\\n-----END CERTIFICATE-----\\n"
    assert told(tmp_path, URLS + f"registry['{name}'] = \"{pem}\"") == [(3, "wrong-value")]


def test_a_file_that_is_not_there_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        all_that_is_wrong(Root(tmp_path), tmp_path / "nosuch.rb", DEBIAN)
