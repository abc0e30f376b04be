"""config.yml's own sense: one driver, keys that the registry reads, addresses that it can listen on.

gitlab.rb is judged by the same tables (settings/drivers.py); this is for what was written otherwise: by hand,
by another version of Omnibus, or through the registry's environment.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from glctl.doctor.check import Check
from glctl.doctor.remedies import of_setting
from glctl.findings.found import found
from glctl.settings.drivers import BESIDE, DRIVERS, RAILS_KEYS, TAKES
from glctl.settings.kinds import nearest, shown, why_not

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from glctl.doctor.facts import Facts
    from glctl.doctor.observed import Observed
    from glctl.findings.model import Finding

# What any version of the registry reads at the top of its config.yml (distribution 2.8, 3.0, GitLab's 4).
_SECTIONS = frozenset(
    "version log loglevel storage auth middleware reporting http notifications redis health proxy "
    "compatibility validation policy catalog database gc migration rate_limiter profiling".split()
)
# Keys that a driver takes in any case, or that carry objects of their own: their values are not judged.
_LAX = ("azure", "azure_v2", "swift")


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Judge what the registry would make of its settings, and pass over what is told of gitlab.rb already."""
    told = {diagnostic.code for diagnostic in facts.observed.diagnostics}
    for finding in _all(facts):
        if finding.code not in told:
            yield finding
    return ""


def _all(facts: Facts) -> Iterator[Finding]:
    observed = facts.observed
    path = observed.config_path
    for section in observed.config:
        if section not in _SECTIONS:
            summary = f"{path} has a section {section!r}, which the registry does not read."
            yield found("unknown-key", path, summary, remedy=nearest(section, _SECTIONS))
    if observed.setting("http", "net") != "unix":  # else it is a path
        yield from _address(observed, "registry_http_addr", "http", "addr")
    yield from _address(observed, "debug_addr", "http", "debug", "addr")
    storage = observed.setting("storage")
    if isinstance(storage, Mapping):
        yield from _storage(observed, storage)


def _address(observed: Observed, setting: str, *path: str) -> Iterator[Finding]:
    value = observed.setting(*path)
    if isinstance(value, str) and (wrong := why_not("address", value)):
        line = f"registry['{setting}'] = '{_meant(value)}'\nglctl reconfigure"
        yield found(
            "registry-address-invalid",
            observed.config_path,
            f"{'.'.join(path)} is {value!r}: the registry cannot listen there, {wrong}.",
            remedy=of_setting(observed, *path, otherwise=line),
            evidence=[observed.where(*path)],
        )


def _meant(value: str) -> str:
    """The address that *value*, which is none, can only mean."""
    host, _, port = value.rpartition("://")[2].strip(" /\"'").rpartition(":")
    if not (port.isdecimal() and 0 < int(port) < 65536):
        return "127.0.0.1:5000"
    return f"[{host}]:{port}" if host.count(":") > 1 and "[" not in host else f"{host or '127.0.0.1'}:{port}"


def _storage(observed: Observed, storage: Mapping[str, Any]) -> Iterator[Finding]:
    path = observed.config_path
    named = [str(key) for key in storage if str(key) not in BESIDE]
    known = [key for key in named if key in DRIVERS]
    if len(known) > 1:
        summary = f"storage names {len(known)} drivers ({', '.join(known)}); there can be one."
        by_environment = (of_setting(observed, "storage", driver, otherwise="") for driver in known)
        yield found("storage-driver-several", path, summary, remedy=next(filter(None, by_environment), ""))
    for key in named:
        if key in RAILS_KEYS:
            summary = f"storage has {key!r}, a word of GitLab's own object storage."
            yield found("rails-storage-key", path, summary, remedy=RAILS_KEYS[key])
        elif key not in DRIVERS:
            hint = nearest(key, DRIVERS) or f"There are {', '.join(sorted(DRIVERS))}."
            summary = f"storage names {key!r}, which is no driver."
            yield found("storage-driver-unknown", path, summary, remedy=hint)
    if not named:
        yield found("storage-driver-missing", path, "storage names no driver: the registry does not start.")
    for driver in known:
        given = storage[driver]
        if isinstance(given, Mapping):
            yield from _keys(path, driver, given, DRIVERS[driver].keys)
            yield from _values(path, driver, given)
    for part, keys in BESIDE.items():
        given = storage.get(part)
        if isinstance(given, Mapping):
            yield from _keys(path, part, given, keys)


def _keys(path: str, part: str, given: Mapping[str, Any], known: frozenset[str]) -> Iterator[Finding]:
    for key in map(str, given):
        if key in known or (part == "swift" and key.lower() in known):
            continue
        where = f"storage.{part} has {key!r}"
        if key in RAILS_KEYS:
            summary = f"{where}, a word of GitLab's own object storage: the registry passes over it."
            yield found("rails-storage-key", path, summary, remedy=RAILS_KEYS[key])
        else:
            yield found(
                "unknown-key", path, f"{where}, which the registry does not read.", remedy=nearest(key, known)
            )


def _values(path: str, driver: str, given: Mapping[str, Any]) -> Iterator[Finding]:
    for key, value in given.items():
        kind = TAKES.get(str(key), "any")
        if driver not in _LAX and value is not None and (wrong := why_not(kind, value)):
            summary = f"storage.{driver}.{key} is {shown(value, str(key))}, but {wrong}."
            yield found("wrong-type", path, summary)


CHECK = Check("settings", "The registry can use its settings.", run, requires=("configuration",), live=False)
