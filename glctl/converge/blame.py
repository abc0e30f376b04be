"""Which setting of gitlab.rb most likely keeps a service from coming up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.secret import Secret, reveal
from glctl.settings.option import ruby_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from glctl.logs.recent import Words
    from glctl.settings.effective import Effective

# What a Code of the log rules, or a group of them, points to.
_POINTS_TO: dict[str, tuple[str, ...]] = {
    "storage-": ("registry.storage", "gitlab_rails.registry_path", "registry.username"),
    "s3-": ("registry.storage", "registry.env"),
    "token-bundle-": ("registry.rootcertbundle", "registry.internal_certificate"),
    "debug-port-": ("registry.debug_addr",),
    "registry-port-": ("registry.registry_http_addr",),
    "registry-address-": ("registry.registry_http_addr",),
    "redis-": ("registry.redis",),
    "service-user-": ("registry.username", "registry.group", "web_server.username", "web_server.group"),
    "nginx-port-": ("registry.nginx.listen_port", "registry.nginx.listen_addresses", "nginx.status.port"),
    "nginx-certificate-": ("registry.nginx.ssl_certificate", "registry.nginx.ssl_certificate_key"),
}
_NO_HOST = "no such host"  # as Go says that a name has no address
_MANY = 3  # more suspects than this are none


def blame(
    words: Words,
    effective: Effective,
    last: Effective | None = None,
    faults: Iterable[tuple[str, ...]] = (),
    *,
    guess: bool = True,
) -> str:
    """What to look at, as a sentence; empty where nothing points anywhere.

    Only what gitlab.rb sets is suspected; where *last* is known, which services were seen up with, only what
    has changed since. Of those, what the Code of *words* points to, else what *faults*, keys of config.yml,
    are made of, else what the words mention, else all, if few. Without *guess* the Code alone counts: a
    service that has worked on these settings may have ended for any reason.
    """
    said = " ".join(words.lines)
    if _NO_HOST in said:
        return "Most likely its host is misspelt, or DNS does not know it from here."
    changed = [*_changed(effective, last)]
    pointed = next((keys for group, keys in _POINTS_TO.items() if words.code.startswith(group)), ())
    made_of = {source for keys in faults for source in _sources(keys)}
    suspects = [key for key in changed if key in pointed]
    if guess:
        suspects = suspects or [key for key in changed if key in made_of]
        suspects = suspects or [key for key in changed if _is_mentioned(effective[key], said)]
        suspects = suspects or (changed if last else [])
    if not suspects or len(suspects) > _MANY:
        return ""
    named = " or ".join(f"{ruby_name(key)} ({effective.origin(key)})" for key in suspects)
    return f"Most likely it is {named}."


def _changed(effective: Effective, last: Effective | None) -> Iterator[str]:
    for key, resolved in effective.resolved.items():
        before = last.resolved.get(key) if last else None
        if resolved.origin.kind == "file" and (
            before is None or reveal(before.value) != reveal(resolved.value)
        ):
            yield key


def _sources(keys: tuple[str, ...]) -> Iterator[str]:
    """The settings that config.yml's ``http.draintimeout`` may be made of: they are named after it."""
    runs = ["_".join(keys[i:j]) for i in range(len(keys)) for j in range(i + 1, len(keys) + 1)]
    yield from (f"registry.{prefix}{run}" for run in runs for prefix in ("", "registry_"))
    yield f"registry.default_{keys[0]}_{keys[-1]}"
    yield f"gitlab_rails.registry_{keys[-1]}"


def _is_mentioned(value: object, said: str) -> bool:
    """Whether a text that is part of *value* stands in what was said."""
    if isinstance(value, dict):
        return any(_is_mentioned(part, said) for part in (*value, *value.values()))
    if isinstance(value, list | tuple):
        return any(_is_mentioned(part, said) for part in value)
    return not isinstance(value, Secret | bool) and len(str(value)) > 1 and str(value) in said
