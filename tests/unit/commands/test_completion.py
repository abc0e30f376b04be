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


@pytest.mark.parametrize(
    ("incomplete", "names"),
    [
        ("registry['debug", ["registry['debug_addr']"]),
        ('registry["debug', ['registry["debug_addr"]']),
        ("registry['storage']['az", ["registry['storage']['azure']", "registry['storage']['azure_v2']"]),
        ("registry['storage']['s3']['buck", ["registry['storage']['s3']['bucket']"]),
        ("registry.storage.de", ["registry.storage.delete"]),
        ("registry.storage.s3.buck", ["registry.storage.s3.bucket"]),
        ("registry.storage.delete.", ["registry.storage.delete.enabled"]),
        ("registry.storage", ["registry.storage", "registry.storage_delete_enabled"]),
    ],
)
def test_settings_as_gitlab_rb_writes_them_and_parts_of_the_storage(
    incomplete: str, names: list[str]
) -> None:
    assert offered("explain", incomplete) == names


def test_drivers_come_before_their_keys() -> None:
    assert "registry.storage.s3" in offered("explain", "registry.storage.")
    assert "registry.storage.s3.bucket" not in offered("explain", "registry.storage.")


@pytest.mark.parametrize(
    ("words", "kind"),
    [(["--config"], "file"), (["--root"], "dir"), (["render", "--output-dir"], "dir")],
)
def test_files_and_directories_are_the_shells_to_offer(words: list[str], kind: str) -> None:
    shell = ShellComplete(cli, {}, "glctl", "_GLCTL_COMPLETE")
    assert [(item.value, item.type) for item in shell.get_completions(words, "et")] == [("et", kind)]


@pytest.mark.parametrize("command", ["restart", "status", "tail-logs", "service-list", "usr1"])
def test_services(command: str) -> None:
    assert offered(command, "") == ["registry", "nginx", "logrotate"]
    assert offered(command, "n") == ["nginx"]


def test_codes_and_targets_of_the_doctor() -> None:
    assert offered("doctor", "--explain", "") == list(CODES)
    assert offered("doctor", "--explain", "storage-not-w") == ["storage-not-writable"]
    assert "registry" in offered("doctor", "")
    assert offered("doctor", "--only", "clock-") == [code for code in CODES if code.startswith("clock-")]
    assert {"storage", "storage-writable"} <= set(offered("doctor", "--skip", "storage"))


def test_commands_and_formats() -> None:
    assert offered("expl") == ["explain"]
    assert offered("explain", "registry.dir", "--format", "") == ["text", "json"]
