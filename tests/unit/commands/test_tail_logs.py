import gzip
import json
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

NGINX_LINE = '10.0.0.1 - - [24/Nov/2026:04:59:15 +0100] "GET /v2/ HTTP/1.1" 200 2 "" "curl/8"'


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
        (["registry", "-f", "-n", "1"], [3]),
        (["--level", "error"], [1, 2, 3]),
        (["--level", "warn"], [1, 2, 3]),
        (["--since", "2026-11-24T03:59:14Z"], [0, 1, 2, 3]),
        (["--since", "2026-11-24T03:59:15Z"], []),
        (["--until", "2026-11-24T03:59:15Z", "-n", "1"], [3]),
        (["--until", "2026-11-24T03:59:14Z"], []),
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
    arguments = ["--color", "always", "tail-logs", "registry", "--no-follow", "--utc"]
    assert cli.run(["--root", str(root), *arguments]) == 0
    printed = capfdbinary.readouterr().out.decode().splitlines()
    shown = "2026-11-24 03:59:14.64174 UTC "
    assert printed == [
        f'{shown}level=info msg="one"',
        f'{shown}\x1b[31mlevel=error msg="two"\x1b[0m',
        f"{shown}\x1b[31;1mpanic: three\x1b[0m",
        "\x1b[2m    ↳ The registry ended by a panic: three. [registry-panic]\x1b[0m",
        f"{shown}\x1b[31;1m\\x1b[2J four\x1b[0m",
    ]


def test_without_names_all_services_are_shown_each_line_with_its_source(
    root: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    (root / "var/log/gitlab/nginx/gitlab_registry_access.log").write_text(NGINX_LINE + "\n")
    assert cli.run(["--root", str(root), "tail-logs", "--utc", "--no-follow", "-n", "1"]) == 0
    printed = capfdbinary.readouterr().out.decode().splitlines()
    assert printed == [
        "registry              2026-11-24 03:59:14.64174 UTC \\x1b[2J four",
        "nginx/registry_access 2026-11-24 03:59:15 UTC 200 GET /v2/ 2B 10.0.0.1 curl/8",
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (
            ["nosuch"],
            2,
            ["No logs are known for service 'nosuch'.", "Known: registry, nginx, logrotate, gitlab-rails."],
        ),
        (["/etc/passwd"], 2, ["to find problems in it: glctl", "scan-logs /etc/passwd"]),
        (["--since", ""], 2, ["not a time: ''"]),
        (["--grep", "("], 2, ["'(' is not a regular expression"]),
        (["--since", "soon"], 2, ["not a time: 'soon'"]),
        (["--cursor", "/dev/null"], 2, ["/dev/null is no cursor of tail-logs"]),
        (["--request", ""], 2, ["--request: no id is given", "http.request.id"]),
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


def test_json_is_one_document_a_line(root: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    arguments = ["tail-logs", "registry", "--no-follow", "--format", "json", "--utc"]
    assert cli.run(["--root", str(root), *arguments]) == 0
    documents = [json.loads(line) for line in capfdbinary.readouterr().out.splitlines()]
    assert [document["level"] for document in documents] == ["info", "error", "fatal", None]
    assert {document["time"] for document in documents} == {"2026-11-24T03:59:14.641740+00:00"}


def test_a_cursor_is_gone_on_from(root: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    current = root / "var/log/gitlab/registry/current"
    arguments = ["tail-logs", "registry", "--no-follow", "--format", "raw", "--cursor", str(root / "cursor")]
    printed = []
    for number in range(3):
        assert cli.run(["--root", str(root), *arguments]) == 0
        printed.append(capfdbinary.readouterr().out)
        with current.open("a") as file:
            file.write(f"{number}\n")
    assert printed == [("\n".join(LINES) + "\n").encode(), b"0\n", b"1\n"]


def test_everything_about_a_request_is_found_in_all_logs_and_archives(
    root: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    logs = root / "var/log/gitlab"
    (logs / "gitlab-rails").mkdir()

    def line(second: int, request: str) -> str:
        time = f"2026-11-24T03:59:{second:02}Z"
        return f'{{"correlation_id":"{request}","level":"info","msg":"m","time":"{time}"}}\n'

    about = [line(second, "01GE") for second in range(15)]
    others = line(0, "01GF") * 20
    with gzip.open(logs / "registry/@400000006b0510fc0755579c.s", "wt") as archive:
        archive.write("".join(about[1:14]) + others)
    (logs / "registry/current").write_text(about[14] + others)
    (logs / "nginx/gitlab_registry_access.log").write_text(f"{NGINX_LINE}\n{NGINX_LINE} 01GE\n")
    (logs / "gitlab-rails/api_json.log").write_text(line(0, "01GE") + others)
    arguments = ["tail-logs", "--no-follow", "--format", "raw", "--request", "01GE"]
    assert cli.run(["--root", str(root), *arguments]) == 0
    printed = capfdbinary.readouterr().out.decode()
    assert printed == "".join(about[:15]) + f"{NGINX_LINE} 01GE\n"
    assert cli.run(["--root", str(root), *arguments, "nginx"]) == 0
    assert capfdbinary.readouterr().out.decode() == f"{NGINX_LINE} 01GE\n"
    assert cli.run(["--root", str(root), *arguments, "registry", "--since", "2026-11-24T03:59:12Z"]) == 0
    assert capfdbinary.readouterr().out.decode() == "".join(about[12:15])


@pytest.mark.parametrize(
    ("options", "where"),
    [
        ([], "registry, gitlab-rails/api_json (the last 256 MiB of each)"),
        (["registry"], "registry (the last 256 MiB of each)"),
        (
            ["--since", "2026-11-24T03:00Z"],
            "registry, gitlab-rails/api_json (from 2026-11-24 03:00:00 UTC on)",
        ),
        (
            ["registry", "--since", "2026-11-24T03:00Z", "--until", "2026-11-24T04:00Z"],
            "registry (from 2026-11-24 03:00:00 UTC on, until 2026-11-24 04:00:00 UTC)",
        ),
    ],
)
def test_it_is_told_where_a_request_was_looked_for_and_not_found(
    root: Path, options: list[str], where: str, capfd: pytest.CaptureFixture[str]
) -> None:
    rails = root / "var/log/gitlab/gitlab-rails"
    rails.mkdir()
    (rails / "api_json.log").touch()
    arguments = ["tail-logs", "--no-follow", "--utc", "--request", "01\x1bGE", *options]
    assert cli.run(["--root", str(root), *arguments]) == 0
    told = f"glctl: no line is about request 01\\x1bGE in {where}.\n  -> To look further back: --since T\n"
    assert capfd.readouterr() == ("", told)
