"""``glctl show-config``: effective settings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from glctl.commands.completion import complete_settings
from glctl.converge.desired import examine
from glctl.errors import UsageError
from glctl.secret import mask, reveal, wrap
from glctl.settings.draft import lookup
from glctl.settings.keys import enclosing, parse_key, unknown_setting
from glctl.settings.option import ruby_name

if TYPE_CHECKING:
    from glctl.commands.context import Context
    from glctl.converge.desired import Configuration
    from glctl.gitlabrb.model import Path


@click.command(short_help="Show effective settings.")
@click.argument("keys", metavar="[KEY]...", nargs=-1, shell_complete=complete_settings)
@click.option("--user", is_flag=True, help="Only what gitlab.rb sets.")
@click.option("--format", "form", type=click.Choice(["json", "yaml"]), default="json", help="How to print.")
@click.option("--show-secrets", is_flag=True, help="Print credentials instead of masking them.")
@click.pass_obj
def command(context: Context, keys: tuple[str, ...], user: bool, form: str, show_secrets: bool) -> int:
    """Show effective settings, or what stands below each KEY, written as in gitlab.rb
    ("registry['nginx']['listen_port']") or with dots (registry.nginx.listen_port). Of settings that glctl
    makes nothing of, what gitlab.rb sets is shown where a KEY names them.
    """
    configuration = examine(context.root, context.config_file, context.platform)
    tree = wrap(dict(configuration.settings.values)) if user else configuration.effective.tree()
    shown: Any = tree
    if keys:
        shown = {key: _below(tree, key, configuration, user) for key in keys}
    shown = reveal(shown) if show_secrets else mask(shown)
    if form == "json":
        context.console.out(json.dumps(shown, indent=2, ensure_ascii=False))
    else:
        from glctl.render.quoting import yaml_block

        context.console.out(yaml_block(shown, 0))
    return 0


def _below(tree: Any, key: str, configuration: Configuration, user: bool) -> Any:
    """What stands below *key* in *tree*; where gitlab.rb writes it the older way, there."""
    path = parse_key(key)
    older = ("registry_nginx", *path[2:]) if path[:2] == ("registry", "nginx") else path
    for each in (path, older):
        above = lookup(tree, each[:-1])
        if isinstance(above, Mapping) and each[-1] in above:
            return above[each[-1]]
    if user and (enclosing(path) or lookup(configuration.effective.tree(), path) is not None):
        raise _unset(path, "Without --user, the value that holds is shown.")
    if enclosing(path):
        raise unknown_setting(path)
    return _foreign(configuration, path)


def _foreign(configuration: Configuration, path: Path) -> Any:
    """What gitlab.rb sets and glctl makes nothing of."""
    from glctl.converge.explanation import foreign

    known = foreign(configuration, path)  # refuses what is no setting
    if known.value is None:
        raise _unset(path, "glctl makes nothing of it, and knows no default.")
    return known.value


def _unset(path: Path, hint: str) -> UsageError:
    return UsageError(f"gitlab.rb does not set {ruby_name('.'.join(path))}.", hint)
