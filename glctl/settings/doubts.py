"""What Omnibus takes in silence and an administrator hardly means: one warning each, no reason to stop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from glctl.settings.derivations.letsencrypt import NOT_HERE
from glctl.settings.draft import place
from glctl.settings.kinds import shown, why_not
from glctl.settings.option import ruby_name
from glctl.settings.urls import Url, is_everywhere, parse_url, split_address
from glctl.spans import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glctl.gitlabrb.model import Settings
    from glctl.settings.effective import Effective

# Written without quotes, and read as Go reads YAML: these words count as truth there.
_TRUTH = {**dict.fromkeys(("true", "yes", "on"), "true"), **dict.fromkeys(("false", "no", "off"), "false")}
_UNQUOTED_SWITCHES = ("registry.autoredirect", "registry.health_storagedriver_enabled")
_DURATIONS = (
    "registry.http_draintimeout",
    "registry.default_notifications_timeout",
    "registry.default_notifications_backoff",
)

_SECRETS = ("registry.http_secret", "registry.internal_key", "registry.internal_certificate")


def doubts(settings: Settings, effective: Effective) -> Iterator[Diagnostic]:
    """All of them."""
    yield from _shared_address(settings, effective)
    yield from _plain_realm(settings)
    yield from _debug_server(settings)
    yield from _letsencrypt(settings, effective)
    yield from _switches(settings)
    yield from _durations(settings)
    yield from _empty_secret(settings)
    yield from _signing_pair(settings, effective)
    yield from _database(settings, effective)
    yield from _unkept_secrets(settings, effective)


def _doubt(code: str, message: str, hint: str, settings: Settings, *path: str) -> Diagnostic:
    return Diagnostic(code, "warning", message, hint, place(settings, path))


def _url(value: Any) -> Url | None:
    try:
        return parse_url(value) if isinstance(value, str) else None
    except ValueError:
        return None  # sense.py names it


def _shared_address(settings: Settings, effective: Effective) -> Iterator[Diagnostic]:
    """nginx gives a name and port to one of its servers: GitLab's or the registry's."""
    gitlab, registry = _url(settings.get("external_url")), _url(settings.get("registry_external_url"))
    if gitlab is None or registry is None or not effective["registry.nginx.enable"]:
        return
    same = (gitlab.host.lower(), gitlab.port) == (registry.host.lower(), registry.port)
    if same and registry.path in ("", "/") and effective["registry.nginx.listen_port"] == registry.port:
        message = f"registry_external_url has the host and port of external_url ({registry.origin})."
        port = 5050 if registry.port != 5050 else 5051
        hint = f"Give the registry a name or a port of its own: {registry.scheme}://{registry.host}:{port}"
        yield _doubt("shared-address", message, hint, settings, "registry_external_url")


def _plain_realm(settings: Settings) -> Iterator[Diagnostic]:
    realm, gitlab = _url(settings.get("registry", "token_realm")), _url(settings.get("external_url"))
    if realm and gitlab and (realm.scheme, gitlab.scheme) == ("http", "https"):
        message = (
            "registry['token_realm'] is http, and external_url is https: passwords would travel in clear."
        )
        yield _doubt("plain-realm", message, "Begin it with https://.", settings, "registry", "token_realm")


def _debug_server(settings: Settings) -> Iterator[Diagnostic]:
    address = settings.get("registry", "debug_addr")
    if isinstance(address, str) and not why_not("address", address):
        host, port = split_address(address)
        if is_everywhere(host):
            message = (
                f"registry['debug_addr'] = '{address}' listens on every address, and asks for no password."
            )
            hint = (
                f"Write '127.0.0.1:{port}', unless a firewall lets in only who may read metrics and profiles."
            )
            yield _doubt("debug-server-exposed", message, hint, settings, "registry", "debug_addr")


def _letsencrypt(settings: Settings, effective: Effective) -> Iterator[Diagnostic]:
    if not settings.get("letsencrypt"):
        return
    enabled = settings.get("letsencrypt", "enable")
    if effective.origin("letsencrypt.enable").because == NOT_HERE:
        if enabled is not None:  # true is told to have no effect, false is what holds
            return
        message = "letsencrypt[…] has no effect here: glctl obtains no certificates."
        hint = "Put certificate and key where registry['nginx']['ssl_certificate'] and …_key say."
        yield _doubt("without-effect", message, hint, settings, "letsencrypt")
        return
    gitlab = _url(settings.get("external_url"))
    if enabled and gitlab and gitlab.scheme == "http":
        message = "Let's Encrypt is enabled, but external_url is http: nothing would serve the certificate."
        hint = f"Write: external_url 'https://{gitlab.host}'"
        yield _doubt("letsencrypt-without-https", message, hint, settings, "letsencrypt", "enable")


def _switches(settings: Settings) -> Iterator[Diagnostic]:
    """Switches that are handed to the registry as they are. Those that Omnibus reads: validate.py."""
    for key in (*_UNQUOTED_SWITCHES, "registry.storage_delete_enabled"):
        path = tuple(key.split("."))
        value = settings.get(*path)
        if value is None or isinstance(value, bool):
            continue
        message = f"{ruby_name(key)} is {shown(value)}, but true or false belongs here."
        if key not in _UNQUOTED_SWITCHES:
            hint = "The registry takes anything but true itself for false: write it without quotes."
        elif read := _TRUTH.get(str(value).lower()):
            hint = f"The registry takes it for {read}: write that, without quotes."
        else:
            hint = "The registry would not start with it."
        yield _doubt("wrong-type", message, hint, settings, *path)


def _durations(settings: Settings) -> Iterator[Diagnostic]:
    """A number alone counts nanoseconds in the registry's configuration."""
    for key in _DURATIONS:
        path = tuple(key.split("."))
        yield from _unitless(ruby_name(key), settings.get(*path), settings, *path)
    endpoints = settings.get("registry", "notifications")
    for number, endpoint in enumerate(endpoints if isinstance(endpoints, list) else (), 1):
        for key in ("timeout", "backoff"):
            value = endpoint.get(key) if isinstance(endpoint, Mapping) else None
            name = f"The {key} of endpoint {number}"
            if not isinstance(value, str):  # text: nested.py
                yield from _unitless(name, value, settings, "registry", "notifications")


