"""Drift: what is on disk against what gitlab.rb would make now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check, NotTriedError
from glctl.findings.found import found
from glctl.paths import SECRETS_FILE
from glctl.settings.versions import NEWEST, shown_version

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from glctl.converge.desired import Configuration
    from glctl.converge.plan import Change, Plan
    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding

_SHOWN = 8  # differences named at most, of each kind


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Compare every file; on an Omnibus host those of the registry and nginx, by their meaning."""
    configuration = facts.intended().configuration
    if configuration is None:
        raise NotTriedError("gitlab.rb cannot be used: see the check gitlab-rb")
    omnibus = not facts.observed.platform.manages_services
    if not facts.observed.root.at(SECRETS_FILE).exists():
        raise NotTriedError(f"{SECRETS_FILE} is not here, and what is rendered holds its secrets")
    rules = f"by the rules of Omnibus {shown_version(NEWEST)}"
    same_rules = configuration.version == NEWEST
    if not same_rules:
        yield found(
            "omnibus-version-differs",
            "Omnibus",
            f"Omnibus {shown_version(configuration.version)} is installed, and glctl renders {rules}: "
            "its files may differ.",
        )
    plan = facts.plan()
    for code, told in _by_code(configuration, plan, omnibus=omnibus).items():
        if told:
            yield _finding(code, told, sure=same_rules)
    return f"compared {rules}{'' if same_rules else ', which may differ here'}"


def _finding(code: str, told: list[str], *, sure: bool) -> Finding:
    what = {
        "registry-config-drift": "What the registry reads",
        "nginx-config-drift": "What nginx reads",
        "file-drift": "What reconfigure makes beside that",
    }[code]
    more = [f"and {len(told) - _SHOWN} more"] * (len(told) > _SHOWN)
    return found(
        code,
        what[len("What ") :],
        f"{what} {'is not' if sure else 'may not be'} as gitlab.rb says.",
        evidence=[*told[:_SHOWN], *more],
        severity=None if sure else "info",
    )


def _by_code(configuration: Configuration, plan: Plan, *, omnibus: bool) -> dict[str, list[str]]:
    """What differs, in words, by the Code that it counts to."""
    effective = configuration.effective
    registry = (effective["registry.dir"], effective["registry.env_directory"])
    told: dict[str, list[str]] = {"registry-config-drift": [], "nginx-config-drift": [], "file-drift": []}
    for change in plan.changes:
        if change.path.startswith(tuple(f"{directory}/" for directory in registry)):
            code = "registry-config-drift"
        elif change.path.startswith(f"{effective['nginx.dir']}/conf/"):
            code = "nginx-config-drift"
        elif omnibus:
            continue  # Chef's own templates make what only starts the services, and its accounts own it
        else:
            code = "file-drift"
        told[code] += _of_omnibus(change) if omnibus else _in_words(change)
    told["file-drift"] += [message for message, _ in plan.obstacles if not omnibus]
    return told


def _of_omnibus(change: Change) -> Iterator[str]:
    """What a file says otherwise. Owner and mode are Chef's, and what only one of the two makes is too."""
    return _content(change) if change.before.kind == "file" and change.action == "update" else iter(())


def _in_words(change: Change) -> Iterator[str]:
    if change.action == "create":
        yield f"{change.path} is not there"
    elif change.action == "delete":
        yield f"{change.path} is there, and gitlab.rb does not lead to it"
    elif "content" in change.aspects:
        yield from _content(change)
    for aspect in change.aspects if change.action == "update" else ():
        if aspect == "mode":
            yield f"{change.path} has mode {change.before.mode:04o}"
        elif aspect != "content":
            yield f"{change.path} has another {aspect}"


def _content(change: Change) -> Iterator[str]:
    from glctl.doctor.meaning import differences
    from glctl.render.resources import File

    if isinstance(change.resource, File) and change.resource.secret:
        yield f"{change.path} has another content"
    elif isinstance(change.resource, File):
        wanted = change.resource.content
        for difference in differences(change.path, change.before.content or b"", wanted):
            yield f"{change.path}: {difference}"


CHECK = Check("drift", "What is on disk is what gitlab.rb says.", run, requires=("gitlab-rb",), computes=True)
