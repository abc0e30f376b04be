"""Why the registry refused a token: clients only ever see 401, its log has the reason.

The line (level info) has no field of the request; that it was ours is told by the time.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from glctl.logs.recent import recent_lines
from glctl.logs.scan import scan
from glctl.logs.sources import find_sources

if TYPE_CHECKING:
    from glctl.paths import Root

_LINES = 50
_PATIENCE = 0.5  # seconds in which svlogd writes what the registry said


def said(root: Root, since: float) -> list[str]:
    """What the log says of tokens since *since* (Unix time), the latest last; waits for it a moment."""
    source = next(source for source in find_sources(root, ["registry"]) if source.by_svlogd)
    deadline = time.monotonic() + _PATIENCE
    while True:
        found = scan(recent_lines(source, _LINES), "registry", datetime.fromtimestamp(since, UTC))
        told = [match.explanation for match in found.matches if match.code.startswith("token-")]
        if told or time.monotonic() > deadline:
            return told
        time.sleep(0.02)
