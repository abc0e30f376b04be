"""Defaults + gitlab.rb + what Omnibus derives from them → effective settings, each with its Origin.

The rules are Omnibus's (19.3), told from what it renders. What makes no sense, validate.py names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from glctl.secret import wrap
from glctl.settings.effective import DEFAULT, Effective, Origin, Resolved
from glctl.settings.schema import OPTIONS
from glctl.settings.urls import DEFAULT_PORTS, Url, parse_url

if TYPE_CHECKING:
    from glctl.gitlabrb.model import Settings
    from glctl.settings.host import Host
    from glctl.settings.secrets import Secrets

Settable = dict[str, Resolved]


class Draft:
    """Effective settings while they are being derived: what is set so far, over the defaults."""

    def __init__(self, settings: Settings, host: Host) -> None:
        self.settings = settings
        self.host = host
        self.values: Settable = {}

    def get(self, key: str) -> Any:
        """The value so far: set, else the default."""
        if key in self.values:
            return self.values[key].value
        return OPTIONS[key].default

    def isset(self, key: str) -> bool:
        """Whether gitlab.rb or a rule has set *key*."""
        return key in self.values

    def set(self, key: str, value: Any, *sources: str, because: str = "") -> None:
        """A rule's value, over whatever was there."""
        self.values[key] = Resolved(value, Origin("derived", sources=sources, because=because))

    def fill(self, key: str, value: Any, *sources: str, because: str = "") -> None:
        """A rule's value, where gitlab.rb sets none."""
        if not self.isset(key):
            self.set(key, value, *sources, because=because)

    def url(self, key: str) -> Url | None:
        """The address under *key*, or None where there is none or it is not one (validate.py says so)."""
        text = self.get(key)
        if not isinstance(text, str):
            return None
        try:
            return parse_url(text)
        except ValueError:
            return None


def derive(settings: Settings, host: Host, secrets: Secrets) -> Effective:
    """All effective settings. Pure."""
    draft = Draft(settings, host)
    _read_settings(draft)
    for rule in (_address, _https, _certificates, _token, _storage, _notifications, _redis):
        rule(draft)
    for rule in (_database, _environment, _headers, _proxy_protocol, _nginx, _logging):
        rule(draft)
    for name, resolved in secrets.values.items():
        draft.values[f"registry.{name}"] = resolved
    return _finished(draft)


