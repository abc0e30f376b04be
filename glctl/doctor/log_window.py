"""How far back logs are read, and since when what they say is still so."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from glctl.doctor.facts import Facts
    from glctl.logs.scan import LogMatch

_LINES = 2000  # of each log; some megabytes at most
_WINDOW = 3600.0  # seconds
_LAST_WORDS = 2.0  # seconds before a service ended, or began anew, in whose lines the reason may stand


def find(facts: Facts) -> tuple[LogMatch, ...]:
    """What the rules find at the end of the logs; what one log says now, no other one says had ended."""
    from glctl.logs.recent import recent_matches
    from glctl.logs.sources import find_sources

    matches: list[LogMatch] = []
    for source in find_sources(facts.observed.root, facts.observed.services):
        matches += recent_matches(source, _LINES, *_window(facts, source.service))
    current = {match.code for match in matches if not match.ended}
    return tuple(match for match in matches if not (match.ended and match.code in current))


def _window(facts: Facts, service: str) -> tuple[datetime, datetime]:
    """From when on lines are read, and from when on they tell of now.

    That is an hour, and the last start, which may have mended what was before. What does not run says why
    at its end.
    """
    from glctl.services.runit import last_known

    hour = time.time() - _WINDOW
    seen = facts.services()[service]
    status = seen.status if seen.status.is_supervised else last_known(facts.directory_of(service))
    since = began = hour
    if seen.looping:
        began = seen.first.since - _LAST_WORDS
    elif status and status.state == "run":
        began = status.since
    elif status:
        since = began = status.since - _LAST_WORDS
    return datetime.fromtimestamp(max(hour, since), UTC), datetime.fromtimestamp(max(hour, began), UTC)
