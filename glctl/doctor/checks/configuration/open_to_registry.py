"""config.yml, which the registry reads as its own account."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

from glctl.doctor.check import Check, NotTriedError
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Follow the way to the file by owners and modes."""
    account = facts.account()
    if account.uid is None:
        raise NotTriedError(f"there is no account {account.name} here")
    path = facts.observed.root.at(facts.observed.config_path)
    if not path.exists():
        raise NotTriedError(f"{path} is not there")
    steps = [(parent, os.X_OK, "x") for parent in reversed(path.parents)]
    for step, wanted, letter in (*steps, (path, os.R_OK, "r")):
        info = step.stat()
        if not account.may(info, wanted):
            who = "u" if info.st_uid == account.uid else "g" if info.st_gid in account.groups else "o"
            # A file of secrets is given to the account rather than opened to all.
            quoted = shlex.quote(str(step))
            opened = f"chown {account.name} {quoted}" if who == "o" and step == path else ""
            yield found(
                "registry-config-unreadable",
                str(step),
                f"The registry runs as {account.name}, which may not read {path}: "
                f"{step} has mode {info.st_mode & 0o7777:04o}.",
                remedy=opened or f"chmod {who}+{letter} {quoted}",
            )
            return "not readable"
    return f"readable for {account.name}"


CHECK = Check(
    "config-readable", "The registry's account may read its settings.", run, requires=("configuration",)
)
