from __future__ import annotations

from pathlib import Path

import pytest

from glctl.doctor.check import NotTriedError
from glctl.doctor.gitlab import GITLAB_YML, GitLab, read_gitlab, understood
from glctl.errors import GlctlError
from glctl.paths import Root

PATH = Path("/gitlab.yml")
WHOLE = """
production: &base
  registry: {enabled: true, issuer: i, key: /k, api_url: 'http://a', host: h, port: 5050}
  secret: PLANTED
"""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            WHOLE,
            GitLab(PATH, enabled=True, issuer="i", key="/k", api_url="http://a", host="h", port=5050),
        ),
        ("production: {registry: {enabled: 'true', port: , key: }}", GitLab(PATH)),
        ("production: {registry: [1]}", GitLab(PATH)),
        ("production: {}", GitLab(PATH)),
        ("just text", GitLab(PATH)),
        ("", GitLab(PATH)),
    ],
)
def test_what_gitlab_was_told(text: str, found: GitLab) -> None:
    assert understood(PATH, text.encode()) == found


def test_what_is_no_yaml_is_not_quoted() -> None:
    with pytest.raises(GlctlError) as raised:
        understood(PATH, b"password: {PLANTED")
    assert "PLANTED" not in str(raised.value)


def test_gitlab_elsewhere(tmp_path: Path) -> None:
    with pytest.raises(NotTriedError, match="not on this host"):
        read_gitlab(Root(tmp_path))


def test_gitlab_here(tmp_path: Path) -> None:
    path = Root(tmp_path).at(GITLAB_YML)
    path.parent.mkdir(parents=True)
    path.write_text("production: {registry: {enabled: true}}")
    found = read_gitlab(Root(tmp_path))
    assert (found.path, found.enabled, found.group) == (path, True, path.stat().st_gid)
