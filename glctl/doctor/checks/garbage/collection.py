"""Whether the registry is kept from accepting pushes, and whether a collection has a reason to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check
from glctl.findings.found import found
from glctl.settings.option import counts_as_true

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding

_DRY = frozenset({"--dry-run", "-d"})


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Compare the read-only mode with the collections that run."""
    running = tuple(_collections(facts))
    held = _is_read_only(facts)
    if held and not running:
        variables = [name for name in facts.observed.overrides if "READONLY" in name]
        where = f"the variable {variables[0]} of its environment" if variables else facts.observed.config_path
        yield found(
            "registry-read-only",
            "registry",
            f"The registry refuses pushes, by {where}, and no garbage collection runs that would need that.",
            remedy="glctl reconfigure" if variables else "",
        )
    elif running and not held:
        yield found(
            "garbage-unprotected",
            "registry",
            f"Garbage is collected (pid {running[0]}) while the registry accepts pushes.",
            remedy=f"kill {running[0]}\nglctl registry-garbage-collect",
        )
    return f"a collection runs (pid {running[0]})" if running else "no collection runs"


def _is_read_only(facts: Facts) -> bool:
    setting = facts.observed.setting("storage", "maintenance", "readonly")
    enabled = setting.get("enabled") if hasattr(setting, "get") else setting
    return bool(enabled) and counts_as_true(enabled) and str(enabled).lower() != "false"


def _collections(facts: Facts) -> Iterator[int]:
    """The processes that collect the garbage of this registry, by the config.yml that they are given."""
    from glctl.services.processes import command_line, everyone

    configs = {str(facts.observed.root.at(facts.observed.config_path)), facts.observed.config_path}
    for process in everyone():
        if process.name.startswith(("docker-registry", "registry")):
            words = command_line(process.pid)
            if "garbage-collect" in words and configs.intersection(words) and not _DRY.intersection(words):
                yield process.pid


CHECK = Check(
    "garbage-collection",
    "Pushes are refused while garbage is collected, and only then.",
    run,
    requires=("configuration",),
    speaks=True,
)
