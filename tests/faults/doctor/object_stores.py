"""Stacks with images in S3, on real object stores (servers_s3.py), and ways to break these.

moto enforces IAM, and answers 500 to presigned addresses: redirect is off there. SeaweedFS serves these, too.
Behind a proxy of ours (a fake, which says so) either can be made to answer what only Amazon does.
"""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import servers_s3
from stacks import stack
from ways import registry_runs_with, setting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from servers_s3 import Canned, Moto, Weed
    from stacks import Stack

REDIRECT_OFF = "registry['storage']['redirect'] = { 'disable' => true }"
ROOT = "registry/docker/registry/v2/"  # where the registry keeps all, below its rootdirectory


def with_moto(*, behind_proxy: bool = False) -> AbstractContextManager[Stack]:
    """A stack on moto, with redirect off."""
    return _on(servers_s3.moto, REDIRECT_OFF, behind_proxy=behind_proxy)


def with_weed(*, behind_proxy: bool = False) -> AbstractContextManager[Stack]:
    """A stack on SeaweedFS, where clients are sent for layers."""
    return _on(servers_s3.weed, "", behind_proxy=behind_proxy)


@contextlib.contextmanager
def _on(
    server: Callable[[Path], AbstractContextManager[Any]], more: str, *, behind_proxy: bool
) -> Iterator[Stack]:
    with contextlib.ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="glctl-store-")))
        store = running.enter_context(server(folder))
        proxy = running.enter_context(servers_s3.injecting(store.endpoint)) if behind_proxy else None
        made = running.enter_context(stack(_lines(store, (proxy or store).endpoint) + more))
        made.store, made.store_proxy = store, proxy
        yield made


def _lines(store: Moto | Weed, endpoint: str) -> str:
    """gitlab.rb's line for the store's bucket, reached at *endpoint*."""
    settings = {
        "accesskey": store.access_key,
        "secretkey": store.secret_key,
        "bucket": store.bucket,
        "region": store.region,
        "regionendpoint": endpoint,
        "rootdirectory": "/registry",
    }
    pairs = ", ".join(f"'{name}' => '{value}'" for name, value in settings.items())
    return f"registry['storage'] = {{ 's3' => {{ {pairs} }} }}\n"


@contextlib.contextmanager
def denied(stack: Stack, *actions: str) -> Iterator[None]:
    """The registry's key without *actions*, in moto."""
    with stack.store.denied(*actions):
        yield
    stack.doctor("--write")  # takes away what it could not meanwhile


@contextlib.contextmanager
def answering(stack: Stack, *answers: Canned) -> Iterator[None]:
    """The proxy before the store answering some requests itself."""
    with stack.store_proxy.answering(*answers):
        yield
    stack.doctor("--write")  # as above


def s3_runs_with(stack: Stack, **settings: Any) -> AbstractContextManager[None]:
    """The registry restarted with other settings of its driver; None takes one away."""
    return registry_runs_with(stack, s3_set(**settings))


def s3_set(**settings: Any) -> Callable[[str], str]:
    """Sets values of the driver in config.yml."""

    def change(text: str) -> str:
        for name, value in settings.items():
            text = setting("storage", "s3", name, value=value)(text)
        return text

    return change


def clients_sent_to(stack: Stack, address: str) -> AbstractContextManager[None]:
    """The registry sends clients to *address* for layers, as with a CDN before the bucket."""
    middleware = [{"name": "redirect", "options": {"baseurl": address}}]
    return registry_runs_with(stack, setting("middleware", "storage", value=middleware))
