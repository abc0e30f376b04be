from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from glctl.trace.recording import record

if TYPE_CHECKING:
    from pathlib import Path


def test_nothing_stays_of_a_command_that_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("mitmproxy")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    code = (
        "import os, pathlib, sys\n"
        "place = pathlib.Path(os.environ['SSL_CERT_FILE']).parent\n"
        "modes = [oct(path.stat().st_mode & 0o777) for path in (place, place / 'mitmproxy-ca.pem')]\n"
        "sys.exit(0 if modes == ['0o700', '0o600'] and 'NO_PROXY' not in os.environ else 9)"
    )
    conversation, ended = record([sys.executable, "-c", code], os.environ)
    assert (conversation.exchanges, ended) == ((), 0)
    assert not list(tmp_path.iterdir())
