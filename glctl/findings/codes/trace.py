"""What only shows between a client and the registry, or is about tracing itself."""

from __future__ import annotations

from glctl.findings.codes.sources import SEEN
from glctl.findings.model import Code

_BETWEEN = "the requests and answers of a client (glctl trace)"

CODES = (
    Code(
        "trace-nothing-seen",
        "The client sent nothing through the proxy: it knows none, or is told of another.",
        "no request reached glctl's own proxy while it was there",
        "The Docker daemon talks instead of docker: glctl trace registry --docker -- docker push …\n"
        "Go's programs never use a proxy for 127.0.0.1 or localhost: name this machine registry.localhost.\n"
        "Node's use one from version 24 on.",
        "Go, net/http, ProxyFromEnvironment",
        severity="warning",
    ),
    Code(
        "trace-authority-refused",
        "The client does not trust the certificates of glctl's own proxy, so that nothing of it was seen.",
        "its TLS alert, or a connection that it ends during the handshake",
        "Tell it not to check certificates (--tls-verify=false, --insecure, -k), or have it read the file "
        "that SSL_CERT_FILE names while it runs.",
        _BETWEEN,
        symptoms=("x509: certificate signed by unknown authority",),
    ),
    Code(
        "trace-left-behind",
        "What was set up to look into the traffic is still there.",
        "mitmproxy's authority among those that the system trusts, or a proxy in the settings of dockerd; a "
        "drop-in of a glctl trace --docker=host that was killed",
        "Remove what the evidence names.",
        "mitmproxy, about certificates; docker, daemon proxy configuration",
        severity="warning",
    ),
    Code(
        "login-missing",
        "The client sends no credentials for the registry: it is not logged in there.",
        "a request for a token without Authorization, which GitLab answers by 403",
        "docker login HOST[:PORT]    # the very name that the image has",
        _BETWEEN,
        symptoms=("denied: access forbidden", "no basic auth credentials"),
        explains=("image-access-missing",),
    ),
    Code(
        "upload-session-lost",
        "An upload is unknown where it goes on: at another node, which shares no storage with the first.",
        "404 BLOB_UPLOAD_UNKNOWN after the registry has accepted the upload",
        "Let all nodes of the registry use one storage (S3, or a shared mount), "
        "or have the balancer keep a client on one node.",
        "distribution issues 2225, 2519",
        symptoms=("blob upload unknown to registry",),
        explains=("push-failed", "upload-unknown"),
    ),
    Code(
        "client-gave-up",
        "The client stopped waiting for an answer, and hung up.",
        _BETWEEN,
        "Look at what takes the time: glctl doctor registry, on the registry's machine.",
        SEEN,
        symptoms=("context deadline exceeded", "net/http: request canceled", "Client.Timeout exceeded"),
        severity="warning",
    ),
)
