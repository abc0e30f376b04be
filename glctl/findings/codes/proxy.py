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
        explains=("push-failed", "public-unreachable"),
    ),
    Code(
        "proxy-bad-gateway",
        "nginx runs, but does not reach the registry behind it.",
        "502, 503 or 504 on the way of clients, and not from the registry",
        "Compare its proxy_pass with http.addr in config.yml; both are set by:\nglctl reconfigure",
        SEEN,
        symptoms=("502 Bad Gateway",),
        explains=("push-failed", "nginx-upstream-refused", "nginx-upstream-timeout", "nginx-upstream-closed"),
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
        "Look at the custom directives of registry['nginx'] in gitlab.rb, and at the proxy before nginx.",
        "the distribution API",
        explains=("push-failed", "upload-secret-mismatch"),
    ),
    Code(
        "location-wrong",
        "The address where clients are to send their layers leads elsewhere: a header is missing on the way.",
        "nginx's effective Host and X-Forwarded-* headers, or the Location of a begun upload, "
        "against the address that clients use",
        "registry['nginx']['proxy_set_headers'] = { 'Host' => '$http_host', 'X-Forwarded-Proto' => 'https' }",
        "distribution issues 970, 2862",
        symptoms=("http: server gave HTTP response to HTTPS client", "Retrying in 1 second"),
        explains=("push-failed",),
    ),
    Code(
        "proxy-header-lost",
        "A header of the protocol does not get through between clients and the registry.",
        "GET /v2/ on the way of clients against GET /v2/ past it, or proxy_hide_header and proxy_set_header",
        "Remove proxy_hide_header from registry['nginx']['custom_gitlab_server_config'], "
        "or have the proxy before nginx leave the registry's headers alone.",
        "the distribution API",
        symptoms=("unauthorized: authentication required",),
        explains=("push-failed", "location-wrong", "authorization-lost", "token-refused"),
    ),
    Code(
        "proxy-refuses",
        "What stands before the registry refuses requests by itself, before the registry sees them.",
        "400, 401, 403, 405 or 407 for /v2/, or 411 for a layer, without the registry's headers",
        "Remove allow, deny, auth_basic, ssl_verify_client or the like for the registry from "
        "registry['nginx']['custom_gitlab_server_config'], or from the proxy before nginx.",
        SEEN,
        symptoms=("error parsing HTTP 403 response body", "no basic auth credentials"),
        explains=("push-failed", "proxy-method-refused"),
        disproved_by=("proxy",),
    ),
    Code(
        "proxy-redirects",
        "What stands before the registry sends clients on to another address.",
        "a redirect of /v2/ to /v2/ elsewhere",
        "Set registry_external_url to the address that clients are sent on to and run:\nglctl reconfigure",
        "RFC 9110, section 15.4: clients drop Authorization on their way to another host",
        symptoms=("unauthorized: authentication required",),
        explains=("push-failed",),
    ),
    Code(
        "proxy-scheme-mismatch",
        "Plain http meets a port for https on the way to the registry, or https one for http.",
        "the answer to plain http on a port for TLS, or the failing TLS handshake",
        "registry_external_url, registry['nginx']['listen_https'] and the proxy before nginx must agree on "
        "http or https; then: glctl reconfigure",
        SEEN,
        symptoms=(
            "http: server gave HTTP response to HTTPS client",
            "The plain HTTP request was sent to HTTPS port",
        ),
        explains=("push-failed", "proxy-bad-gateway", "nginx-upstream-tls"),
    ),
    Code(
        "proxy-method-refused",
        "Methods that a push or a deletion needs do not get through nginx.",
        "each method without a token, past nginx and through it: the challenge names the actions it needs",
        "Remove limit_except, or what else looks at $request_method, from the proxy before nginx, or from "
        "registry['nginx']['custom_gitlab_server_config'] and run:\nglctl reconfigure",
        "the distribution API",
        symptoms=("405 Method Not Allowed", "received unexpected HTTP status: 403"),
        explains=("push-failed",),
    ),
    Code(
        "proxy-rate-limited",
        "A rate limit before the registry lets fewer requests through than a push makes.",
        "limit_req as it takes effect, or 429 and 503 that are not the registry's",
        "Take limit_req out of registry['nginx']['custom_gitlab_server_config'] for the registry, "
        "or give it a burst of some hundred.",
        "ngx_http_limit_req_module; docker pushes five layers at a time",
        symptoms=("429 Too Many Requests", "received unexpected HTTP status: 503"),
        explains=(
            "push-failed",
            "proxy-bad-gateway",
            "proxy-method-refused",
            "location-wrong",
            "token-refused",
        ),
        disproved_by=("methods",),
    ),
    Code(
        "proxy-body-limit",
        "Large layers are refused for their size.",
        "client_max_body_size as it takes effect; 413 for a large layer that is only announced",
        "Remove client_max_body_size from registry['nginx']['custom_gitlab_server_config'] (0 is no limit), "
        "or raise the limit of the proxy before nginx.",
        "ngx_http_core_module; " + SEEN,
        symptoms=("413 Request Entity Too Large",),
        explains=("push-failed", "nginx-body-too-large"),
    ),
    Code(
        "proxy-timeout-short",
        "nginx gives up before a large or slow layer is through.",
        "proxy_read_timeout and the like as they take effect",
        "Remove the directive from registry['nginx']['custom_gitlab_server_config']; "
        "Omnibus has proxy_read_timeout 900.",
        "Omnibus's virtual host; ngx_http_proxy_module",
        symptoms=("504 Gateway Time-out",),
        severity="warning",
    ),
    Code(
        "proxy-buffers-layers",
        "nginx keeps each layer on its own disk before it passes it on: pushes stall there.",
        "proxy_request_buffering and proxy_http_version as they take effect",
        "Have the virtual host written anew:\nglctl reconfigure",
        "ngx_http_proxy_module",
        severity="warning",
    ),
    Code(
        "proxy-caches",
        "A proxy keeps the registry's answers and gives them to others; nginx turns HEAD into GET for it.",
        "proxy_cache as it takes effect; a token that is only seen at an address that nobody has asked",
        "Have the virtual host written anew:\nglctl reconfigure",
        "ngx_http_proxy_module, proxy_cache_convert_head",
        severity="warning",
    ),
    Code(
        "large-packets-lost",
        "Small requests get through, and larger ones are lost on the way.",
        "GET /v2/ with a token of 4 KiB gets no answer, with a small one it does",
        "Compare the MTU along the way (ip link; VPN, tunnels and overlay networks have a smaller one), "
        "and let ICMP 'fragmentation needed' through.",
        "RFC 1191; RFC 4821, section 1",
        symptoms=("net/http: TLS handshake timeout", "i/o timeout"),
        explains=("push-failed",),
    ),
    Code(
        "public-unreachable",
        "The registry's public address cannot be reached from this host, while nginx answers.",
        "a connection to the address as this host resolves it",
        "Open the port of registry_external_url in firewalls, publish it where this is a container, or have "
        "nginx listen there: registry['nginx']['listen_addresses'] = ['*']",
        SEEN,
        symptoms=("dial tcp …: i/o timeout", "connect: connection refused"),
        explains=("push-failed",),
    ),
)
