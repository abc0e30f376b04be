"""The registry answers below another path than /v2/ (http.prefix)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ways import registry_runs_with, setting

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from stacks import Stack

CAUSE = "registry-bad-answer"


def fault(stack: Stack) -> AbstractContextManager[None]:
    return registry_runs_with(stack, setting("http", "prefix", value="/hub/"))
