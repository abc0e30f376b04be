"""What is known of tokens, who gives them and who signs them: facts, each made once."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from glctl.doctor.check import NotTriedError
from glctl.doctor.once import Once, once
from glctl.doctor.signing import KEY_FILE
from glctl.errors import GlctlError

if TYPE_CHECKING:
    from glctl.clients.keys import RSAPrivateKey
    from glctl.doctor.facts import Facts
    from glctl.doctor.gitlab import GitLab
    from glctl.doctor.login import Login
    from glctl.doctor.realm import Realm
    from glctl.secret import Secret

# Where --write stores its one blob, and what the doctor's own tokens are for.
REPOSITORY = "glctl/doctor"


class TokenFacts(Once):
    """The facts about tokens of one examination."""

    def __init__(self, facts: Facts) -> None:
        super().__init__()
        self._facts = facts

    @once
    def realm(self) -> Realm:
        """GitLab's token service, where the registry sends clients."""
        from glctl.doctor.realm import Realm

        token = self._facts.observed.setting("auth", "token") or {}
        return Realm(self._facts.outside(), str(token.get("realm", "")), str(token.get("service", "")))

    @property
    def login(self) -> Login:
        """Whose login is to be tried."""
        if self._facts.options.login is None:
            raise NotTriedError("nobody's login was given: --login-as USER --token-stdin")
        if self._facts.options.waiting:
            raise NotTriedError("a login is tried once, when the rest is well")
        return self._facts.options.login

    @once
    def trusted_key_ids(self) -> frozenset[str]:
        """The ids of the keys whose certificates the registry trusts."""
        from glctl.clients.keys import key_id, read_certificates
        from glctl.doctor.signing import read_text

        bundle = self._facts.observed.path(self._facts.observed.setting("auth", "token", "rootcertbundle"))
        certificates = read_certificates(read_text(bundle) or "", str(bundle))
        return frozenset(key_id(certificate.public_key()) for certificate in certificates)

    @once
    def key(self) -> RSAPrivateKey:
        """The key that tokens are signed with."""
        from glctl.doctor.signing import signing_key

        try:
            named = self.gitlab().key
        except (NotTriedError, GlctlError, PermissionError):
            named = ""
        return signing_key(self._facts.observed.root, named or KEY_FILE)

    @once
    def gitlab(self) -> GitLab:
        """What GitLab on this host has been told of the registry."""
        from glctl.doctor.gitlab import read_gitlab

        return read_gitlab(self._facts.observed.root)

    def token(self, *actions: str, kid: str = "", repository: str = REPOSITORY) -> Secret:
        """A token of our own for *actions* on *repository*; for ``/v2/`` alone without any.

        *kid* instead of the id by which GitLab names the key.
        """
        from glctl.clients.distribution import grant

        return self._signed([grant(repository, *actions)] if actions else [], kid)

    def large_token(self) -> Secret:
        """A token of some 4 KiB for ``/v2/``: as large as GitLab's for a push that mounts layers."""
        from glctl.clients.distribution import grant

        return self._signed([grant(f"{REPOSITORY}/{number:0100}", "pull") for number in range(16)])

    def _signed(self, access: list[dict[str, object]], kid: str = "") -> Secret:
        from glctl.clients.keys import sign_token

        settings = self._facts.observed.setting("auth", "token") or {}
        return sign_token(
            self.key(),
            issuer=str(settings.get("issuer", "")),
            audience=str(settings.get("service", "")),
            subject="glctl",
            access=access,
            now=time.time(),
            kid=kid,
        )

    def said_of_tokens(self, since: float) -> list[str]:
        """What the registry's log has said of tokens since *since* (Unix time): why it refused ours."""
        from glctl.doctor.refusal import said

        return said(self._facts.observed.root, since) if "registry" in self._facts.observed.services else []
