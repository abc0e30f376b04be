"""One user's login (``--login-as``): tried once in a run, whatever comes of it.

Failed logins get addresses banned (Rack::Attack), so that a refused one is remembered, also from one round of
``--wait`` to the next, and never repeated.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from glctl.clients.http import Client
    from glctl.clients.token_service import TokenAnswer
    from glctl.secret import Secret

# What a credential of GitLab begins with, and what that is; none of these logs in to a registry.
_FOREIGN = {
    "glrt-": "a runner's authentication token",
    "glft-": "a feed token",
    "glptt-": "a pipeline trigger token",
    "glimt-": "an incoming mail token",
    "glagent-": "an agent's token",
    "glsoat-": "a SCIM token",
    "glffct-": "a feature flags client token",
    "gloas-": "an OAuth application's secret",
    "eyJ": "a JWT",
}
# These do, under one name only.
_JOB, _JOB_USER = "glcbt-", "gitlab-ci-token"


class Login:
    """Whose login is tried, and what came of it."""

    def __init__(self, user: str, secret: Secret) -> None:
        self.user = user
        self._secret = secret
        self._guard = threading.Lock()
        self._first: TokenAnswer | None = None
        self._nobody: TokenAnswer | None = None

    def try_once(self, client: Client, realm: str, service: str) -> TokenAnswer:
        """What the realm answers to ``docker login``; the first answer, if it was asked before."""
        from glctl.clients.token_service import ask_for_token

        with self._guard:
            if self._first is None:
                self._first = ask_for_token(client, realm, service, login=(self.user, self._secret))
            return self._first

    def ask(self, client: Client, realm: str, service: str, scope: str) -> TokenAnswer:
        """What this user is granted. Only for a login that was accepted."""
        from glctl.clients.token_service import ask_for_token

        return ask_for_token(client, realm, service, login=(self.user, self._secret), scope=scope)

    def try_nobody(self, client: Client, realm: str, service: str) -> TokenAnswer:
        """What a user gets who is none: the one failed login of a run, where the user's own did not fail."""
        from glctl.clients.token_service import ask_for_token
        from glctl.secret import Secret

        with self._guard:
            if self._nobody is None:
                nobody = "glctl-doctor", Secret("no password: this login is to fail")
                self._nobody = ask_for_token(client, realm, service, login=nobody)
            return self._nobody

    @property
    def looks_like(self) -> str:
        """What was given as password, if by its beginning that is nothing that could log in; else empty."""
        secret = self._secret.reveal()
        for prefix, what in _FOREIGN.items():
            if secret.startswith(prefix):
                return what
        if secret.startswith(_JOB) and self.user != _JOB_USER:
            return f"a CI job's token, which belongs to the user {_JOB_USER}"
        return ""
