import os
from collections.abc import Callable
from pathlib import Path

import pytest
from servers import program

from glctl.converge.desired import Configuration
from glctl.converge.stage import nginx_problems, try_nginx
from glctl.paths import Root

Configure = Callable[..., Configuration]
LISTEN = "registry['nginx']['listen_port'] = 48080"
STATUS = "nginx['status']['port'] = 48081"


@pytest.fixture(autouse=True)
def nginx() -> str:
    return program("nginx")


@pytest.fixture(autouse=True)
def nothing_is_left(tmp_path: Path, root: Root, monkeypatch: pytest.MonkeyPatch) -> object:
    """Neither below the root nor where it was tried."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    yield
    assert list(temporary.iterdir()) == []
    assert [path.name for path in root.path.iterdir()] == ["etc"]


def said(configuration: Configuration) -> str:
    refused = try_nginx(configuration.effective, configuration.host)
    return refused.words if refused else ""


def test_nginx_likes_what_is_rendered(configure: Configure) -> None:
    assert said(configure(LISTEN, STATUS)) == ""


def test_nginx_is_quoted_with_the_live_path(configure: Configure, root: Root) -> None:
    words = said(configure(LISTEN, STATUS, "nginx['custom_nginx_config'] = 'nosuch on;'"))
    assert "[emerg]" in words
    assert 'unknown directive "nosuch"' in words
    assert f"in {root.path}/var/opt/gitlab/nginx/conf/nginx.conf:" in words


def test_what_others_define_is_included_from_the_live_directory(configure: Configure, root: Root) -> None:
    """And that is why it is only read, never copied."""
    configuration = configure(LISTEN, STATUS)
    live = root.at("/var/opt/gitlab/nginx/conf/upstream_definitions")
    live.mkdir(parents=True)
    (live / "own.conf").write_text("nosuch on;")
    try:
        assert 'unknown directive "nosuch"' in said(configuration)
        (live / "own.conf").write_text("upstream own { server 127.0.0.1:1; }")
        assert said(configuration) == ""
    finally:
        (live / "own.conf").unlink()
        os.removedirs(live)


def test_certificates_are_looked_at_before_nginx_is_asked(configure: Configure, root: Root) -> None:
    configuration = configure(LISTEN, STATUS, "registry_external_url 'https://registry.example.com'")
    folder = root.path / "etc/gitlab/ssl"
    first, second = nginx_problems(configuration)
    assert first == (
        f"{folder}/registry.example.com.crt is not there, and nginx needs it for https.",
        "Put it there, or set registry['nginx']['ssl_certificate'].",
    )
    assert second[0].startswith(f"{folder}/registry.example.com.key is not there")
    folder.mkdir()
    for name in ("crt", "key"):
        (folder / f"registry.example.com.{name}").write_text("no PEM")
    [(what, _)] = nginx_problems(configuration)
    assert what.startswith("nginx refuses the new configuration:\n    ")
    assert "cannot load certificate" in what


def test_a_certificate_that_may_not_be_read_is_told_as_that(
    configure: Configure, root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    configuration = configure(LISTEN, STATUS, "registry_external_url 'https://registry.example.com'")
    folder = root.path / "etc/gitlab/ssl"
    folder.mkdir()
    for name in ("crt", "key"):
        (folder / f"registry.example.com.{name}").touch()
    monkeypatch.setattr("os.access", lambda _path, _mode: False)
    [(what, hint), _] = nginx_problems(configuration)
    assert "may not be read by this user" in what
    assert "make it readable for this user" in hint


def test_words_of_nginx_do_not_steer_the_terminal(configure: Configure) -> None:
    words = said(configure(LISTEN, STATUS, "nginx['custom_nginx_config'] = \"no\\esuch on;\""))
    assert "\x1b" not in words


@pytest.mark.parametrize(
    "key", ["nginx['custom_nginx_config']", "registry['nginx']['custom_gitlab_server_config']"]
)
def test_the_setting_that_holds_a_refused_line_is_named(configure: Configure, root: Root, key: str) -> None:
    lines = f"{key} = <<~EOS\n  # one\n    proxy_pass_secret on;\nEOS"
    [(what, hint)] = nginx_problems(configure(LISTEN, STATUS, lines))
    assert "\n    That line: proxy_pass_secret on;" in what
    assert hint == f"It comes from {key}: {root.at('/etc/gitlab/gitlab.rb')}:6:1"


def test_the_setting_of_its_name_is_named(configure: Configure) -> None:
    line = "nginx['keepalive_timeout'] = 'abc'"
    [(what, hint)] = nginx_problems(configure(LISTEN, STATUS, line))
    assert "That line: keepalive_timeout abc;" in what
    assert hint.startswith("It comes from nginx['keepalive_timeout']: ")


def test_the_setting_of_a_file_that_nginx_quotes_is_named(configure: Configure, root: Root) -> None:
    for suffix in ("crt", "key"):
        file = root.at(f"/etc/gitlab/ssl/registry.example.com.{suffix}")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("damaged")
    [(what, hint)] = nginx_problems(configure("registry_external_url 'https://registry.example.com:8443'"))
    assert "cannot load certificate" in what
    assert hint == "registry['nginx']['ssl_certificate'] names that file."


def test_what_is_refused_elsewhere_is_blamed_on_no_setting(configure: Configure, root: Root) -> None:
    configuration = configure(LISTEN, STATUS)
    live = root.at("/var/opt/gitlab/nginx/conf/upstream_definitions")
    live.mkdir(parents=True)
    (live / "own.conf").write_text("nosuch on;")
    try:
        [(what, hint)] = nginx_problems(configuration)
    finally:
        (live / "own.conf").unlink()
        os.removedirs(live)
    assert f"{live}/own.conf:1\n    That line: nosuch on;" in what
    assert hint == "Look at nginx's settings in gitlab.rb."


def test_a_port_that_nginx_cannot_have_is_told_once(configure: Configure) -> None:
    configuration = configure(LISTEN, STATUS, "registry['nginx']['listen_addresses'] = ['192.0.2.1']")
    assert ": bind() to 192.0.2.1:48080 failed" in next(nginx_problems(configuration))[0]
    assert not [*nginx_problems(configuration, ports_told=True)]
