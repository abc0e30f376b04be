"""Settings that are no more."""

from __future__ import annotations

import pytest

from glctl.gitlabrb.model import Settings
from glctl.settings.removals import NEWEST, removed


@pytest.mark.parametrize(
    ("values", "version", "refused"),
    [
        ({"git_data_dirs": {"default": {"path": "/x"}}}, NEWEST, True),
        ({"git_data_dirs": {"default": {"path": "/x"}}}, (17, 11), False),
        ({"git_data_dirs": {}}, NEWEST, False),
        ({"mattermost": {"enable": True}}, NEWEST, True),
        ({"mattermost": {"enable": False}}, NEWEST, False),
        ({"gitaly": {"configuration": {"git": {"bin_path": "/usr/bin/git"}}}}, NEWEST, True),
        ({"gitlab_shell": {"migration": {}}}, NEWEST, False),
        ({"registry": {"notifications": [{"threshold": 2}]}}, NEWEST, False),
        ({"registry": {"notifications": [{"threshold": 2}]}}, (23, 0), True),
        ({"registry": {"default_notifications_threshold": 2}}, (23, 0), True),
    ],
)
def test_what_a_version_does_not_have_is_refused(values, version, refused) -> None:
    codes = [diagnostic.code for diagnostic in removed(Settings(values), version)]
    assert codes == ["removed-setting"] * refused


def test_the_message_names_the_version_and_the_hint_the_way_on() -> None:
    (error,) = removed(Settings({"spamcheck": {"enable": True}}), NEWEST)
    assert error.message == "spamcheck was removed in GitLab 19.0."
    assert error.hint
