"""The supervisor, the services, and the ports that they need."""

from __future__ import annotations

from glctl.findings.codes.sources import SEEN
from glctl.findings.model import Code

CODES = (
    Code(
        "supervisor-missing",
        "No runsvdir looks after the services: nothing starts them.",
        "the service directory has no running runsv",
        "glctl start",
        "runsvdir(8)",
        explains=("service-down",),
    ),
    Code(
        "service-down",
        "A service that should run does not.",
        "supervise/status says down",
        "glctl start SERVICE",
        "runsv(8)",
        symptoms=("dial tcp …: connect: connection refused", "502 Bad Gateway"),
        explains=(
            "port-not-listening",
            "registry-unreachable",
            "proxy-unreachable",
            "proxy-bad-gateway",
            "debug-unreachable",
            "push-failed",
        ),
    ),
    Code(
        "service-crash-loop",
        "A service ends right after each start; its supervisor tries again every second.",
        "two looks at supervise/status, more than a second apart, see different processes",
        "Mend what its last words name; all of them:\nglctl tail-logs SERVICE",
        "runsv(8); " + SEEN,
        symptoms=("502 Bad Gateway", "down: registry: 1s, normally up, want up"),
        explains=(
            "port-not-listening",
            "registry-unreachable",
            "proxy-unreachable",
            "proxy-bad-gateway",
            "debug-unreachable",
            "push-failed",
        ),
    ),
    Code(
        "port-taken",
        "Another process listens on an address that one of our services needs.",
        "/proc/net/tcp and the descriptors of processes",
        "Stop the other process, or give the service another port in gitlab.rb.",
        SEEN,
        symptoms=("listen tcp 127.0.0.1:5000: bind: address already in use",),
        explains=(
            "service-crash-loop",
            "service-down",
            "registry-port-taken",
            "debug-port-taken",
            "nginx-port-taken",
            "wrong-backend",
            "registry-unreachable",
            "debug-unreachable",
        ),
    ),
    Code(
        "port-not-listening",
        "A service runs, but nothing listens where it should.",
        "/proc/net/tcp",
        "glctl restart SERVICE",
        SEEN,
        explains=("registry-unreachable", "proxy-unreachable", "debug-unreachable"),
        interrupts=True,
    ),
    # --- what a service's log says of its own start
    Code(
        "service-user-unknown",
        "The account that a service should run as does not exist.",
        "chpst's last words",
        "glctl reconfigure makes it, unless manage_accounts['enable'] is false.",
        SEEN,
        explains=("service-crash-loop", "service-down"),
    ),
    Code(
        "service-program-missing",
        "The program of a service is not installed.",
        "the run script's last words",
        "apt-get install the package of the program.",
        SEEN,
        explains=("service-crash-loop", "service-down"),
    ),
    Code(
        "service-directory-missing",
        "A directory that a service starts in is not there.",
        "the run script's last words",
        "glctl reconfigure",
        SEEN,
        explains=("service-crash-loop", "service-down"),
    ),
    Code(
        "too-many-open-files",
        "A service has used up its limit of open files.",
        "a line of its log",
        "Raise the limit of the supervisor (systemd: LimitNOFILE), then restart the service.",
        "getrlimit(2)",
        explains=(
            "registry-unreachable",
            "registry-unhealthy",
            "debug-unreachable",
            "proxy-unreachable",
            "proxy-bad-gateway",
            "proxy-bad-answer",
            "token-refused",
            "push-failed",
        ),
        interrupts=True,
    ),
)
