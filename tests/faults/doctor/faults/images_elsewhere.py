"""gitlab.rb names another, empty directory for images than the one that they are in."""

from __future__ import annotations

import contextlib
import shutil
from typing import TYPE_CHECKING

from ways import configured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "storage-images-elsewhere"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    place = stack.path / "srv/images"
    with configured(stack, f"registry['storage'] = {{ 'filesystem' => {{ 'rootdirectory' => '{place}' }} }}"):
        yield
    shutil.rmtree(place.parent)
