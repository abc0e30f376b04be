"""The registry runs in another time zone and another language."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import configured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with configured(stack, "registry['env'] = { 'TZ' => 'Pacific/Auckland', 'LANG' => 'de_DE.UTF-8' }"):
        yield
