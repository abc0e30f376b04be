from pathlib import Path

import pytest

from glctl import cli

STAMP = "2026-11-24_03:59:14.64174 "
LINES = [
    f'{STAMP}time="2026-11-24T03:59:14Z" level=info msg="one"',
    f'{STAMP}time="2026-11-24T03:59:14Z" level=error msg="two"',
    f"{STAMP}panic: three",
    f"{STAMP}\x1b[2J four",
]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for service in ("registry", "nginx"):
        (tmp_path / f"var/log/gitlab/{service}").mkdir(parents=True)
    (tmp_path / "var/log/gitlab/registry/current").write_text("\n".join(LINES) + "\n")
    return tmp_path


@pytest.mark.parametrize(
    ("options", "indices"),
    [
        ([], [0, 1, 2, 3]),
        (["-n", "2"], [2, 3]),
        (["--lines", "0"], []),
        (["--level", "error"], [1, 2, 3]),
        (["--level", "error", "-n", "1"], [2, 3]),
        (["--grep", "one|three"], [0, 2]),
        (["--grep", "level", "--level", "error"], [1]),
    ],
)
def test_the_last_lines_that_were_asked_for_are_printed(
    root: Path, options: list[str], indices: list[int], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    arguments = ["--root", str(root), "tail-logs", "registry", "--no-follow", "--format", "raw", *options]
    assert cli.run(arguments) == 0
    assert capfdbinary.readouterr().out.decode().splitlines() == [LINES[index] for index in indices]


def test_text_is_coloured_and_harmless(root: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert cli.run(["--root", str(root), "--color", "always", "tail-logs", "registry", "--no-follow"]) == 0
    printed = capfdbinary.readouterr().out.decode().splitlines()
    assert printed[0] == LINES[0]
    assert printed[1] == f"\x1b[31m{LINES[1]}\x1b[0m"
    assert printed[3] == f"\x1b[31;1m{STAMP}\\x1b[2J four\x1b[0m"


def test_without_names_all_services_are_shown_each_line_with_its_source(
    root: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    (root / "var/log/gitlab/nginx/gitlab_registry_access.log").write_text("five\n")
    assert cli.run(["--root", str(root), "tail-logs", "--no-follow", "-n", "1"]) == 0
    printed = capfdbinary.readouterr().out.decode().splitlines()
    assert [line.split()[0] for line in printed] == ["registry", "nginx/registry_access"]
    assert printed[1].endswith(" five")


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (
            ["nosuch"],
            2,
            ["No logs are known for service 'nosuch'.", "Known: registry, nginx, logrotate, gitlab-rails."],
        ),
        (["--grep", "("], 2, ["'(' is not a regular expression"]),
        (["--level", "loud"], 2, ["'loud' is not one of"]),
        (["-n", "-1"], 2, ["-1 is not in the range x>=0"]),
        (["-n", "many"], 2, ["'many' is not a valid integer"]),
        (
            ["nginx"],
            1,
            ["There are no logs of nginx yet", "/nginx/current does not exist", "See: glctl --root"],
        ),
    ],
)
def test_what_cannot_be_done_is_told(
    root: Path, arguments: list[str], code: int, told: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["--root", str(root), "tail-logs", *arguments]) == code
    captured = capfd.readouterr()
    assert captured.out == ""
    assert [text for text in told if text not in captured.err] == []


def test_on_an_omnibus_host_the_gitlab_ctl_command_is_named(
    root: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (root / "opt/gitlab/embedded").mkdir(parents=True)
    assert cli.run(["--root", str(root), "tail-logs", "nginx"]) == 1
    assert "sudo gitlab-ctl status" in capfd.readouterr().err
