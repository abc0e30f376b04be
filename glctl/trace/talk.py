"""A Conversation as the rules of the diagnosis look at it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from glctl.clients.distribution import json_object
from glctl.clients.http import address_of
from glctl.trace.notes import notes
from glctl.trace.steps import PING, REDIRECTS, absolute, steps
from glctl.trace.telling import host_of
from glctl.trace.words import duration

if TYPE_CHECKING:
    from glctl.clients.http import Address
    from glctl.trace.exchange import Conversation, Exchange
    from glctl.trace.steps import Step


@dataclass(frozen=True)
class Talk:
    """The conversation with its steps."""

    conversation: Conversation

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The exchanges, named."""
        return steps(self.conversation)

    @cached_property
    def of_registry(self) -> tuple[Step, ...]:
        """Those with the registry itself, by their path or their host; those in storage are not."""
        hosts = {address(step.exchange) for step in self.steps if step.repository and not step.in_storage} | {
            address(step.exchange) for step in self.steps if step.name == "ping"
        }
        named = [step for step in self.steps if not step.in_storage and step.name != "get token"]
        return tuple(step for step in named if address(step.exchange) in hosts or step.name == "connect")

    @cached_property
    def led_astray(self) -> frozenset[tuple[str, Address]]:
        """Other origins that the registry's answers lead clients to with uploads and pings.

        What fails there follows from that.
        """
        led = (
            (s.exchange.url, absolute(s.exchange.url, s.exchange.header("location")))
            for s in self.of_registry
            if s.exchange.status == 202 or (s.name == PING and s.exchange.status in REDIRECTS)
        )
        return frozenset(origin(there) for here, there in led if origin(here) != origin(there))

    def recovered(self, step: Step) -> bool:
        """Whether the client did the same again later, and it went well."""
        return self._last_success.get((step.name, step.repository), -1) > step.number

    def answered_later(self, step: Step) -> bool:
        """Whether the same host and port gave an answer afterwards, in whatever scheme."""
        return self._last_answer.get(address(step.exchange), -1) > step.number

    @cached_property
    def _last_success(self) -> dict[tuple[str, str], int]:
        last: dict[tuple[str, str], int] = {}
        for step in self.steps:
            if succeeded(step.exchange):
                last[step.name, step.repository] = step.number
                if step.name == "start upload":  # where a layer may not be mounted it is uploaded
                    last["mount blob", step.repository] = step.number
        return last

    @cached_property
    def _last_answer(self) -> dict[Address, int]:
        return {address(s.exchange): s.number for s in self.steps if s.exchange.status is not None}


def succeeded(exchange: Exchange) -> bool:
    """Whether there is an answer, and none that refuses."""
    return exchange.status is not None and exchange.status < 400 and exchange.failure is None


def origin(url: str) -> tuple[str, Address]:
    """Scheme, host and port of *url*."""
    try:
        return url.partition(":")[0], address_of(url)
    except ValueError:
        return "", ("", 0)


def address(exchange: Exchange) -> Address:
    """Where it was sent; nowhere for an address that is none."""
    try:
        return address_of(exchange.url)
    except ValueError:
        return "", 0


def seen(step: Step) -> str:
    """An exchange as evidence."""
    exchange = step.exchange
    where = f"{exchange.method} {host_of(exchange.url)} {step.repository}".rstrip()
    told = "; ".join(notes(step)[-1:])
    ended = str(exchange.status) if exchange.status is not None else f"after {duration(exchange.seconds)}"
    return f"{step.name}: {where}: {ended}{f' ({told})' if told else ''}"


def refusal(exchange: Exchange) -> tuple[str, str]:
    """The registry's or GitLab's own code and message of a refusal; empty where it is not theirs."""
    errors = (json_object(exchange.answer) or {}).get("errors")
    if isinstance(errors, list) and errors and isinstance(errors[0], dict):
        return str(errors[0].get("code") or "")[:60], str(errors[0].get("message") or "")[:300]
    return "", ""
