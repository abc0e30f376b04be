"""The way through the proxy: where it is, what programs have to be told of it, and what passes."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from glctl.clients.authority import make_authority, trusted_bundle
from glctl.services.scratch import scratch
from glctl.trace.command import environment
from glctl.trace.proxy import LOOPBACK, recording, require_mitmproxy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from glctl.trace.exchange import Exchange
    from glctl.trace.proxy import Door, Recorder


@dataclass(frozen=True, slots=True)
class Way:
    """A proxy's *url*, without its password, and what it records.

    *authority*: the file of the certificate that it vouches with; *bundle*: of that and the system's.
    """

    url: str
    authority: Path
    bundle: Path
    recorder: Recorder

    def environment(self, own: Mapping[str, str]) -> dict[str, str]:
        """*own* with what leads a program through it."""
        return environment(own, self.url, self.bundle, self.authority)

    def of_daemon(self) -> dict[str, str]:
        """What leads a daemon through it, whatever else it is told."""
        return self.environment({}) | {"NO_PROXY": "", "no_proxy": ""}


@contextmanager
def way(
    variables: Mapping[str, str],
    door: Door = LOOPBACK,
    told: Callable[[Exchange], None] = lambda _: None,
) -> Iterator[Way]:
    """A proxy at *door* while this lasts, for programs that trust what those with these *variables* do.

    Each exchange that has ended is *told*, from another thread. The authority lies in a private directory,
    counts for a day and is removed.
    """
    require_mitmproxy()
    with scratch("glctl-trace-") as directory:
        key, certificate = make_authority(time.time())
        bundle, authority = directory / "bundle.pem", directory / "authority.pem"
        _write(directory / "mitmproxy-ca.pem", key + certificate)  # its name is mitmproxy's
        _write(authority, certificate)
        _write(bundle, f"{trusted_bundle(variables).rstrip()}\n{certificate}")
        with recording(directory, door, told) as (url, recorder):
            yield Way(url, authority, bundle, recorder)


def _write(path: Path, text: str) -> None:
    path.touch(0o600)
    path.write_text(text)
