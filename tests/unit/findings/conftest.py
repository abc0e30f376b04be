"""Reports as examinations end, for the tests of all formats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from glctl.findings.model import CheckResult, Finding
from glctl.findings.report import Report, link

if TYPE_CHECKING:
    from glctl.findings.model import Groups

WRITE = "it stores something: glctl doctor --write tries it"
CHECKS = {
    "clock": ("clock",),
    "services": ("registry-service", "ports", "local"),
    "debug server": ("debug-server",),
    "tokens": ("token",),
    "storage": ("storage-writable",),
    "s3": ("s3-bucket", "s3-put", "s3-acl"),
    "push": ("push",),
    "logs": ("logs",),
}


@pytest.fixture
def groups() -> Groups:
    return CHECKS


@pytest.fixture
def well() -> Report:
    return Report(
        "registry",
        (),
        (
            CheckResult("clock", "ok", "+0.001 s off, by 2 time servers", 12.34),
            CheckResult("registry-service", "ok", "(pid 7) 3h", 1.0),
            CheckResult("ports", "ok", "registry 5000, nginx 5050", 2.0, speaks=True),
            CheckResult("local", "ok", "http://127.0.0.1:5000/v2/ answers 401 in 4 ms", 5.0),
            CheckResult("debug-server", "not_tried", "the registry has none"),
            CheckResult("s3-bucket", "ok", "images in eu-central-1", 80.0),
            CheckResult("s3-put", "not_tried", WRITE),
            CheckResult("s3-acl", "not_tried", "the bucket has none"),
            CheckResult("push", "not_tried", WRITE),
        ),
        204.0,
        usage=("docker login registry.example.com", "docker push registry.example.com/GROUP/PROJECT:TAG"),
    )


@pytest.fixture
def ill() -> Report:
    return Report(
        "registry",
        link(
            (
                Finding(
                    "clock-not-verified",
                    "clock",
                    "clock",
                    "warning",
                    "Whether this machine's clock is right is not verified: no time server answered.",
                    remedy="Name a time server that this machine reaches:\nglctl doctor --ntp-server HOST",
                    evidence=("no answer from a", "no answer from b", "no answer from c", "no answer from d"),
                ),
                Finding(
                    "port-taken",
                    "ports",
                    "registry",
                    "error",
                    "Port 5000 (registry) is held by python3 (pid 7).",
                    cause="Another process listens on it.",
                    remedy="Stop that process, or set registry['registry_http_addr'] and run:\n"
                    "glctl reconfigure",
                ),
                Finding(
                    "port-taken",
                    "ports",
                    "nginx",
                    "error",
                    "Port 5050 (nginx) is held by python3 (pid 7).",
                    cause="Another process listens on it.",
                ),
                Finding(
                    "service-crash-loop",
                    "registry-service",
                    "registry",
                    "error",
                    "registry ends again and again.",
                ),
                Finding(
                    "debug-unreachable",
                    "debug-server",
                    "http://127.0.0.1:5001",
                    "warning",
                    "The debug server does not answer.",
                    remedy="glctl restart registry",
                ),
                Finding(
                    "token-refused",
                    "token",
                    "b",
                    "error",
                    "A token is refused.",
                    remedy="glctl restart registry",
                ),
                Finding(
                    "token-insufficient-scope",
                    "logs",
                    "registry",
                    "info",
                    "A user lacks a scope.",
                    cause="Log.",
                ),
            )
        ),
        (
            CheckResult("clock", "finding", "not verified", 1500.0),
            CheckResult("registry-service", "finding", "ends and is started over and over", 1300.0),
            CheckResult("ports", "finding", "registry 5000, nginx 5050", 20.0),
            CheckResult("local", "not_run", "registry-service found an error"),
            CheckResult("s3-bucket", "not_run", "registry-service found an error"),
            CheckResult("s3-put", "not_run", "registry-service found an error"),
            CheckResult("s3-acl", "not_run", "registry-service found an error"),
            CheckResult("debug-server", "finding", "no answer", 3.0),
            CheckResult("token", "finding", "refused", 3.0),
            CheckResult("storage-writable", "not_tried", "only root can try it as git"),
            CheckResult("push", "not_tried", WRITE),
            CheckResult("logs", "ok", "1 known problem", 7.0),
        ),
        1512.0,
    )


@pytest.fixture
def static() -> Report:
    return Report(
        "registry",
        (),
        (
            CheckResult("configuration", "ok", "as gitlab.rb would make it", 0.1),
            *(
                CheckResult(name, "not_tried", "only a gitlab.rb is examined (--config)")
                for name in ("clock", "local", "push")
            ),
        ),
        1.0,
    )
