"""nginx's files as nginx itself reads them (``nginx -T``, as its service runs it), and when it read them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from glctl.doctor import run_script
from glctl.doctor.check import NotTriedError
from glctl.paths import SV_DIR

if TYPE_CHECKING:
    from glctl.converge.nginx_test import Verdict
    from glctl.doctor.observed import Observed


@dataclass(frozen=True, slots=True)
class Place:
    """Where nginx's service has its program and its files."""

    program: str
    prefix: Path
    conf: Path


def place(observed: Observed) -> Place:
    """By the service's run script, else where Omnibus has them."""
    root = observed.root
    try:
        script = run_script.read(root.at(f"{SV_DIR}/nginx/run").read_bytes())
    except FileNotFoundError:
        script = run_script.RunScript()
    program = next((w for w in script.words if w.rpartition("/")[2] == "nginx"), observed.platform.nginx.path)
    prefix = Path(script.path(script.option("nginx", "-p") or root.relocate("/var/opt/gitlab/nginx")))
    named = script.option("nginx", "-c")
    return Place(program, prefix, prefix / named if named else prefix / "conf/nginx.conf")


def test(observed: Observed) -> Verdict:
    """What nginx makes of them. Raises NotTriedError where that would tell nothing."""
    from glctl.converge.nginx_test import try_files

    at = place(observed)
    if not os.access(at.program, os.X_OK):
        raise NotTriedError(f"{at.program} is not installed")
    if not os.access(at.prefix, os.W_OK):
        raise NotTriedError("only nginx's own user can try its files: run glctl as root")
    if (tested := try_files(at.program, at.prefix, at.conf)) is None:
        raise NotTriedError("nginx -T came to no end")
    return tested


_TICKS = 0.05  # seconds; the kernel tells when a process began in hundredths, rounded down


def unread(observed: Observed, pid: int) -> tuple[str, ...]:
    """Files that changed after the workers of the nginx *pid* had started, which a reload replaces."""
    from glctl.services.processes import read
    from glctl.services.usage import children

    workers = [process for child in children(pid) if (process := read(child))]
    if not workers:
        return ()
    newest = max(worker.began for worker in workers)  # old ones may still serve long requests
    conf = place(observed).conf
    paths = [conf, *conf.parent.glob("*.conf"), *conf.parent.glob("*/*.conf")]
    if observed.vhost:
        paths.append(observed.root.at(observed.vhost.path))
    return tuple(
        f"{path} changed after nginx had last read its files"
        for path in dict.fromkeys(paths)
        if _changed(path) > newest + _TICKS
    )


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
