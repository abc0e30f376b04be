"""The two addresses of gitlab.rb, taken apart as Omnibus does."""

from __future__ import annotations

from dataclasses import dataclass

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
    parts = urlsplit(text)
    if "://" not in text or not parts.scheme:
        raise ValueError("it has no scheme")
    if parts.scheme not in DEFAULT_PORTS:
        raise ValueError(f"its scheme is {parts.scheme}, not http or https")
    if not parts.hostname:
        raise ValueError("it has no host")
    try:
        port = parts.port
    except ValueError:
        raise ValueError("its port is not a number from 1 to 65535") from None
    if port == 0:
        raise ValueError("its port is not a number from 1 to 65535")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return Url(parts.scheme, host, port or DEFAULT_PORTS[parts.scheme], parts.path.rstrip("/"))


def split_address(text: str) -> tuple[str, int]:
    """``host:port`` (also ``:port`` and ``[v6]:port``) taken apart. Raises ValueError with the reason."""
    host, colon, port = text.rpartition(":")
    if not colon:
        raise ValueError("it has no port")
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError("its port is not a number from 1 to 65535")
    if host.startswith("[") != host.endswith("]") or (":" in host and not host.startswith("[")):
        raise ValueError("an IPv6 address belongs in brackets")
    return host.strip("[]"), int(port)
