"""TLS: certificates, their keys, and the servers that show them."""

from __future__ import annotations

from glctl.findings.codes.sources import SEEN
from glctl.findings.model import Code

_PAIR = "registry['nginx']['ssl_certificate'] = '…'; registry['nginx']['ssl_certificate_key'] = '…'"
_SHOWN = "a handshake with nginx, and under the public name where another machine serves that"
# What a server that cannot use its files ends in, and what follows from that.
_NOT_STARTING = (
    "nginx-certificate-unusable",
    "nginx-config-invalid",
    "registry-tls-unreadable",
    "service-crash-loop",
    "service-down",
    "certificate-not-reloaded",
)
# What clients of a server without usable TLS end in.
_NO_WAY = (
    "proxy-unreachable",
    "wrong-backend",
    "proxy-bad-answer",
    "proxy-scheme-mismatch",
    "public-unreachable",
    "push-failed",
)
# What a better certificate puts right as well.
_REPLACED = ("certificate-untrusted", "certificate-expiring")

CODES = (
    # --- files
    Code(
        "certificate-missing",
        "A certificate or its key is not where a server is told to read it: it will not start again.",
        "looking for the files that the virtual host and config.yml name",
        f"Put a pair of PEM files there, or name another:\n{_PAIR}",
        SEEN,
        symptoms=('cannot load certificate "…": BIO_new_file() failed',),
        explains=_NOT_STARTING,
    ),
    Code(
        "certificate-unusable",
        "A certificate or its key cannot be read as PEM: the server will not start with it.",
        "reading both",
        "Restore the file: PEM, the server's own certificate first, then those between it and its authority.",
        SEEN,
        symptoms=("PEM_read_bio_X509_AUX() failed", "PEM_read_bio_PrivateKey() failed"),
        explains=_NOT_STARTING,
    ),
    Code(
        "certificate-key-mismatch",
        "Key and certificate are no pair: the server will not start with them.",
        "the public key of each",
        f"Name the key that the certificate was requested with:\n{_PAIR}",
        "nginx; GitLab, troubleshooting SSL",
        symptoms=("X509_check_private_key:key values mismatch",),
        explains=_NOT_STARTING,
    ),
    Code(
        "tls-file-missing",
        "A file that nginx is told to read is not there: it will not start or reload.",
        "looking for the files that the virtual host names beside certificates",
        "Restore it, or take the setting out of gitlab.rb; then: glctl reconfigure",
        SEEN,
        symptoms=("BIO_new_file() failed", 'open() "…" failed (2: No such file or directory)'),
        explains=_NOT_STARTING,
    ),
    Code(
        "private-key-exposed",
        "Every account of this machine can read the private key.",
        "the modes of the file and of the directories above it",
        "chmod 0600 KEY",
        "GitLab, SSL configuration: only root needs to read it",
        severity="info",
    ),
    # --- what is served
    Code(
        "tls-port-plain-http",
        "Where clients expect TLS, plain HTTP is spoken.",
        "a handshake that is answered in HTTP",
        "glctl hup nginx",
        SEEN,
        symptoms=("http: server gave HTTP response to HTTPS client",),
        explains=_NO_WAY,
    ),
    Code(
        "plain-port-tls",
        "Where plain HTTP is configured, TLS is served: nginx runs on other settings than those on disk.",
        "a handshake that succeeds",
        "glctl hup nginx",
        SEEN,
        symptoms=("400 The plain HTTP request was sent to HTTPS port",),
        explains=_NO_WAY,
    ),
    Code(
        "tls-handshake-failed",
        "Clients get no TLS connection.",
        _SHOWN,
        "Look at ssl_ciphers and ssl_protocols in registry['nginx'], and at nginx's error log.",
        SEEN,
        symptoms=("remote error: tls: handshake failure",),
        explains=_NO_WAY,
    ),
    Code(
        "tls-protocol-old",
        "Only protocols older than TLS 1.2 are served: clients do not speak them any more.",
        "the newest protocol of a handshake, or ssl_protocols where it fails",
        "registry['nginx']['ssl_protocols'] = 'TLSv1.2 TLSv1.3'",
        "Go 1.18 and OpenSSL 3 release notes; GitLab 17.7 has OpenSSL 3",
        symptoms=("tls: protocol version not supported", "no protocols available"),
        explains=(*_NO_WAY, "tls-handshake-failed"),
    ),
    Code(
        "registry-plain-http",
        "The registry is offered in plain HTTP only, which docker refuses unless it is told otherwise.",
        "the virtual host: no TLS, and none before it that it knows of",
        "registry_external_url 'https://…', or insecure-registries in every client's /etc/docker/daemon.json",
        "docker, insecure registries",
        symptoms=("http: server gave HTTP response to HTTPS client",),
        severity="info",
    ),
    Code(
        "certificate-not-reloaded",
        "A server still shows another certificate than the one on disk: it reads it only when told to.",
        "the certificates of a handshake against those in the file",
        "glctl hup nginx",
        SEEN,
        explains=(
            "certificate-expired",
            "certificate-not-yet-valid",
            "certificate-name-mismatch",
            "certificate-chain-incomplete",
            "certificate-weak",
            *_REPLACED,
        ),
    ),
    Code(
        "wrong-virtual-host",
        "Another virtual host than the registry's answers under its name.",
        "the certificate of a handshake is the one that another virtual host names",
        "Look at which other file of nginx's has the same server_name and listen, or is the default_server.",
        "nginx, server names; " + SEEN,
        symptoms=("error parsing HTTP 404 response body: invalid character '<'", "conflicting server name"),
        explains=(
            *_NO_WAY,
            "proxy-redirects",
            "proxy-refuses",
            "proxy-header-lost",
            "authorization-lost",
            "certificate-name-mismatch",
            *_REPLACED,
        ),
    ),
    # --- what clients think of it
    Code(
        "certificate-expired",
        "A certificate has expired: clients refuse it.",
        "its dates, by a clock that others confirm",
        "Put a new pair in its place (Let's Encrypt: gitlab-ctl renew-le-certs), then: glctl hup nginx",
        "GitLab, troubleshooting SSL",
        symptoms=("x509: certificate has expired or is not yet valid",),
        explains=_REPLACED,
    ),
    Code(
        "certificate-not-yet-valid",
        "A certificate counts from later on only: clients refuse it until then.",
        "its dates, by a clock that others confirm",
        "Wait, or have it issued anew; where it was issued today, look at the issuer's clock.",
        "GitLab, troubleshooting SSL",
        symptoms=("x509: certificate has expired or is not yet valid",),
        explains=_REPLACED,
    ),
    Code(
        "certificate-expiring",
        "A certificate expires within 14 days, which means that it is not renewed by itself.",
        "its dates, by a clock that others confirm",
        "Put a new pair in its place (Let's Encrypt: gitlab-ctl renew-le-certs), then: glctl hup nginx",
        "Let's Encrypt: renewed 30 days before",
        severity="warning",
    ),
    Code(
        "certificate-name-mismatch",
        "A certificate is not for the name that clients use: they refuse it.",
        "the name against its subjectAltName; a wildcard stands for one label, the common name for nothing",
        f"Have one issued for the name in registry_external_url, and name it:\n{_PAIR}",
        "RFC 6125, section 6.4.3; Go 1.15 release notes",
        symptoms=(
            "x509: certificate is valid for …, not …",
            "cannot validate certificate for … because it doesn't contain any IP SANs",
            "certificate relies on legacy Common Name field, use SANs instead",
        ),
        explains=_REPLACED,
    ),
    Code(
        "certificate-chain-incomplete",
        "What is between a certificate and its authority is not sent: browsers find it, docker does not.",
        "the chain that is sent ends before a trusted authority, and the next one's own certificate (AIA) or "
        "name shows that it is no root",
        "Append the intermediate certificates to the .crt, the server's own first; then: glctl hup nginx",
        "GitLab, troubleshooting SSL",
        symptoms=("x509: certificate signed by unknown authority", "unable to verify the first certificate"),
        explains=_REPLACED,
    ),
    Code(
        "certificate-untrusted",
        "A certificate is self-signed, or of an authority that no system knows: clients must be given it.",
        "verifying the chain with the system's authorities, then with those in /etc/docker/certs.d/HOST:PORT "
        "and /etc/gitlab/trusted-certs",
        "On every client: put the authority's certificate into /etc/docker/certs.d/HOST:PORT/ca.crt",
        "docker, verify repository client with certificates",
        symptoms=("x509: certificate signed by unknown authority",),
        severity="warning",
    ),
    Code(
        "certificate-weak",
        "A key is too short or a signature too weak: clients refuse the certificate.",
        "its key and signature against what OpenSSL 3 and Go accept",
        "Have a new pair issued: RSA with 2048 bits or more, or EC; signed with SHA-256.",
        "OpenSSL 3, security level 2; GitLab 17.7 release notes",
        symptoms=(
            "certificate key too weak",
            "ee key too small",
            "x509: cannot verify signature: insecure algorithm",
        ),
        explains=("certificate-untrusted", "certificate-expiring", "nginx-certificate-unusable"),
    ),
)
