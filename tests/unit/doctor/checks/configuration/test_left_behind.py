from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glctl.clients.authority import make_authority
from glctl.doctor.checks.configuration.left_behind import CHECK
from glctl.services import host_docker

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from glctl.doctor.facts import Facts


def test_nothing_is_left(new_facts: Callable[..., Facts], run: Any) -> None:
    assert run(CHECK, new_facts()) == ([], "nothing")


def test_the_proxy_of_a_killed_trace_is_told(new_facts: Callable[..., Facts], run: Any) -> None:
    facts = new_facts()
    folder = facts.observed.root.at(host_docker.FOLDER)
    folder.mkdir(parents=True)
    (folder / "glctl-trace.env").write_text(
        "# glctl trace --docker=host, pid 1 1\nHTTPS_PROXY=http://127.0.0.1:1\n"
    )
    [finding], _ = run(CHECK, facts)
    assert (finding.code, finding.severity) == ("trace-left-behind", "warning")
    assert finding.subject == str(folder / "glctl-trace.env")
    assert "systemctl restart docker" in finding.remedy


def test_a_proxy_that_an_administrator_may_have_meant_is_not(
    new_facts: Callable[..., Facts], run: Any
) -> None:
    facts = new_facts()
    settings = facts.observed.root.at("/etc/docker/daemon.json")
    settings.parent.mkdir(parents=True)
    settings.write_text('{"proxies": {"https-proxy": "http://127.0.0.1:3128"}}')
    assert run(CHECK, facts)[0] == []


def test_mitmproxys_authority_is_told(
    new_facts: Callable[..., Facts], run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("glctl.clients.authority.NAME", "mitmproxy")
    facts = new_facts()
    file: Path = facts.observed.root.at("/usr/local/share/ca-certificates/x.crt")
    file.parent.mkdir(parents=True)
    file.write_text(make_authority(0)[1])
    [finding], _ = run(CHECK, facts)
    assert finding.remedy == f"rm {file}; update-ca-certificates --fresh"
