import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from glctl import cli

TEXT = """
external_url 'http://gitlab.example.com'
registry_external_url 'https://registry.example.com:5050'
registry['http_secret'] = 'hunter2'
registry['env'] = { 'AWS_SECRET_ACCESS_KEY' => 'hunter2', 'HTTPS_PROXY' => 'http://me:hunter2@proxy:3128' }
registry['storage'] = { 's3' => { 'secretkey' => 'hunter2', 'bucket' => 'b' } }
"""
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    file = tmp_path / "gitlab.rb"
    file.write_text(TEXT)

    def run(*args: str) -> tuple[int, str, str]:
        options = ["--root", str(tmp_path), "--config", str(file)]
        code = cli.run([*options, "show-config", *args])
        said = capsys.readouterr()
        return code, said.out, said.err.replace(" ".join(["glctl", *options]), "CALLED")

    return run


def test_effective_settings_as_gitlab_rb_nests_them(run: Run) -> None:
    code, out, err = run()
    assert (code, err) == (0, "")
    shown = json.loads(out)
    assert shown["registry"]["nginx"]["listen_port"] == 5050
    assert shown["registry"]["log_level"] == "info"
    assert shown["external_url"] == "http://gitlab.example.com"


def test_only_what_gitlab_rb_sets(run: Run) -> None:
    shown = json.loads(run("--user")[1])
    assert set(shown) == {"external_url", "registry_external_url", "registry"}
    assert set(shown["registry"]) == {"http_secret", "env", "storage"}


@pytest.mark.parametrize("key", ["registry.nginx.listen_port", "registry['nginx']['listen_port']"])
def test_one_setting_however_it_is_written(run: Run, key: str) -> None:
    assert json.loads(run(key)[1]) == {key: 5050}


def test_several_settings(run: Run) -> None:
    shown = json.loads(run("registry.log_level", "registry.storage")[1])
    assert list(shown) == ["registry.log_level", "registry.storage"]
    assert shown["registry.storage"]["s3"]["bucket"] == "b"


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("nosuch", "There is no setting nosuch.\n  -> CALLED show-config lists them all."),
        (
            "registry.debug_adr",
            "There is no setting registry['debug_adr'].\n  -> Did you mean registry['debug_addr']?",
        ),
        ("registry.log_level.deeper", "There is no setting registry['log_level']['deeper']."),
        ("registry.storage.s3.nosuch", "There is no setting registry['storage']['s3']['nosuch']."),
        ("registry..nginx", "There is no setting registry..nginx."),
        ("", "KEY is empty."),
    ],
)
def test_a_setting_that_there_is_not(run: Run, key: str, message: str) -> None:
    code, out, err = run(key)
    assert (code, out) == (2, "")
    assert err.startswith(f"glctl: {message}")


@pytest.mark.parametrize(
    "key", ["registry_nginx['dir']", "registry.nginx.dir", 'registry["nginx"]["dir"]', "registry[nginx][dir]"]
)
def test_what_gitlab_rb_sets_the_older_way(run: Run, tmp_path: Path, key: str) -> None:
    (tmp_path / "gitlab.rb").write_text("registry_nginx['dir'] = '/x'")
    assert json.loads(run("--user", key)[1]) == {key: "/x"}


def test_what_gitlab_rb_does_not_set(run: Run) -> None:
    for key in ("registry.uid", "nginx", "registry.storage.s3.region"):
        code, out, err = run("--user", key)
        assert (code, out) == (2, "")
        assert "does not set" in err
        assert "Without --user" in err
    assert "There is no setting" in run("--user", "registry.nosuch")[2]


def test_what_glctl_makes_nothing_of_is_shown_where_it_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "gitlab.rb").write_text("gitlab_rails['smtp_password'] = 'hunter2'\npuma['port'] = 8081")
    _, out, _ = run("puma", "gitlab_rails.smtp_password")
    assert json.loads(out) == {"puma": {"port": 8081}, "gitlab_rails.smtp_password": "[MASKED]"}
    assert set(json.loads(run("gitlab_rails")[1])["gitlab_rails"]).isdisjoint({"smtp_password"})


@pytest.mark.parametrize("key", ["sidekiq", "gitaly.env", "gitlab_rails.smtp_password"])
@pytest.mark.parametrize("user", [[], ["--user"]])
def test_what_is_not_set_and_glctl_makes_nothing_of(run: Run, key: str, user: list[str]) -> None:
    code, out, err = run(key, *user)
    assert (code, out) == (2, "")
    assert "does not set" in err
    assert err.endswith("\n  -> glctl makes nothing of it, and knows no default.\n")


@pytest.mark.parametrize("args", [[], ["--user"], ["--format", "yaml"], ["registry.env", "registry.storage"]])
def test_secrets_are_masked(run: Run, args: list[str]) -> None:
    code, out, _ = run(*args)
    assert (code, "[MASKED]" in out) == (0, True)
    assert "hunter2" not in out


def test_secrets_are_shown_when_asked_for(run: Run) -> None:
    shown = json.loads(run("--show-secrets")[1])["registry"]
    assert shown["http_secret"] == shown["env"]["AWS_SECRET_ACCESS_KEY"] == "hunter2"
    assert shown["env"]["HTTPS_PROXY"] == "http://me:hunter2@proxy:3128"
    assert shown["internal_key"] == "(generated by the first reconfigure)"


def test_yaml_says_the_same_as_json(run: Run) -> None:
    assert yaml.safe_load(run("--format", "yaml")[1]) == json.loads(run()[1])


def test_a_file_that_cannot_be_read(run: Run, tmp_path: Path) -> None:
    (tmp_path / "gitlab.rb").write_text("nosuch['a'] = 1")
    code, out, err = run()
    assert (code, out) == (2, "")
    assert "gitlab.rb:1:1: error: " in err
