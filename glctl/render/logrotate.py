"""logrotate's files: what it does with the logs that nginx itself writes. svlogd rotates all others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.paths import SV_DIR
from glctl.render.resources import Directory, File, Resource
from glctl.render.templating import render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glctl.settings.effective import Effective
    from glctl.settings.host import Host

# Methods after which nginx goes on with the file that it has open (logrotate(8)).
_KEEP_THE_FILE = {"copytruncate", "copy"}


def logrotate_resources(effective: Effective, host: Host) -> Iterator[Resource]:
    """What logrotate needs, beside its service directories (runit.py). It reads its files at each look."""
    directory = effective["logrotate.dir"]
    yield Directory(directory, 0o700)
    yield Directory(f"{directory}/logrotate.d", 0o700)
    yield File(f"{directory}/logrotate.conf", render("logrotate/logrotate.j2"))
    yield File(f"{directory}/logrotate.d/nginx", _nginx(effective, host))


def _nginx(effective: Effective, host: Host) -> bytes:
    """The rotation of nginx's files.

    nginx opens new ones when it gets USR1, a moment later: what it still writes into a renamed one would be
    lost if that were compressed at once, so this waits for the next rotation.
    """
    names = "frequency size maxsize rotate dateformat compress method postrotate".split()
    values = {name: effective[f"nginx.logrotate_{name}"] for name in names}
    reopens = not _KEEP_THE_FILE.intersection(str(values["method"]).split())
    if reopens and values["compress"] == "compress":
        values["compress"] = ["compress", "delaycompress"]
    return render(
        "logrotate/nginx.j2",
        **values,
        directories=list(
            dict.fromkeys([effective["nginx.log_directory"], effective["registry.nginx.log_directory"]])
        ),
        reopen=reopens,
        sv=host.platform.sv.path,
        service=host.root.relocate(f"{SV_DIR}/nginx"),
    )
