"""What follows for the registry's own configuration: storage, notifications, database, environment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from glctl.settings.draft import merge
from glctl.settings.option import counts_as_true

if TYPE_CHECKING:
    from glctl.settings.draft import Draft

_DATABASE = {"enabled": "prefer", "user": "registry", "dbname": "registry", "sslmode": "prefer"}


def images(draft: Draft) -> None:
    """The images lie in GitLab's directory for shared files."""
    if draft.get("registry.enable"):
        shared = "gitlab_rails.shared_path"
        draft.fill("gitlab_rails.registry_path", f"{draft.get(shared)}/registry", shared)


def certificate(draft: Draft) -> None:
    """The certificates that the registry trusts lie in its home."""
    home = draft.get("registry.dir").rstrip("/")
    draft.fill("registry.rootcertbundle", f"{home}/gitlab-registry.crt", "registry.dir")


def storage(draft: Draft) -> None:
    """The filesystem driver where none is named; in any case a cache, and what may be deleted."""
    key, directory, deletable = (
        "registry.storage",
        "gitlab_rails.registry_path",
        "registry.storage_delete_enabled",
    )
    if not draft.get("registry.enable"):
        return
    draft.fill(key, {"filesystem": {"rootdirectory": draft.get(directory)}}, directory, deletable)
    given = draft.get(key)
    if isinstance(given, Mapping):
        parts = {"cache": {"blobdescriptor": "inmemory"}, "delete": {"enabled": draft.get(deletable)}}
        missing = {name: part for name, part in parts.items() if not counts_as_true(given.get(name))}
        draft.complete(key, {**given, **missing})


def notifications(draft: Draft) -> None:
    """What an endpoint does not say, the defaults say; headers are added to the default ones."""
    key, prefix = "registry.notifications", "registry.default_notifications_"
    endpoints, headers = draft.get(key), draft.get(prefix + "headers")
    if not isinstance(endpoints, list) or not isinstance(headers, Mapping):
        return
    defaults = {name: draft.get(prefix + name) for name in ("timeout", "maxretries", "backoff")}
    draft.complete(key, [_endpoint(endpoint, defaults, headers) for endpoint in endpoints])


def _endpoint(endpoint: Any, defaults: Mapping[str, Any], headers: Mapping[str, Any]) -> Any:
    if not isinstance(endpoint, Mapping):
        return endpoint  # validate.py names it
    said = {name for name, value in endpoint.items() if counts_as_true(value)}
    if "threshold" in said:
        said.add("maxretries")  # the old name, which the registry still reads
    missing = {name: value for name, value in defaults.items() if name not in said}
    own = endpoint.get("headers")
    return {**endpoint, **missing, "headers": {**headers, **(own if isinstance(own, Mapping) else {})}}


def notification_secret(draft: Draft) -> None:
    """GitLab expects what its own endpoint, geo_event, sends: the last of the Authorization headers."""
    for endpoint in draft.get("registry.notifications") or ():
        if isinstance(endpoint, Mapping) and endpoint.get("name") == "geo_event":
            values = (endpoint.get("headers") or {}).get("Authorization")
            if isinstance(values, list) and values:  # else validate.py names it
                draft.fill("gitlab_rails.registry_notification_secret", values[-1], "registry.notifications")


def database(draft: Draft) -> None:
    """The metadata database is GitLab's PostgreSQL. Upstream's registry has none: nothing is added there."""
    key = "registry.database"
    given = draft.get(key)
    if not isinstance(given, Mapping) or not draft.host.platform.registry_database:
        return
    sources = ("postgresql.listen_address", "postgresql.dir", "postgresql.port", "postgresql.enable")
    merged = merge({**_DATABASE, "port": draft.get("postgresql.port")}, given)
    hosts = (given.get("host"), draft.get("postgresql.listen_address"), draft.get("postgresql.dir"))
    merged["host"] = str(next(filter(counts_as_true, hosts))).split(",")[0]
    if merged["enabled"] == "prefer" and not draft.get("postgresql.enable"):
        merged["enabled"] = "false"  # a string: GitLab's registry takes both
    draft.complete(key, merged, *sources)


def environment(draft: Draft) -> None:
    """The certificates that this host trusts lie where its platform keeps them."""
    given = draft.get("registry.env")
    if isinstance(given, Mapping):
        trusted = {"SSL_CERT_DIR": draft.host.platform.ssl_cert_dir}
        draft.complete("registry.env", {**trusted, **given}, because="what every registry needs")


RULES = (images, certificate, storage, notifications, notification_secret, database, environment)
