from __future__ import annotations

from pathlib import Path

import pytest

from glctl.trace.proxy import Recorder
from glctl.trace.way import Way, way

WAY = Way("http://127.0.0.1:1", Path("/p/authority.pem"), Path("/p/bundle.pem"), Recorder())


def test_a_daemon_goes_through_it_whatever_else_it_is_told() -> None:
    made = WAY.of_daemon()
    assert (made["HTTPS_PROXY"], made["SSL_CERT_FILE"]) == ("http://127.0.0.1:1", "/p/bundle.pem")
    assert (made["NO_PROXY"], made["no_proxy"]) == ("", "")


def test_a_program_keeps_the_rest_of_its_environment() -> None:
    assert WAY.environment({"PATH": "/bin"})["PATH"] == "/bin"


def test_its_files_are_private_and_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("mitmproxy")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with way({}) as made:
        folder = made.authority.parent
        assert oct(folder.stat().st_mode & 0o777) == "0o700"
        assert oct((folder / "mitmproxy-ca.pem").stat().st_mode & 0o777) == "0o600"
        assert made.bundle.read_text().endswith(made.authority.read_text())
    assert not list(tmp_path.iterdir())
