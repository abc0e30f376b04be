"""A command run behind the proxy, and the Conversation that comes of it."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from glctl.clients.authority import make_authority, trusted_bundle
from glctl.clients.http import address_of
from glctl.trace import command as traced
from glctl.trace.leftovers import left_behind
from glctl.trace.proxy import recording, require_mitmproxy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from glctl.trace.exchange import Conversation, Exchange

_LOOKED_AT = 8  # servers whose certificates are looked at; a push talks to three


def record(
    command: Sequence[str], variables: Mapping[str, str], *, output_to_stderr: bool = False
) -> tuple[Conversation, int]:
    """Run *command* to its end; what it and its servers said, and its exit code.

    Nothing of it stays on this machine: the authority that the command trusts meanwhile lies in a private
    directory, counts for a day and is removed. GlctlError where mitmproxy is missing or does not start.
    """
    import tempfile

    require_mitmproxy()
    traced.require_reachable(command)
    with tempfile.TemporaryDirectory(prefix="glctl-trace-") as folder:  # 0700
        directory = Path(folder)
        key, certificate = make_authority(time.time())
        bundle, authority = directory / "bundle.pem", directory / "authority.pem"
        _write(directory / "mitmproxy-ca.pem", key + certificate)  # its name is mitmproxy's
        _write(authority, certificate)
        _write(bundle, f"{trusted_bundle(variables).rstrip()}\n{certificate}")
        with recording(directory) as (url, recorder):
            made = traced.environment(variables, url, bundle, authority)
            code = traced.run(command, made, output_to_stderr=output_to_stderr)
            recorder.settle()
            conversation = recorder.conversation()
    return replace(
        conversation, distrusted=_distrusted(conversation, command), left_behind=left_behind()
    ), code


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
