"""The command that is traced: its environment, and how it ends."""

from __future__ import annotations

import os
import re
import shutil
import signal
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from glctl.errors import GlctlError, UsageError

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Mapping, Sequence
    from types import FrameType

# What tells programs of a proxy: curl knows http_proxy in lower case only.
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
_EXCEPTIONS = ("NO_PROXY", "no_proxy")
# Whose certificates they trust: Go and OpenSSL, Python's requests, curl, git, the AWS tools, pip.
_BUNDLES = (
    *("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "AWS_CA_BUNDLE", "PIP_CERT"),
)
_IN_ADDITION = "NODE_EXTRA_CA_CERTS"  # Node's is read beside its own list
_LOOPBACK = r"(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])"
# An argument that names a loopback address: behind a scheme, docker: or skopeo's transport, or by itself.
_LOOPBACK_ARGUMENT = rf"(?:^|//|@)(?P<host>{_LOOPBACK})(?P<port>:\d+)?(?=/|$)"
_UNCHECKED = r"--(?:src-|dest-)?tls-verify=false|--insecure|--no-check-certificate|-[a-zA-Z]*k"
_CERTS_D = ("/etc/docker/certs.d", "/etc/containers/certs.d")
_CERTIFICATES = (".crt", ".pem", ".cer", ".cert")
_GO = b"\xff Go buildinf:"  # the header of Go's build information (debug/buildinfo)
_GO_LOOKED_AT = 1 << 26  # bytes of a program: it stands before its data


def environment(base: Mapping[str, str], proxy: str, bundle: Path, authority: Path) -> dict[str, str]:
    """*base* with what sends programs through *proxy*, and has them trust its certificates.

    *bundle* has the system's authorities and ours, *authority* ours alone.
    """
    made = {name: value for name, value in base.items() if name not in _EXCEPTIONS}
    made |= dict.fromkeys(_PROXIES, proxy)
    made |= dict.fromkeys(_BUNDLES, str(bundle))
    made |= {_IN_ADDITION: str(authority), "NODE_USE_ENV_PROXY": "1"}
    return made


def found(command: Sequence[str]) -> str:
    """The program of *command*; UsageError where there is none of that name."""
    program = shutil.which(command[0])
    if program is None:
        raise UsageError(f"{command[0]}: there is no such program.", "It is looked for as a shell does.")
    return program


def require_reachable(command: Sequence[str]) -> None:
    """Refuse a Go program on a loopback address: it talks past proxies (net/http, ProxyFromEnvironment)."""
    seen = next((match for word in command[1:] if (match := re.search(_LOOPBACK_ARGUMENT, word))), None)
    if seen is None or not _is_go(Path(found(command))):
        return
    instead = f"registry.localhost{seen['port'] or ''}"
    raise UsageError(
        f"{command[0]} is written in Go, whose programs never use a proxy for {seen['host']}: "
        "nothing of it would be seen.",
        f"Write {instead} instead of {seen[0].lstrip('/@')}: the proxy takes every name below .localhost for "
        "this machine.",
    )


def checks_no_certificates(command: Sequence[str]) -> bool:
    """Whether it is told so, as skopeo, podman, crane, curl and wget are."""
    return any(re.fullmatch(_UNCHECKED, word) for word in command[1:])


def authorities(command: Sequence[str], place: str) -> tuple[Path, ...]:
    """Files of certificates that it trusts at *place* (HOST:PORT) beside the system's.

    What its command line names, and where docker and podman look (containers-certs.d(5)).
    """
    named = [Path(word.rpartition("=")[2]) for word in command[1:]]
    folders = [Path(folder, place) for folder in _CERTS_D]
    if home := os.environ.get("HOME"):
        folders.append(Path(home, ".config/containers/certs.d", place))
    files = [path for path in named if path.suffix in _CERTIFICATES and path.is_file()]
    for folder in (*filter(Path.is_dir, named), *folders):
        files += [path for path in folder.glob("*.crt") if path.is_file()]
    return tuple(files)


def run(command: Sequence[str], variables: Mapping[str, str], *, output_to_stderr: bool) -> int:
    """Run it to its end; its exit code, as a shell gives it. Signals are its own business, not ours."""
    try:
        with _passed_on() as to, _started(command, variables, output_to_stderr) as process:
            to.append(process)
            code = process.wait()
    except OSError as error:
        raise GlctlError(f"{command[0]} cannot be run: {error.strerror}.") from None
    return 128 - code if code < 0 else code


def _started(
    command: Sequence[str], variables: Mapping[str, str], output_to_stderr: bool
) -> subprocess.Popen[bytes]:
    import subprocess

    out = 2 if output_to_stderr else None
    return subprocess.Popen([found(command), *command[1:]], env=variables, stdout=out)


@contextmanager
def _passed_on() -> Iterator[list[subprocess.Popen[bytes]]]:
    """A SIGTERM or SIGHUP is handed on to whom this is told of; Ctrl-C has reached it by its terminal."""
    to: list[subprocess.Popen[bytes]] = []

    def hand_on(number: int, _frame: FrameType | None) -> None:
        for process in to:
            if number != signal.SIGINT and process.poll() is None:
                process.send_signal(number)

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, hand_on)  # and not SIG_IGN, which the command would inherit
    try:
        yield to
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _is_go(program: Path) -> bool:
    """Whether Go has built it."""
    try:
        with program.open("rb") as file:
            if file.read(4) != b"\x7fELF":
                return False
            return _GO in file.read(_GO_LOOKED_AT)
    except OSError:
        return False
