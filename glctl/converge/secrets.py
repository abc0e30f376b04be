"""Generating the secrets that neither gitlab.rb nor the secrets file has."""

from __future__ import annotations

import secrets
import time


class Generated:
    """Fresh secrets, of the kind and size that Omnibus makes."""

    def http_secret(self) -> str:
        return secrets.token_hex(64)

    def key(self) -> str:
        from glctl.clients.keys import generate_key

        return generate_key().reveal()

    def certificate(self, key: str) -> str:
        from glctl.clients.keys import certify
        from glctl.secret import Secret

        return certify(Secret(key), now=time.time())
