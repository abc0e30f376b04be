"""The doctor on an Omnibus host, where nothing runs, and with a gitlab.rb alone: it touches nothing.

The host is made of what Omnibus would render; its programs are not there.
"""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from servers import free_ports

from glctl import cli

if TYPE_CHECKING:
    from pathlib import Path

GITLAB_RB = """
external_url 'https://gitlab.example.com'
letsencrypt['enable'] = false
registry_external_url 'http://registry.example.com:{}'
registry['registry_http_addr'] = '127.0.0.1:{}'
registry['database'] = {{ 'enabled' => false }}
"""


def glctl(*args: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = cli.run(list(args))
    return code, out.getvalue(), err.getvalue()


def examined(root: Path, *options: str) -> dict[str, Any]:
    _, out, err = glctl(
        "--root", str(root), *options, "doctor", "--format", "json", "--ntp-server", "127.0.0.1:1"
    )
    assert out, err
    report: dict[str, Any] = json.loads(out)
    return report


def drift(report: dict[str, Any]) -> dict[str, str]:
    """The findings of the check ``drift``, with their severities."""
    return {f["code"]: f["severity"] for f in report["findings"] if f["check"] == "drift"}


@pytest.fixture
def host(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    (root / "etc/gitlab").mkdir(parents=True)
    (root / "opt/gitlab/embedded").mkdir(parents=True)
    (root / "opt/gitlab/version-manifest.txt").write_text("gitlab-ee 19.3.0\n")
    (root / "etc/gitlab/gitlab.rb").write_text(GITLAB_RB.format(*free_ports(2)))
    code, _, err = glctl("--root", str(root), "render", "--output-dir", str(tmp_path / "made"))
    assert code == 0, err
    shutil.copytree(tmp_path / "made", root, symlinks=True, dirs_exist_ok=True)
    return root


def config(host: Path) -> Path:
    return host / "var/opt/gitlab/registry/config.yml"


def test_nothing_is_touched_and_nothing_differs(host: Path) -> None:
    def content() -> dict[Path, bytes]:
        return {path: path.read_bytes() if path.is_file() else b"" for path in host.rglob("*")}

    before = content()
    report = examined(host)
    assert drift(report) == {}
    assert content() == before


def test_another_layout_and_other_comments_are_no_drift(host: Path) -> None:
    lines = config(host).read_text().splitlines()
    config(host).write_text("\n".join(f"{line}   # by Chef" if line.strip() else "" for line in lines))
    vhost = host / "var/opt/gitlab/nginx/conf/service_conf/gitlab-registry.conf"
    vhost.write_text("# By Chef.\n" + vhost.read_text().replace("  ", "\t"))
    assert drift(examined(host)) == {}


def test_what_was_edited_by_hand_is_told(host: Path) -> None:
    config(host).write_text(config(host).read_text().replace("level: info", "level: warn"))
    report = examined(host)
    assert drift(report) == {"registry-config-drift": "warning"}
    [finding] = [f for f in report["findings"] if f["check"] == "drift"]
    assert finding["evidence"] == [f"{config(host)}: log.level is warn, by gitlab.rb info"]
    assert "glctl --root" in finding["remedy"]
    assert finding["remedy"].endswith("gitlab-ctl reconfigure")


def test_of_another_omnibus_it_only_says_that_files_may_differ(host: Path) -> None:
    config(host).write_text(config(host).read_text().replace("level: info", "level: warn"))
    (host / "opt/gitlab/version-manifest.txt").write_text("gitlab-ee 17.2.0\n")
    assert drift(examined(host)) == {"omnibus-version-differs": "info", "registry-config-drift": "info"}


def test_a_gitlab_rb_that_is_broken_does_not_keep_it_from_looking_at_what_runs(host: Path) -> None:
    with (host / "etc/gitlab/gitlab.rb").open("a") as file:
        file.write("registry['log_level'] = 'debug\n")
    report = examined(host)
    assert "ruby-syntax" in report["root_causes"]
    assert "supervisor-missing" in report["root_causes"]


def test_a_gitlab_rb_alone_is_judged_and_nothing_that_runs(tmp_path: Path) -> None:
    rb = tmp_path / "gitlab.rb"
    rb.write_text(GITLAB_RB.format(*free_ports(2)) + "registry['debug_addr'] = '0.0.0.0:5001'\n")
    root = tmp_path / "empty"
    root.mkdir()
    report = examined(root, "--config", str(rb))
    assert report["root_causes"] == ["debug-server-exposed"]
    tried = {check["name"] for check in report["checks"] if check["outcome"] != "not_tried"}
    assert {"configuration", "settings", "gitlab-rb", "virtual-host"} <= tried
    reasons = {check["because"] for check in report["checks"] if check["name"] in ("drift", "supervisor")}
    assert len(reasons) == 1
    assert reasons.pop().startswith("only a gitlab.rb is examined")
    assert list(root.iterdir()) == []
