"""Everything that is wrong in a gitlab.rb, at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.converge.desired import examine, installed_version, understand
from glctl.errors import ConfigError, GlctlError
from glctl.gitlabrb.model import Settings
from glctl.settings.validate import in_order
from glctl.spans import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from glctl.converge.desired import Configuration
    from glctl.paths import Root
    from glctl.settings.platform import Platform
    from glctl.settings.versions import Version


def all_that_is_wrong(
    root: Root, config_file: Path, platform: Platform, version: Version | None = None
) -> tuple[Diagnostic, ...]:
    """Errors and warnings in the order of the lines; what has no line comes last.

    Of a file that is broken, also what is wrong in the rest of it. *version* is the Omnibus whose rules hold
    (examine). Raises UsageError where the file cannot be read. No file is rendered: what passes here can be
    written (a test tries nasty texts), and the templates would take longer than all the rest.
    """
    try:
        configuration = examine(root, config_file, platform, version)
    except ConfigError as exc:
        rest = exc.settings if isinstance(exc.settings, Settings) else None
        return in_order((*exc.diagnostics, *_of_the_rest(rest, root, platform, version)))
    found = configuration.diagnostics
    if not configuration.errors:
        found = (*found, *_unmatched_pair(configuration))
    return in_order(found)


def _of_the_rest(
    settings: Settings | None, root: Root, platform: Platform, version: Version | None
) -> tuple[Diagnostic, ...]:
    """What is wrong in those lines of a broken file that could be evaluated."""
    if settings is None:
        return ()
    version = version or installed_version(root, platform)
    try:
        return understand(settings, root, platform, version, whole=False).diagnostics
    except GlctlError as exc:  # of another file: gitlab-secrets.json, gitlab-cluster.json
        return (Diagnostic("unreadable-file", "error", exc.message, exc.hint),)


def _unmatched_pair(configuration: Configuration) -> Iterator[Diagnostic]:
    """Whether a key or certificate that gitlab.rb holds fits the other half. Loads cryptography."""
    settings = configuration.settings
    places = (("registry", "internal_certificate"), ("registry", "internal_key"))
    span = next((settings.spans[path] for path in places if settings.get(*path)), None)
    if span is not None:
        from glctl.converge.pair import pair_problems

        for message, hint in pair_problems(configuration.secrets):
            yield Diagnostic("wrong-value", "error", message, hint, span)
