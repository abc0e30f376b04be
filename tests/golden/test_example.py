"""examples/gitlab.rb.example is what the schema makes of it, and every line of it can be used."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from glctl import cli
from glctl.settings.platform import DEBIAN, OMNIBUS
from glctl.settings.schema import OPTIONS

PROJECT = Path(__file__).parents[2]
EXAMPLE = PROJECT / "examples" / "gitlab.rb.example"
# Settings are commented out with one #, explanations with two.
LINES = [line[2:] for line in EXAMPLE.read_text().splitlines() if re.match(r"# [a-z]", line)]
SKETCHES = re.findall(r"^## For example: (.+)$", EXAMPLE.read_text(), re.MULTILINE)
CERTIFICATES = frozenset({"/etc/gitlab/ssl/gitlab.example.com.crt"})  # without it, Let's Encrypt's count
URLS = [line for line in LINES if line.startswith(("external_url ", "registry_external_url "))]


def test_it_is_up_to_date() -> None:
    script = [sys.executable, str(PROJECT / "scripts" / "make-example")]
    made = subprocess.run(script, capture_output=True, text=True, check=True, cwd=PROJECT, timeout=30).stdout
    assert EXAMPLE.read_text() == made


def test_every_setting_that_counts_stands_in_it_once() -> None:
    assert sorted(LINES + SKETCHES) == sorted(o.sample for o in OPTIONS.values() if not o.ignored)


def test_only_keys_and_certificates_are_sketched() -> None:
    assert [line.partition(" = ")[0] for line in SKETCHES] == [
        "registry['internal_key']",
        "registry['internal_certificate']",
    ]


def test_check_config_accepts_it_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--root", str(tmp_path), "--config", str(EXAMPLE), "check-config", "--strict"]) == 0
    assert capsys.readouterr().out.endswith(f"{EXAMPLE} is fine: 1 note.\n")


@pytest.mark.parametrize("platform", [DEBIAN, OMNIBUS], ids=lambda platform: platform.name)
def test_every_line_can_be_used(configure, platform) -> None:
    complaints = {}
    for line in LINES:
        text = "\n".join([*(url for url in URLS if url != line), line])
        configuration = configure(text, url=None, platform=platform, certificates=CERTIFICATES)
        if found := [d.message for d in configuration.diagnostics]:
            complaints[line] = found
    assert complaints == {}


@pytest.mark.parametrize("platform", [DEBIAN, OMNIBUS], ids=lambda platform: platform.name)
def test_all_of_them_at_once_make_a_configuration(configure, platform) -> None:
    """Each is right beside all others, except that GitLab is said not to run here."""
    configuration = configure("\n".join(LINES), url=None, platform=platform)
    assert configuration.errors == ()
    assert len(configuration.resources()) > 30


def test_check_config_accepts_it_with_every_line_in_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "gitlab.rb"
    file.write_text(re.sub(r"^# (?=[a-z])", "", EXAMPLE.read_text(), flags=re.MULTILINE))
    code = cli.run(["--root", str(tmp_path), "--config", str(file), "check-config"])
    said = capsys.readouterr().out
    assert (code, said.count("warning:")) == (0, 0), said


def test_every_line_is_explained() -> None:
    lines = EXAMPLE.read_text().splitlines()
    assert [
        lines[n - 1]
        for n, line in enumerate(lines)
        if line[2:] in LINES and not lines[n - 1].startswith("## ")
    ] == []
