"""GitLab's token service as the registry's settings name it, asked once for each thing."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from glctl.clients.http import Client
    from glctl.clients.token_service import TokenAnswer
    from glctl.doctor.login import Login


class Realm:
    """The realm *url* with the *service* that tokens are for."""

    def __init__(self, client: Client, url: str, service: str) -> None:
        self.url = url
        self.service = service
        self.client = client

    @cached_property
    def answer(self) -> TokenAnswer:
        """What it says to somebody without credentials: no login, so none that fails."""
        from glctl.clients.token_service import ask_for_token

        return ask_for_token(self.client, self.url, self.service)

    def let_in(self, login: Login) -> TokenAnswer:
        """What it says to the user."""
        return login.try_once(self.client, self.url, self.service)

    def let_nobody_in(self, login: Login) -> TokenAnswer:
        """What it says to a user that is none."""
        return login.try_nobody(self.client, self.url, self.service)

    def granted(self, login: Login, image: str, actions: tuple[str, ...]) -> TokenAnswer:
        """What it grants the user, whom it has let in, on *image*."""
        return login.ask(self.client, self.url, self.service, f"repository:{image}:{','.join(actions)}")
