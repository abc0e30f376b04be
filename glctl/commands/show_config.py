"""``glctl show-config``: effective settings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from glctl.converge.desired import examine
from glctl.errors import UsageError
from glctl.secret import mask, reveal, wrap

if TYPE_CHECKING:
    from glctl.commands.context import Context


@click.command(short_help="Show effective settings.")
@click.argument("keys", metavar="[KEY]...", nargs=-1)
@click.option("--user", is_flag=True, help="Only what gitlab.rb sets.")
@click.option("--format", "form", type=click.Choice(["json", "yaml"]), default="json", help="How to print.")
@click.option("--show-secrets", is_flag=True, help="Print credentials instead of masking them.")
@click.pass_obj
def command(context: Context, keys: tuple[str, ...], user: bool, form: str, show_secrets: bool) -> int:
    """Show effective settings, or those below each KEY (registry.nginx.listen_port)."""
    configuration = examine(context.root, context.config_file, context.platform)
    tree = wrap(dict(configuration.settings.values)) if user else configuration.effective.tree()
    shown: Any = tree
    if keys:
        shown = {key: _below(tree, key) for key in keys}
    shown = reveal(shown) if show_secrets else mask(shown)
    if form == "json":
        context.console.out(json.dumps(shown, indent=2, ensure_ascii=False))
    else:
        from glctl.render.quoting import yaml_block

        context.console.out(yaml_block(shown, 0))
    return 0


def _below(tree: Any, key: str) -> Any:
    node = tree
    for part in key.replace("']['", ".").replace("['", ".").removesuffix("']").split("."):
        if not isinstance(node, Mapping) or part not in node:
            raise UsageError(f"There is no setting {key}.", "glctl show-config lists them all.")
        node = node[part]
    return node
