"""What must be right on the whole: addresses, notifications, who listens where (storage: storage.py)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from glctl.patterns import Pattern
from glctl.settings.addresses import odd_addresses
from glctl.settings.doubts import doubts
from glctl.settings.draft import given, place
from glctl.settings.enabled import chosen_roles
from glctl.settings.kinds import nearest, why_not
from glctl.settings.nested import nested
from glctl.settings.option import counts_as_true, ruby_name
from glctl.settings.schema import OPTIONS, ROLES
from glctl.settings.storage import storage
from glctl.settings.urls import is_everywhere, parse_url, split_address
from glctl.spans import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glctl.gitlabrb.model import Settings
    from glctl.settings.effective import Effective

_VARIABLE = Pattern(r"[A-Za-z_][A-Za-z0-9_]*")
_TLS = ("SSLv2", "SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")  # nginx's, ssl_protocols
_URLS = ("external_url", "registry_external_url")


def sense(settings: Settings, effective: Effective, *, whole: bool = True) -> Iterator[Diagnostic]:
    """What is wrong although each setting by itself would do. *whole*: see storage.py."""
    yield from _urls(settings)
    yield from _letsencrypt(settings, effective)
    yield from _roles(settings)
    yield from storage(settings, effective, whole=whole)
    yield from doubts(settings, effective)
    yield from odd_addresses(settings, effective)
    yield from _environment(settings)
    yield from _token_pair(settings)
    yield from _tls_versions(settings)
    yield from _notifications(settings, effective)
    yield from nested(settings)
    yield from _completeness(settings, effective)
    yield from _collisions(settings, effective)


def _error(code: str, message: str, hint: str, settings: Settings, *path: str) -> Diagnostic:
    return Diagnostic(code, "error", message, hint, settings.span(*path))


def _urls(settings: Settings) -> Iterator[Diagnostic]:
    for key in _URLS:
        value = settings.get(key)
        if not counts_as_true(value):
            continue
        try:
            if not isinstance(value, str):
                raise ValueError("it is no string")
            if parse_url(value).path not in ("", "/") and key == "registry_external_url":
                raise ValueError("it has a path, and clients ask for /v2/ at the top")
        except ValueError as exc:
            message = f"{key} '{value}' is no address for clients: {exc}."
            yield _error("wrong-url", message, f"For example: {OPTIONS[key].sample}", settings, key)


def _letsencrypt(settings: Settings, effective: Effective) -> Iterator[Diagnostic]:
    """Omnibus looks for the certificate of each address, and breaks off where none is named."""
    url = settings.get(_URLS[1])
    named, _ = given(settings, OPTIONS["registry.nginx.ssl_certificate"])
    plain = isinstance(url, str) and url.lower().startswith("http:")
    if plain and named is None and effective["letsencrypt.enable"] and counts_as_true(settings.get(_URLS[0])):
        message = "registry_external_url is http, but Let's Encrypt is on, which wants a certificate for it."
        hint = "Make it https, or add letsencrypt['enable'] = false."
        yield _error("wrong-url", message, hint, settings, _URLS[1])


def _roles(settings: Settings) -> Iterator[Diagnostic]:
    for name in sorted(chosen_roles(settings) - ROLES):
        yield _error("wrong-value", f"There is no role {name!r}.", nearest(name, ROLES), settings, "roles")
    if chosen_roles(settings) >= {"redis_master_role", "redis_replica_role"}:
        key = "roles" if settings.get("roles") else "redis_replica_role"
        message = "This host is given both roles of Redis, master and replica: Omnibus stops here."
        yield Diagnostic("redis-roles", "error", message, "Keep one of them.", place(settings, (key,)))


def _environment(settings: Settings) -> Iterator[Diagnostic]:
    path = ("registry", "env")
    names = settings.get(*path)
    for name in map(str, names if isinstance(names, Mapping) else ()):
        if not _VARIABLE.fullmatch(name):
            message = f"registry['env'] has {name!r}, which cannot name an environment variable."
            hint = "Use letters, digits and underscores, as in 'HTTPS_PROXY'."
            yield _error("wrong-value", message, hint, settings, *path, name)


def _tls_versions(settings: Settings) -> Iterator[Diagnostic]:
    """Versions of TLS that nginx refuses today: a warning, as Omnibus goes on; ``nginx -t`` decides."""
    value, path = given(settings, OPTIONS["registry.nginx.ssl_protocols"])
    one_line = isinstance(value, str) and value.isprintable()  # others: validate.py
    for word in value.split() if one_line else ():
        if word not in _TLS:
            message = f"{ruby_name('.'.join(path))} has {word!r}, which nginx does not know."
            hint = f"There are {', '.join(_TLS)}."
            yield Diagnostic("wrong-value", "warning", message, hint, settings.span(*path))


def _token_pair(settings: Settings) -> Iterator[Diagnostic]:
    for name in ("internal_key", "internal_certificate"):
        value = settings.get("registry", name)
        if isinstance(value, str) and "-----BEGIN " not in value:
            message = f"registry['{name}'] holds no PEM: it has no line with -----BEGIN."
            hint = "Paste the file as it is; in double quotes \\n stands for a line break."
            yield _error("wrong-value", message, hint, settings, "registry", name)


def _notifications(settings: Settings, effective: Effective) -> Iterator[Diagnostic]:
    path = ("registry", "notifications")
    endpoints = settings.get(*path)
    for number, endpoint in enumerate(endpoints if isinstance(endpoints, list) else (), 1):
        wrong = _wrong_endpoint(endpoint, effective)
        if wrong:
            message = f"Endpoint {number} of registry['notifications'] {wrong}."
            hint = f"For example: {OPTIONS['registry.notifications'].sample}"
            yield _error("wrong-type", message, hint, settings, *path)


def _wrong_endpoint(endpoint: Any, effective: Effective) -> str:
    if not isinstance(endpoint, Mapping):
        return "is no hash"
    headers = endpoint.get("headers")
    if headers is not None and not isinstance(headers, Mapping):
        return "has headers that are no hash"
    # GitLab is told the last of them, unless gitlab.rb says what to expect.
    authorization = (headers or {}).get("Authorization")
    expected = effective["gitlab_rails.registry_notification_secret"]
    if endpoint.get("name") == "geo_event" and expected is None and not isinstance(authorization, list):
        return "is geo_event, but its Authorization header is no array: GitLab would not know what to expect"
    return ""


def _completeness(settings: Settings, effective: Effective) -> Iterator[Diagnostic]:
    if not effective["registry.enable"]:
        message = "The registry is not enabled here: most of what it alone reads was not judged."
        hint = f"To enable it, set its address: {OPTIONS['registry_external_url'].sample}"
        if settings.get("registry", "enable") is False:
            hint = "registry['enable'] is false here."
        where = settings.span("registry", "enable")
        yield Diagnostic("registry-not-enabled", "info", message, hint, where)
        return
    if not any(map(counts_as_true, (settings.get(_URLS[1]), effective[_URLS[1]]))):
        message = "registry['enable'] is true, but registry_external_url is not set: nobody could reach it."
        hint = f"Add: {OPTIONS['registry_external_url'].sample}"
        yield _error("url-missing", message, hint, settings, "registry", "enable")
    if effective["registry.token_realm"] == "":
        message = "registry['token_realm'] is empty: clients could get no token."
        hint = "Take it out: without it, external_url is where they get one."
        yield _error("url-missing", message, hint, settings, "registry", "token_realm")
    elif not counts_as_true(settings.get("external_url")) and not effective["registry.token_realm"]:
        message = "The registry is enabled, but external_url is not set: clients could get no token."
        hint = f"Add GitLab's address: {OPTIONS['external_url'].sample}"
        yield _error("url-missing", message, hint, settings, "registry_external_url")


def _collisions(settings: Settings, effective: Effective) -> Iterator[Diagnostic]:
    """Ports that two programs would fight for. nginx shares one port between its servers."""
    taken: dict[int, tuple[str, str, str]] = {}
    for program, key, host, port in _listeners(effective):
        other_program, other, other_host = taken.setdefault(port, (program, key, host))
        if other_program != program and (
            host == other_host or is_everywhere(host) or is_everywhere(other_host)
        ):
            places = (tuple(key.split(".")), tuple(other.split(".")), ("registry_external_url",))
            span = next((settings.spans[place] for place in places if place in settings.spans), None)
            message = f"{ruby_name(key)} and {ruby_name(other)} both want port {port}."
            yield Diagnostic("port-collision", "error", message, "Give one of them another port.", span)


def _listeners(effective: Effective) -> Iterator[tuple[str, str, str, int]]:
    """Who listens, by which setting, on which host and port."""
    if not effective["registry.enable"]:
        return
    for program, key in (
        ("registry", "registry.registry_http_addr"),
        ("debug server", "registry.debug_addr"),
    ):
        if isinstance(effective[key], str) and not why_not("address", effective[key]):
            yield (program, key, *split_address(effective[key]))
    for switch, addresses, port in _NGINX:
        if effective["nginx.enable"] and effective[switch] and not why_not("port", effective[port]):
            for address in effective[addresses] if isinstance(effective[addresses], list) else ():
                yield "nginx", port, str(address), int(effective[port])


# What switches a listener on, its addresses, its port.
_NGINX = (
    ("registry.nginx.enable", "registry.nginx.listen_addresses", "registry.nginx.listen_port"),
    ("nginx.status.enable", "nginx.status.listen_addresses", "nginx.status.port"),
)
