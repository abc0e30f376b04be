"""The registry's own files: config.yml, environment, token key and certificate, images."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from glctl.paths import SECRETS_FILE
from glctl.render.resources import Account, Directory, File, Notify, Resource
from glctl.render.templating import render
from glctl.secret import is_secret_name, reveal
from glctl.settings.option import counts_as_true, ruby_text

if TYPE_CHECKING:
    from glctl.settings.effective import Effective
    from glctl.settings.host import Host
    from glctl.settings.secrets import Secrets

RESTART = (Notify("registry", "restart"),)
# Omnibus writes these without quotes: 'off' in gitlab.rb means false to the registry (YAML 1.1).
_UNQUOTED = "autoredirect health_storagedriver_enabled http_draintimeout log_formatter log_level".split()
_QUOTED = "compatibility_schema1_enabled debug_addr http_secret middleware rootcertbundle storage".split()


def registry_resources(effective: Effective, host: Host) -> Iterator[Resource]:
    """What the registry needs, beside its service directories (runit.py)."""
    user, group = effective["registry.username"], effective["registry.group"]
    directory = effective["registry.dir"]
    if effective["manage_accounts.enable"]:
        yield Account(
            user,
            group,
            home=directory,
            shell=effective["registry.shell"],
            uid=effective["registry.uid"],
            gid=effective["registry.gid"],
        )
    yield Directory(directory, 0o2770, user, group)
    yield from _images(effective, host)
    certificate = _pem(effective["registry.internal_certificate"].reveal())
    yield File(f"{directory}/gitlab-registry.crt", certificate, 0o644, user, group, notifies=RESTART)
    config = render("registry/config.yml.j2", **config_values(effective))
    yield File(f"{directory}/config.yml", config, 0o640, user, group, notifies=RESTART)
    yield from _environment(effective)


def secrets_file(host: Host, secrets: Secrets) -> File:
    """The secrets of every service that keeps any there."""
    text = json.dumps(reveal(secrets.document), indent=2, ensure_ascii=False) + "\n"
    return File(host.root.relocate(SECRETS_FILE), text.encode(), 0o600, secret=True)


def token_key(effective: Effective) -> Iterator[Resource]:
    """The key that signs tokens: GitLab's where it runs here, else nobody's but root's."""
    rails = effective["gitlab_rails.enable"]
    owner, group = (effective["user.username"], effective["user.group"]) if rails else ("root", "root")
    key = _pem(effective["registry.internal_key"].reveal())
    if key:
        yield File(effective["gitlab_rails.registry_key_path"], key, 0o600, owner, group, secret=True)


def config_values(effective: Effective) -> dict[str, Any]:
    """What the template of config.yml prints."""
    redis = effective["registry.redis"]
    redis_serves = any(isinstance(v, Mapping) and counts_as_true(v.get("enabled")) for v in redis.values())
    sections = {
        "notifications": _notifications(effective["registry.notifications"]),
        "database": effective["registry.database"] or None,
        "gc": effective["registry.gc"],
        "redis": redis if redis_serves else None,
        "reporting": effective["registry.reporting"],
    }
    return {
        **{name: _as_yaml_reads(effective[f"registry.{name}"]) for name in _UNQUOTED},
        **{name: effective[f"registry.{name}"] for name in _QUOTED},
        "http_addr": effective["registry.registry_http_addr"],
        "token_realm": f"{effective['registry.token_realm'].rstrip('/')}/jwt/auth",
        "token_issuer": effective["gitlab_rails.registry_issuer"],
        "validation_disabled": not effective["registry.validation_enabled"],
        "optional_sections": [(name, value) for name, value in sections.items() if value is not None],
    }


def _notifications(endpoints: Any) -> Any:
    return None if endpoints is None else {"endpoints": endpoints}


def _as_yaml_reads(value: Any) -> Any:
    """What the registry would read had *value* been written without quotes; strange text stays a string."""
    if not isinstance(value, str):
        return value
    import yaml

    try:
        read = yaml.safe_load(value)
    except yaml.YAMLError:
        return value
    return read if isinstance(read, str | int | float | bool) else value


def _images(effective: Effective, host: Host) -> Iterator[Resource]:
    """The filesystem driver's directory. Omnibus makes GitLab's default one whatever the driver is."""
    if not effective["manage_storage_directories.enable"]:
        return
    owner = effective["registry.username"]
    if host.platform.rails:
        yield Directory(effective["gitlab_rails.registry_path"], 0o770, owner, effective["user.group"])
    elif root := (effective["registry.storage"].get("filesystem") or {}).get("rootdirectory"):
        # The registry is started in its home: a relative path begins there.
        yield Directory(
            str(PurePosixPath(effective["registry.dir"], root)), 0o770, owner, effective["registry.group"]
        )


def _pem(text: str) -> bytes:
    return text.encode() if not text or text.endswith("\n") else f"{text}\n".encode()


def _environment(effective: Effective) -> Iterator[Resource]:
    """``chpst -e`` reads a file per variable; an empty one unsets it."""
    directory = effective["registry.env_directory"]
    yield Directory(directory, 0o755, exact=True, notifies=RESTART)
    for name, value in effective["registry.env"].items():
        # Omnibus lets every user read them all; a credential is nobody else's business.
        secret = is_secret_name(name)
        mode = 0o600 if secret else 0o644
        yield File(f"{directory}/{name}", _variable(value), mode, secret=secret, notifies=RESTART)


def _variable(value: Any) -> bytes:
    """As chpst(8) reads it: only the first line counts, in which a NUL stands for a line break."""
    return ruby_text(reveal(value)).replace("\n", "\0").encode()
