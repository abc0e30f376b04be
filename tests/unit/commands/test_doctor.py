from __future__ import annotations

import io
import json
import socket
import time
from typing import TYPE_CHECKING, Any

import pytest

from glctl import cli
from glctl.commands import doctor
from glctl.doctor.facts import Options
from glctl.doctor.targets import GROUPS, TARGETS
from glctl.paths import EMBEDDED_DIR, SERVICE_DIR, SV_DIR, Root

if TYPE_CHECKING:
    from pathlib import Path

GITLAB_RB = """
external_url 'https://gitlab.example.com'
registry_external_url 'http://registry.example.com:5050'
"""


@pytest.fixture
def silent() -> str:
    """A time server that refuses at once."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Root:
    """A host with a registry that has never been started."""
    monkeypatch.delenv("GLCTL_ROOT", raising=False)
    root = Root(tmp_path / "root")
    for place in (f"{SV_DIR}/registry", SERVICE_DIR, "/var/opt/gitlab/registry", "/images"):
        root.at(place).mkdir(parents=True)
    root.at(f"{SV_DIR}/registry/run").write_text("exec registry serve /var/opt/gitlab/registry/config.yml\n")
    root.at(f"{SERVICE_DIR}/registry").symlink_to(root.at(f"{SV_DIR}/registry"))
    root.at("/var/opt/gitlab/registry/config.yml").write_text(
        json.dumps({"storage": {"filesystem": {"rootdirectory": "/images"}}, "http": {"secret": "PLANTED"}})
    )
    return root


@pytest.fixture
def run(root: Root, silent: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("GLCTL_NTP_SERVERS", silent)

    def run(*args: str, before: tuple[str, ...] = ()) -> tuple[int, str, str]:
        code = cli.run(["--root", str(root.path), *before, "doctor", *args])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_text_for_people(run: Any) -> None:
    code, out, err = run()
    assert (code, err) == (1, "")
    assert "error: No supervisor runs, and so no service does. [supervisor-missing]" in out
    assert out.splitlines()[-1].startswith("registry: 1 error (supervisor-missing) and ")


def test_one_json_document_for_programs(run: Any) -> None:
    code, out, err = run("registry", "--format", "json")
    document = json.loads(out)
    assert (code, err) == (1, "")
    assert {"supervisor-missing", "clock-not-verified"} <= set(document["root_causes"])
    assert [check["name"] for check in document["checks"]] == [check.name for check in TARGETS["registry"]]


@pytest.mark.parametrize("options", [(), ("--format", "json"), ("--write",), ("--read-only",)])
def test_verbose_or_not_no_secret_is_shown(run: Any, options: tuple[str, ...]) -> None:
    for before in ((), ("-v",)):
        assert "PLANTED" not in "".join(map(str, run(*options, before=before)))


def test_a_remedy_names_the_root_unless_the_environment_does(
    run: Any, root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert f"\nglctl --root {root.path} start\n" in run()[1]
    assert f"it stores something: glctl --root {root.path} doctor --write tries it" in run()[1]
    monkeypatch.setenv("GLCTL_ROOT", str(root.path))
    assert "\nglctl start\n" in run()[1]


def test_on_an_omnibus_host_a_remedy_is_what_is_done_there(run: Any, root: Root) -> None:
    root.at(EMBEDDED_DIR).mkdir(parents=True)
    root.at("/var/opt/gitlab/registry/config.yml").write_text("][")
    out = run()[1]
    assert "\nsystemctl start gitlab-runsvdir " in out
    assert "\ngitlab-ctl reconfigure\n" in out


def test_with_a_gitlab_rb_alone_it_is_static_and_says_so(run: Any, tmp_path: Path) -> None:
    (tmp_path / "gitlab.rb").write_text(f"{GITLAB_RB}registry['nosuch'] = 1\n")
    code, out, _ = run("--format", "json", before=("--config", str(tmp_path / "gitlab.rb")))
    document = json.loads(out)
    assert (code, document["root_causes"]) == (0, ["unknown-key"])
    assert document["findings"][0]["subject"].endswith("gitlab.rb:4:1")
    because = "only a gitlab.rb is examined (--config)"
    not_tried = {c["name"] for c in document["checks"] if c["because"] == because}
    assert not_tried == {check.name for check in TARGETS["registry"] if check.live and not check.pointless}


def test_a_gitlab_rb_that_cannot_be_read_is_a_usage_error(run: Any, tmp_path: Path) -> None:
    (tmp_path / "gitlab.rb").write_text("registry_external_url = \n")
    code, out, err = run(before=("--config", str(tmp_path / "gitlab.rb")))
    assert (code, out) == (2, "")
    assert "gitlab.rb:1:" in err


def test_strict_takes_a_warning_for_an_error(run: Any, tmp_path: Path) -> None:
    (tmp_path / "gitlab.rb").write_text(f"{GITLAB_RB}registry['nosuch'] = 1\n")
    before = ("--config", str(tmp_path / "gitlab.rb"))
    assert run(before=before)[0] == 0
    assert run("--strict", before=before)[0] == 1


@pytest.mark.parametrize(
    "options",
    [
        ("--write", "--read-only"),
        ("--ntp-server", "[::1"),
        ("--timeout", "0"),
        ("--wait", "-1"),
        ("--only", "clok"),
        ("--skip", "clok"),
        ("--format", "yaml"),
        ("nosuch",),
    ],
)
def test_what_cannot_be_meant(run: Any, options: tuple[str, ...]) -> None:
    code, out, err = run(*options)
    assert (code, out) == (2, "")
    assert err


def test_there_is_no_registry(root: Root, run: Any) -> None:
    root.at(f"{SV_DIR}/registry/run").unlink()
    root.at("/var/opt/gitlab/registry/config.yml").unlink()
    code, out, err = run("--format", "json")
    assert (code, out) == (1, "")
    assert "There is no registry here" in err


def test_the_list_of_checks(run: Any) -> None:
    code, out, _ = run("--list")
    assert code == 0
    lines = out.splitlines()
    assert [line for line in lines if not line.startswith(" ")] == list(GROUPS["registry"])
    checks = [line.split()[0] for line in lines if line.startswith(" ")]
    assert checks == [check.name for check in TARGETS["registry"]]
    [push] = [line for line in lines if line.startswith("  push ")]
    assert push.endswith("(with --write only)")


def test_only_what_is_named_is_examined(run: Any) -> None:
    code, out, _ = run("--only", "configuration", "--format", "json")
    assert (code, [check["name"] for check in json.loads(out)["checks"]]) == (
        0,
        [check.name for check in GROUPS["registry"]["configuration"]],
    )


def test_what_is_skipped_makes_no_exit_code(run: Any) -> None:
    assert run("--skip", "supervisor-missing", "--skip", "registry-config-invalid")[0] == 0
    assert run("--skip", "clock-not-verified", "--strict")[0] == 1


@pytest.mark.parametrize(("form", "start"), [("junit", "<?xml "), ("prometheus", "# HELP glctl_doctor_ok ")])
def test_formats_for_other_programs(run: Any, form: str, start: str) -> None:
    code, out, err = run("--format", form)
    assert (code, err) == (1, "")
    assert out.startswith(start)
    assert "supervisor-missing" in out
    assert not out.endswith("\n\n")


def test_waiting_ends_when_time_is_up(run: Any) -> None:
    begun = time.monotonic()
    code, out, err = run("--wait", "0.1", "--only", "supervisor")
    assert (code, err) == (1, "")
    assert "[supervisor-missing]" in out
    assert time.monotonic() - begun < 5


def test_waiting_ends_when_all_is_well(run: Any) -> None:
    begun = time.monotonic()
    assert run("--wait", "60", "--only", "configuration")[0] == 0
    assert time.monotonic() - begun < 5


def test_the_meaning_of_a_code(run: Any) -> None:
    code, out, _ = run("--explain", "clock-skew")
    assert (code, out.splitlines()[0]) == (0, "clock-skew (error)")


def test_an_unknown_code(run: Any) -> None:
    code, _, err = run("--explain", "clock-scew")
    assert code == 2
    assert "Did you mean 'clock-skew'?" in err


def test_silent_time_servers_are_no_late_check() -> None:
    assert doctor._sound(Options(), None).ntp_timeout == 1.5
    assert doctor._sound(Options(), 1.0).ntp_timeout == 0.4
    assert doctor._sound(Options(), 60.0).ntp_timeout == 1.5


def test_an_interrupt_ends_it_quietly(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("glctl.doctor.runner.examine", interrupt)
    assert run() == (130, "", "")


@pytest.mark.parametrize(
    ("options", "stdin"),
    [
        (("--login-as", "alice"), "PLANTED\n"),
        (("--token-stdin",), "PLANTED\n"),
        (("--login-as", "alice", "--token-stdin"), ""),
        (("--login-as", "alice", "--token-stdin"), "\n"),
    ],
)
def test_a_login_needs_a_user_and_a_token_on_standard_input(
    run: Any, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], stdin: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
    code, out, err = run(*options)
    assert (code, out) == (2, "")
    assert "standard input" in err.lower()
    assert "PLANTED" not in err


def test_the_token_is_the_first_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("glrt-x\r\nmore\n"))
    login = doctor._login("alice", token_stdin=True)
    assert login
    assert (login.user, login.looks_like) == ("alice", "a runner's authentication token")
