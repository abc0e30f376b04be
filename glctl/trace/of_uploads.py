"""Uploads: where they go on, and what is refused on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from glctl.findings.found import found
from glctl.trace.steps import absolute
from glctl.trace.talk import refusal, seen
from glctl.trace.telling import host_of
from glctl.trace.words import size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glctl.findings.model import Finding
    from glctl.trace.steps import Step
    from glctl.trace.talk import Talk

_BEGUN = ("start upload", "mount blob", "send chunk")
_GOING_ON = ("send chunk", "finish upload", "ask for offset")


def judge(talk: Talk) -> Iterator[Finding]:
    """What is wrong with uploads."""
    for step in talk.of_registry:
        if step.exchange.status == 202 and step.name in _BEGUN:
            yield from _astray(step)
        elif step.exchange.status == 413:
            yield _too_large(step)
        elif step.name in _GOING_ON and step.exchange.status in (400, 404) and not talk.recovered(step):
            yield from _lost(step)


def _astray(step: Step) -> Iterator[Finding]:
    """The Location leads to another scheme, host or port than the client came to."""
    exchange = step.exchange
    here, there = urlsplit(exchange.url), urlsplit(absolute(exchange.url, exchange.header("location")))
    if not there.netloc or (here.scheme, here.netloc) == (there.scheme, there.netloc):
        return
    missing = "X-Forwarded-Proto" if here.scheme != there.scheme else "Host"
    yield found(
        "location-wrong",
        host_of(exchange.url),
        f"The client came to {here.scheme}://{here.netloc}, and is told to send its layer to "
        f"{there.scheme}://{there.netloc}: {missing} does not get to the registry as the client means it.",
        evidence=[seen(step)],
    )


def _too_large(step: Step) -> Finding:
    exchange = step.exchange
    announced = exchange.asked_with("content-length")
    length = int(announced) if announced.isdigit() else exchange.sent
    return found(
        "proxy-body-limit",
        host_of(exchange.url),
        f"A layer of {size(length)} is refused for its size at {host_of(exchange.url)}.",
        evidence=[seen(step), *_by(step)],
    )


def _by(step: Step) -> list[str]:
    server = step.exchange.header("server")
    return [f"by {server}"] if server else []


def _lost(step: Step) -> Iterator[Finding]:
    code, _ = refusal(step.exchange)
    host = host_of(step.exchange.url)
    if code == "BLOB_UPLOAD_UNKNOWN":
        yield found(
            "upload-session-lost",
            host,
            f"The registry accepted an upload for {step.repository}, and does not know it where it goes on: "
            "another node has answered, or its storage lost it.",
            evidence=[seen(step)],
        )
    elif code == "BLOB_UPLOAD_INVALID":
        yield found(
            "upload-secret-mismatch",
            host,
            f"An upload for {step.repository} goes on at a node with another http.secret than the first.",
            evidence=[seen(step)],
        )
