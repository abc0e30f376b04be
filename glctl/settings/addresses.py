"""Addresses that Omnibus takes and that lead nowhere: a scheme with the other's port, and the like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glctl.settings.draft import place
from glctl.settings.option import counts_as_true
from glctl.settings.urls import DEFAULT_PORTS, parse_url
from glctl.spans import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glctl.gitlabrb.model import Settings
    from glctl.settings.effective import Effective
    from glctl.settings.urls import Url

_OTHER = {"http": "https", "https": "http"}
_URL = "registry_external_url"
_PORT = ("registry", "nginx", "listen_port")
_TLS = ("registry", "nginx", "listen_https")


def odd_addresses(settings: Settings, effective: Effective) -> Iterator[Diagnostic]:
    """A warning for each of them."""
    url = _parsed(settings.get(_URL))
    if url is not None:
        yield from _schemes(url, settings, effective)
        yield from _unused(str(settings.get(_URL)), settings)
    for path in (("registry", "token_realm"), ("gitlab_rails", "registry_api_url")):
        value = settings.get(*path)
        if isinstance(value, str) and value and _parsed(value) is None:
            message = f"{path[0]}['{path[1]}'] = '{value}' is no address."
            yield _warning(message, "Write it with its scheme: https://gitlab.example.com", settings, path)


def _parsed(value: Any) -> Url | None:
    try:
        return parse_url(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _schemes(url: Url, settings: Settings, effective: Effective) -> Iterator[Diagnostic]:
    """Whether clients speak TLS where nginx does."""
    other = _OTHER[url.scheme]
    if url.port == DEFAULT_PORTS[other]:
        message = f"{_URL} is {url.scheme} on port {url.port}, where {other} is spoken."
        yield _warning(message, f"Write: {_URL} '{other}://{url.host}'", settings, (_URL,))
    elif effective["registry.nginx.enable"]:
        tls, port = counts_as_true(settings.get(*_TLS)), settings.get(*_PORT)
        if tls and url.scheme == "http":
            message = (
                f"registry['nginx']['listen_https'] is true, but {_URL} is http: clients would not speak TLS."
            )
            yield _warning(message, f"Write: {_URL} 'https://{url.host}'", settings, _TLS)
        elif url.scheme == "https" and port in (80, "80") and settings.get(*_TLS) is not False:
            message = "registry['nginx']['listen_port'] is 80, where nginx would speak TLS."
            hint = (
                "Take it out, or add registry['nginx']['listen_https'] = false behind a proxy that ends TLS."
            )
            yield _warning(message, hint, settings, _PORT)


def _unused(text: str, settings: Settings) -> Iterator[Diagnostic]:
    """Parts of the address that go nowhere."""
    rest = text.partition("://")[2]
    parts = {"a user": "@" in rest.partition("/")[0], "a query": "?" in rest, "a fragment": "#" in rest}
    found = [name for name, is_there in parts.items() if is_there]
    if found:
        message = f"{_URL} has {' and '.join(found)}: nothing reads it."
        yield _warning(message, "Take it out.", settings, (_URL,))


def _warning(message: str, hint: str, settings: Settings, path: tuple[str, ...]) -> Diagnostic:
    return Diagnostic("odd-address", "warning", message, hint, place(settings, path))
