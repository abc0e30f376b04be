"""What was set up on this machine to look into the traffic, and was forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Tell of mitmproxy's authority and of glctl's drop-in; other proxies of a daemon may be meant."""
    from glctl.services.leftovers import authorities, of_glctl, remedy

    root = facts.observed.root.path
    left = (*authorities(root), *of_glctl(root))
    for what, where in left:
        yield found("trace-left-behind", where, f"{what} ({where}).", remedy=remedy(where))
    return f"{len(left)} things" if left else "nothing"


CHECK = Check("left-behind", "Nothing is left of looking into the traffic.", run)
