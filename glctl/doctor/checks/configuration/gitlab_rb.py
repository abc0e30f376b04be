"""gitlab.rb: what check-config says of it, and the secrets that belong to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check
from glctl.findings.found import found
from glctl.paths import CONFIG_FILE, SECRETS_FILE
from glctl.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding

# Behind "gitlab-secrets.json:" all would be masked, as the value of a secret.
_PLACE = Pattern(r"^(\S+):(\d+):(\d+): ")
# What another check looks at itself, where it runs.
_SEEN_LIVE = frozenset({"debug-server-exposed"})


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Read gitlab.rb as reconfigure would; what runs is examined all the same."""
    if facts.observed.source == "gitlab.rb":
        diagnostics = facts.observed.diagnostics
    else:
        intended = facts.intended()
        if intended.unreadable and intended.why:
            path = intended.unreadable
            yield found(
                "secrets-unreadable" if path.suffix == ".json" else "gitlab-rb-unreadable",
                str(path),
                _PLACE.sub(r"\1, line \2, column \3: ", f"{intended.why.message.rstrip('.')}."),
                evidence=[intended.why.hint] if intended.why.hint else (),
                # What runs goes on without it, and may have been set up otherwise.
                severity=None if path.exists() else "warning",
            )
            return "cannot be read"
        diagnostics = tuple(d for d in intended.diagnostics if d.code not in _SEEN_LIVE)
        yield from _secrets_lost(facts, {d.code for d in diagnostics})
    for diagnostic in diagnostics:
        yield found(
            diagnostic.code,
            str(diagnostic.span or "gitlab.rb"),
            f"{diagnostic.span}: {diagnostic.message}" if diagnostic.span else diagnostic.message,
            remedy=diagnostic.hint,
            severity=diagnostic.severity,
        )
    return f"{len(diagnostics) or 'nothing'} to say of it"


def _secrets_lost(facts: Facts, told: set[str]) -> Iterator[Finding]:
    """That there is no file of secrets, unless gitlab.rb wants none."""
    secrets = facts.observed.root.at(SECRETS_FILE)
    if not secrets.exists() and "secrets-not-kept" not in told:
        yield found(
            "secrets-unreadable",
            str(secrets),
            f"{secrets} is not there: the next reconfigure makes other keys and secrets.",
            severity="warning",
        )


CHECK = Check("gitlab-rb", f"{CONFIG_FILE} can be read and makes sense.", run, live=False, computes=True)
