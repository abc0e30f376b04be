"""Stacks with images in S3: in moto, which enforces IAM, and in SeaweedFS, which serves redirects, too.

moto answers 500 to presigned addresses once it asks for rights, so redirect is off there.
"""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import servers_s3
from stacks import Stack, stack
from ways import registry_runs_with, setting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servers_s3 import Moto, Weed

REDIRECT_OFF = "registry['storage']['redirect'] = { 'disable' => true }"


@dataclass
class MotoStack(Stack):
    """A stack with the server of its bucket."""

    store: Moto | None = None


@dataclass
class WeedStack(Stack):
    """A stack with the server of its bucket."""

    store: Weed | None = None


@contextlib.contextmanager
def with_moto() -> Iterator[MotoStack]:
    with _folder() as folder, servers_s3.moto(folder) as store, stack(_lines(store, REDIRECT_OFF)) as made:
        yield MotoStack(**vars(made), store=store)


@contextlib.contextmanager
def with_weed() -> Iterator[WeedStack]:
    with _folder() as folder, servers_s3.weed(folder) as store, stack(_lines(store)) as made:
        yield WeedStack(**vars(made), store=store)


@contextlib.contextmanager
def denied(stack: Stack, action: str) -> Iterator[None]:
    """The registry's key without *action*, in moto."""
    assert isinstance(stack, MotoStack)
    assert stack.store
    with stack.store.denied(action):
        yield
    stack.doctor("--write")  # what the doctor could not remove meanwhile


@contextlib.contextmanager
def s3_runs_with(stack: Stack, **settings: Any) -> Iterator[None]:
    """The registry restarted with other settings of its driver; None takes one away."""

    def change(text: str) -> str:
        for name, value in settings.items():
            text = setting("storage", "s3", name, value=value)(text)
        return text

    with registry_runs_with(stack, change):
        yield


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="glctl-store-") as name:
        yield Path(name)


def _lines(store: Moto | Weed, *more: str) -> str:
    """gitlab.rb's lines for a bucket."""
    settings = {
        "accesskey": store.access_key,
        "secretkey": store.secret_key,
        "bucket": store.bucket,
        "region": store.region,
        "regionendpoint": store.endpoint,
        "rootdirectory": "/registry",
    }
    pairs = ", ".join(f"'{name}' => '{value}'" for name, value in settings.items())
    return "\n".join([f"registry['storage'] = {{ 's3' => {{ {pairs} }} }}", *more])
