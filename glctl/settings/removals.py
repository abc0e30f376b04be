"""Settings that Omnibus has removed: with one of them it refuses the whole file, and so does glctl."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from glctl.settings.option import ruby_name
from glctl.spans import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glctl.gitlabrb.model import Settings

Version = tuple[int, int]
NEWEST: Version = (19, 3)  # the Omnibus that glctl follows


@dataclass(frozen=True, slots=True)
class Removal:
    """A setting, the version without it, what to do instead. *only*: the one value that is refused."""

    key: str  # dotted
    version: Version
    instead: str
    only: Any = None

    def concerns(self, value: Any) -> bool:
        """Whether *value* sets it."""
        return value not in (None, {}, []) and self.only in (None, value)


REMOVALS = (
    Removal(
        "git_data_dirs", (18, 0), "gitaly['configuration'] with storage holds the paths of repositories."
    ),
    Removal("gitlab_shell.migration", (18, 0), "Take it out: it has no effect."),
    Removal("spamcheck", (19, 0), "Run Spamcheck on its own, and take it out here."),
    Removal("mattermost.enable", (19, 0), "Run Mattermost on its own, and take it out here.", only=True),
    Removal("gitaly.configuration.git.use_bundled_binaries", (19, 0), "Take it out: Gitaly has its own git."),
    Removal("gitaly.configuration.git.bin_path", (19, 0), "Take it out: Gitaly has its own git."),
    Removal(
        "registry.default_notifications_threshold",
        (23, 0),
        "It is registry['default_notifications_maxretries'] now.",
    ),
)
_THRESHOLD_REMOVED: Version = (23, 0)  # of an endpoint of registry['notifications']


def removed(settings: Settings, version: Version) -> Iterator[Diagnostic]:
    """What gitlab.rb sets that Omnibus *version* does not have any more."""
    for removal in REMOVALS:
        path = tuple(removal.key.split("."))
        if version >= removal.version and removal.concerns(settings.get(*path)):
            yield _refused(ruby_name(removal.key), removal.version, removal.instead, settings, *path)
    endpoints = settings.get("registry", "notifications")
    for endpoint in endpoints if isinstance(endpoints, list) else ():
        if version >= _THRESHOLD_REMOVED and isinstance(endpoint, Mapping) and "threshold" in endpoint:
            name = "The threshold of an endpoint"
            path = ("registry", "notifications")
            yield _refused(name, _THRESHOLD_REMOVED, "It is maxretries now.", settings, *path)


def _refused(name: str, version: Version, hint: str, settings: Settings, *path: str) -> Diagnostic:
    message = f"{name} was removed in GitLab {'.'.join(map(str, version))}."
    return Diagnostic("removed-setting", "error", message, hint, settings.span(*path))
