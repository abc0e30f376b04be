"""What nginx's own logs say."""

from __future__ import annotations

from glctl.findings.codes.sources import SEEN
from glctl.findings.model import Code

_LOG = "a line of nginx's log"
_UP = ("proxy",)  # the check that shows nginx and the registry behind it at work now

CODES = (
    Code(
        "nginx-config-invalid",
        "nginx cannot read its configuration.",
        _LOG,
        "Mend the setting of registry['nginx'] or nginx that the line shows; then: glctl reconfigure",
        SEEN,
        explains=("service-crash-loop", "service-down"),
    ),
    Code(
        "nginx-vhost-missing",
        "nginx has no virtual host of the registry, and gitlab.rb wants one.",
        "gitlab-registry.conf is in none of the directories that nginx reads",
        "glctl reconfigure",
        "Omnibus, registry['nginx']['enable']",
        explains=("proxy-unreachable", "wrong-backend", "push-failed"),
    ),
    Code(
        "nginx-vhost-not-included",
        "nginx does not read the registry's virtual host: no include leads to it.",
        "the files that nginx -T lists",
        "glctl reconfigure",
        SEEN,
        symptoms=("error parsing HTTP 404 response body",),
        explains=("proxy-unreachable", "wrong-backend", "port-not-listening", "push-failed"),
    ),
    Code(
        "nginx-server-name-twice",
        "Two of nginx's servers have one name on one address: nginx passes over the second.",
        "the warning of nginx -T, and the order in which it reads its files",
        "Rename or remove the server that is not the registry's.",
        SEEN,
        symptoms=("conflicting server name … ignored",),
        explains=("wrong-virtual-host", "wrong-backend", "proxy-bad-answer", "push-failed"),
    ),
    Code(
        "nginx-certificate-unusable",
        "nginx cannot use its certificate or key.",
        _LOG,
        "Put a matching pair of PEM files where registry['nginx']['ssl_certificate'] and _key say.",
        SEEN,
        symptoms=("X509_check_private_key:key values mismatch",),
        explains=("service-crash-loop", "service-down"),
    ),
    Code(
        "nginx-port-taken",
        "Another process listens on nginx's address.",
        _LOG,
        "Stop that process, or set registry['nginx']['listen_port'] to a free port.",
        SEEN,
        explains=("service-crash-loop", "service-down"),
        disproved_by=_UP,
    ),
    Code(
        "nginx-port-forbidden",
        "nginx may not listen on a port below 1024.",
        _LOG,
        "Run it as root, or choose a port from 1024 on.",
        SEEN,
        explains=("service-crash-loop", "service-down"),
        disproved_by=_UP,
    ),
    Code(
        "nginx-upstream-refused",
        "nginx found nobody at the registry's address.",
        _LOG,
        "glctl restart registry",
        SEEN,
        symptoms=("502 Bad Gateway",),
        disproved_by=_UP,
    ),
    Code(
        "nginx-upstream-timeout",
        "The registry did not answer nginx in time.",
        _LOG,
        "Look at the registry's storage: it is what takes time.",
        SEEN,
        symptoms=("504 Gateway Time-out",),
        disproved_by=("push",),
    ),
    Code(
        "nginx-upstream-tls",
        "nginx speaks https to a registry that speaks http, or the other way round.",
        _LOG,
        "glctl reconfigure",
        SEEN,
        explains=("proxy-bad-gateway",),
        disproved_by=_UP,
    ),
    Code(
        "nginx-body-too-large",
        "nginx refused a layer for its size.",
        _LOG,
        "Remove client_max_body_size from registry['nginx']['custom_gitlab_server_config'].",
        SEEN,
        symptoms=("413 Request Entity Too Large",),
        explains=("push-failed",),
        disproved_by=("body-size",),
    ),
    Code(
        "nginx-connections-exhausted",
        "nginx has no connections left and drops clients.",
        _LOG,
        "nginx['worker_connections'] = 20480",
        SEEN,
        explains=(
            "proxy-unreachable",
            "proxy-bad-gateway",
            "proxy-bad-answer",
            "token-refused",
            "push-failed",
        ),
    ),
)
