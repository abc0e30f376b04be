from collections.abc import Callable

import pytest

from glctl.converge.blame import blame
from glctl.converge.desired import Configuration
from glctl.logs.recent import Words

Configure = Callable[..., Configuration]
STORAGE = "registry['storage'] = { 's3' => { 'bucket' => 'images', 'secretkey' => 'hunter2' } }"
WARN = "registry['log_level'] = 'warn'"
MANY = [f"registry['{key}'] = '1'" for key in ("username", "group", "log_level", "svlogd_size")]
BUNDLE = "registry['rootcertbundle'] = '/no/such.crt'"


@pytest.mark.parametrize(
    ("before", "now", "words", "named"),
    [
        # What a Code points to, and not what else has changed.
        ([], [STORAGE, WARN], Words(("boom",), "s3-bucket-missing"), ["registry['storage']"]),
        ([], [WARN, BUNDLE], Words(("boom",), "token-bundle-unreadable"), ["registry['rootcertbundle']"]),
        # What is mentioned.
        ([], [STORAGE, WARN], Words(("no such bucket: images",)), ["registry['storage']"]),
        ([], [WARN, STORAGE], Words(("bad level: warn",), "registry-panic"), ["registry['log_level']"]),
        # All that has changed.
        ([WARN], [WARN, BUNDLE], Words(), ["registry['rootcertbundle']"]),
        # A Code that points to what has not changed.
        ([STORAGE], [STORAGE, WARN], Words(("boom",), "s3-bucket-missing"), ["registry['log_level']"]),
        ([WARN], [WARN], Words(("boom",)), []),
        ([], MANY, Words(), []),
    ],
)
def test_what_most_likely_did_it(
    configure: Configure, before: list[str], now: list[str], words: Words, named: list[str]
) -> None:
    last = configure(*before).effective
    said = blame(words, configure(*now).effective, last)
    assert [setting for setting in named if setting not in said] == []
    assert said.count("gitlab.rb:") == len(named)
    assert bool(said) == bool(named)
    assert "hunter2" not in said


def test_what_had_come_up_is_blamed_on_a_setting_only_with_evidence(configure: Configure) -> None:
    last, now = configure().effective, configure(WARN, STORAGE).effective
    words = Words(("level=warn bucket=images",))
    assert "log_level" in blame(words, now, last)
    assert blame(words, now, last, guess=False) == ""
    assert "storage" in blame(Words(("boom",), "s3-bucket-missing"), now, last, guess=False)


def test_a_host_that_has_no_address_is_no_fault_of_the_setting_as_a_whole(configure: Configure) -> None:
    words = Words(("dial tcp: lookup minio: no such host",))
    assert "DNS" in blame(words, configure(STORAGE).effective)


@pytest.mark.parametrize(
    ("keys", "setting"),
    [
        (("http", "draintimeout"), "registry['http_draintimeout'] = '9s'"),
        (("http", "addr"), "registry['registry_http_addr'] = '127.0.0.1:5009'"),
        (("health", "storagedriver", "enabled"), "registry['health_storagedriver_enabled'] = 'x'"),
        (("auth", "token", "autoredirect"), "registry['autoredirect'] = 'x'"),
        (("auth", "token", "issuer"), "gitlab_rails['registry_issuer'] = 'x'"),
        (("storage", "s3", "bucket"), STORAGE),
        (("notifications", "endpoints", "0", "timeout"), "registry['default_notifications_timeout'] = '9s'"),
    ],
)
def test_a_key_of_config_yml_is_traced_to_the_setting_that_it_is_made_of(
    configure: Configure, keys: tuple[str, ...], setting: str
) -> None:
    effective = configure(WARN, setting).effective
    said = blame(Words(("boom",)), effective, None, [keys])
    assert said.startswith(f"Most likely it is {setting.partition(' = ')[0]} (")
    assert said.count("gitlab.rb:") == 1


def test_on_a_first_run_only_what_points_somewhere_is_named(configure: Configure) -> None:
    effective = configure(STORAGE, WARN).effective
    assert "registry['storage']" in blame(Words(("x",), "s3-bucket-missing"), effective)
    assert blame(Words(("x",)), effective) == ""
