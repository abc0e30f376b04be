"""The administrator's own directives, which stand in nginx's files as they are written in gitlab.rb."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.render import nginxconf
from glctl.settings.draft import given
from glctl.settings.option import ruby_name
from glctl.settings.schema import OPTIONS
from glctl.spans import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glctl.gitlabrb.model import Settings

KEYS = ("nginx.custom_nginx_config", "registry.nginx.custom_gitlab_server_config")
HINT = "Each must end with ';' or have a block of its own, with balanced braces."


def wrong_directives(settings: Settings) -> Iterator[Diagnostic]:
    """Those that would not stay in the block that they are written for."""
    for key in KEYS:
        text, path = given(settings, OPTIONS[key])
        if isinstance(text, str) and (reason := why_not_whole(text)):
            message = (
                f"{ruby_name('.'.join(path))} holds something else than whole directives of nginx: {reason}."
            )
            yield Diagnostic("wrong-value", "error", message, HINT, settings.span(*path))


def why_not_whole(text: str) -> str:
    """What keeps *text* from being whole directives of nginx; empty where nothing does."""
    try:
        nginxconf.parse(text)
    except nginxconf.NginxSyntaxError as exc:
        return str(exc)
    return ""
