"""S3: the registry finds credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Look where the registry's SDK looks, in its order."""
    from glctl.clients.s3_credentials import NoCredentialsError

    settings = facts.s3().settings
    try:
        credentials = facts.s3().credentials()
    except NoCredentialsError as error:
        yield found(
            "s3-no-credentials",
            settings.key,
            "The registry finds no credentials for S3.",
            evidence=error.message.split("; "),
            remedy=f"{settings.key}['accesskey'] and ['secretkey'] = …   (or give this machine a role)",
        )
        return "none"
    kind = "temporary" if credentials.session_token else "lasting"
    return f"{kind}, from {credentials.origin}"


CHECK = Check("s3-credentials", "The registry finds credentials for S3.", run, requires=("s3-settings",))
