"""The proxy before nginx lets no PATCH and no DELETE through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_gitlab import front_runs_with

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from stacks import Stack

CAUSE = "proxy-method-refused"
STACK = "gitlab"


def fault(stack: Stack) -> AbstractContextManager[None]:
    refused = "if ($request_method ~ ^(PATCH|DELETE)$) { return 405; }"
    return front_runs_with(stack, ("proxy_http_version", f"{refused} proxy_http_version"))
