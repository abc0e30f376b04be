"""What was counted of requests, as text for people and as a document for programs."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from glctl.console import harmless
from glctl.logs.records import time_of
from glctl.logs.summary import most, not_read, shown
from glctl.logs.tally import repository_of
from glctl.secret import mask_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

    from glctl.console import Console
    from glctl.logs.top import Slow, Top, View


def top_document(top: Top) -> dict[str, Any]:
    """One JSON document: for each service the requests that its logs tell of."""
    return {
        "services": {
            service: {
                "requests": view.requests,
                "statuses": {str(status): count for status, count in sorted(view.statuses.items())},
                "slowest": [
                    {
                        "seconds": slow.seconds,
                        "time": at.isoformat() if (at := time_of(slow.line)) else None,
                        "method": slow.method,
                        "status": slow.status,
                        "repository": repository_of(slow.uri),
                        "uri": mask_text(slow.uri),
                    }
                    for slow in sorted(view.slowest, reverse=True)
                ],
                "failing": {
                    "repositories": dict(view.repositories.most_common()),
                    "users": dict(view.users.most_common()),
                    "clients": dict(view.clients.most_common()),
                },
            }
            for service, view in top.told().items()
        },
        "unread": top.unread,
        "bytes": top.size,
    }


def top_text(top: Top, console: Console, zone: tzinfo | None) -> str:
    """What an administrator reads. Times are shown in *zone* (None: local)."""
    lines: list[str] = []
    for service, view in top.told().items():
        lines += [console.paint(f"{service}: {view.requests:,} requests", "bold"), *_body(view, zone), ""]
    if not lines:
        lines += ["No requests are told of in these logs.", ""]
    return "\n".join([*lines, *not_read(top.unread, console)]).rstrip("\n")


def _body(view: View, zone: tzinfo | None) -> Iterator[str]:
    classes = Counter[str]()
    for status, count in view.statuses.items():
        classes[f"{status // 100}xx"] += count
    yield "  answered  " + ", ".join(f"{name} {count:,}" for name, count in sorted(classes.items()))
    bad = [(status, count) for status, count in sorted(view.statuses.items()) if status >= 400]
    if bad:
        yield "  of which  " + ", ".join(f"{status} {count:,}" for status, count in bad)
    for label, names in (("in", view.repositories), ("by", view.users), ("from", view.clients)):
        if names:
            yield f"  failed {label:<4} {most(names)}"
    for number, slow in enumerate(sorted(view.slowest, reverse=True)):
        yield f"  {'' if number else 'slowest':<9} {_slow(slow, zone)}"


def _slow(slow: Slow, zone: tzinfo | None) -> str:
    at = time_of(slow.line)
    what = repository_of(slow.uri) or slow.uri.partition("?")[0]
    when = f"  {shown(at, zone)}" if at else ""
    return f"{slow.seconds:9.3f} s{when}  {slow.status} {harmless(slow.method)} {harmless(what)}"
