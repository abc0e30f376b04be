import gzip
import json
import os
import tempfile
from pathlib import Path

import pytest

from glctl import cli

FULL = (
    '2026-11-24_0{}:59:14.64174 time="x" level=error msg="x" '
    'err.detail="write /srv: no space left on device"\n'
)
REFUSED = (
    "2026/11/24 03:00:00 [error] 1#1: *1 "
    "connect() failed (111: Connection refused) while connecting to upstream\n"
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    logs = tmp_path / "var/log/gitlab"
    for service in ("registry", "nginx"):
        (logs / service).mkdir(parents=True)
    (logs / "registry/current").write_text(FULL.format(5))
    (logs / "registry/@400000006a93b7260000000a.s").write_bytes(gzip.compress(FULL.format(3).encode()))
    (logs / "nginx/gitlab_registry_error.log").write_text(REFUSED)
    return tmp_path


def scan(root: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, int]]:
    code = cli.run(["--root", str(root), "scan-logs", "--format", "json", *arguments])
    found = json.loads(capsys.readouterr().out)["findings"]
    return code, {finding["code"]: finding["count"] for finding in found}


def test_all_logs_of_all_services_are_read(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert scan(root, capsys) == (1, {"storage-no-space": 2, "nginx-upstream-refused": 1})


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["registry"], {"storage-no-space": 2}),
        (["registry", "--since", "2026-11-24T04:00Z"], {"storage-no-space": 1}),
        (["registry", "--until", "2026-11-24T04:00Z"], {"storage-no-space": 1}),
        (["registry", "--since", "2026-11-25"], {}),
        (["{root}/var/log/gitlab/nginx/gitlab_registry_error.log"], {"nginx-upstream-refused": 1}),
    ],
)
def test_only_what_was_asked_for_is_counted(
    root: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], expected: dict[str, int]
) -> None:
    named = [argument.format(root=root) for argument in arguments]
    assert scan(root, capsys, *named) == (int(bool(expected)), expected)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nosuch"], "'nosuch' is neither a service nor a file.\n  -> Services are: registry, nginx"),
        (["registyr"], "-> Did you mean 'registry'?"),
        (["{root}/*.log"], "-> The shell has found no file of such a name."),
        ([""], "'' is neither a service nor a file"),
        (["--since", ""], "not a time: ''"),
        (["{root}"], "No logs are in"),
        (["--since", "soon"], "not a time: 'soon'"),
        (["--since", "1h", "--until", "2h"], "--since is not before --until"),
    ],
)
def test_mistakes_are_told(
    root: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    named = [argument.format(root=root) for argument in arguments]
    assert cli.run(["--root", str(root), "scan-logs", *named]) == 2
    assert said in capsys.readouterr().err


def test_what_is_named_twice_is_counted_once(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = str(root / "var/log/gitlab/nginx/gitlab_registry_error.log")
    found = {"storage-no-space": 2, "nginx-upstream-refused": 1}
    assert scan(root, capsys, "registry", log, "registry", log) == (1, found)


@pytest.mark.skipif(os.getuid() != 0, reason="needs another account to be refused")
def test_logs_that_may_not_be_read_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    with tempfile.TemporaryDirectory() as root:  # what lies in tmp_path nobody else reaches
        logs = Path(root) / "var/log/gitlab/registry"
        logs.mkdir(parents=True)
        cli.run(["--root", root, "scan-logs", "nosuch"])  # now all is imported
        capsys.readouterr()
        Path(root).chmod(0o755)
        logs.chmod(0)
        os.seteuid(65534)
        try:
            assert cli.run(["--root", root, "scan-logs", "registry"]) == 1
        finally:
            os.seteuid(0)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert f"glctl: Cannot read {logs}: permission denied.\n  -> Run it as root: sudo glctl" in captured.err


def test_without_logs_it_says_when_they_come(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--root", str(tmp_path), "scan-logs"]) == 1
    assert "There are no logs yet" in capsys.readouterr().err
