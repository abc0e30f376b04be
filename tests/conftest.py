"""What tests of several rooms need."""

from __future__ import annotations

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
