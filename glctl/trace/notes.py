"""What is worth a word about one exchange: what went missing or changed in it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from glctl.clients import s3
from glctl.clients.distribution import json_object, parse_challenge
from glctl.trace.steps import REDIRECTS, absolute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glctl.trace.exchange import Exchange
    from glctl.trace.steps import Step

_SAID = 120  # characters of a server's own words


def notes(step: Step) -> tuple[str, ...]:
    """In words, the most telling last."""
    exchange = step.exchange
    return (
        *_credentials(step),
        *_location(exchange),
        *_size(step),
        *_challenge(exchange),
        *_said(step),
        *([exchange.failure.message] if exchange.failure else []),
    )


def _credentials(step: Step) -> Iterator[str]:
    before = None if step.in_storage else step.redirect  # an address in storage is signed instead
    if before and before.asked_with("authorization") and not step.exchange.asked_with("authorization"):
        yield "without the Authorization of the request before"


def _location(exchange: Exchange) -> Iterator[str]:
    location = exchange.header("location")
    if exchange.status in REDIRECTS and not location:
        yield "a redirect without Location"
    if not location or exchange.status not in (*REDIRECTS, 201, 202):
        return
    try:
        here, there = urlsplit(exchange.url), urlsplit(absolute(exchange.url, location))
    except ValueError:
        yield "Location cannot be read"
        return
    if (there.scheme, there.netloc) != (here.scheme, here.netloc):
        scheme = f"{there.scheme}://" if there.scheme != here.scheme else ""
        yield f"sent on to {scheme}{there.netloc.rpartition('@')[2]}"


def _size(step: Step) -> Iterator[str]:
    exchange = step.exchange
    if step.name not in ("check blob", "check blob, in storage") or exchange.status != 200:
        return
    if not exchange.header("content-length") and exchange.version != "HTTP/2.0":
        yield "no Content-Length"


def _challenge(exchange: Exchange) -> Iterator[str]:
    if exchange.status != 401 or not (told := parse_challenge(exchange.header("www-authenticate"))):
        return
    if told.error:
        yield f"error={told.error}"
    if told.realm and not exchange.asked_with("authorization"):
        yield f"wants a token of {told.realm}"


def _asks_for_credentials(exchange: Exchange) -> bool:
    """Whether it is the 401 with which each conversation begins."""
    has_challenge = bool(exchange.header("www-authenticate"))
    return exchange.status == 401 and has_challenge and not exchange.asked_with("authorization")


def _said(step: Step) -> Iterator[str]:
    """The server's own name of a refusal."""
    exchange = step.exchange
    if exchange.status is None or exchange.status < 400 or _asks_for_credentials(exchange):
        return
    errors = (json_object(exchange.answer) or {}).get("errors")
    if isinstance(errors, list) and errors and isinstance(errors[0], dict):
        words = (str(errors[0].get(name) or "") for name in ("code", "message"))
        yield ": ".join(filter(None, words))[:_SAID]
    elif (answer := s3.understood(exchange.answer)).root is not None and answer.code:
        yield f"{answer.code}: {answer.message}"[:_SAID].rstrip(": ")
    elif exchange.header("content-type").startswith("text/html"):
        yield "a web page"
