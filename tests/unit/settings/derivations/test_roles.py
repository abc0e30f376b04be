"""Roles choose what an Omnibus host runs."""

from __future__ import annotations

import pytest

from glctl.settings.platform import DEBIAN, OMNIBUS

KEYS = ("gitlab_rails.enable", "nginx.enable", "postgresql.enable")


@pytest.mark.parametrize(
    ("text", "platform", "found"),
    [
        ("", OMNIBUS, (True, True, True)),
        ("roles ['application_role']", OMNIBUS, (True, True, False)),
        ("roles 'pages-role'", OMNIBUS, (False, True, False)),
        ("redis_master_role['enable'] = true", OMNIBUS, (False, False, False)),
        ("roles ['redis_master_role', 'postgres_role']", OMNIBUS, (True, False, True)),
        ("roles ['geo_primary_role']", OMNIBUS, (True, True, True)),
        ("roles ['redis_master_role']\nnginx['enable'] = true", OMNIBUS, (False, True, False)),
        ("roles ['redis_master_role']", DEBIAN, (False, True, True)),
    ],
)
def test_roles_bring_services(configure, text, platform, found) -> None:
    effective = configure(text, platform=platform).effective
    assert tuple(effective[key] for key in KEYS) == found


def test_a_role_that_does_not_exist_is_refused(configure) -> None:
    (error,) = configure("roles ['aplication_role']").errors
    assert error.message == "There is no role 'aplication_role'."
    assert error.hint == "Did you mean 'application_role'?"
