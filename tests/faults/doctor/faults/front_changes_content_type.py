"""The proxy before nginx gives every answer another Content-Type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_gitlab import front_runs_with

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from stacks import Stack

CAUSE = "proxy-header-lost"
STACK = "gitlab"


def fault(stack: Stack) -> AbstractContextManager[None]:
    changed = "proxy_hide_header Content-Type; add_header Content-Type text/html always;"
    return front_runs_with(stack, ("proxy_http_version", f"{changed} proxy_http_version"))
