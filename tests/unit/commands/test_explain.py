import json
from collections.abc import Callable
from pathlib import Path

import pytest

from glctl import cli
from glctl.paths import CONFIG_FILE, Root

TEXT = """external_url 'http://gitlab.example.com'
registry_external_url 'https://registry.example.com:5050'
registry['debug_addr'] = '127.0.0.1:5001'
registry['http_secret'] = 'hunter2'
registry['storage'] = { 's3' => { 'secretkey' => 'hunter2', 'bucket' => 'b', 'region' => 'r' } }
gitlab_rails['smtp_password'] = 'hunter2'
gitaly['configuration'] = { auth: { token: 'hunter2' } }
"""
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = Root(tmp_path).at(CONFIG_FILE)
    file.parent.mkdir(parents=True)
    file.write_text(TEXT)
    return file


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Explains; the root is left out of what is said."""

    def run(*args: str) -> tuple[int, str, str]:
        code = cli.run(["--root", str(tmp_path), "explain", *args])
        said = capsys.readouterr()
        return code, plain(said.out), plain(said.err)

    def plain(text: str) -> str:
        return text.replace(f"glctl --root {tmp_path}", "glctl").replace(str(tmp_path), "")

    return run


def test_a_setting_of_gitlab_rb(run: Run, file: Path) -> None:
    code, out, err = run("registry['debug_addr']")
    assert (code, err) == (0, "")
    assert (
        out
        == """\
registry['debug_addr'] = '127.0.0.1:5001'
  origin    /etc/gitlab/gitlab.rb:3
              registry['debug_addr'] = '127.0.0.1:5001'
  default   not set
  takes     an address with its port, '127.0.0.1:5000'
  meaning   Where the debug server listens: health, metrics, profiles. Not for the network.
  feeds     /var/opt/gitlab/registry/config.yml
  a change  restarts registry (look first: glctl reconfigure --dry-run)
  example   registry['debug_addr'] = '127.0.0.1:5001'
"""
    )


def test_a_derived_setting(run: Run, file: Path) -> None:
    out = run("registry.nginx.listen_port")[1]
    assert out.startswith("""\
registry['nginx']['listen_port'] = 5050
  origin    derived from
              registry_external_url = 'https://registry.example.com:5050', /etc/gitlab/gitlab.rb:2
  default   not set
  takes     a port, from 1 to 65535
""")
    assert "  a change  reloads nginx (" in out


@pytest.mark.parametrize(
    ("key", "lines"),
    [
        (
            "registry_external_url",
            ["  decides   gitlab_rails['registry_host']", "  a change  reloads nginx"],
        ),
        ("registry.enable", ["  a change  starts or stops registry, starts or stops nginx"]),
        ("registry.log_level", ["  takes     one of error, warn, info, debug, trace"]),
        ("registry.storage.s3.bucket", ["  part of   registry['storage']"]),
        ("registry.registry_issuer", ["  meaning   It has no effect. It is gitlab_rails['registry_issuer']"]),
        (
            "gitlab_rails.registry_host",
            ["            To set it has no effect here: a rule decides its value."],
        ),
        ("gitlab_rails.registry_api_url", ["  feeds     nothing on this host"]),
        ("registry.uid", ["  a change  no service has to hear of it"]),
        ("registry.svlogd_num", ["  a change  reloads registry's log service"]),
        ("git_data_dirs", ["  notice    It was removed in GitLab 18.0."]),
        ("gitlab_rails.smtp_password", ["  meaning   glctl makes nothing of it."]),
        ("gitaly.configuration", ["  meaning   Belongs to a service that glctl does not run."]),
        (
            "gitaly.nosuch",
            [
                "  origin    gitlab.rb does not set it",
                "  meaning   Belongs to a service that glctl does not run. It does not know whether",
            ],
        ),
        ("registry.autoredirect", ["  takes     true or false"]),
        (
            "nginx.hsts_max_age",
            ["  meaning   glctl makes nothing of it. It is for GitLab's own virtual host;"],
        ),
    ],
)
def test_what_else_there_is_to_say(run: Run, file: Path, key: str, lines: list[str]) -> None:
    code, out, _ = run(key)
    assert code == 0
    assert [line for line in lines if f"\n{line}" not in out] == []


def test_many_places_are_counted(run: Run, file: Path) -> None:
    out = run("registry.enable")[1]
    assert " more (--format json has all)" in out
    assert len(out.splitlines()) < 30


def test_what_would_hold_without_a_line(run: Run, file: Path) -> None:
    file.write_text(TEXT + "registry['nginx']['listen_port'] = 5051")
    out = run("registry.nginx.listen_port")[1]
    assert "\n  default   not set\n  otherwise 5050, derived from registry_external_url\n" in out
    assert "\n  otherwise generated\n" in run("registry.http_secret")[1]
    assert "\n  otherwise { 'filesystem' => " in run("registry.storage")[1]
    report = json.loads(run("registry.nginx.listen_port", "--format", "json")[1])
    assert (report["otherwise"]["key"], report["otherwise"]["value"]) == ("registry.nginx.listen_port", 5050)
    assert "otherwise" not in run("registry.debug_addr")[1]


def test_what_counts_elsewhere(run: Run, file: Path) -> None:
    file.write_text("")
    out = run("registry.debug_addr")[1]
    assert "  feeds     nothing with this gitlab.rb, but where it counts:\n            /var/opt" in out


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_secret_is_shown(run: Run, file: Path, form: str) -> None:
    keys = (
        "registry.http_secret",
        "registry.storage",
        "registry.storage.s3.secretkey",
        "registry.storage.s3.bucket",
    )
    for key in (*keys, "gitlab_rails.smtp_password", "gitaly.configuration", "registry", "*"):
        code, *said = run(key, "--format", form)
        assert code == 0
        assert "hunter2" not in "".join(said), key


def test_a_table(run: Run, file: Path) -> None:
    code, out, err = run("registry.*_addr")
    assert (code, err) == (0, "")
    assert (
        out
        == """\
