"""What a shell offers behind a command: settings, services, codes (click calls these when TAB is pressed)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import click
    from click.shell_completion import CompletionItem

    from glctl.gitlabrb.model import Path

_STORAGE = ("registry", "storage")


def complete_settings(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The settings that begin so: with dots, which no shell minds, or as gitlab.rb writes them, in quotes."""
    from glctl.settings.schema import OPTIONS

    paths = [option.path for option in OPTIONS.values() if not option.ignored]
    names = [_spelt(path, incomplete) for path in (*paths, *_below_storage(incomplete))]
    return [name for name in names if name.startswith(incomplete)]


def _below_storage(incomplete: str) -> Iterator[Path]:
    """The drivers, and the keys of one that *incomplete* names: too many to offer before."""
    from glctl.settings.drivers import keys_below

    if len(incomplete) <= len(_spelt(_STORAGE, incomplete)):
        return
    for part in sorted(keys_below(_STORAGE)):
        path = (*_STORAGE, part)
        yield path
        if incomplete.startswith(_spelt((*path, ""), incomplete).rstrip("]'\"")):
            yield from ((*path, key) for key in sorted(keys_below(path)))


def _spelt(path: Path, like: str) -> str:
    """*path* with dots, or with the quotes that *like* has."""
    quote = next((each for each in "'\"" if f"[{each}" in like), "")
    return path[0] + "".join(f"[{quote}{key}{quote}]" if quote else f".{key}" for key in path[1:])


def complete_files(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """That the shell is to offer files."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


def complete_directories(
    _ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """That the shell is to offer directories."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="dir")]


def complete_services(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The services that begin so."""
    from glctl.services.catalog import SERVICES

    return [service.name for service in SERVICES if service.name.startswith(incomplete)]


def complete_codes(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The codes of findings that begin so."""
    from glctl.findings.catalog import CODES

    return [code for code in CODES if code.startswith(incomplete)]


def complete_doctor_names(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The doctor's groups, checks and codes that begin so."""
    from glctl.doctor.choice import names
    from glctl.doctor.targets import TARGETS

    known = (name for target in TARGETS for name in names(target))
    return [name for name in known if name.startswith(incomplete)]
