"""What gitlab.rb says now, beside what runs here: read as reconfigure reads it, and nothing written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from glctl.errors import ConfigError, UsageError
from glctl.paths import CONFIG_FILE, SECRETS_FILE

if TYPE_CHECKING:
    from pathlib import Path

    from glctl.converge.desired import Configuration
    from glctl.doctor.observed import Observed
    from glctl.spans import Diagnostic


@dataclass(frozen=True, slots=True)
class Intended:
    """gitlab.rb as it stands. *configuration* is None where it cannot be used: *diagnostics* say why, or
    *unreadable*, which file cannot be read at all, and *why*.
    """

    configuration: Configuration | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    unreadable: Path | None = None
    why: UsageError | None = None


def intend(observed: Observed) -> Intended:
    """Read this host's gitlab.rb. Raises PermissionError where this user may not."""
    from glctl.converge.desired import examine
    from glctl.converge.wrong import all_that_is_wrong

    root, platform = observed.root, observed.platform
    gitlab_rb, secrets = root.at(CONFIG_FILE), root.at(SECRETS_FILE)
    for path in (gitlab_rb, secrets):
        _require_readable(path)
    try:
        configuration = examine(root, gitlab_rb, platform)
    except ConfigError:
        return Intended(diagnostics=all_that_is_wrong(root, gitlab_rb, platform))
    except UsageError as exc:
        return Intended(unreadable=secrets if str(secrets) in exc.message else gitlab_rb, why=exc)
    sound = None if configuration.errors else configuration
    return Intended(sound, configuration.diagnostics)


def _require_readable(path: Path) -> None:
    try:
        path.open("rb").close()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return  # what that means, reading it says