registry['registry_http_addr']  '127.0.0.1:5000'  -
registry['debug_addr']          '127.0.0.1:5001'  gitlab.rb:3
"""
    )
    assert run("registry")[1] == run("registry.*")[1] != ""
    rows = json.loads(run("registry.*_addr", "--format", "json")[1])
    assert [(row["key"], row["origin"]["line"]) for row in rows] == [
        ("registry.registry_http_addr", None),
        ("registry.debug_addr", 3),
    ]


@pytest.mark.parametrize(
    ("key", "code", "message"),
    [
        ("*nosuch*", 2, "No setting matches *nosuch*."),
        (
            "patroni",
            1,
            "gitlab.rb sets nothing in patroni, which belongs to a service that glctl does not run.",
        ),
        (
            "registry['debug_adr']",
            2,
            "There is no setting registry['debug_adr'].\n  -> Did you mean registry['debug_addr']?",
        ),
        ("registry['debug_addr", 2, "There is no setting registry['debug_addr."),
    ],
)
def test_what_there_is_not(run: Run, file: Path, key: str, code: int, message: str) -> None:
    found, out, err = run(key)
    assert (found, out) == (code, "")
    assert err.startswith(f"glctl: {message}")


def test_json(run: Run, file: Path) -> None:
    code, out, err = run("registry.nginx.listen_port", "--format", "json")
    assert (code, err) == (0, "")
    document = json.loads(out)
    assert list(document) == (
        "key value origin sources default otherwise type choices meaning ignored fate effects".split()
    )
    assert (document["key"], document["value"], document["origin"]["kind"]) == (
        "registry.nginx.listen_port",
        5050,
        "derived",
    )
    assert [(each["depth"], each["key"]) for each in document["sources"]] == [(1, "registry_external_url")]
    assert document["effects"] == {
        "paths": ["/var/opt/gitlab/nginx/conf/service_conf/gitlab-registry.conf"],
        "settings": [],
        "services": [{"name": "nginx", "action": "reload"}],
        "overruled": False,
        "elsewhere": False,
    }
    document = json.loads(run("gitlab_rails.registry_api_url", "--format", "json")[1])
    assert (document["effects"]["paths"], document["effects"]["services"]) == ([], [])
    assert json.loads(run("registry.registry_issuer", "--format", "json")[1])["effects"] is None


def test_without_a_gitlab_rb(run: Run) -> None:
    code, out, err = run("registry.log_level")
    assert code == 0
    assert out.startswith("registry['log_level'] = 'info'\n  origin    default\n")
    assert err == "note: there is no /etc/gitlab/gitlab.rb yet: the values are those of an empty one.\n"


def test_a_file_that_was_named_must_be_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--config", str(tmp_path / "nosuch.rb"), "explain", "registry.dir"]) == 2
    assert "does not exist" in capsys.readouterr().err


def test_a_gitlab_rb_with_errors(run: Run, file: Path) -> None:
    file.write_text("registry['storage'] = 5")
    code, out, err = run("registry.dir")
    assert (code, "feeds" in out) == (0, False)
    assert "See: glctl check-config" in err
    file.write_text("registry['storage")
    assert run("registry.dir")[0] == 2


def test_nothing_is_written(run: Run, file: Path, tmp_path: Path) -> None:
    def tree() -> list[tuple[str, int]]:
        return [(str(path), path.stat().st_mtime_ns) for path in sorted(tmp_path.rglob("*"))]

    before = tree()
    assert run("registry.enable")[0] == run("*")[0] == 0
    assert tree() == before
