"""The files of the pair for tokens: GitLab may read the key, the registry its certificate."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from glctl.doctor.check import Check, NotTriedError
from glctl.doctor.permissions import find_unreadable, readable_by
from glctl.errors import GlctlError
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding
    from glctl.services.accounts import Account


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Look at owners and modes, from the root down to each file."""
    seen = []
    for account, path, code, who in _files(facts):
        if account.uid is None or (os.geteuid() != 0 and account.uid != os.geteuid()):
            continue
        if obstacle := find_unreadable(path, account):
            yield found(
                code,
                str(path),
                f"{who} runs as {account.name}, which may not read {path}.",
                remedy=readable_by(obstacle, path, account),
                evidence=[str(obstacle)],
            )
        seen.append(f"{path.name} by {account.name}")
    if not seen:
        raise NotTriedError("neither key nor certificate of an account that can be told is on this host")
    return ", ".join(seen)


def _files(facts: Facts) -> Iterator[tuple[Account, Path, str, str]]:
    """Who must read what, the Code if not, and the service in words."""
    from glctl.services.accounts import Account

    bundle = facts.observed.setting("auth", "token", "rootcertbundle")
    if bundle and (path := facts.observed.path(bundle)).exists():
        yield facts.account(), path, "token-bundle-unreadable", "The registry"
    try:
        gitlab = facts.tokens().gitlab()
    except (NotTriedError, GlctlError):  # the check of GitLab's side tells
        return
    account = Account.of_group(gitlab.group)
    if account and gitlab.key and (path := facts.observed.root.at(gitlab.key)).exists():
        yield account, path, "token-key-unreadable", "GitLab"


CHECK = Check("token-files", "GitLab may read the key, the registry its certificate.", run)
