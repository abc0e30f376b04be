"""A hundred uploads were begun years ago, and never finished."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from object_stores import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "s3-uploads-left"
STACK = "moto"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with stack.store.lifted():
        client, bucket = stack.store.client(), stack.store.bucket
        keys = [f"{ROOT}repositories/group/project/_uploads/{number}/data" for number in range(100)]
        # moto dates every upload in 2010.
        begun = {key: client.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"] for key in keys}
    yield
    with stack.store.lifted():
        for key, upload in begun.items():
            client.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload)
