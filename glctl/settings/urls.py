"""The two addresses of gitlab.rb, taken apart as Omnibus does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

# What an address to listen on means by every address, and whom to ask then.
_EVERYWHERE = {"": "127.0.0.1", "*": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - told apart

DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Url:
    """An http(s) address. *host* keeps the brackets of an IPv6 address; *port* is never absent."""

    scheme: str
    host: str
    port: int
    path: str = ""

    @property
    def origin(self) -> str:
        """``scheme://host[:port]``, the port only where it is not the scheme's own."""
        usual = DEFAULT_PORTS[self.scheme] == self.port
        return f"{self.scheme}://{self.host}" + ("" if usual else f":{self.port}")


def parse_url(text: str) -> Url:
    """Take an http(s) URL apart, without userinfo, query and fragment. Raises ValueError with the reason."""
    from urllib.parse import urlsplit

    if any(c.isspace() or not c.isprintable() for c in text):
        raise ValueError("it contains white space")
    scheme, colon, _ = text.partition("://")
    if not colon or not scheme:
        raise ValueError("it has no scheme")
    if scheme.lower() not in DEFAULT_PORTS:
        raise ValueError(f"its scheme is {scheme}, not http or https")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        wrong_port = "its port is not a number from 1 to 65535"
        raise ValueError("it has an unclosed bracket" if "[" in text else wrong_port) from None
    if port == 0:
        raise ValueError("its port is not a number from 1 to 65535")
    if not parts.hostname:
        raise ValueError("it has no host")
    if not text.isascii():
        raise ValueError("it has letters beyond ASCII; such a name is written in its form with xn--")
    if not _grammar().fullmatch(text):
        raise ValueError("it has characters that mean something else in an address")
    return Url(parts.scheme, _host(parts.netloc), port or DEFAULT_PORTS[parts.scheme], parts.path)


@cache
def _grammar() -> re.Pattern[str]:
    """An address by RFC 3986 as Ruby's URI reads it, which takes anything in a query."""
    plain = r"[A-Z0-9._~!$&'()*+,;=-]|%[0-9A-F]{2}"
    return re.compile(
        rf"""[A-Z]+://
        (?:(?:{plain}|:)*@)?
        (?:\[[0-9A-F:.]+\]|(?:{plain})*)(?::[0-9]*)?
        (?:/(?:{plain}|[:@/])*)?
        (?:\?[^\#]*)?
        (?:\#(?:{plain}|[:@/?])*)?""",
        re.VERBOSE | re.IGNORECASE,
    )


def _host(netloc: str) -> str:
    """As it is written: brackets and capital letters stay."""
    host = netloc.rpartition("@")[2]
    return host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]


def split_address(text: str) -> tuple[str, int]:
    """``host:port`` (also ``:port`` and ``[v6]:port``) taken apart. Raises ValueError with the reason."""
    if "://" in text:
        raise ValueError("it has a scheme, which does not belong here")
    host, colon, port = text.rpartition(":")
    if not colon:
        raise ValueError("it has no port")
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError("its port is not a number from 1 to 65535")
    if host.startswith("[") != host.endswith("]") or (":" in host and not host.startswith("[")):
        raise ValueError("an IPv6 address belongs in brackets")
    return host.strip("[]"), int(port)


def is_everywhere(host: str) -> bool:
    """Whether a service that listens on *host* listens on every address."""
    return host.strip("[]") in _EVERYWHERE


def to_ask(host: str) -> str:
    """The address under which this machine reaches a service that listens on *host*; without brackets."""
    bare = host.strip("[]")
    return _EVERYWHERE.get(bare, bare)


def bracketed(host: str) -> str:
    """*host* as a URL has it: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host else host
