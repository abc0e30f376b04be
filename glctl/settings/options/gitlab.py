"""Settings of GitLab itself that reach the registry, and those that concern every service."""

from __future__ import annotations

from glctl.settings.option import Option
from glctl.settings.options import svlogd

_LOGROTATE = "compress dateformat frequency maxsize method postrotate rotate size".split()
_LOGROTATES_OWN = "It is logrotate's, which does not run here."

OPTIONS = (
    Option(
        "external_url",
        "url",
        "GitLab's own address; users get their registry tokens from it.",
        example="'https://gitlab.example.com'",
    ),
    Option(
        "registry_external_url",
        "url",
        "The address that clients use for the registry. Setting it enables the registry.",
        example="'https://registry.example.com'",
    ),
    Option(
        "roles",
        "words",
        "What an Omnibus host is for (one role or several); everything where unset.",
        example="['application_role']",
    ),
    Option(
        "gitlab_rails.enable",
        "bool",
        "Whether GitLab itself runs here; on an Omnibus host it does.",
        example="false",
    ),
    Option(
        "gitlab_rails.registry_enabled",
        "bool",
        "Whether GitLab offers a registry; true where registry_external_url is set.",
        default=False,
        example="true",
    ),
    Option(
        "gitlab_rails.registry_host",
        "string",
        "The registry's host, where it runs elsewhere; else that of registry_external_url.",
        example="'registry.example.com'",
    ),
    Option(
        "gitlab_rails.registry_port",
        "port",
        "The registry's port, where it runs elsewhere and it is neither 80 nor 443.",
        example="5050",
    ),
    Option(
        "gitlab_rails.registry_api_url",
        "string",
        "Where GitLab reaches the registry directly.",
        example="'http://127.0.0.1:5000'",
    ),
    Option(
        "gitlab_rails.shared_path",
        "path",
        "Where GitLab keeps shared files, the registry's images among them.",
        default="/var/opt/gitlab/gitlab-rails/shared",
        example="'/var/opt/gitlab/gitlab-rails/shared'",
        or_default=True,
    ),
    Option(
        "gitlab_rails.registry_path",
        "path",
        "Where the filesystem driver keeps images; registry in shared_path where unset.",
        example="'/var/opt/gitlab/gitlab-rails/shared/registry'",
    ),
    Option(
        "gitlab_rails.registry_key_path",
        "path",
        "The key that signs tokens for the registry.",
        default="/var/opt/gitlab/gitlab-rails/etc/gitlab-registry.key",
        example="'/var/opt/gitlab/gitlab-rails/etc/gitlab-registry.key'",
    ),
    Option(
        "gitlab_rails.registry_issuer",
        "string",
        "Who issues tokens; the registry refuses tokens of anybody else.",
        default="omnibus-gitlab-issuer",
        example="'omnibus-gitlab-issuer'",
    ),
    Option(
        "gitlab_rails.registry_notification_secret",
        "string",
        "What GitLab expects in the Authorization header of notifications.",
        example="'example-secret'",
    ),
    Option(
        "gitlab_rails.nginx.listen_https",
        "bool",
        "Whether nginx ends TLS for GitLab; without it Let's Encrypt is off.",
        example="true",
    ),
    Option(
        "gitlab_rails.nginx.ssl_certificate",
        "path",
        "GitLab's own certificate; where it is there, Let's Encrypt is off.",
        example="'/etc/gitlab/ssl/gitlab.example.com.crt'",
    ),
    Option(
        "gitlab_rails.nginx.ssl_certificate_key",
        "path",
        "The key of that certificate.",
        example="'/etc/gitlab/ssl/gitlab.example.com.key'",
    ),
    Option(
        "letsencrypt.enable",
        "bool",
        "Whether an Omnibus host gets its certificates from Let's Encrypt; unset: where it has none.",
        example="false",
    ),
    Option(
        "user.username",
        "string",
        "GitLab's own account.",
        default="git",
        example="'git'",
    ),
    Option("user.group", "string", "The group of GitLab's own account.", default="git", example="'git'"),
    Option(
        "web_server.username",
        "string",
        "The account of nginx's workers.",
        default="gitlab-www",
        example="'gitlab-www'",
    ),
    Option(
        "web_server.group",
        "string",
        "The group of nginx's workers.",
        default="gitlab-www",
        example="'gitlab-www'",
    ),
    Option(
        "web_server.uid",
        "integer",
        "The user id of nginx's account; the system chooses one where unset.",
        example="987",
    ),
    Option(
        "web_server.gid",
        "integer",
        "The id of that group; the system chooses one where unset.",
        example="987",
    ),
    Option(
        "web_server.shell",
        "string",
        "The login shell of nginx's account.",
        default="/bin/false",
        example="'/bin/false'",
    ),
    Option(
        "web_server.home",
        "path",
        "The home of nginx's account.",
        default="/var/opt/gitlab/nginx",
        example="'/var/opt/gitlab/nginx'",
    ),
    Option(
        "manage_accounts.enable",
        "bool",
        "Whether missing users and groups are made.",
        default=True,
        example="true",
    ),
    Option(
        "manage_storage_directories.enable",
        "bool",
        "Whether the storage directory is made.",
        default=True,
        example="true",
    ),
    Option(
        "package.generate_default_secrets",
        "bool",
        "Whether missing secrets are generated.",
        default=True,
        example="true",
    ),
    Option(
        "package.generate_secrets_json_file",
        "bool",
        "Whether secrets are kept in gitlab-secrets.json.",
        default=True,
        example="true",
    ),
    Option(
        "high_availability.mountpoint",
        "words",
        "nginx starts only where this is mounted (one path or several).",
        example="'/var/opt/gitlab/mounted'",
    ),
    *svlogd.for_all("logging"),
    Option(
        "logging.udp_log_shipping_host",
        "string",
        "Where log lines also go by UDP.",
        example="'192.0.2.1'",
    ),
    Option("logging.udp_log_shipping_port", "port", "The port there; 514 where unset.", example="514"),
    Option(
        "logging.udp_log_shipping_hostname",
        "string",
        "Lines of the registry and of nginx begin with this host's own name.",
        ignored=True,
    ),
    Option("logging.log_group", "string", "The group that may read the logs.", example="'adm'"),
    *(
        Option(f"logging.logrotate_{key}", "any", _LOGROTATES_OWN, ignored=True, foreign=True)
        for key in _LOGROTATE
    ),
    Option(
        "postgresql.enable",
        "bool",
        "Whether GitLab's own PostgreSQL runs here: the metadata database is used only where it does.",
        default=True,
        example="false",
    ),
    Option(
        "postgresql.listen_address",
        "string",
        "Where PostgreSQL listens, the first address for the metadata database.",
        example="'127.0.0.1'",
    ),
    Option("postgresql.port", "port", "PostgreSQL's port.", default=5432, example="5432", or_default=True),
    Option(
        "postgresql.dir",
        "path",
        "PostgreSQL's home, with the socket that is used where it has no address.",
        default="/var/opt/gitlab/postgresql",
        example="'/var/opt/gitlab/postgresql'",
        or_default=True,
    ),
)
