"""``nginx[…]``: nginx itself, as far as the registry's virtual host needs it."""

from __future__ import annotations

from glctl.settings.option import Option
from glctl.settings.options import logrotate, registry_nginx, svlogd

_LOG_FORMAT = (
    '$remote_addr - $remote_user [$time_local] "$request_method $filtered_request_uri $server_protocol" '
    '$status $body_bytes_sent "$filtered_http_referer" "$http_user_agent" $gzip_ratio'
)
_GZIP_TYPES = [
    "text/plain",
    "text/css",
    "application/x-javascript",
    "text/xml",
    "application/xml",
    "application/xml+rss",
    "text/javascript",
    "application/json",
]
_STATUS_OPTIONS = {"server_tokens": "off", "access_log": "off", "allow": "127.0.0.1", "deny": "all"}

# Keys of GitLab's own virtual host, which glctl does not write: the registry's does not take them.
GITLABS_OWN = (
    "client_max_body_size custom_gitlab_server_config error_log_level hsts_include_subdomains hsts_max_age "
    "http2_enabled listen_addresses listen_https listen_port proxy_connect_timeout proxy_custom_buffer_size "
    "proxy_protocol proxy_read_timeout proxy_set_headers real_ip_header real_ip_recursive "
    "real_ip_trusted_addresses redirect_http_to_https redirect_http_to_https_port referrer_policy "
    "request_buffering_off_path_regex ssl_certificate ssl_certificate_key ssl_ciphers ssl_client_certificate "
    "ssl_conf_command ssl_dhparam ssl_ecdh_curve ssl_password_file ssl_prefer_server_ciphers ssl_protocols "
    "ssl_session_cache ssl_session_tickets ssl_session_timeout ssl_verify_client ssl_verify_depth "
    "consul_service_meta consul_service_name"
).split()
_GITLABS = "It is for GitLab's own virtual host"
_REGISTRY = {option.path[-1] for option in registry_nginx.OPTIONS if not option.ignored}


def _instead(key: str) -> str:
    return f"; the registry's has registry['nginx']['{key}']." if key in _REGISTRY else "."


OPTIONS = (
    Option("nginx.enable", "bool", "Whether nginx runs here.", True, "true"),
    Option(
        "nginx.ha",
        "bool",
        "Whether something else than runit starts nginx, on an Omnibus host.",
        False,
        "false",
    ),
    Option(
        "nginx.dir",
        "path",
        "nginx's home: configuration, temporary files.",
        "/var/opt/gitlab/nginx",
        "'/var/opt/gitlab/nginx'",
    ),
    Option(
        "nginx.log_directory",
        "path",
        "Where nginx's own log lies.",
        "/var/log/gitlab/nginx",
        "'/var/log/gitlab/nginx'",
    ),
    Option("nginx.log_group", "string", "The group that may read nginx's log.", example="'adm'"),
    Option(
        "nginx.worker_processes", "workers", "Worker processes; one per processor where unset.", example="4"
    ),
    Option("nginx.worker_connections", "integer", "Connections per worker.", 10240, "10240"),
    Option(
        "nginx.log_format",
        "string",
        "The format of access logs.",
        _LOG_FORMAT,
        """'$remote_addr - $remote_user [$time_local] "$request_method $filtered_request_uri" $status'""",
    ),
    Option(
        "nginx.log_format_escape",
        "string",
        "How values in a line of the access log are escaped.",
        "default",
        "'default'",
        ("default", "json", "none"),
    ),
    Option("nginx.hide_server_tokens", "string", "Whether GitLab's nginx hides its name.", "off", "'off'"),
    Option("nginx.server_names_hash_bucket_size", "integer", "Room for long host names.", 64, "64"),
    Option("nginx.sendfile", "string", "Whether files are sent by the kernel.", "on", "'on'"),
    Option("nginx.tcp_nopush", "string", "Whether packets are filled first.", "on", "'on'"),
    Option("nginx.tcp_nodelay", "string", "Whether small packets go at once.", "on", "'on'"),
    Option("nginx.keepalive_timeout", "scalar", "Seconds that an idle connection stays open.", 65, "65"),
    Option("nginx.keepalive_time", "string", "How long a connection is reused.", "1h", "'1h'"),
    Option("nginx.gzip_enabled", "bool", "Whether answers are compressed.", True, "true"),
    Option(
        "nginx.gzip_http_version",
        "string",
        "The lowest HTTP version whose answers are compressed.",
        "1.1",
        "'1.1'",
    ),
    Option("nginx.gzip_comp_level", "scalar", "How much answers are compressed, from 1 to 9.", "2", "'2'"),
    Option(
        "nginx.gzip_proxied",
        "string",
        "Which answers of other servers are compressed.",
        "no-cache no-store private expired auth",
        "'no-cache no-store private expired auth'",
    ),
    Option(
        "nginx.gzip_types",
        "array",
        "The types of content that are compressed.",
        _GZIP_TYPES,
        "['text/plain', 'application/json']",
    ),
    Option(
        "nginx.proxy_cache_path",
        "string",
        "Where nginx keeps cached answers, and how many.",
        "proxy_cache keys_zone=gitlab:10m max_size=1g levels=1:2",
        "'proxy_cache keys_zone=gitlab:10m max_size=1g levels=1:2'",
    ),
    Option("nginx.proxy_cache", "string", "The zone of that cache.", "gitlab", "'gitlab'"),
    Option("nginx.cache_max_size", "string", "Omnibus writes it nowhere.", ignored=True),
    Option(
        "nginx.custom_nginx_config",
        "string",
        "Directives added to the http block as they are.",
        example="'server_names_hash_max_size 1024;'",
        lines=True,
    ),
    Option("nginx.status.enable", "bool", "Whether nginx's status is served.", True, "true"),
    Option(
        "nginx.status.listen_addresses",
        "array",
        "The addresses that the status is served on.",
        ["*"],
        "['127.0.0.1']",
    ),
    Option(
        "nginx.status.fqdn", "string", "The name that the status is served under.", "localhost", "'localhost'"
    ),
    Option("nginx.status.port", "port", "The port that the status is served on.", 8060, "8060"),
    Option(
        "nginx.status.vts_enable",
        "bool",
        "Whether GitLab's nginx counts traffic, and shows it beside the status.",
        True,
        "true",
    ),
    Option(
        "nginx.status.options",
        "hash",
        "Directives of the places where the status is served.",
        _STATUS_OPTIONS,
        "{ 'allow' => '127.0.0.1', 'deny' => 'all' }",
    ),
    *svlogd.for_one("nginx", "nginx"),
    *logrotate.for_one("nginx"),
    *(
        Option(f"nginx.{key}", "any", _GITLABS + _instead(key), ignored=True, foreign=True)
        for key in GITLABS_OWN
    ),
)
