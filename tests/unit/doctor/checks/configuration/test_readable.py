from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.doctor.checks.configuration.readable import CHECK

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts


def test_settings_that_can_be_read(new_facts: Callable[..., Facts], run: Any) -> None:
    assert run(CHECK, new_facts()) == ([], "/registry/config.yml")


def test_settings_of_a_gitlab_rb_alone(new_facts: Callable[..., Facts], run: Any) -> None:
    assert run(CHECK, new_facts(source="gitlab.rb")) == ([], "as gitlab.rb would make it")


def test_settings_that_cannot(new_facts: Callable[..., Facts], run: Any) -> None:
    [finding], _ = run(CHECK, new_facts(problem="line 2, column 1: it is no YAML"))
    assert (finding.code, finding.subject) == ("registry-config-invalid", "/registry/config.yml")
    assert "cannot read its /registry/config.yml: line 2, column 1: it is no YAML." in finding.summary
    assert finding.remedy == "glctl reconfigure"


def test_what_the_environment_overrides_is_told(new_facts: Callable[..., Facts], run: Any) -> None:
    [finding], _ = run(CHECK, new_facts(overrides=("REGISTRY_HTTP_ADDR",)))
    assert (finding.code, finding.severity) == ("registry-environment-overrides", "info")
    assert finding.summary.endswith("REGISTRY_HTTP_ADDR.")


def test_settings_that_this_user_may_not_read(new_facts: Callable[..., Facts], run: Any) -> None:
    with pytest.raises(PermissionError):
        run(CHECK, new_facts(unread=("/env/REGISTRY_LOG_LEVEL",)))
