"""Facts of a test's making, and checks run on them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients.http import Exchange
from glctl.doctor import virtual_host
from glctl.doctor.facts import Facts, Options
from glctl.doctor.observed import Observed
from glctl.doctor.tokens import TokenFacts
from glctl.doctor.watch import Seen
from glctl.paths import Root
from glctl.services.runit import Status
from glctl.settings.platform import DEBIAN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from glctl.doctor.check import Check
    from glctl.findings.model import Finding

CONFIG = {
    "storage": {"filesystem": {"rootdirectory": "/images"}},
    "http": {"addr": "127.0.0.1:5000", "debug": {"addr": "127.0.0.1:5001"}},
    "auth": {
        "token": {
            "issuer": "omnibus-gitlab-issuer",
            "service": "container_registry",
            "rootcertbundle": "/registry/bundle.crt",
        }
    },
}
VHOST = virtual_host.read(
    "/nginx/gitlab-registry.conf",
    b"server { listen *:5050; server_name registry.example.com; "
    b"location / { proxy_pass http://127.0.0.1:5000; } }",
)
UP = Status("run", pid=12, since=1000.0, want="up")


def seen(status: Status, *, looping: bool = False) -> Seen:
    return Seen(status, status, looping)


def answer(status: int | None = 200, **more: Any) -> Exchange:
    """An Exchange as a client returns it."""
    return Exchange("GET", "http://127.0.0.1:5000/v2/", "ping", status, **more)


@pytest.fixture
def observed(tmp_path: Path) -> Observed:
    """A healthy registry behind nginx, as configured below a root of the test's own."""
    return Observed(
        root=Root(tmp_path),
        platform=DEBIAN,
        source="disk",
        config_path="/registry/config.yml",
        config=CONFIG,
        vhost=VHOST,
        services=("registry", "nginx"),
    )


@pytest.fixture
def new_facts(observed: Observed) -> Callable[..., Facts]:
    """Makes Facts: keywords change what is observed, or give a fact (a method) its value or error.

    *enabled* are the services that are observed, *services* the fact of how they are.
    """
    names = {**{name: name for name in Observed.__dataclass_fields__}, "enabled": "services"}
    del names["services"]

    def make(options: Options | None = None, **given: Any) -> Facts:
        fields = {names[name]: given.pop(name) for name in tuple(given) if name in names}
        facts = Facts(replace(observed, **fields), options or Options())
        given = {"services": {"registry": seen(UP), "nginx": seen(UP)}, **given}
        for name, value in given.items():
            setattr(facts.tokens() if hasattr(TokenFacts, name) else facts, name, _giving(value))
        return facts

    return make


def _giving(value: Any) -> Callable[..., Any]:
    def give(*_: Any, **__: Any) -> Any:
        if isinstance(value, Exception):
            raise value
        return value

    return give


@pytest.fixture
def run() -> Callable[[Check, Facts], tuple[list[Finding], str]]:
    """Runs a check by itself: what it found, and its note."""

    def run(check: Check, facts: Facts) -> tuple[list[Finding], str]:
        findings: list[Finding] = []
        steps = check.run(facts)
        while True:
            try:
                findings.append(next(steps))
            except StopIteration as stop:
                return findings, stop.value

    return run
