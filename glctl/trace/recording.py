"""A command run behind the proxy, and the Conversation that comes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from glctl.clients.http import address_of
from glctl.services.leftovers import left_behind
from glctl.trace import command as traced
from glctl.trace.docker import behind, insecure_registries
from glctl.trace.way import way

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from glctl.trace.docker import Mode
    from glctl.trace.exchange import Conversation, Exchange
    from glctl.trace.proxy import Door
    from glctl.trace.way import Way

_LOOKED_AT = 8  # servers whose certificates are looked at; a push talks to three


def record(
    command: Sequence[str],
    variables: Mapping[str, str],
    *,
    output_to_stderr: bool = False,
    docker: Mode = "",
    note: Callable[[str], None] = lambda _: None,
) -> tuple[Conversation, int]:
    """Run *command* to its end; what it and its servers said, and its exit code.

    *docker*: whose Docker daemon is behind the proxy, too, which talks for ``docker``.
    Nothing of it stays on this machine. GlctlError where mitmproxy is missing or does not start.
    """
    traced.require_reachable(command)
    with way(variables) as between:
        with behind(docker, between, command, variables, note) as made:
            code = traced.run(command, made, output_to_stderr=output_to_stderr)
            insecure = insecure_registries(made) if docker else (lambda *_: False)
        between.recorder.settle()
        conversation = between.recorder.conversation()
    return replace(
        conversation, distrusted=_distrusted(conversation, command, insecure), left_behind=left_behind()
    ), code


def listen(
    door: Door,
    variables: Mapping[str, str],
    *,
    docker: Mode = "",
    told: Callable[[Exchange], None],
    wait: Callable[[Way, Mapping[str, str]], None],
    note: Callable[[str], None],
) -> Conversation:
    """Record what passes the proxy at *door*, until *wait* returns, which is told the way through it.

    It is also given the variables with which ``docker`` on this machine talks to the daemon of *docker*.
    """
    with way(variables, door, told) as between:
        with behind(docker, between, (), variables, note) as made:
            wait(between, made)
        conversation = between.recorder.conversation()
    return replace(conversation, left_behind=left_behind())


def _distrusted(
    conversation: Conversation, command: Sequence[str], insecure: Callable[[str, str], bool]
) -> tuple[tuple[str, str], ...]:
    """The servers whose certificates this machine does not trust: the proxy took them from all alike.

    None where the command is told not to look at certificates, nor those that are *insecure* for Docker.
    """
    if traced.checks_no_certificates(command):
        return ()
    origins = {
        urlsplit(e.url).netloc: e for e in conversation.exchanges if e.url.startswith("https:") and e.status
    }
    found = []
    for place, exchange in list(origins.items())[:_LOOKED_AT]:
        if insecure(place, exchange.server.rpartition(":")[0].strip("[]")):
            continue
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