def strip_nils(value: Any) -> Any:
    """*value* without the nils in its hashes, at any depth; those in arrays stay."""
    if isinstance(value, Mapping):
        return {str(k): strip_nils(v) for k, v in value.items() if v is not None}
    if isinstance(value, list | tuple):
        return [strip_nils(item) if isinstance(item, Mapping) else item for item in value]
    return value


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Hashes merge at any depth, everything else replaces."""
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        both = isinstance(below, Mapping) and isinstance(value, Mapping)
        merged[key] = merge(below, value) if both else value  # type: ignore[arg-type]  # both are Mappings
    return merged


def _read_settings(draft: Draft) -> None:
    for key, option in OPTIONS.items():
        path = option.path
        value = draft.settings.get(*path)
        if value is None and path[:2] == ("registry", "nginx"):
            path = ("registry_nginx", *path[2:])  # the old name
            value = draft.settings.get(*path)
        if value is not None:
            draft.values[key] = Resolved(strip_nils(value), Origin("file", draft.settings.span(*path)))


def _address(draft: Draft) -> None:
    url, source = draft.url("registry_external_url"), "registry_external_url"
    if draft.get(source):
        draft.fill("registry.enable", True, source)
    draft.fill("registry.enable", False, because="registry_external_url is not set")
    draft.fill("gitlab_rails.registry_enabled", bool(draft.get("registry.enable")), "registry.enable")
    if url is None:
        return
    draft.set("gitlab_rails.registry_host", url.host, source)
    draft.fill("registry.nginx.listen_port", url.port, source)
    if url.port not in DEFAULT_PORTS.values():
        draft.set("gitlab_rails.registry_port", url.port, source)
    address = draft.get("registry.registry_http_addr")
    draft.fill("gitlab_rails.registry_api_url", f"http://{address}", "registry.registry_http_addr")


def _https(draft: Draft) -> None:
    url = draft.url("registry_external_url")
    if url is not None and url.scheme == "https":
        draft.set("registry.nginx.https", True, "registry_external_url")
    draft.fill("registry.nginx.https", False, "registry_external_url")
    draft.fill("registry.nginx.listen_https", bool(draft.get("registry.nginx.https")), "registry.nginx.https")


def _certificates(draft: Draft) -> None:
    if not draft.get("registry.nginx.listen_https"):
        return
    url = draft.url("registry_external_url")
    https = url is not None and url.scheme == "https"
    host, source = (
        (url.host, "registry_external_url") if url and https else (draft.host.fqdn, "this host's name")
    )
    draft.fill("registry.nginx.ssl_certificate", f"/etc/gitlab/ssl/{host}.crt", source)
    draft.fill("registry.nginx.ssl_certificate_key", f"/etc/gitlab/ssl/{host}.key", source)


def _token(draft: Draft) -> None:
    if draft.get("external_url"):
        draft.fill("registry.token_realm", draft.get("external_url"), "external_url")
    certificate = f"{draft.get('registry.dir')}/gitlab-registry.crt"
    draft.fill("registry.rootcertbundle", certificate, "registry.dir")


def _storage(draft: Draft) -> None:
    key, sources = "registry.storage", ("gitlab_rails.registry_path", "registry.storage_delete_enabled")
    cache = {"cache": {"blobdescriptor": "inmemory"}}
    deletable = {"delete": {"enabled": draft.get("registry.storage_delete_enabled")}}
    if draft.isset(key):
        given = draft.get(key)
        if isinstance(given, Mapping):
            origin = draft.values[key].origin
            draft.values[key] = Resolved({**given, **_missing({**cache, **deletable}, given)}, origin)
        return
    root = {"filesystem": {"rootdirectory": draft.get("gitlab_rails.registry_path")}}
    draft.set(
        key, {**root, **cache, **deletable}, *sources, because="no storage is set: the filesystem driver"
    )


def _missing(defaults: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in defaults.items() if name not in given}


def _notifications(draft: Draft) -> None:
    key = "registry.notifications"
    endpoints = draft.get(key)
    if not isinstance(endpoints, list):
        return
    prefix = "registry.default_notifications_"
    headers = draft.get(prefix + "headers")

    def completed(endpoint: Any) -> Any:
        if not isinstance(endpoint, Mapping):
            return endpoint
        defaults = {"timeout": draft.get(prefix + "timeout"), "backoff": draft.get(prefix + "backoff")}
        if "threshold" not in endpoint:
            defaults["maxretries"] = draft.get(prefix + "maxretries")
        own = endpoint.get("headers")
        merged = {"headers": {**headers, **(own if isinstance(own, Mapping) else {})}}
        return {**defaults, **endpoint, **merged}

    if isinstance(headers, Mapping):
        draft.values[key] = Resolved([completed(e) for e in endpoints], draft.values[key].origin)


def _redis(draft: Draft) -> None:
    given = draft.get("registry.redis")
    if isinstance(given, Mapping):
        default = {"loadbalancing": {"enabled": False}, "cache": {"enabled": False}}
        _overlay(draft, "registry.redis", merge(default, given))


def _database(draft: Draft) -> None:
    given = draft.get("registry.database")
    if not isinstance(given, Mapping):
        return
    if not draft.host.platform.registry_database:
        return  # upstream's registry has none: only what gitlab.rb sets is written
    postgresql = draft.settings.get("postgresql") or {}
    address = str(postgresql.get("listen_address") or "/var/opt/gitlab/postgresql").split(",")[0].strip()
    default = {
        "enabled": "prefer",
        "host": address,
        "port": postgresql.get("port") or 5432,
        "user": "registry",
        "dbname": "registry",
        "sslmode": "prefer",
    }
    merged = merge(default, given)
    if merged["enabled"] == "prefer" and postgresql.get("enable") is False:
        merged["enabled"] = False
    _overlay(draft, "registry.database", merged)


def _environment(draft: Draft) -> None:
    given = draft.get("registry.env")
    if isinstance(given, Mapping):
        # GODEBUG: Omnibus's way around TLS servers that cannot read ML-KEM's larger hello.
        builtin = {"SSL_CERT_DIR": draft.host.platform.ssl_cert_dir, "GODEBUG": "tlsmlkem=0"}
        _overlay(draft, "registry.env", {**builtin, **given})


def _headers(draft: Draft) -> None:
    key = "registry.nginx.proxy_set_headers"
    url = draft.url("registry_external_url")
    behind = draft.get("registry.nginx.proxy_protocol") is True
    client = "$proxy_protocol_addr" if behind else None
    headers: dict[str, Any] = {
        "Host": "$http_host",
        "X-Real-IP": client or "$remote_addr",
        "X-Forwarded-For": client or "$proxy_add_x_forwarded_for",
        "X-Forwarded-Proto": url.scheme if url else "$scheme",
    }
    if draft.get("registry.nginx.https"):
        headers |= {"X-Forwarded-Proto": "https", "X-Forwarded-Ssl": "on"}
    # Read as gitlab.rb has it: here a nil takes a header away.
    given = draft.settings.get("registry", "nginx", "proxy_set_headers")
    if given is None:
        given = draft.settings.get("registry_nginx", "proxy_set_headers")
    if given is None or isinstance(given, Mapping):
        headers |= {str(name): value for name, value in (given or {}).items()}
        _overlay(draft, key, {name: value for name, value in headers.items() if value is not None})


def _proxy_protocol(draft: Draft) -> None:
    if draft.get("registry.nginx.proxy_protocol") is True:
        draft.fill("registry.nginx.real_ip_header", "proxy_protocol", "registry.nginx.proxy_protocol")


def _nginx(draft: Draft) -> None:
    draft.fill("nginx.worker_processes", draft.host.cpus, because="one per processor")


def _logging(draft: Draft) -> None:
    for service in ("registry", "nginx"):
        for name in ("size", "num", "timeout", "filter", "udp", "prefix"):
            common = f"logging.svlogd_{name}"
            draft.fill(f"{service}.svlogd_{name}", draft.get(common), common)
        draft.fill(f"{service}.log_group", draft.get("logging.log_group"), "logging.log_group")
        shipping = draft.get("logging.udp_log_shipping_host")
        if shipping:
            port = (
                draft.get("logging.udp_log_shipping_port")
                if draft.isset("logging.udp_log_shipping_port")
                else None
            )
            target = f"{shipping}:{port}" if port else str(shipping)
            draft.set(f"{service}.svlogd_udp", target, "logging.udp_log_shipping_host")
            name = draft.get("logging.udp_log_shipping_hostname") or draft.host.fqdn.partition(".")[0]
            draft.set(f"{service}.svlogd_prefix", f"{name} {service}: ", "logging.udp_log_shipping_host")


def _overlay(draft: Draft, key: str, merged: Any) -> None:
    """A hash whose defaults come from a rule; what gitlab.rb sets in it keeps the file as its Origin."""
    origin = draft.values[key].origin if draft.isset(key) else DEFAULT
    draft.values[key] = Resolved(merged, origin)


def _finished(draft: Draft) -> Effective:
    """Fill in defaults, merge hashes over theirs, put every path below the root, wrap what is secret."""
    resolved: dict[str, Resolved] = {}
    for key, option in OPTIONS.items():
        found = draft.values.get(key, Resolved(option.default))
        value = found.value
        if option.kind == "hash" and isinstance(value, Mapping) and isinstance(option.default, Mapping):
            value = merge(option.default, value)
        if option.kind == "path" and isinstance(value, str) and value.startswith("/"):
            value = draft.host.root.relocate(value)
        if key == "registry.storage":
            value = _relocated_storage(value, draft.host)
        resolved[key] = Resolved(wrap(value, option.path[-1]), found.origin)
    return Effective(resolved)


def _relocated_storage(storage: Any, host: Host) -> Any:
    filesystem = storage.get("filesystem") if isinstance(storage, Mapping) else None
    directory = filesystem.get("rootdirectory") if isinstance(filesystem, Mapping) else None
    if not isinstance(directory, str) or not directory.startswith("/"):
        return storage
    return {**storage, "filesystem": {**(filesystem or {}), "rootdirectory": host.root.relocate(directory)}}
