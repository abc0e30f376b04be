"""The registry's key pair: GitLab signs tokens with the key, the registry checks with the certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.errors import GlctlError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glctl.converge.plan import Problem
    from glctl.settings.secrets import Secrets


def pair_problems(secrets: Secrets) -> Iterator[Problem]:
    """Why no token could be valid: a half that cannot be read, or is not for the other.

    What is yet to be generated will fit.
    """
    key, certificate = secrets.values["internal_key"], secrets.values["internal_certificate"]
    key_name = f"registry['internal_key'] ({key.origin})"
    certificate_name = f"registry['internal_certificate'] ({certificate.origin})"
    if "internal_key" in secrets.generated:
        if "internal_certificate" not in secrets.generated:
            yield (
                f"{certificate_name} is given without the key that it was made for.",
                "Set registry['internal_key'], too: GitLab's gitlab-secrets.json has it, under registry.",
            )
        return
    if not key.value or not certificate.value:
        return
    from glctl.clients.keys import matches, read_certificates, read_private_key

    try:
        private = read_private_key(key.value, key_name)
        if "internal_certificate" in secrets.generated:
            return
        bundle = read_certificates(certificate.value.reveal(), certificate_name)
    except GlctlError as exc:
        yield exc.message, f"{exc.hint[:1].upper()}{exc.hint[1:]}."
        return
    if not any(matches(private, each) for each in bundle):
        yield (
            f"{certificate_name} is not for {key_name}: the registry would refuse every token.",
            "Take both from the same place, or leave the certificate out: glctl makes one for the key.",
        )
