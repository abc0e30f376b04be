"""Service directories for runit, and the links that enable them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.paths import INIT_DIR, SERVICE_DIR, SV_DIR
from glctl.render.resources import Absent, Directory, File, Notify, Resource, Symlink
from glctl.render.templating import render
from glctl.settings.option import counts_as_true

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glctl.settings.effective import Effective
    from glctl.settings.host import Host


def log_directory(name: str, effective: Effective) -> Directory:
    """Where a service logs: for the owner alone, unless a group is to read it. nginx's has one anyway."""
    owner = effective["registry.username"] if name == "registry" else "root"
    usual = effective["web_server.group"] if name == "nginx" else ""
    group = effective[f"{name}.log_group"] or usual
    return Directory(effective[f"{name}.log_directory"], 0o750 if group else 0o700, owner, group or "root")


def registry_service(effective: Effective, host: Host) -> Iterator[Resource]:
    """The registry's service directory."""
    platform = host.platform
    user, group = effective["registry.username"], effective["registry.group"]
    directory = effective["registry.dir"]
    run = render(
        "sv/registry/run.j2",
        directory=directory,
        chpst=platform.chpst.path,
        env_directory=effective["registry.env_directory"],
        run_as=f"{user}:{group}" if host.has_account(user, group) else "",
        command=platform.registry.path,
        args=[*platform.registry_args, f"{directory}/config.yml"],
    )
    stamped = effective["registry.log_formatter"] != "json"  # a stamp before it would break each JSON line
    yield log_directory("registry", effective)
    yield from _service("registry", run, effective, host, stamped=stamped)


def nginx_service(effective: Effective, host: Host) -> Iterator[Resource]:
    """nginx's service directory."""
    platform = host.platform
    directory = effective["nginx.dir"]
    mountpoints = effective["high_availability.mountpoint"] or []
    # Debian's nginx was compiled with an absolute configuration file and a log outside the root.
    args = ["-p", directory]
    if platform.nginx_temp_paths:
        args = ["-e", "stderr", "-p", directory, "-c", f"{directory}/conf/nginx.conf"]
    run = render(
        "sv/nginx/run.j2",
        directory=directory,
        chpst=platform.chpst.path,
        mountpoints=[mountpoints] if isinstance(mountpoints, str) else mountpoints,
        command=platform.nginx.path,
        args=args,
    )
    yield from _service("nginx", run, effective, host, stamped=True)
    # Only where Chef looks after it: a standalone nginx that glctl may not start would serve nobody.
    if effective["nginx.ha"] and not platform.manages_services:
        yield File(host.root.relocate(f"{SV_DIR}/nginx/down"), b"# File created and managed by chef!")


def logrotate_service(effective: Effective, host: Host) -> Iterator[Resource]:
    """logrotate's service directory: it runs once in a while, as long as the service is up."""
    run = render(
        "sv/logrotate/run.j2",
        directory=effective["logrotate.dir"],
        command=host.platform.logrotate.path,
        pre_sleep=effective["logrotate.pre_sleep"],
        post_sleep=effective["logrotate.post_sleep"],
    )
    yield log_directory("logrotate", effective)
    yield from _service("logrotate", run, effective, host, stamped=True)


def service_link(name: str, host: Host) -> Symlink:
    """The link that enables a service: runsvdir starts what it finds."""
    return Symlink(host.root.relocate(f"{SERVICE_DIR}/{name}"), host.root.relocate(f"{SV_DIR}/{name}"))


def no_service_link(name: str, host: Host) -> Absent:
    """A service that gitlab.rb does not enable; its directories stay."""
    return Absent(host.root.relocate(f"{SERVICE_DIR}/{name}"))


def _service(name: str, run: bytes, effective: Effective, host: Host, *, stamped: bool) -> Iterator[Resource]:
    platform = host.platform
    sv = host.root.relocate(f"{SV_DIR}/{name}")
    logs = effective[f"{name}.log_directory"]
    for folder in ("", "/control", "/env", "/log", "/log/main"):
        yield Directory(sv + folder)
    yield File(f"{sv}/run", run, 0o755, notifies=(Notify(name, "restart"),))
    if platform.manages_services:
        finish = render("sv/finish.j2", name=name, stamped=stamped)
        yield File(f"{sv}/finish", finish, 0o755)  # runsv looks for it each time
    log_run = render(
        "sv/log/run.j2",
        chpst=platform.chpst.path,
        run_as=f"root:{effective[f'{name}.log_group'] or 'root'}" if host.privileged else "",
        command=platform.svlogd.path,
        args=[*(["-tt"] if stamped else []), logs],
    )
    yield File(f"{sv}/log/run", log_run, 0o755, notifies=(Notify(f"{name}/log", "restart"),))
    config = "".join(line + "\n" for line in svlogd_config(name, effective))
    yield File(f"{sv}/log/config", config.encode(), notifies=(Notify(f"{name}/log", "reload"),))
    yield Symlink(f"{logs}/config", f"{sv}/log/config")
    yield Symlink(host.root.relocate(f"{INIT_DIR}/{name}"), platform.sv.path)


# svlogd's letters (svlogd(8), CONFIG FILE), in the order that Omnibus writes them.
_SVLOGD = (("s", "size"), ("n", "num"), ("t", "timeout"), ("!", "filter"), ("u", "udp"), ("p", "prefix"))


def svlogd_config(name: str, effective: Effective) -> Iterator[str]:
    """The lines of a log service's config. False drops a line."""
    for letter, setting in _SVLOGD:
        value = effective[f"{name}.svlogd_{setting}"]
        if counts_as_true(value):
            yield f"{letter}{value}"
