"""What a shell offers behind a command: settings, services, codes (click calls these when TAB is pressed)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click


def complete_settings(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The settings that begin so, with dots, which no shell minds."""
    from glctl.settings.schema import OPTIONS

    return [key for key, option in OPTIONS.items() if not option.ignored and key.startswith(incomplete)]


def complete_services(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The services that begin so."""
    from glctl.services.catalog import SERVICES

    return [service.name for service in SERVICES if service.name.startswith(incomplete)]


def complete_codes(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The codes of findings that begin so."""
    from glctl.findings.catalog import CODES

    return [code for code in CODES if code.startswith(incomplete)]
