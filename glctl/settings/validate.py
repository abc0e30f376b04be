"""What makes no sense in gitlab.rb, told before anything is written: every mistake, each at its line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from glctl.secret import is_secret_name
from glctl.settings.option import Option, ruby_name
from glctl.settings.schema import COMPLETE_SECTIONS, NAMES, OPTIONS, READ_NAMES
from glctl.settings.urls import parse_url, split_address
from glctl.spans import Diagnostic

if TYPE_CHECKING:
    from glctl.gitlabrb.model import Settings
    from glctl.settings.effective import Effective
    from glctl.settings.option import Kind
    from glctl.spans import Severity

# Storage drivers of the upstream registry and of GitLab's own.
DRIVERS = frozenset("azure azure_v2 filesystem gcs inmemory oss s3 s3_v2 s3aws swift".split())
# Keys of registry['storage'] that are no driver.
_NOT_DRIVERS = frozenset("cache delete maintenance redirect tag".split())
_URLS = ("external_url", "registry_external_url")


def validate(settings: Settings, effective: Effective) -> tuple[Diagnostic, ...]:
    """All errors and warnings, in the order of their lines. Pure."""
    found = [
        *settings.warnings,
        *_types(settings),
        *_urls(settings),
        *_storage(settings, effective),
        *_completeness(settings, effective),
        *_collisions(settings, effective),
        *_unknown_keys(settings),
        *_without_effect(settings),
        *_overwritten(settings),
    ]
    return tuple(sorted(found, key=lambda d: (d.span.file, d.span.line) if d.span else ("", 0)))


def _given(settings: Settings, option: Option) -> tuple[Any, tuple[str, ...]]:
    """What gitlab.rb sets for an Option (None: nothing), and under which keys."""
    value = settings.get(*option.path)
    if value is None and option.path[:2] == ("registry", "nginx"):
        old = ("registry_nginx", *option.path[2:])
        if settings.get(*old) is not None:
            return settings.get(*old), old
    return value, option.path


def _types(settings: Settings) -> Iterator[Diagnostic]:
    for option in OPTIONS.values():
        value, path = _given(settings, option)
        if value is None or option.ignored or option.key in _URLS:
            continue
        wrong = _CHECKS[option.kind](value)
        if wrong:
            severity: Severity = "warning" if option.kind in _LENIENT else "error"
            message = f"{ruby_name('.'.join(path))} is {_shown(value, option.path[-1])}, but {wrong}."
            hint = f"For example: {_example(option)}" if option.example else ""
            yield Diagnostic("wrong-type", severity, message, hint, settings.span(*path))
        elif option.choices and str(value) not in option.choices:
            message = f"{ruby_name(option.key)} is {_shown(value)}, not one of {', '.join(option.choices)}."
            yield Diagnostic("wrong-value", "error", message, "", settings.span(*path))


def _example(option: Option) -> str:
    joiner = " " if "." not in option.key else " = "
    return f"{ruby_name(option.key)}{joiner}{option.example}"


def _shown(value: Any, name: str = "") -> str:
    if is_secret_name(name) and isinstance(value, str):
        return "a string"
    if isinstance(value, Mapping):
        return "a hash"
    if isinstance(value, list):
        return "an array"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"'{value}'" if len(value) < 60 else "a long string"
    return str(value)


def _wrong_integer(value: Any) -> str:
    digits = isinstance(value, str) and value.strip().isdigit()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return ""
    return "" if digits else "a number belongs here"


def _wrong_port(value: Any) -> str:
    if _wrong_integer(value) or not 0 < int(value) < 65536:
        return "a port is a number from 1 to 65535"
    return ""


def _wrong_path(value: Any) -> str:
    if not isinstance(value, str):
        return "a path belongs here"
    return "" if value.startswith("/") else "a path must be absolute"


def _wrong_address(value: Any) -> str:
    if not isinstance(value, str):
        return "an address like '127.0.0.1:5000' belongs here"
    try:
        split_address(value)
    except ValueError as exc:
        return f"{exc}; an address looks like '127.0.0.1:5000'"
    return ""


def _unless(kinds: type | tuple[type, ...], wanted: str) -> Callable[[Any], str]:
    return lambda value: "" if isinstance(value, kinds) else f"{wanted} belongs here"


# Each says what belongs there, or nothing where the value will do.
_CHECKS: dict[Kind, Callable[[Any], str]] = {
    "any": lambda _value: "",
    "array": _unless(list, "an array"),
    "address": _wrong_address,
    "bool": _unless(bool, "true or false"),
    "hash": _unless(Mapping, "a hash"),
    "integer": _wrong_integer,
    "path": _wrong_path,
    "port": _wrong_port,
    "scalar": _unless((str, int, float), "a single value"),
    "string": _unless((str, int, float, bool), "a string"),
    "url": _unless(str, "a URL"),
}
# Omnibus takes any value for truth and writes it as it is: worth a word, no reason to stop.
_LENIENT: frozenset[Kind] = frozenset({"bool"})


def _urls(settings: Settings) -> Iterator[Diagnostic]:
    for key in _URLS:
        value = settings.get(key)
        if not value and value != "":
            continue  # nil and false: not set
        hint = f"For example: {key} 'https://{'registry' if 'registry' in key else 'gitlab'}.example.com'"
        try:
            if not isinstance(value, str):
                raise ValueError(f"it is {_shown(value)}")
            if parse_url(value).path and key == "registry_external_url":
                raise ValueError("it has a path, and clients ask for /v2/ at the top")
        except ValueError as exc:
            message = f"{key} {_shown(value)} is no address for clients: {exc}."
            yield Diagnostic("wrong-url", "error", message, hint, settings.span(key))


def _storage(settings: Settings, effective: Effective) -> Iterator[Diagnostic]:
    storage = settings.get("registry", "storage")
    if not isinstance(storage, Mapping):
        return
    span = settings.span("registry", "storage")
    drivers = sorted(key for key in effective["registry.storage"] if key not in _NOT_DRIVERS)
    unknown = [driver for driver in drivers if driver not in DRIVERS]
    for driver in unknown:
        message = f"registry['storage'] names {driver!r}, which is no storage driver."
        where = settings.span("registry", "storage", driver)
        yield Diagnostic("storage-driver-unknown", "error", message, _nearest(driver, DRIVERS), where)
    if not drivers:
        message = "registry['storage'] names no driver: the registry would not start."
        hint = (
            "Add one, for example 'filesystem' => { 'rootdirectory' => '/srv/images' }, or drop the setting."
        )
        yield Diagnostic("storage-driver-missing", "error", message, hint, span)
    elif len(drivers) > 1 and not unknown:
        message = (
            f"registry['storage'] names {len(drivers)} drivers ({', '.join(drivers)}); there can be one."
        )
        yield Diagnostic(
            "storage-driver-several", "error", message, "Keep the one that holds your images.", span
        )
    for driver in drivers:
        if not isinstance(storage.get(driver, {}), Mapping):
            message = (
                f"registry['storage']['{driver}'] is {_shown(storage[driver])}, but a hash belongs here."
            )
            yield Diagnostic("wrong-type", "error", message, "", settings.span("registry", "storage", driver))


def _completeness(settings: Settings, effective: Effective) -> Iterator[Diagnostic]:
    if not effective["registry.enable"]:
        return
    if not settings.get("registry_external_url"):
        message = "registry['enable'] is true, but registry_external_url is not set: nobody could reach it."
        hint = "Add: registry_external_url 'https://registry.example.com'"
        yield Diagnostic("url-missing", "error", message, hint, settings.span("registry", "enable"))
    if not effective["registry.token_realm"]:
        message = "The registry is enabled, but external_url is not set: clients could get no token."
        hint = "Add GitLab's address: external_url 'https://gitlab.example.com'"
        yield Diagnostic("url-missing", "error", message, hint, settings.span("registry_external_url"))


def _collisions(settings: Settings, effective: Effective) -> Iterator[Diagnostic]:
    """Ports that two of our own listeners would fight for."""
    taken: dict[int, tuple[str, str]] = {}
    for key, host, port in _listeners(effective):
        if port in taken:
            other, other_host = taken[port]
            if host == other_host or _everywhere(host) or _everywhere(other_host):
                message = f"{ruby_name(key)} and {ruby_name(other)} both want port {port}."
                span = settings.span(*key.split(".")) or settings.span(*other.split("."))
                yield Diagnostic("port-collision", "error", message, "Give one of them another port.", span)
        else:
            taken[port] = (key, host)


def _everywhere(host: str) -> bool:
    return host in ("", "*", "0.0.0.0", "::", "[::]")  # noqa: S104 - compared, not bound


def _listeners(effective: Effective) -> Iterator[tuple[str, str, int]]:
    if not effective["registry.enable"]:
        return
    for key in ("registry.registry_http_addr", "registry.debug_addr"):
        if isinstance(effective[key], str) and not _wrong_address(effective[key]):
            yield (key, *split_address(effective[key]))
    if not effective["nginx.enable"]:
        return
    nginx = [("registry.nginx.listen_port", effective["registry.nginx.listen_addresses"])]
    if effective["nginx.status.enable"]:
        nginx.append(("nginx.status.port", effective["nginx.status.listen_addresses"]))
    for key, addresses in nginx:
        if effective[key] is not None and not _wrong_port(effective[key]) and isinstance(addresses, list):
            for address in addresses[:1]:
                yield key, str(address), int(effective[key])


def _unknown_keys(settings: Settings) -> Iterator[Diagnostic]:
    """Typos below the first level, which Omnibus passes over in silence."""
    for section in COMPLETE_SECTIONS:
        known = _known_below(section)
        written = [tuple(section.split("."))]
        if section == "registry.nginx":
            written.append(("registry_nginx",))
        for path in written:
            given = settings.get(*path)
            for key in given if isinstance(given, Mapping) else ():
                if str(key) not in known:
                    message = f"{ruby_name('.'.join(path))} has no setting {str(key)!r}: it has no effect."
                    hint = _nearest(str(key), known)
                    yield Diagnostic("unknown-key", "warning", message, hint, settings.span(*path, str(key)))


def _known_below(section: str) -> frozenset[str]:
    prefix = section + "."
    return frozenset(key[len(prefix) :].split(".")[0] for key in OPTIONS if key.startswith(prefix))


def _nearest(name: str, known: frozenset[str]) -> str:
    import difflib

    near = difflib.get_close_matches(name, sorted(known), n=1)
    return f"Did you mean {near[0]!r}?" if near else ""


def _without_effect(settings: Settings) -> Iterator[Diagnostic]:
    for option in OPTIONS.values():
        value, path = _given(settings, option)
        if option.ignored and value is not None:
            message = f"{ruby_name('.'.join(path))} has no effect here. {option.doc}"
            yield Diagnostic("without-effect", "warning", message, "", settings.span(*path))
    foreign = sorted(name for name in settings.values if name in NAMES and name not in READ_NAMES)
    if foreign:
        message = f"Settings of services that glctl does not run are left alone: {', '.join(foreign)}."
        yield Diagnostic("foreign-service", "warning", message)


def _overwritten(settings: Settings) -> Iterator[Diagnostic]:
    for setting in settings.overwritten:
        later = settings.span(*setting.path)
        message = f"{ruby_name('.'.join(setting.path))} is set again later: this value has no effect."
        hint = f"The one that counts is on line {later.line}." if later else ""
        yield Diagnostic("set-twice", "warning", message, hint, setting.span)
