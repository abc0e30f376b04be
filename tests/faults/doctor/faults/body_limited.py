"""A location of an administrator's own takes no upload of more than a few bytes."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import configured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "nginx-body-too-large"
WRITE_ONLY = ("push",)


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    limited = (
        "location ~ /blobs/uploads/ { client_max_body_size 8; proxy_set_header Host $http_host; "
        f"proxy_set_header X-Forwarded-Proto http; proxy_pass {stack.url}; }}"
    )
    with configured(stack, f"registry['nginx']['custom_gitlab_server_config'] = '{limited}'"):
        yield
    stack.forget_logs()  # what they say counts for some time
