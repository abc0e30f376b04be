"""What is wrong with registry['storage']: the driver, its keys, and what stands beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from glctl.settings.draft import place
from glctl.settings.drivers import BESIDE, DRIVERS, RAILS_KEYS, TAKES
from glctl.settings.kinds import nearest, shown, why_not
from glctl.settings.schema import OPTIONS
from glctl.spans import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glctl.gitlabrb.model import Settings
    from glctl.settings.effective import Effective

_PATH = ("registry", "storage")
_NAME = "registry['storage']"
_DEFAULT_ROOT = "/var/lib/registry"  # the filesystem driver's own


def storage(settings: Settings, effective: Effective, *, whole: bool = True) -> Iterator[Diagnostic]:
    """Errors where the registry would not start, warnings where it would not do what is written.

    *whole* is false where gitlab.rb could be evaluated only in part: the rest may enable the registry. Where
    it is not enabled nobody reads this, and all of it is worth a warning at most.
    """
    off = not effective["registry.enable"] and (whole or settings.get("registry", "enable") is not None)
    for found in _of_the_registry(settings, effective):
        yield replace(found, severity="warning") if off else found


def _of_the_registry(settings: Settings, effective: Effective) -> Iterator[Diagnostic]:
    parts = effective["registry.storage"]
    if not isinstance(settings.get(*_PATH), Mapping) or not isinstance(parts, Mapping):
        return
    named = {key: value for key, value in parts.items() if key not in BESIDE}
    yield from _choice(settings, named)
    for driver in sorted(named.keys() & DRIVERS):
        if not isinstance(named[driver], Mapping):
            message = f"{_NAME}['{driver}'] is {shown(named[driver])}, but a hash belongs here."
            yield _error("wrong-type", message, _example(), settings, driver)
            continue
        yield from _unknown(driver, named[driver], DRIVERS[driver].keys, settings)
        yield from _unread(driver, named[driver], settings)
        if len(named) == 1:
            yield from _missing(driver, named[driver], settings, effective)
    for part in sorted(parts.keys() & BESIDE):
        if isinstance(parts[part], Mapping):
            yield from _unknown(part, parts[part], BESIDE[part], settings)
    redirect = parts.get("redirect")
    if isinstance(redirect, Mapping) and (wrong := why_not("bool", redirect.get("disable", False))):
        message = f"{_NAME}['redirect']['disable'] is {shown(redirect['disable'])}, but {wrong}."
        yield _error("wrong-type", message, "Write it without quotes.", settings, "redirect", "disable")


def _choice(settings: Settings, named: Mapping[str, Any]) -> Iterator[Diagnostic]:
    """There must be one driver, and nothing else."""
    drivers = sorted(named.keys() & DRIVERS)
    misplaced = [key for key, value in named.items() if key not in DRIVERS and not isinstance(value, Mapping)]
    if misplaced:
        message = f"{_NAME} holds {', '.join(misplaced)}: a driver's settings belong inside its hash."
        told = [f"{key}: {RAILS_KEYS[key]}" for key in misplaced if key in RAILS_KEYS]
        yield _error("storage-driver-missing", message, " ".join((*told, _example())), settings)
    for name in named:
        if name not in DRIVERS and name not in misplaced:
            message = f"{_NAME} names {name!r}, which is no storage driver."
            others = f"There are {', '.join(sorted(DRIVERS))}."
            hint = RAILS_KEYS.get(name) or nearest(name, DRIVERS) or others
            yield _error("storage-driver-unknown", message, hint, settings, name)
    if not named:
        message = f"{_NAME} names no driver: the registry would not start."
        yield _error("storage-driver-missing", message, _example(), settings)
    if len(drivers) > 1:
        message = f"{_NAME} names {len(drivers)} drivers ({', '.join(drivers)}); there can be one."
        yield _error("storage-driver-several", message, "Keep the one that holds your images.", settings)


def _unknown(
    part: str, given: Mapping[str, Any], known: frozenset[str], settings: Settings
) -> Iterator[Diagnostic]:
    """Keys that it does not read. swift's may be written in any case."""
    for key in given:
        if str(key) in known or (part == "swift" and str(key).lower() in known):
            continue
        if str(key) in RAILS_KEYS:
            message = f"{_NAME}['{part}'] has {key!r}, a word of GitLab's own object storage."
            yield _warning("rails-storage-key", message, RAILS_KEYS[str(key)], settings, part, str(key))
        else:
            message = f"{_NAME}['{part}'] has no key {key!r}: the registry does not read it."
            yield _warning("unknown-key", message, nearest(str(key), known), settings, part, str(key))


def _unread(driver: str, given: Mapping[str, Any], settings: Settings) -> Iterator[Diagnostic]:
    """Values that the driver would not start with, and a directory that is nowhere for certain."""
    for key, value in given.items():
        kind = TAKES.get(str(key), "any")
        if (
            driver not in ("azure", "azure_v2", "swift")
            and value is not None
            and (wrong := why_not(kind, value))
        ):
            message = f"{_NAME}['{driver}']['{key}'] is {shown(value, str(key))}, but {wrong}."
            yield _error(
                "wrong-type", message, "The registry would not start with it.", settings, driver, str(key)
            )
    directory = given.get("rootdirectory")
    if driver == "filesystem" and directory and isinstance(directory, str) and not directory.startswith("/"):
        message = (
            f"{_NAME}['filesystem']['rootdirectory'] is '{directory}', below wherever the registry starts."
        )
        yield _warning("wrong-value", message, "Write an absolute path.", settings, driver, "rootdirectory")


def _missing(
    driver: str, given: Mapping[str, Any], settings: Settings, effective: Effective
) -> Iterator[Diagnostic]:
    """Keys that it needs, as far as is known: Omnibus goes on without, and the trial start tells for certain.

    The registry's environment may hold them, too.
    """
    if driver == "filesystem":
        directory = given.get("rootdirectory", "")
        if not isinstance(directory, str):
            message = f"{_NAME}['filesystem']['rootdirectory'] is no path."
            yield _error(
                "wrong-type", message, "For example: '/srv/images'", settings, driver, "rootdirectory"
            )
        elif not directory and not _in_environment(driver, "rootdirectory", effective):
            message = f"{_NAME}['filesystem'] has no 'rootdirectory': images would lie in {_DEFAULT_ROOT}."
            hint = f"Say where: 'rootdirectory' => '{OPTIONS['gitlab_rails.shared_path'].default}/registry'"
            yield _warning("storage-key-missing", message, hint, settings, driver)
    written = {str(key).lower() if driver == "swift" else key: value for key, value in given.items()}
    for key, sample in DRIVERS[driver].needed.items():
        if str(written.get(key) or "") or _in_environment(driver, key, effective):
            continue
        message = f"{_NAME}['{driver}'] has no {key!r}: the registry would not start."
        yield _warning("storage-key-missing", message, f"Add: '{key}' => '{sample}'", settings, driver)


def _in_environment(driver: str, key: str, effective: Effective) -> bool:
    variables = effective["registry.env"]
    return isinstance(variables, Mapping) and f"REGISTRY_STORAGE_{driver}_{key}".upper() in variables


def _example() -> str:
    return f"For example: {OPTIONS['registry.storage'].sample}"


def _error(code: str, message: str, hint: str, settings: Settings, *below: str) -> Diagnostic:
    return Diagnostic(code, "error", message, hint, place(settings, (*_PATH, *below)))


def _warning(code: str, message: str, hint: str, settings: Settings, *below: str) -> Diagnostic:
    return Diagnostic(code, "warning", message, hint, place(settings, (*_PATH, *below)))
