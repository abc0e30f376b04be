from __future__ import annotations

import pytest
from click.shell_completion import ShellComplete

from glctl.cli import cli
from glctl.findings.catalog import CODES


def offered(*words: str) -> list[str]:
    """What is offered for the last of *words*."""
    *before, incomplete = words
    shell = ShellComplete(cli, {}, "glctl", "_GLCTL_COMPLETE")
    return [item.value for item in shell.get_completions(before, incomplete)]


@pytest.mark.parametrize("command", ["explain", "show-config"])
def test_settings(command: str) -> None:
    assert offered(command, "registry.debug") == ["registry.debug_addr"]
    assert offered(command, "registry_ext") == ["registry_external_url"]
    assert "registry.nginx.listen_port" in offered(command, "")
    assert offered(command, "registry.registry_iss") == []  # it has no effect


@pytest.mark.parametrize("command", ["restart", "status", "tail-logs", "service-list", "usr1"])
def test_services(command: str) -> None:
    assert offered(command, "") == ["registry", "nginx", "logrotate"]
    assert offered(command, "n") == ["nginx"]


def test_codes_and_targets_of_the_doctor() -> None:
    assert offered("doctor", "--explain", "") == list(CODES)
    assert offered("doctor", "--explain", "storage-not-w") == ["storage-not-writable"]
    assert "registry" in offered("doctor", "")


def test_commands_and_formats() -> None:
    assert offered("expl") == ["explain"]
    assert offered("explain", "registry.dir", "--format", "") == ["text", "json"]
