from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from glctl.clients.authority import make_authority
from glctl.services.leftovers import left_behind

if TYPE_CHECKING:
    from pathlib import Path

DROP_IN = "etc/systemd/system/docker.service.d/http-proxy.conf"


def put(root: Path, path: str, text: str) -> str:
    (root / path).parent.mkdir(parents=True)
    (root / path).write_text(text)
    return str(root / path)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (DROP_IN, '[Service]\nEnvironment="HTTPS_PROXY=http://127.0.0.1:8080"\n'),
        ("etc/docker/daemon.json", '{"proxies": {"https-proxy": "http://localhost:8080"}}'),
        ("etc/default/docker", 'export http_proxy="http://127.0.0.1:3128/"\n'),
    ],
)
def test_a_proxy_of_the_daemon_on_this_machine_is_told(tmp_path: Path, path: str, text: str) -> None:
    file = put(tmp_path, path, text)
    assert [where for _, where in left_behind(tmp_path)] == [file]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (DROP_IN, '[Service]\nEnvironment="HTTPS_PROXY=http://proxy.example.com:8080"\n'),
        (DROP_IN, '#Environment="HTTPS_PROXY=http://127.0.0.1:8080"\n'),
        ("etc/default/docker", '#export http_proxy="http://127.0.0.1:3128/"\n'),
        ("usr/local/share/ca-certificates/x.crt", "no certificate"),
    ],
)
def test_what_an_administrator_has_set_up_is_not(tmp_path: Path, path: str, text: str) -> None:
    put(tmp_path, path, text)
    assert left_behind(tmp_path) == ()


@pytest.mark.parametrize(("name", "count"), [("mitmproxy", 1), ("Example authority", 0)])
def test_mitmproxys_authority_is_told(
    tmp_path: Path, name: str, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("glctl.clients.authority.NAME", name)
    put(tmp_path, "usr/local/share/ca-certificates/x.crt", make_authority(0)[1])
    assert len(left_behind(tmp_path)) == count
