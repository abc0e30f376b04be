"""A command run behind the proxy, and the Conversation that comes of it."""

from __future__ import annotations

import time
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from glctl.clients.authority import make_authority, trusted_bundle
from glctl.clients.http import address_of
from glctl.trace import command as traced
from glctl.trace.docker import behind
from glctl.trace.leftovers import left_behind
from glctl.trace.proxy import recording, require_mitmproxy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from glctl.trace.exchange import Conversation, Exchange
    from glctl.trace.proxy import Recorder

_LOOKED_AT = 8  # servers whose certificates are looked at; a push talks to three


@dataclass(frozen=True, slots=True)
class Way:
    """The proxy that stands between: what leads programs through it, and what passes."""

    variables: Mapping[str, str]
    recorder: Recorder


def record(
    command: Sequence[str],
    variables: Mapping[str, str],
    *,
    output_to_stderr: bool = False,
    docker: bool = False,
    note: Callable[[str], None] = lambda _: None,
) -> tuple[Conversation, int]:
    """Run *command* to its end; what it and its servers said, and its exit code.

    *docker*: with a Docker daemon of our own behind the proxy, too, which does the talking for ``docker``.
    Nothing of it stays on this machine. GlctlError where mitmproxy is missing or does not start.
    """
    traced.require_reachable(command)
    with way(variables) as between:
        with (
            behind(between.variables, command, variables, note)
            if docker
            else nullcontext(between.variables) as made
        ):
            code = traced.run(command, made, output_to_stderr=output_to_stderr)
        between.recorder.settle()
        conversation = between.recorder.conversation()
    return replace(
        conversation, distrusted=_distrusted(conversation, command), left_behind=left_behind()
    ), code


@contextmanager
def way(variables: Mapping[str, str]) -> Iterator[Way]:
    """A proxy while this lasts.

    The authority that programs trust meanwhile lies in a private directory, counts for a day and is removed.
    """
    import tempfile

    require_mitmproxy()
    with tempfile.TemporaryDirectory(prefix="glctl-trace-") as folder:  # 0700
        directory = Path(folder)
        key, certificate = make_authority(time.time())
        bundle, authority = directory / "bundle.pem", directory / "authority.pem"
        _write(directory / "mitmproxy-ca.pem", key + certificate)  # its name is mitmproxy's
        _write(authority, certificate)
        _write(bundle, f"{trusted_bundle(variables).rstrip()}\n{certificate}")
        with recording(directory) as (url, recorder):
            yield Way(traced.environment(variables, url, bundle, authority), recorder)


def _write(path: Path, text: str) -> None:
    path.touch(0o600)
    path.write_text(text)


def _distrusted(conversation: Conversation, command: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """The servers whose certificates this machine does not trust: the proxy took them from all alike.

    None where the command is told not to look at certificates.
    """
    if traced.checks_no_certificates(command):
        return ()
    origins = {
        urlsplit(e.url).netloc: e for e in conversation.exchanges if e.url.startswith("https:") and e.status
    }
    found = []
    for place, exchange in list(origins.items())[:_LOOKED_AT]:
        if why := _why_not_trusted(exchange, traced.authorities(command, place)):
            found.append((place, why))
    return tuple(found)


def _why_not_trusted(exchange: Exchange, own: Sequence[Path]) -> str:
    """Why neither the system's authorities nor the client's *own* lead to the server's."""
    from glctl.clients.tls import why_not_trusted

    host, port = exchange.server.rsplit(":", 1)
    place = host.strip("[]"), int(port)
    name = address_of(exchange.url)[0]
    failure = why_not_trusted(place, name)
    if failure and own:
        failure = why_not_trusted(place, name, own)
    return failure.message if failure and failure.kind == "tls" else ""
