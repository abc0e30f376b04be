"""What tests of several rooms need."""

from __future__ import annotations

import random
import signal
from typing import TYPE_CHECKING

import pytest

from glctl.converge.desired import Configuration
from glctl.gitlabrb.reader import evaluate
from glctl.settings.derive import derive
from glctl.settings.host import Host
from glctl.settings.platform import DEBIAN
from glctl.settings.schema import NAMES
from glctl.settings.secrets import complete
from glctl.settings.validate import validate

if TYPE_CHECKING:
    from collections.abc import Callable


# What a script starts in the background ignores Ctrl-C, and under nohup a closed terminal. So would all that
# the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)


class FixedSecrets:
    """In place of seconds of key generation, and the same every time."""

    def http_secret(self) -> str:
        return "generated secret"

    def key(self) -> str:
        return "generated key"

    def certificate(self, key: str) -> str:
        return f"certificate of {key}"


@pytest.fixture
def configure() -> Callable[..., Configuration]:
    """Gives the Configuration of a gitlab.rb on a host of this platform, with any facts about it.

    *url* is the registry's address, set behind *text* so that its lines keep their numbers; None: not set.
    """

    def configured(text="", url="https://registry.example.com", platform=DEBIAN, **facts) -> Configuration:
        if url is not None:
            text += f"\nexternal_url 'https://gitlab.example.com'\nregistry_external_url '{url}'"
        settings = evaluate(text, "gitlab.rb", NAMES, environ={})
        host = Host(platform=platform, **{"fqdn": "host.example.com", "cpus": 4, **facts})
        secrets = complete(settings, host, FixedSecrets())
        effective = derive(settings, host, secrets)
        return Configuration(settings, effective, host, secrets, validate(settings, effective))

    return configured


# Pieces that mean something to nginx, a shell, YAML or a terminal.
_PIECES = [
    *(
        "a",
        "b",
        "0",
        "-",
        "/",
        ":",
        "=",
        ",",
        "[",
        "]",
        "(",
        ")",
        "*",
        "&",
        "|",
        "<",
        ">",
        "!",
        "~",
        "%",
        "@",
        "`",
    ),
    *(" ", "  ", "\t", "\n", "\r", "\r\n", "\0", "\x0b", "\x1b", "\x7f", "\x85", "\xa0", "\u2028", "\ufeff"),
    *('"', "'", ";", "{", "}", "#", "$", "${", "$host", "\\", "\\n", "\\\\", "\\'", "é", "日本", "🙂"),
    *("- ", ": ", " #", "? ", "---", "...", "null", "yes", "0x1", "1e3", "<<", "true", "12:30", "2026-11-24"),
]


@pytest.fixture
def nasty_texts():
    """Gives so many different texts of such pieces, the same in every run."""

    def made(count: int, seed: int) -> list[str]:
        source = random.Random(seed)
        found: set[str] = set()
        while len(found) < count:
            found.add("".join(source.choices(_PIECES, k=source.randint(0, 12))))
        return sorted(found)

    return made
