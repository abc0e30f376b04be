"""What follows from Let's Encrypt, which gives an Omnibus host its certificates: also a registry of its own.

A host that glctl itself looks after obtains no certificates: there nothing follows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from glctl.settings.draft import Draft

_ENABLE = "letsencrypt.enable"
_GITLAB = "external_url"
_URL = "registry_external_url"
NOT_HERE = "only an Omnibus host obtains certificates"
_AUTO_PORT = 5050  # Omnibus's, for a registry that shares GitLab's name


def gitlab_tls(draft: Draft) -> None:
    """GitLab's own virtual host: its certificate is named after its address. nginx[…] is the old way."""
    url = draft.url(_GITLAB)
    for name, ending in (("listen_https", ""), ("ssl_certificate", "crt"), ("ssl_certificate_key", "key")):
        key, old = f"gitlab_rails.nginx.{name}", f"nginx.{name}"
        if (value := draft.get(old)) is not None:
            draft.fill(key, value, old)
        elif ending and url is not None and url.scheme == "https":
            draft.fill(key, f"/etc/gitlab/ssl/{url.host}.{ending}", _GITLAB)


def enable(draft: Draft) -> None:
    """Let's Encrypt is on where nobody brought a certificate for GitLab's https address."""
    if not draft.host.platform.rails:
        draft.set(_ENABLE, False, because=NOT_HERE)
    else:
        draft.fill(_ENABLE, _is_needed(draft), _GITLAB, because="a https address without a certificate")


def _is_needed(draft: Draft) -> bool:
    url = draft.url(_GITLAB)
    serves_https = (
        url is not None
        and url.scheme == "https"
        and draft.get("nginx.enable")
        and draft.get("gitlab_rails.nginx.listen_https") is not False
    )
    # Where secrets are not kept, the next run would take the certificate for the administrator's.
    if not serves_https or not draft.get("package.generate_secrets_json_file"):
        return False
    own = {draft.get(f"gitlab_rails.nginx.ssl_certificate{part}") for part in ("", "_key")}
    section = (draft.host.secrets or {}).get("letsencrypt") or {}
    return bool(section.get("auto_enabled")) or not own & draft.host.certificates


def registry(draft: Draft) -> None:
    """With Let's Encrypt, a registry that gitlab.rb does not mention runs beside GitLab, on its own port."""
    url = draft.url(_GITLAB)
    if not draft.get(_ENABLE) or url is None or url.path not in ("", "/"):
        return
    if draft.settings.get("gitlab_rails", "gitlab_relative_url") is not None:
        return
    if "registry.enable" in draft.values or draft.settings.get(_URL) is not None:
        return
    port = "registry.nginx.listen_port"
    draft.set("registry.enable", True, _ENABLE)
    draft.set(_URL, draft.get(_GITLAB), _GITLAB, _ENABLE)
    draft.fill(port, _AUTO_PORT, _ENABLE)
    draft.fill("gitlab_rails.registry_port", draft.get(port), port)
    draft.set("registry.nginx.redirect_http_to_https", False, _ENABLE, because="GitLab has port 80")


def shared_certificate(draft: Draft) -> None:
    """Where the certificate of the registry's own address is missing, GitLab's is made out for both names.

    Even where gitlab.rb names another; and whether or not the address is https, if it names one.
    """
    gitlab, url = draft.url(_GITLAB), draft.url(_URL)
    certificate = "registry.nginx.ssl_certificate"
    named = draft.get(certificate)
    if not draft.get(_ENABLE) or gitlab is None or url is None or not draft.settings.get(_URL):
        return
    if named is None or named in draft.host.certificates:
        return
    why = "its own certificate is missing"
    draft.set(certificate, f"/etc/gitlab/ssl/{gitlab.host}.crt", _ENABLE, _GITLAB, because=why)
    draft.set(f"{certificate}_key", f"/etc/gitlab/ssl/{gitlab.host}.key", _ENABLE, _GITLAB, because=why)
    if not _says(draft, "redirect_http_to_https"):
        draft.set("registry.nginx.redirect_http_to_https", True, _ENABLE)


def _says(draft: Draft, name: str) -> bool:
    """Whether gitlab.rb has a word on this key of the virtual host, be it nil."""
    sections = (draft.settings.get("registry", "nginx"), draft.settings.get("registry_nginx"))
    return any(isinstance(section, Mapping) and name in section for section in sections)


# Before and after those about the registry's address (address.py).
BEFORE = (gitlab_tls, enable, registry)
AFTER = (shared_certificate,)
