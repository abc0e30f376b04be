from __future__ import annotations

import pytest

from glctl.settings.options.logrotate import OPTIONS as OWN
from glctl.settings.schema import OPTIONS


@pytest.mark.parametrize("section", ["logging", "nginx"])
def test_what_is_done_with_nginx_s_files_is_set_for_all_or_for_nginx(section) -> None:
    keys = [key for key in OPTIONS if key.startswith(f"{section}.logrotate_")]
    assert [key.rpartition("_")[2] for key in keys] == [
        *("frequency", "size", "maxsize", "rotate", "compress", "method", "dateformat", "postrotate"),
    ]
    assert not any(OPTIONS[key].ignored for key in keys)
    defaults = {key.rpartition("_")[2]: OPTIONS[key].default for key in keys if OPTIONS[key].default}
    usual = {"frequency": "daily", "rotate": 30, "compress": "compress"}
    assert defaults == (usual if section == "logging" else {})  # Omnibus's


def test_the_registry_has_no_file_that_logrotate_rotates() -> None:
    assert OPTIONS["registry.logrotate_size"].foreign


def test_logrotate_itself_has_omnibus_s_defaults() -> None:
    assert {option.key: option.default for option in OWN if option.default is not None} == {
        "logrotate.enable": True,  # as the roles with nginx have it there
        "logrotate.dir": "/var/opt/gitlab/logrotate",
        "logrotate.log_directory": "/var/log/gitlab/logrotate",
        "logrotate.pre_sleep": 600,
        "logrotate.post_sleep": 3000,
    }
