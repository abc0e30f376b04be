"""A load balancer before nginx gives the registry a name of its own choice."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from fake_gitlab import front_runs_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "location-wrong"
STACK = "gitlab"
WRITE_ONLY = ("push-public",)


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with front_runs_with(
        stack, ("proxy_set_header Host $http_host;", "proxy_set_header Host internal.example.com;")
    ):
        yield
