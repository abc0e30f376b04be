"""The Docker daemon talks for ``docker``: it has to be behind the proxy, with the image to be pushed."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from glctl.console import harmless
from glctl.errors import GlctlError
from glctl.paths import Root
from glctl.services import docker_api
from glctl.services.host_docker import is_left, led, take_back
from glctl.services.private_docker import private_daemon
from glctl.trace.command import found

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from glctl.trace.way import Way

Mode = Literal["", "own", "host"]  # whose daemon

# What would lead docker to another daemon than DOCKER_HOST's.
_ELSEWHERE = ("DOCKER_CONTEXT", "DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH")
_OF_ALL_TAGS = ("-a", "--all-tags")


@contextmanager
def behind(
    mode: Mode,
    way: Way,
    command: Sequence[str],
    own: Mapping[str, str],
    note: Callable[[str], None],
) -> Iterator[Mapping[str, str]]:
    """A Docker daemon behind the proxy, if one is asked for; the variables for *command* while this lasts.

    With a daemon of our own, what a ``docker push`` names is copied from the one that the user's *own*
    variables lead to. What a killed run has left with the host's is taken back.
    """
    if mode != "host":
        _take_back_left(note)
    made = way.environment(own)
    if mode:
        _note_whose_logins(own, note)
    if mode == "host":
        with led(way.of_daemon(), note):
            yield led_to("unix:///run/docker.sock", made)
    elif mode == "own":
        with private_daemon(made, note) as host:
            made = led_to(host, made)
            if image := pushed_image(command):
                bring(image, found(command), own, made, note)
            yield made
    else:
        yield made


def _note_whose_logins(own: Mapping[str, str], note: Callable[[str], None]) -> None:
    """Docker keeps them in the home directory, which sudo has changed."""
    user = own.get("SUDO_USER", "")
    logins = Path(f"~{user}").expanduser() / ".docker" if user else Path()
    if user and "DOCKER_CONFIG" not in own and (logins / "config.json").exists():
        note(
            f"note: docker takes root's logins here. For {user}'s: sudo DOCKER_CONFIG={logins} glctl trace …"
        )


def _take_back_left(note: Callable[[str], None]) -> None:
    if os.geteuid() == 0 and is_left(Root()):
        note("note: an earlier run was killed before it took its proxy away from the Docker daemon.")
        try:
            take_back(note)
        except GlctlError as error:
            note(f"warning: it is still there. {error.message}\n  -> {error.hint}")


def insecure_registries(variables: Mapping[str, str]) -> Callable[[str, str], bool]:
    """Tells of a registry's HOST:PORT and the IP address behind it whether the daemon trusts it blindly.

    By what the daemon that *variables* lead to says of itself (Docker Engine API, ``/info``).
    """
    import ipaddress

    socket = Path(variables.get("DOCKER_HOST", "").removeprefix("unix://"))
    told = (docker_api.ask(socket, "/info") or {}).get("RegistryConfig") or {}
    networks = [ipaddress.ip_network(each) for each in told.get("InsecureRegistryCIDRs") or ()]
    known = told.get("IndexConfigs") or {}

    def is_insecure(place: str, address: str) -> bool:
        if place in known:
            return not known[place].get("Secure", True)
        return any(ipaddress.ip_address(address) in network for network in networks)

    return is_insecure


def led_to(host: str, variables: Mapping[str, str]) -> dict[str, str]:
    """*variables* with which docker talks to the daemon at *host*; its logins stay those of the user."""
    return {name: value for name, value in variables.items() if name not in _ELSEWHERE} | {
        "DOCKER_HOST": host
    }


def pushed_image(command: Sequence[str]) -> str:
    """The image that a ``docker push`` names, with its tag unless all of them are meant; else ``""``."""
    words = list(command)
    if not words or Path(words[0]).name != "docker" or "push" not in words:
        return ""
    at = words.index("push")
    before = words[at - 1]
    is_option = before.startswith("-") or words[at - 2].startswith("-")
    if at > 1 and before != "image" and not is_option:
        return ""  # docker compose push, docker manifest push
    names = [word for word in words[at + 1 :] if not word.startswith("-")]
    if len(names) != 1:
        return ""
    (name,) = names
    tagged = ":" in name.rpartition("/")[2] or any(word in _OF_ALL_TAGS for word in words)
    return name if tagged else f"{name}:latest"


def bring(
    image: str, docker: str, source: Mapping[str, str], target: Mapping[str, str], note: Callable[[str], None]
) -> None:
    """Copy *image* from the daemon that *source* leads the program *docker* to, into that of *target*.

    GlctlError where there is none of that name, or it cannot be copied.
    """
    import subprocess

    look = [docker, "image", "ls", "--format", "{{.Size}}", image]
    seen = subprocess.run(look, env=source, capture_output=True, text=True, errors="replace", check=False)
    if seen.returncode or not seen.stdout.strip():
        why = harmless(" ".join(seen.stderr.split())) or "it has no such image"
        raise GlctlError(
            f"A Docker daemon of glctl's own starts empty, and {image} cannot be copied from yours: {why}.",
            "Pull or build it first, or have all of it traced: glctl trace registry --docker -- sh -c "
            "'docker pull …; docker tag …; docker push …'",
        )
    sizes = ", ".join(seen.stdout.split())
    note(f"Copying {image} ({sizes}) from your Docker daemon into one of glctl's own, which will push it.")
    _copy([docker, "save", image], source, [docker, "load", "--quiet"], target)


def _copy(
    save: Sequence[str], source: Mapping[str, str], load: Sequence[str], target: Mapping[str, str]
) -> None:
    import subprocess

    piped = subprocess.PIPE
    with (
        subprocess.Popen(save, env=source, stdout=piped, stderr=piped) as saving,
        subprocess.Popen(load, env=target, stdin=saving.stdout, stdout=piped, stderr=piped) as loading,
    ):
        if saving.stdout:
            saving.stdout.close()  # loading has it, and is to be the only one
        ends = [(each.communicate()[1], each.returncode) for each in (loading, saving)]
    if any(code for _, code in ends):
        said = " / ".join(
            harmless(" ".join(error.decode(errors="replace").split())) for error, _ in ends if error
        )
        raise GlctlError(
            f"The image cannot be copied: {said.rstrip('.')}.", "See: docker save, docker load; df /var/tmp"
        )
