import pytest

from glctl.doctor.check import Check
from glctl.doctor.targets import TARGETS

CHECKS = [pytest.param(target, check, id=check.name) for target in TARGETS for check in TARGETS[target]]


@pytest.mark.parametrize("target", TARGETS)
def test_names_are_unique(target: str) -> None:
    names = [check.name for check in TARGETS[target]]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(("target", "check"), CHECKS)
def test_each_check_stands_behind_those_that_it_waits_for(target: str, check: Check) -> None:
    checks = TARGETS[target]
    before = {c.name for c in checks[: checks.index(check)]}
    assert {*check.requires, *check.after} <= before


@pytest.mark.parametrize(("target", "check"), CHECKS)
def test_what_a_check_is_about_is_a_sentence(target: str, check: Check) -> None:
    assert check.about.endswith(".")


def test_only_a_push_stores_anything() -> None:
    effects = {check.name: check.effect for check in TARGETS["registry"] if check.effect != "none"}
    lasting = {name for name, effect in effects.items() if effect == "lasting"}
    # image-push: in GitLab, which then lists the image.
    assert {name for name in lasting if not name.startswith("s3-")} == {"push", "push-public", "image-push"}


def test_only_what_is_configured_can_be_told_from_a_gitlab_rb_alone() -> None:
    assert [check.name for check in TARGETS["registry"] if not check.live] == [
        "configuration",
        "settings",
        "gitlab-rb",
        "deletion",
        "virtual-host",
        "debug-exposed",
        "forwarded",
        "proxy-limits",
        "http-secret",
        "token-service",
        "token-realm",
        "image-name",
        "s3-settings",
    ]
