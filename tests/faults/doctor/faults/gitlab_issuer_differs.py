"""GitLab issues tokens under another name than the registry trusts."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import edited, replaced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "token-issuer-differs"
STACK = "gitlab"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with edited(stack.gitlab_yml, replaced(("issuer: omnibus-gitlab-issuer", "issuer: gitlab-issuer"))):
        yield
