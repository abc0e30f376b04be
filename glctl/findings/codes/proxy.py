"""The way of clients through nginx."""

from __future__ import annotations

from glctl.findings.codes.sources import SEEN
from glctl.findings.model import Code

CODES = (
    Code(
        "proxy-unreachable",
        "nginx does not answer where clients reach the registry.",
        "GET /v2/ at nginx, for the registry's name",
        "glctl restart nginx",
        SEEN,
        symptoms=("dial tcp …:443: connect: connection refused",),
        explains=("push-failed",),
    ),
    Code(
        "proxy-bad-gateway",
        "nginx runs, but does not reach the registry behind it.",
        "502 or 504 for /v2/ through nginx",
        "Compare its proxy_pass with http.addr in config.yml; both are set by:\nglctl reconfigure",
        SEEN,
        symptoms=("502 Bad Gateway",),
        explains=("push-failed", "nginx-upstream-refused", "nginx-upstream-timeout"),
    ),
    Code(
        "wrong-backend",
        "Something else than the registry answers under its name.",
        "the answer to /v2/ has no Docker-Distribution-Api-Version: registry/2.0",
        "Look at which virtual host answers: registry_external_url must name this host and port.",
        "gitlab issue 26225",
        symptoms=("error parsing HTTP 404 response body: invalid character '<'",),
        explains=("push-failed",),
    ),
    Code(
        "proxy-bad-answer",
        "Through nginx, the registry answers otherwise than by itself.",
        "GET /v2/ through nginx against GET /v2/ past it",
        "Look at the custom directives of registry['nginx'] in gitlab.rb.",
        "the distribution API",
        explains=("push-failed",),
    ),
    Code(
        "location-wrong",
        "The address where clients are to send their layers leads elsewhere: a header is missing on the way.",
        "the Location of a begun upload against the address that it was asked for",
        "registry['nginx']['proxy_set_headers'] = { 'Host' => '$http_host', 'X-Forwarded-Proto' => 'https' }",
        "distribution issues 970, 2862",
        symptoms=("http: server gave HTTP response to HTTPS client", "Retrying in 1 second"),
        explains=("push-failed",),
    ),
)
