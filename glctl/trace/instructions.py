"""What to type on a client so that it talks through the proxy and trusts what that vouches for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILE = "glctl-trace.pem"


def elsewhere(url: str, certificate: str) -> Iterator[str]:
    """For a shell on any machine; *certificate* is the authority's, PEM. *url* may hold a password."""
    yield "On the client, in the shell that curl, skopeo, podman or crane are then started from:"
    yield ""
    yield f"cat >{_FILE} <<'END'"
    yield f"{certificate.rstrip()}\nEND"
    yield f"export https_proxy='{url}' SSL_CERT_FILE=$PWD/{_FILE} CURL_CA_BUNDLE=$PWD/{_FILE}"
    yield "export http_proxy=$https_proxy HTTP_PROXY=$https_proxy HTTPS_PROXY=$https_proxy"
    yield "unset no_proxy NO_PROXY"
    yield ""
    yield "docker talks through its daemon. As root, where systemd runs that, for as long as it takes:"
    yield ""
    yield f"umask 077; cp {_FILE} /run/; mkdir -p /run/systemd/system/docker.service.d"
    yield "cat >/run/systemd/system/docker.service.d/zz-glctl-trace.conf <<END"
    yield "[Service]"
    yield f'Environment="HTTPS_PROXY=$https_proxy" "HTTP_PROXY=$https_proxy" SSL_CERT_FILE=/run/{_FILE}'
    yield "END"
    yield "systemctl daemon-reload; systemctl restart docker    # which stops containers, unless they live on"
    yield ""
    yield (
        f"Afterwards: rm /run/systemd/system/docker.service.d/zz-glctl-trace.conf /run/{_FILE}; "
        "systemctl daemon-reload; systemctl restart docker"
    )


def with_docker(host: str) -> Iterator[str]:
    """For a shell of root's on this machine: *host* is the ``DOCKER_HOST`` of a daemon of our own."""
    yield "In another shell of root's:"
    yield ""
    yield f"export DOCKER_HOST={host}    # it has no images yet: docker pull, build or load"
