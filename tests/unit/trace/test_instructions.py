from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from glctl.trace.instructions import elsewhere, with_docker

if TYPE_CHECKING:
    from pathlib import Path

CERTIFICATE = "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----\n"


def test_a_shell_can_be_given_them_as_they_are(tmp_path: Path) -> None:
    lines = list(elsewhere("http://glctl:s%20$x@192.0.2.1:1", CERTIFICATE))
    typed = "\n".join(lines[1 : lines.index("unset no_proxy NO_PROXY") + 1])
    script = f'{typed}\necho "$HTTPS_PROXY $SSL_CERT_FILE"; cat "$SSL_CERT_FILE"'
    out = subprocess.run(
        ["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    assert out == f"http://glctl:s%20$x@192.0.2.1:1 {tmp_path}/glctl-trace.pem\n{CERTIFICATE}"


def test_docker_is_told_its_daemon() -> None:
    assert any(line.startswith("export DOCKER_HOST=unix:///s ") for line in with_docker("unix:///s"))
