"""nginx's files: nginx.conf, its status server, the registry's virtual host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glctl.errors import UsageError
from glctl.render import nginxconf
from glctl.render.directives import HINT, why_not_whole
from glctl.render.resources import Absent, Account, Directory, File, Notify, Resource, Symlink
from glctl.render.runit import log_directory
from glctl.render.templating import render
from glctl.secret import reveal
from glctl.settings.option import ruby_name, ruby_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glctl.settings.effective import Effective
    from glctl.settings.host import Host

RELOAD = (Notify("nginx", "reload"),)
_FOLDERS = ("conf", "conf/service_conf", "conf/upstream_definitions", "conf/extra_metrics_conf")


def nginx_resources(effective: Effective, host: Host) -> Iterator[Resource]:
    """What nginx needs, beside its service directories (runit.py)."""
    user, group = effective["web_server.username"], effective["web_server.group"]
    directory = effective["nginx.dir"]
    if effective["manage_accounts.enable"]:
        yield Account(
            user,
            group,
            home=effective["web_server.home"],
            shell=effective["web_server.shell"],
            uid=effective["web_server.uid"],
            gid=effective["web_server.gid"],
        )
    yield Directory(directory, 0o750, "root", group)
    for folder in _FOLDERS:
        yield Directory(f"{directory}/{folder}", 0o750, "root", group)
    yield log_directory("nginx", effective)
    yield Symlink(f"{directory}/logs", effective["nginx.log_directory"])
    yield from nginx_files(effective, host)
    # Where older versions of Omnibus had the virtual host.
    yield Absent(f"{directory}/conf/gitlab-registry.conf", RELOAD)


def nginx_files(effective: Effective, host: Host) -> Iterator[File | Absent]:
    """The configuration files alone: also what a staged ``nginx -t`` is run on."""
    directory = f"{effective['nginx.dir']}/conf"
    if effective["nginx.enable"]:
        main = render("nginx/nginx.conf.j2", **_main_values(effective, host))
        yield File(f"{directory}/nginx.conf", main, notifies=RELOAD)
        yield _status_file(f"{directory}/nginx-status.conf", effective, host)
    if effective["nginx.enable"] and effective["registry.enable"] and effective["registry.nginx.enable"]:
        content = render("nginx/gitlab-registry.conf.j2", **_vhost_values(effective, host))
        yield File(_virtual_host(effective), content, notifies=RELOAD)
    else:
        yield no_virtual_host(effective)


def no_virtual_host(effective: Effective) -> Absent:
    """What a registry leaves behind that is not served any more."""
    return Absent(_virtual_host(effective), RELOAD)


def _virtual_host(effective: Effective) -> str:
    return f"{effective['nginx.dir']}/conf/service_conf/gitlab-registry.conf"


def _status_file(path: str, effective: Effective, host: Host) -> File | Absent:
    if not effective["nginx.status.enable"]:
        return Absent(path, RELOAD)
    return File(
        path, render("nginx/nginx-status.conf.j2", **_status_values(effective, host)), notifies=RELOAD
    )


def _main_values(effective: Effective, host: Host) -> dict[str, Any]:
    names = (
        "gzip_comp_level gzip_http_version gzip_proxied gzip_types "
        "keepalive_time keepalive_timeout log_format log_format_escape proxy_cache proxy_cache_path sendfile "
        "server_names_hash_bucket_size tcp_nodelay tcp_nopush worker_connections worker_processes"
    ).split()
    platform = host.platform
    return {
        **{name: effective[f"nginx.{name}"] for name in names},
        "user": _worker_account(effective, host),
        "gzip": effective["nginx.gzip_enabled"],
        "custom_config": _directives("nginx.custom_nginx_config", effective),
        "hide_server_tokens": platform.nginx_gitlab_modules and effective["nginx.hide_server_tokens"],
        "vts": _traffic_status(effective, host),
        "temp_paths": platform.nginx_temp_paths,
        "mime_types": platform.mime_types,
        "status_conf": effective["nginx.status.enable"]
        and f"{effective['nginx.dir']}/conf/nginx-status.conf",
    }


def _worker_account(effective: Effective, host: Host) -> list[str]:
    """Of nginx's workers: as set, or the invoker's where that account does not exist (a sandbox)."""
    user, group = effective["web_server.username"], effective["web_server.group"]
    if host.has_account(user, group):
        return [user, group]
    return [host.invoker] if host.privileged else []


def _status_values(effective: Effective, host: Host) -> dict[str, Any]:
    names = ("listen_addresses", "port", "fqdn")
    # Omnibus leaves out what is neither text nor an array.
    options = [
        (name, item)
        for name, value in effective["nginx.status.options"].items()
        for item in (value if isinstance(value, list) else [value])
        if isinstance(value, list | str)
    ]
    common = {name: effective[f"nginx.status.{name}"] for name in names}
    return {**common, "options": options, "vts": _traffic_status(effective, host)}


def _traffic_status(effective: Effective, host: Host) -> bool:
    return bool(effective["nginx.status.vts_enable"]) and host.platform.nginx_gitlab_modules


def _vhost_values(effective: Effective, host: Host) -> dict[str, Any]:
    def own(name: str) -> Any:
        return effective[f"registry.nginx.{name}"]

    tls, http2, behind = own("listen_https"), own("http2_enabled"), own("proxy_protocol")
    external_host = effective["gitlab_rails.registry_host"]
    external_port = effective["gitlab_rails.registry_port"]
    flags = ["proxy_protocol"] * behind + ["ssl"] * tls
    if tls and http2 and not host.platform.nginx_http2_directive:
        flags.append("http2")
    logs = own("log_directory")
    redirect = ""
    if tls and own("redirect_http_to_https"):
        redirect = f"https://{external_host}{f':{external_port}' if external_port else ''}$request_uri"
    return {
        "redirect": redirect,
        "redirect_port": own("redirect_http_to_https_port") if redirect else None,
        "redirect_flags": ["proxy_protocol"] * behind,
        "host": external_host,
        "port": own("listen_port"),
        "listen_addresses": own("listen_addresses"),
        "listen_flags": flags,
        "http2_directive": tls and http2 and host.platform.nginx_http2_directive,
        "ssl": _tls_values(effective) if tls else None,
        "real_ip_header": own("real_ip_header"),
        "real_ip_recursive": own("real_ip_recursive"),
        "real_ip_trusted_addresses": own("real_ip_trusted_addresses"),
        "hsts": _strict_transport(own("hsts_max_age"), own("hsts_include_subdomains")),
        "access_log": f"{logs}/gitlab_registry_access.log",
        "error_log": f"{logs}/gitlab_registry_error.log",
        "error_log_level": own("error_log_level"),
        "proxy_set_headers": {
            name: _header(ruby_text(reveal(value))) for name, value in own("proxy_set_headers").items()
        },
        "upstream": f"http://{effective['registry.registry_http_addr']}",
        "challenges": f"{own('dir')}/www/" if effective["letsencrypt.enable"] else "",
        "custom_config": _directives("registry.nginx.custom_gitlab_server_config", effective),
    }


def _header(text: str) -> str:
    """One value: quotes in gitlab.rb, which Omnibus leaves to nginx, are none of its own."""
    words = nginxconf.words(text)
    return text if words is None else " ".join(words)


def _tls_values(effective: Effective) -> dict[str, Any]:
    """The settings of TLS by the names of their directives; only those that are written."""
    prefix = "registry.nginx."
    found = {key.removeprefix(prefix): effective[key] for key in effective if key.startswith(f"{prefix}ssl_")}
    commands = found["ssl_conf_command"] or []
    depth = found["ssl_verify_depth"] if found["ssl_verify_client"] else None
    one_or_several = [commands] if isinstance(commands, str) else commands
    return {**found, "ssl_conf_command": one_or_several, "ssl_verify_depth": depth}


def _strict_transport(max_age: float, subdomains: bool) -> str:
    if max_age <= 0:
        return ""
    return f"max-age={max_age}" + ("; includeSubdomains" if subdomains else "")


def _directives(key: str, effective: Effective) -> str:
    """The administrator's own directives: whole ones, which add to the block that they stand in."""
    text = str(effective[key] or "")
    if reason := why_not_whole(text):
        raise UsageError(
            f"{ruby_name(key)} holds something else than whole directives of nginx: {reason}.", HINT
        )
    return text
