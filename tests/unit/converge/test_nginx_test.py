"""nginx's files tried where they lie, by the real nginx."""

from pathlib import Path

import pytest
from servers import free_port, program

from glctl.converge import nginx_test
from glctl.converge.nginx_test import try_files


@pytest.fixture
def conf(tmp_path: Path) -> Path:
    path = tmp_path / "conf/nginx.conf"
    (path.parent / "sites").mkdir(parents=True)
    folders = "".join(f"{n}_temp_path {n};" for n in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    path.write_text(
        "error_log stderr;\npid own.pid;\nevents {}\n"
        f"http {{ access_log off; {folders} include sites/*; }}\n"
    )
    site(path, "a")
    return path


def site(conf: Path, name: str, more: str = "") -> None:
    text = f"server {{ listen 127.0.0.1:{PORT}; server_name registry.example.com; {more} }}\n"
    (conf.parent / "sites" / name).write_text(text)


PORT = free_port()


def test_what_nginx_takes(conf: Path, tmp_path: Path) -> None:
    tested = try_files(program("nginx"), tmp_path, conf)
    assert tested
    assert (tested.against, tested.warnings) == ((), ())
    assert list(tested.files) == [str(conf), str(conf.parent / "sites/a")]
    assert "server_name registry.example.com" in tested.files[str(conf.parent / "sites/a")]


def test_what_it_refuses(conf: Path, tmp_path: Path) -> None:
    site(conf, "a", "nosuch on;")
    tested = try_files(program("nginx"), tmp_path, conf)
    assert tested
    assert tested.against[0].startswith('unknown directive "nosuch" in ')


def test_what_it_warns_of(conf: Path, tmp_path: Path) -> None:
    site(conf, "b")
    tested = try_files(program("nginx"), tmp_path, conf)
    assert tested
    assert tested.warnings[0].startswith('conflicting server name "registry.example.com"')


def test_no_pid_file_is_left(conf: Path, tmp_path: Path) -> None:
    try_files(program("nginx"), tmp_path, conf)
    assert not (tmp_path / "own.pid").exists()


def test_the_pid_file_of_one_that_runs_is_left_alone(conf: Path, tmp_path: Path) -> None:
    (tmp_path / "own.pid").write_text("12\n")
    try_files(program("nginx"), tmp_path, conf)
    assert (tmp_path / "own.pid").read_text() == "12\n"


def test_one_that_comes_to_no_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nginx_test, "_TIMEOUT", 0.1)
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    assert try_files(str(slow), tmp_path, tmp_path / "none") is None


def test_one_that_ends_without_a_word(tmp_path: Path) -> None:
    tested = try_files("/bin/false", tmp_path, tmp_path / "none")
    assert tested
    assert tested.against == ("nginx -T ended with exit code 1",)
