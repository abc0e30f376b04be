"""A host on which Omnibus runs GitLab: glctl reads its files, and leaves changing them to gitlab-ctl."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
from roots import CONFIG, Installation, installation

from glctl.paths import EMBEDDED_DIR

if TYPE_CHECKING:
    from collections.abc import Iterator

VERBS = "start stop restart reload hup int term kill usr1 usr2 once".split()


@pytest.fixture(scope="module")
def host() -> Iterator[Installation]:
    """A tree that looks like an Omnibus host, with the files that Omnibus would render for gitlab.rb."""
    with installation(account="registry:registry") as made:
        certificate = made.at("/etc/gitlab/ssl/gitlab.example.com.crt")  # else Let's Encrypt would be on
        certificate.parent.mkdir(exist_ok=True)
        certificate.touch()
        rendered = made.path.parent / "rendered"
        done = made.glctl("render", "--platform", "omnibus", "--output-dir", str(rendered))
        assert done.returncode == 0, done.stderr
        shutil.copytree(rendered, made.path, symlinks=True, dirs_exist_ok=True)
        made.at(f"{EMBEDDED_DIR}/bin").mkdir(parents=True)
        yield made


@pytest.fixture(autouse=True)
def nothing_changes(host: Installation) -> Iterator[None]:
    before = host.listing()
    yield
    assert host.listing() == before
    assert host.members() == []


@pytest.mark.parametrize(
    ("args", "instead"),
    [
        (["reconfigure"], "reconfigure"),
        (["reconfigure", "--format", "json"], "reconfigure"),
        *(([verb, "registry"], f"{'hup' if verb == 'reload' else verb} registry") for verb in VERBS),
        (["down"], "stop"),
        (["rollback"], "reconfigure"),
        (["registry-garbage-collect", "-m"], "registry-garbage-collect -m"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_what_changes_something_is_refused_and_the_command_to_use_named(
    host: Installation, args: list[str], instead: str
) -> None:
    done = host.glctl(*args)
    assert (done.returncode, bool(done.stdout)) == (1, "json" in args)
    assert f"glctl {args[0]} is refused here" in done.stderr or "reconfigure is refused here" in done.stderr
    assert "this is an Omnibus host (/opt/gitlab/embedded is there)" in done.stderr
    assert f"Use: sudo gitlab-ctl {instead}" in done.stderr


def test_a_dry_run_shows_what_differs(host: Installation) -> None:
    edited = host.path.parent / "edited.rb"
    edited.write_text("\n".join([*host.base, "registry['log_level'] = 'debug'"]))
    dry_run = ["--config", str(edited), "reconfigure", "--dry-run"]
    done = host.glctl(*dry_run)
    assert done.returncode == 0
    assert "+  level: debug" in done.stdout
    assert "then restart registry. Nothing was touched." in done.stdout
    assert "To apply gitlab.rb: sudo gitlab-ctl reconfigure" in done.stderr
    report = json.loads(host.glctl(*dry_run, "--format", "json").stdout)
    assert str(host.at(CONFIG)) in [change["path"] for change in report["changes"]]
    assert [service["name"] for service in report["services"]] == ["registry"]


def test_settings_are_those_of_omnibus(host: Installation) -> None:
    shown = json.loads(host.glctl("show-config", "registry.env").stdout)
    assert shown["registry.env"]["SSL_CERT_DIR"] == "/opt/gitlab/embedded/ssl/certs/"


@pytest.mark.parametrize(
    ("args", "codes"),
    [
        (["check-config"], {0}),
        (["show-config", "--format", "yaml"], {0}),
        (["status"], {3}),
        (["service-list"], {0}),
        (["doctor", "registry", "--read-only"], {0, 1}),
        (["tail-logs", "registry", "--no-follow"], {0, 1}),
        (["reconfigure", "--dry-run"], {0}),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else None,
)
def test_what_only_reads_works(host: Installation, args: list[str], codes: set[int]) -> None:
    done = host.glctl(*args)
    assert done.returncode in codes, done.stderr
    assert "Traceback" not in done.stderr
    assert "bug in glctl" not in done.stderr


def test_the_doctor_reads_its_files(host: Installation) -> None:
    report = json.loads(host.glctl("doctor", "registry", "--format", "json", "--read-only").stdout)
    outcomes = {check["name"]: check["outcome"] for check in report["checks"]}
    assert outcomes["configuration"] == "ok"
    assert outcomes["virtual-host"] == "ok"