def _empty_secret(settings: Settings) -> Iterator[Diagnostic]:
    """The registry makes one of its own at each start then."""
    if settings.get("registry", "http_secret") == "":
        message = (
            "registry['http_secret'] is empty: each start makes another, and ends uploads that are under way."
        )
        yield _doubt(
            "wrong-value",
            message,
            "Take it out: glctl makes one and keeps it.",
            settings,
            "registry",
            "http_secret",
        )


def _unitless(name: str, value: Any, settings: Settings, *path: str) -> Iterator[Diagnostic]:
    bare = str(value)
    if isinstance(value, int | float | str) and bare.isdecimal() and int(bare):
        message = f"{name} is {bare}, without a unit: the registry counts nanoseconds."
        hint = f"Write '{bare}s' for seconds, '{bare}ms' for milliseconds."
        yield _doubt("wrong-value", message, hint, settings, *path)


def _signing_pair(settings: Settings, effective: Effective) -> Iterator[Diagnostic]:
    """The registry may trust a certificate that is not the key's. Whether the two fit: converge/pair.py."""
    bundle = settings.get("registry", "rootcertbundle")
    ours = f"{effective['registry.dir']}/gitlab-registry.crt"
    given = [name for name in ("internal_key", "internal_certificate") if settings.get("registry", name)]
    if isinstance(bundle, str) and given and effective["registry.rootcertbundle"] != ours:
        message = (
            f"registry['{given[0]}'] is written to {ours}, but the registry reads rootcertbundle, {bundle}."
        )
        hint = "Take registry['rootcertbundle'] out, or see that the file holds the same certificate."
        yield _doubt("token-certificate-elsewhere", message, hint, settings, "registry", "rootcertbundle")


def _database(settings: Settings, effective: Effective) -> Iterator[Diagnostic]:
    """ "prefer" is GitLab's own PostgreSQL where that runs here, else no database at all."""
    path = ("registry", "database")
    given, made = settings.get(*path), effective[".".join(path)]
    if not effective["registry.enable"] or not isinstance(given, Mapping) or not isinstance(made, Mapping):
        return
    if given.get("enabled", "prefer") == "prefer" and made.get("enabled") == "false":
        message = "registry['database'] is left out: it is only preferred, and PostgreSQL does not run here."
        hint = "Write registry['database']['enabled'] = true if it runs elsewhere, else false."
        yield _doubt("database-left-out", message, hint, settings, *path, "enabled")


def _unkept_secrets(settings: Settings, effective: Effective) -> Iterator[Diagnostic]:
    path = ("package", "generate_secrets_json_file")
    made = [key for key in _SECRETS if effective.origin(key).because == "generated"]
    if effective["registry.enable"] and made and not effective[".".join(path)]:
        message = (
            f"{ruby_name('.'.join(path))} is false: each run makes other secrets and restarts the registry."
        )
        hint = f"Set {', '.join(map(ruby_name, made))}, or take this line out."
        yield _doubt("secrets-not-kept", message, hint, settings, *path)
