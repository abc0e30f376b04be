"""Host: the frozen facts that derivation and rendering need. With them, both are pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from glctl.paths import Root

if TYPE_CHECKING:
    from collections.abc import Mapping

    from glctl.settings.platform import Platform


@dataclass(frozen=True, slots=True)
class Host:
    """What this machine is. *invoker* is the account that runs glctl, *systemd* whether systemd runs here.

    *secrets* is the parsed JSON of gitlab-secrets.json, None where there is no such file, and *cluster* that
    of gitlab-cluster.json. *users* and *groups* are names of accounts that exist, of those that gitlab.rb
    names. *certificates* are files that exist, certificates and keys: those in /etc/gitlab/ssl, and of those
    that gitlab.rb names; without the root.
    """

    platform: Platform
    root: Root = field(default_factory=Root)
    fqdn: str = "localhost"
    cpus: int = 1
    invoker: str = "root"
    privileged: bool = True
    systemd: bool = False
    users: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    certificates: frozenset[str] = frozenset()
    secrets: Mapping[str, Any] | None = None
    cluster: Mapping[str, Any] | None = None

    @property
    def makes_accounts(self) -> bool:
        """Whether accounts may be made: never in a sandbox, nor without the rights."""
        return self.privileged and not self.root.relocated

    @property
    def boots_services(self) -> bool:
        """Whether systemd is to start the supervisor at boot: never that of a sandbox."""
        return self.systemd and self.privileged and not self.root.relocated

    def has_account(self, user: str, group: str | None = None) -> bool:
        """Whether files can belong to *user* and *group* here and services run as them.

        Without privileges only the invoker can; in a sandbox only accounts that exist; otherwise missing
        ones are made, so every account counts.
        """
        if not self.privileged:
            return False
        return self.makes_accounts or (user in self.users and (group is None or group in self.groups))
