"""Tokens: who signs them, and what the registry thinks of them."""

from __future__ import annotations

from glctl.findings.codes.sources import SEEN
from glctl.findings.model import Code

CODES = (
    Code(
        "token-key-mismatch",
        "The key that GitLab signs tokens with is not the one that the registry trusts.",
        "the id of the key against those of the certificates in rootcertbundle",
        "Copy the registry section of /etc/gitlab/gitlab-secrets.json to every node; then: glctl reconfigure",
        "distribution issue 813; " + SEEN,
        symptoms=("login attempt to …/v2/ failed with status: 401", "token signed by untrusted key with ID"),
        explains=("token-refused", "token-untrusted-key", "push-failed"),
    ),
    Code(
        "token-key-unusable",
        "The key that tokens are signed with cannot be used: GitLab cannot sign any.",
        "reading it",
        "Restore it, or have it written anew from gitlab-secrets.json:\nglctl reconfigure",
        "Omnibus, gitlab_rails['registry_key_path']",
        explains=("push-failed",),
    ),
    Code(
        "token-refused",
        "The registry refuses a token that is signed with its own key.",
        "GET /v2/ with a token of glctl's own",
        "It reads its settings and its certificate only when it starts:\nglctl restart registry",
        SEEN,
        symptoms=("unauthorized: authentication required",),
        # The log lines are those of the token that was refused.
        explains=(
            "push-failed",
            "token-untrusted-key",
            "token-signature-invalid",
            "token-wrong-issuer",
            "token-wrong-audience",
        ),
        interrupts=True,
    ),
    Code(
        "authorization-lost",
        "The Authorization header does not get through the proxy.",
        "a token that the registry accepts does not arrive through nginx: the challenge has no error=",
        "Remove what sets or clears Authorization in registry['nginx']['proxy_set_headers'].",
        "RFC 6750, section 3.1; " + SEEN,
        symptoms=("unauthorized: authentication required",),
        explains=("push-failed",),
    ),
    # --- what the registry's log says of tokens; clients only ever see 401
    Code(
        "token-bundle-unreadable",
        "The registry cannot read the certificates that it checks tokens with.",
        "the registry's last words",
        "glctl reconfigure makes the file anew.",
        SEEN,
        explains=("service-crash-loop",),
        disproved_by=("local",),
    ),
    Code(
        "token-untrusted-key",
        "A token was signed with a key that the registry does not trust.",
        "a line of the registry's log",
        "Copy the registry section of gitlab-secrets.json to every node; then: glctl reconfigure",
        SEEN,
        symptoms=("token signed by untrusted key with ID",),
    ),
    Code(
        "token-without-key-id",
        "A token names no key: it was not made for a registry.",
        "a line of the registry's log",
        "Look at what signs tokens: GitLab names the key.",
        SEEN,
    ),
    Code(
        "token-signature-invalid",
        "A token was altered, or signed with another key than it names.",
        "a line of the registry's log",
        "Look for a proxy that changes Authorization.",
        SEEN,
    ),
    Code(
        "token-wrong-issuer",
        "GitLab and the registry disagree on who issues tokens.",
        "a line of the registry's log",
        "gitlab_rails['registry_issuer'] must be the same for GitLab and the registry.",
        SEEN,
    ),
    Code(
        "token-wrong-audience",
        "A token was made for another service.",
        "a line of the registry's log",
        "GitLab knows one: service must be container_registry.",
        SEEN,
    ),
    Code(
        "token-not-yet-valid",
        "The clock of whoever signed a token is ahead by more than a minute.",
        "a line of the registry's log",
        "On GitLab's machine and on this one:\ntimedatectl set-ntp true",
        SEEN,
        symptoms=("token not to be used before",),
    ),
    Code(
        "token-expired",
        "A token was used after it had expired.",
        "a line of the registry's log",
        "For long pushes: a longer token duration in GitLab's admin area; else look at GitLab's clock.",
        SEEN,
        severity="warning",
    ),
    Code(
        "token-malformed",
        "What was sent as a token is none.",
        "a line of the registry's log",
        "Look for a proxy that replaces Authorization.",
        SEEN,
        severity="warning",
    ),
    Code(
        "token-insufficient-scope",
        "GitLab granted a user less than the request needs.",
        "a line of the registry's log",
        "Give the token the scopes read_registry and write_registry.",
        SEEN,
        severity="info",
    ),
)
