"""The registry sends clients nowhere else for blobs (redirect disabled)."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import configured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    images = "/var/opt/gitlab/gitlab-rails/shared/registry"
    storage = (
        f"{{ 'filesystem' => {{ 'rootdirectory' => '{images}' }}, 'redirect' => {{ 'disable' => true }} }}"
    )
    with configured(stack, f"registry['storage'] = {storage}"):
        yield
