"""The registry's cache of blob descriptors, by which it answers for blobs without a look at the storage."""

from __future__ import annotations

from shlex import join
from typing import TYPE_CHECKING

from glctl.settings.urls import split_address

if TYPE_CHECKING:
    from glctl.settings.effective import Effective


def after_collection(effective: Effective) -> tuple[str, str]:
    """What the cache still knows of blobs that were deleted, and what to do about it; empty where nothing is.

    In Redis a descriptor is ``blobs::DIGEST``; without it the registry looks at the storage, whatever else
    is kept of it. The collector does not touch it (docker-registry 2.8.2, as observed).
    """
    cache = (effective["registry.storage"].get("cache") or {}).get("blobdescriptor")
    if cache == "inmemory":
        return "The registry's cache of descriptors is in its memory, and was emptied by its restart.", ""
    if cache != "redis":
        return "", ""
    client = join(_client(effective))
    password = "with its password in REDISCLI_AUTH, " if effective["registry.redis"].get("password") else ""
    what = "Redis still has the descriptors of what was deleted: a push is told that such layers are there."
    forgets = f"{client} --scan --pattern 'blobs::*' | xargs -r {client} del"
    return what, f"To have it forget them, {password}which costs no more than looks at the storage: {forgets}"


def _client(effective: Effective) -> list[str]:
    """The command that speaks to the registry's Redis, as far as one address tells."""
    redis = effective["registry.redis"]
    address = effective["registry.env"].get("REGISTRY_REDIS_ADDR") or redis.get("addr")
    try:
        host, port = split_address(str(address))
    except ValueError:
        return ["redis-cli"]
    return ["redis-cli", "-h", host or "127.0.0.1", "-p", str(port), "-n", str(redis.get("db") or 0)]
