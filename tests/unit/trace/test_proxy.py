from __future__ import annotations

import importlib.util
from types import SimpleNamespace

import pytest

from glctl.errors import GlctlError
from glctl.trace import proxy
from glctl.trace.proxy import Recorder, require_mitmproxy


def refusing(error: str) -> SimpleNamespace:
    client = SimpleNamespace(error=error, sni="registry.example.com", peername=("127.0.0.1", 4))
    return SimpleNamespace(conn=client, context=SimpleNamespace(server=SimpleNamespace(address=None)))


def test_a_client_that_refuses_our_certificate_is_remembered() -> None:
    recorder = Recorder()
    recorder.tls_failed_client(refusing("unknown ca"))
    recorder.tls_failed_client(refusing("connection closed early"))
    assert [each.host for each in recorder.conversation().distrust] == ["registry.example.com"]


def test_what_is_missing_is_told_with_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(GlctlError) as caught:
        require_mitmproxy()
    assert "-m pip install 'glctl[trace]'" in caught.value.hint


def test_no_more_is_kept_than_memory_bears(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy, "MOST", 2)
    recorder = Recorder()
    for _ in range(5):
        recorder._keep(SimpleNamespace(began=0.0))  # type: ignore[arg-type]
    assert (len(recorder.exchanges), recorder.left_out) == (2, 3)


def test_what_goes_on_for_ever_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy, "_SETTLING", 0.05)
    recorder = Recorder()
    recorder.client_connected(SimpleNamespace(id="1"))
    recorder.settle()
    recorder.client_disconnected(SimpleNamespace(id="1"))
    monkeypatch.setattr(proxy, "_SETTLING", 60.0)
    recorder.settle()
