"""The policy of the registry's key lets it do what it needs below another prefix."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING

from servers_s3 import ON_BUCKET

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "s3-objects-denied"
STACK = "moto"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    policy = {"UserName": stack.store.user, "PolicyName": "registry"}
    bucket = "arn:aws:s3:::images"
    statements = [
        {"Effect": "Allow", "Action": [*ON_BUCKET], "Resource": bucket},
        {"Effect": "Allow", "Action": "s3:*", "Resource": f"{bucket}/docker/*"},
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    with stack.store.lifted():
        stack.store.client("iam").put_user_policy(**policy, PolicyDocument=document)
    yield
    stack.store.allow()
    stack.doctor("--write")  # takes away what it could not meanwhile
