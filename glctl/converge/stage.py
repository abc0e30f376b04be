"""Trying nginx's new files before any of the old ones is touched."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from glctl.console import harmless
from glctl.patterns import Pattern
from glctl.render.directives import KEYS as DIRECTIVES
from glctl.render.nginx import nginx_files
from glctl.render.resources import File
from glctl.secret import mask_line
from glctl.services.scratch import scratch
from glctl.settings.option import ruby_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glctl.converge.desired import Configuration
    from glctl.converge.plan import Problem
    from glctl.settings.effective import Effective
    from glctl.settings.host import Host

_PLACE = Pattern(r" in (?P<file>/.+):(?P<line>\d+)$", re.MULTILINE)
_LOOK = "Look at nginx's settings in gitlab.rb."
_NO_PORT = " bind() to "
_TIMEOUT = 30  # seconds; nginx -t takes some tens of milliseconds


@dataclass(frozen=True, slots=True)
class Refusal:
    """What nginx says against its files; *line* is the one that it says it of, of the files to be."""

    words: str
    line: str = ""


def nginx_problems(configuration: Configuration, *, ports_told: bool = False) -> Iterator[Problem]:
    """What nginx would refuse to start or to reload for; *ports_told*: but for ports that it cannot have."""
    effective, host = configuration.effective, configuration.host
    missing = [*_certificates(effective)]
    yield from missing
    if missing or not os.access(host.platform.nginx.path, os.X_OK):
        return  # nginx would only say so again
    refused = try_nginx(effective, host)
    if refused and not (ports_told and _NO_PORT in refused.words):
        yield f"nginx refuses the new configuration:\n    {refused.words}", _remedy(refused, effective)


def try_nginx(effective: Effective, host: Host) -> Refusal | None:
    """Run ``nginx -t`` on the new files in a tree of their own; returns what nginx has against them.

    ``nginx -t`` opens the logs and the pid file that it is told of: in the staged tree these are its own.
    What others put into the live directories (upstream definitions) is included from there.
    """
    # Not below the root: a run that is refused leaves nothing there, not even a directory.
    with scratch() as stage:
        _write(stage, effective, host)
        said = _test(stage / "nginx", host)
        line = _meant("\n".join(said))
    if not said:
        return None
    live = [each.replace(str(stage / "nginx"), effective["nginx.dir"]) for each in said]
    live += [f"That line: {mask_line(line)}"] * bool(line)
    return Refusal("\n    ".join(harmless(each) for each in live), line)


def _meant(said: str) -> str:
    """The line of a staged file that nginx names at the end of what it says: ``… in /x/nginx.conf:75``."""
    named = _PLACE.search(said)
    if not named:
        return ""
    try:
        return Path(named["file"]).read_text(errors="replace").splitlines()[int(named["line"]) - 1].strip()
    except (OSError, IndexError):
        return ""


def _remedy(refused: Refusal, effective: Effective) -> str:
    """What to mend: the directives of an administrator's own that hold the line, the setting of its name, or
    that of a file that nginx quotes.
    """
    line = refused.line
    own = [key for key in DIRECTIVES if line and line in map(str.strip, (effective[key] or "").splitlines())]
    named = [f"nginx.{word}" for word in line.split(maxsplit=1)[:1]]
    for key in [*own, *(f"registry.{key}" for key in named), *named]:
        if key in effective and effective.origin(key).kind == "file":
            return f"It comes from {ruby_name(key)}: {effective.origin(key)}"
    files = (key for key in effective if key.startswith(("registry.nginx.", "nginx.")))
    if key := next((key for key in files if f'"{effective[key]}"' in refused.words), ""):
        return f"{ruby_name(key)} names that file."
    return _LOOK


def _certificates(effective: Effective) -> Iterator[Problem]:
    if not effective["registry.nginx.enable"] or not effective["registry.nginx.listen_https"]:
        return
    for key in ("registry.nginx.ssl_certificate", "registry.nginx.ssl_certificate_key"):
        path = effective[key]
        if not os.access(path, os.R_OK):
            if Path(path).exists():
                what, remedy = "may not be read by this user", "Use sudo, or make it readable for this user"
            else:
                what, remedy = "is not there", "Put it there"
            yield (
                f"{path} {what}, and nginx needs it for https.",
                f"{remedy}, or set {ruby_name(key)}.",
            )


def _write(stage: Path, effective: Effective, host: Host) -> None:
    nginx, logs = stage / "nginx", stage / "nginx" / "logs"
    for directory in (nginx / "conf" / "service_conf", logs):
        directory.mkdir(parents=True, mode=0o700)
    live = effective["nginx.dir"]
    for folder in ("upstream_definitions", "extra_metrics_conf"):
        (nginx / "conf" / folder).symlink_to(f"{live}/conf/{folder}")
    staged = effective.replaced(
        nginx__dir=str(nginx), nginx__log_directory=str(logs), registry__nginx__log_directory=str(logs)
    )
    user, group = effective["web_server.username"], effective["web_server.group"]
    if user not in host.users or group not in host.groups:  # they are made later
        staged = staged.replaced(web_server__username=host.invoker, web_server__group="root")
    for resource in nginx_files(staged, host):
        if isinstance(resource, File):
            fd = os.open(resource.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            with open(fd, "wb") as file:
                file.write(resource.content)


def _test(nginx: Path, host: Host) -> list[str]:
    """What nginx has to say against the staged tree; nothing if it likes it."""
    import subprocess

    command = [host.platform.nginx.path, "-t", "-q", "-e", "stderr"]
    command += ["-p", str(nginx), "-c", str(nginx / "conf" / "nginx.conf")]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=_TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired:
        return [f"nginx -t did not end within {_TIMEOUT} s."]
    if not done.returncode:
        return []
    said = done.stderr.splitlines()
    against = [line for line in said if "[emerg]" in line or "[alert]" in line]
    return against or said or [f"nginx -t ended with exit code {done.returncode}."]
