"""Settings that Omnibus gives up."""

from __future__ import annotations

import pytest

from glctl.gitlabrb.model import Settings
from glctl.settings.names import names_of
from glctl.settings.option import ruby_name
from glctl.settings.removals import REMOVALS, removal_of, removed
from glctl.settings.versions import NEWEST, OLDEST

GOES, GONE, FORGOTTEN = "deprecated-setting", "removed-setting", "without-effect"


@pytest.mark.parametrize(
    ("values", "version", "code"),
    [
        ({"git_data_dirs": {"default": {"path": "/x"}}}, NEWEST, GONE),
        ({"git_data_dirs": {"default": {"path": "/x"}}}, (17, 11), GOES),
        ({"git_data_dirs": {"default": {"path": "/x"}}}, (17, 7), None),
        ({"git_data_dirs": {}}, NEWEST, None),
        ({"mattermost": {"enable": True}}, NEWEST, GONE),
        ({"mattermost": {"enable": False}}, NEWEST, None),
        ({"mattermost": {"home": "/x"}}, (19, 2), GONE),
        ({"mattermost": {"home": "/x"}}, NEWEST, FORGOTTEN),
        ({"mattermost_external_url": "https://m"}, NEWEST, GOES),
        ({"gitaly": {"configuration": {"git": {"bin_path": "/usr/bin/git"}}}}, NEWEST, GONE),
        ({"gitaly": {"listen_addr": "localhost:8075"}}, (15, 9), None),
        ({"gitaly": {"listen_addr": "localhost:8075"}}, (15, 11), GOES),
        ({"gitaly": {"listen_addr": "localhost:8075"}}, (16, 11), GONE),
        ({"gitaly": {"listen_addr": "localhost:8075"}}, NEWEST, FORGOTTEN),
        ({"gitlab_shell": {"migration": {}}}, NEWEST, None),
        ({"unicorn": {"enable": False, "svlogd_prefix": "x"}}, (16, 0), None),
        ({"unicorn": {"enable": True}}, (16, 0), GONE),
        ({"unicorn": {"worker_processes": 2}}, (16, 0), GONE),
        ({"praefect": {"failover_election_strategy": "per_repository"}}, (16, 0), None),
        ({"praefect": {"failover_election_strategy": "sql"}}, (16, 0), GONE),
        ({"grafana": {"enable": True}}, (16, 2), GOES),
        ({"grafana": {"enable": False}}, (16, 11), None),
        ({"sidekiq": {"min_concurrency": 1}}, (16, 11), GOES),
        ({"sidekiq": {"min_concurrency": 1}}, (17, 0), GONE),
        ({"registry_nginx": {"enable": True}}, (19, 1), None),
        ({"registry_nginx": {"enable": True}}, NEWEST, GOES),
        ({"registry": {"notifications": [{"threshold": 2}, {"threshold": 3}]}}, NEWEST, GOES),
        ({"registry": {"notifications": [{"threshold": 2}]}}, (23, 0), GONE),
        ({"registry": {"default_notifications_threshold": 2}}, (23, 0), GONE),
    ],
)
def test_a_setting_goes_and_is_gone_and_forgotten(values, version, code) -> None:
    assert [d.code for d in removed(Settings(values), version)] == [code] * bool(code)


def test_the_message_names_the_version_and_the_hint_the_way_on() -> None:
    (error,) = removed(Settings({"spamcheck": {"enable": True}}), NEWEST)
    assert error.message == "spamcheck was removed in GitLab 19.0."
    assert error.hint
    (warning,) = removed(Settings({"gitaly": {"auth_token": "x"}}), (15, 10))
    assert warning.message == "gitaly['auth_token'] is deprecated since GitLab 15.10 and goes in 16.0."


@pytest.mark.parametrize("removal", REMOVALS, ids=lambda removal: ruby_name(removal.keys[0]))
def test_every_entry_is_in_its_order_and_of_a_known_name(removal) -> None:
    assert removal.deprecated <= (removal.removed or removal.deprecated)
    assert removal.forgotten is None or (removal.removed or (0, 0)) < removal.forgotten
    name = removal.key.partition(".")[0]
    while_known = max(OLDEST, removal.deprecated)
    assert name in names_of(while_known) or name == "sidekiq_cluster"
    assert removal.instead.endswith(".")


def test_no_setting_has_two_fates() -> None:
    fates = [(key, removal.only) for removal in REMOVALS for key in removal.keys]
    assert len(fates) == len(set(fates))


@pytest.mark.parametrize(
    ("key", "version", "fate"),
    [
        ("git_data_dirs", NEWEST, "was removed in GitLab 18.0"),
        ("git_data_dirs.default.path", NEWEST, "was removed in GitLab 18.0"),
        ("git_data_dirs", (17, 8), "is deprecated since GitLab 17.8 and goes in 18.0"),
        ("registry_nginx.dir", NEWEST, "is deprecated since GitLab 19.2"),
        (
            "nginx.default_server_enabled",
            NEWEST,
            "is deprecated since GitLab 19.2",
        ),
        ("git_data_dirs", (17, 7), None),
        ("repmgr.user", NEWEST, "was removed in GitLab 14.0"),
        ("repmgr.enable", (13, 0), None),
        ("git_data_dirs_of_mine", NEWEST, None),
        ("registry.dir", NEWEST, None),
    ],
)
def test_what_becomes_of_a_setting(key: str, version: tuple[int, int], fate: str | None) -> None:
    removal = removal_of(tuple(key.split(".")), version)
    assert (removal and removal.fate(version)) == fate
