"""Stacks with images in S3, on real object stores (servers_s3.py), and ways to break these.

moto enforces IAM, and answers 500 to presigned addresses: redirect is off there. SeaweedFS and Swift serve
these, too, and Swift checks a signature's region.
Behind a proxy of ours (a fake, which says so) either can be made to answer what only Amazon does.
"""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import servers_s3
import servers_swift
from servers import free_port, nginx
from stacks import stack
from ways import added, configured, registry_runs_with, setting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from certificates import Pair
    from servers_s3 import Canned, Moto, Weed
    from servers_swift import Swift
    from stacks import Stack

ROOT = "registry/docker/registry/v2/"  # where the registry keeps all, below its rootdirectory
# At one start of sixty the registry looks for old uploads at once, and ends by a panic (index out of range)
# where the key of one ends with /, as that of a directory does (getOutstandingUploads; seen in SeaweedFS).
_NO_PURGING = ", 'maintenance' => { 'uploadpurging' => { 'enabled' => false } }"


def with_moto(*, behind_proxy: bool = False) -> AbstractContextManager[Stack]:
    """A stack on moto, with redirect off."""
    return _on(servers_s3.moto, redirect=False, behind_proxy=behind_proxy)


def with_weed(*, behind_proxy: bool = False) -> AbstractContextManager[Stack]:
    """A stack on SeaweedFS, where clients are sent for layers."""
    return _on(servers_s3.weed, behind_proxy=behind_proxy)


def with_swift() -> AbstractContextManager[Stack]:
    """A stack on OpenStack Swift, which checks a signature's region."""
    return _on(servers_swift.swift)


@contextlib.contextmanager
def _on(
    server: Callable[[Path], AbstractContextManager[Any]],
    *,
    redirect: bool = True,
    behind_proxy: bool = False,
) -> Iterator[Stack]:
    with contextlib.ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="glctl-store-")))
        store = running.enter_context(server(folder))
        proxy = running.enter_context(servers_s3.injecting(store.endpoint)) if behind_proxy else None
        made = running.enter_context(stack(storage(store, (proxy or store).endpoint, redirect=redirect)))
        made.store, made.store_proxy = store, proxy
        yield made


def storage(
    store: Moto | Weed | Swift, endpoint: str = "", *, redirect: bool = True, **changes: str | None
) -> str:
    """gitlab.rb's line for the store's bucket, with *changes* of the driver's settings; None takes one away.

    *endpoint*: where it is reached, if not where it is. *redirect*: clients are sent there.
    """
    settings = {
        "accesskey": store.access_key,
        "secretkey": store.secret_key,
        "bucket": store.bucket,
        "region": store.region,
        "regionendpoint": endpoint or store.endpoint,
        "rootdirectory": "/registry",
        **changes,
    }
    pairs = ", ".join(f"'{name}' => '{value}'" for name, value in settings.items() if value)
    beside = "" if redirect else ", 'redirect' => { 'disable' => true }"
    return f"registry['storage'] = {{ 's3' => {{ {pairs} }}{beside}{_NO_PURGING} }}\n"


def reconfigured_with(stack: Stack, line: str) -> AbstractContextManager[None]:
    """The stack as reconfigure makes it with another line of :func:`storage`."""
    return configured(stack, line, without="registry['storage'] = ")


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


@contextlib.contextmanager
def before_store(stack: Stack, shown: Pair) -> Iterator[str]:
    """An nginx with TLS before the store, which shows a certificate; its address."""
    port = free_port()
    directives = (
        f"listen 127.0.0.1:{port} ssl; ssl_certificate crt; ssl_certificate_key key; client_max_body_size 0;"
        f" location / {{ proxy_pass {stack.store.endpoint}; proxy_set_header Host $http_host; }}"
    )
    with (
        tempfile.TemporaryDirectory() as folder,
        added(Path(folder) / "crt", shown.chain),
        added(Path(folder) / "key", shown.key),
        nginx(Path(folder), directives, port),
    ):
        yield f"https://localhost:{port}"
