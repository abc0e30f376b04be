"""Trying nginx's new files before any of the old ones is touched."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from glctl.errors import GlctlError
from glctl.paths import STATE_DIR
from glctl.render.nginx import nginx_files
from glctl.render.resources import File

if TYPE_CHECKING:
    from pathlib import Path

    from glctl.settings.effective import Effective
    from glctl.settings.host import Host

STAGE_DIR = f"{STATE_DIR}/stage"
_TIMEOUT = 30  # seconds; nginx -t takes some tens of milliseconds


def try_nginx(effective: Effective, host: Host) -> None:
    """Run ``nginx -t`` on the new files in a tree of their own. Raises GlctlError with nginx's words.

    ``nginx -t`` opens the logs and the pid file that it is told of: in the staged tree these are its own.
    What others put into the live directories (upstream definitions) is included from there.
    """
    stage = host.root.at(STAGE_DIR)
    shutil.rmtree(stage, ignore_errors=True)
    try:
        _write(stage, effective, host)
        said = _test(stage, host)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    if said:
        live = said.replace(str(stage / "nginx"), effective["nginx.dir"])
        raise GlctlError(
            "nginx refuses the new configuration; nothing was changed.\n" + live,
            "Look at the settings of registry['nginx'] and nginx in gitlab.rb.",
        )


def _write(stage: Path, effective: Effective, host: Host) -> None:
    nginx, logs = stage / "nginx", stage / "logs"
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


def _test(stage: Path, host: Host) -> str:
    """What nginx has to say against the staged tree; nothing if it likes it."""
    import subprocess

    nginx = stage / "nginx"
    command = [host.platform.nginx.path, "-t", "-q", "-e", "stderr"]
    command += ["-p", str(nginx), "-c", str(nginx / "conf" / "nginx.conf")]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT, check=False)
    except subprocess.TimeoutExpired:
        return f"nginx -t did not end within {_TIMEOUT} s."
    if not done.returncode:
        return ""
    lines = [line for line in done.stderr.splitlines() if "[emerg]" in line or "[alert]" in line]
    return "\n".join(lines) or done.stderr.strip() or f"nginx -t ended with exit code {done.returncode}."
