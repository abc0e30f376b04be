"""``registry[…]``: the registry itself. Defaults are Omnibus's, checked against what it renders."""

from __future__ import annotations

from glctl.settings.option import Option
from glctl.settings.options import logrotate, svlogd

LEVELS = ("error", "warn", "info", "debug", "trace")  # the last with GitLab's registry only

OPTIONS = (
    Option(
        "registry.enable",
        "bool",
        "Whether the registry runs here; on where registry_external_url is set.",
        default=False,
        example="true",
    ),
    Option("registry.username", "string", "The account that the registry runs as.", "registry", "'registry'"),
    Option("registry.group", "string", "The group that the registry runs as.", "registry", "'registry'"),
    Option(
        "registry.uid",
        "integer",
        "The user id of the registry's account; the system chooses one where unset.",
        example="986",
    ),
    Option(
        "registry.gid", "integer", "The id of that group; the system chooses one where unset.", example="986"
    ),
    Option(
        "registry.shell",
        "string",
        "The login shell of the registry's account.",
        "/usr/sbin/nologin",
        "'/usr/sbin/nologin'",
    ),
    Option(
        "registry.dir",
        "path",
        "The registry's home: config.yml and its certificate.",
        "/var/opt/gitlab/registry",
        "'/var/opt/gitlab/registry'",
    ),
    Option(
        "registry.log_directory",
        "path",
        "Where the registry's log lies.",
        "/var/log/gitlab/registry",
        "'/var/log/gitlab/registry'",
    ),
    Option("registry.log_group", "string", "The group that may read the registry's log.", example="'adm'"),
    Option(
        "registry.env_directory",
        "path",
        "One file per environment variable of the registry.",
        "/opt/gitlab/etc/registry/env",
        "'/opt/gitlab/etc/registry/env'",
    ),
    Option(
        "registry.env",
        "hash",
        "Environment variables of the registry, beside the built-in ones.",
        {"GODEBUG": "tlsmlkem=0"},  # for TLS servers that cannot read ML-KEM's larger hello
        "{ 'HTTPS_PROXY' => 'http://proxy.example.com:3128' }",
        lines=True,
    ),
    Option("registry.log_level", "scalar", "How much the registry logs.", "info", "'info'", LEVELS),
    Option(
        "registry.log_formatter",
        "scalar",
        "The shape of the registry's log lines.",
        "text",
        "'text'",
        ("text", "json", "logstash"),
    ),
    Option(
        "registry.registry_http_addr",
        "address",
        "Where the registry listens for nginx.",
        "127.0.0.1:5000",
        "'127.0.0.1:5000'",
        or_default=True,
    ),
    Option(
        "registry.debug_addr",
        "address",
        "Where the debug server listens: health, metrics, profiles. Not for the network.",
        example="'127.0.0.1:5001'",
    ),
    Option(
        "registry.http_secret",
        "string",
        "Signs the state of uploads; the same on every node.",
        example="'0123456789abcdef0123456789abcdef'",
        lines=True,
    ),
    Option(
        "registry.http_draintimeout",
        "duration",
        "How long a stopping registry finishes requests.",
        0,
        "'60s'",
    ),
    Option(
        "registry.health_storagedriver_enabled",
        "scalar",
        "Whether the storage is probed every 10 s.",
        True,
        "true",
    ),
    Option(
        "registry.autoredirect",
        "scalar",
        "Whether the token realm follows the request's host.",
        False,
        "false",
    ),
    Option(
        "registry.validation_enabled", "bool", "Whether foreign layers' URLs are checked.", False, "false"
    ),
    Option(
        "registry.compatibility_schema1_enabled",
        "bool",
        "Whether old image manifests are accepted.",
        False,
        "false",
    ),
    Option(
        "registry.token_realm",
        "string",
        "Where clients get tokens; external_url where unset.",
        example="'https://gitlab.example.com'",
    ),
    Option(
        "registry.rootcertbundle",
        "path",
        "The certificates of the keys that may sign tokens.",
        example="'/var/opt/gitlab/registry/gitlab-registry.crt'",
    ),
    Option(
        "registry.internal_key",
        "string",
        "The key that signs tokens, in PEM; generated where unset.",
        example='"-----BEGIN RSA PRIVATE KEY-----\\n…\\n-----END RSA PRIVATE KEY-----\\n"',
        lines=True,
    ),
    Option(
        "registry.internal_certificate",
        "string",
        "The certificate of that key, in PEM; generated where unset.",
        example='"-----BEGIN CERTIFICATE-----\\n…\\n-----END CERTIFICATE-----\\n"',
        lines=True,
    ),
    Option(
        "registry.registry_issuer",
        "string",
        "It is gitlab_rails['registry_issuer'] that counts.",
        ignored=True,
    ),
    Option(
        "registry.storage",
        "hash",
        "Where images are kept: one driver with its parameters.",
        example="{ 's3' => { 'accesskey' => 'AKIAEXAMPLE', 'secretkey' => 'example', "
        "'bucket' => 'images', 'region' => 'eu-central-1' } }",
        lines=True,
    ),
    Option("registry.storage_delete_enabled", "scalar", "Whether images may be deleted.", True, "true"),
    Option(
        "registry.middleware",
        "hash",
        "Middleware of the registry, the storage or the repositories.",
        example="{ 'storage' => [{ 'name' => 'cloudfront', "
        "'options' => { 'baseurl' => 'https://cdn.example.com' } }] }",
        lines=True,
    ),
    Option(
        "registry.notifications",
        "array",
        "Endpoints that are told of pushes and pulls.",
        example="[{ 'name' => 'events', 'url' => 'https://gitlab.example.com/events', "
        "'timeout' => '500ms', 'maxretries' => 5, 'backoff' => '1s' }]",
        lines=True,
    ),
    Option(
        "registry.default_notifications_timeout",
        "duration",
        "The timeout of endpoints that name none.",
        "500ms",
        "'500ms'",
        or_default=True,
    ),
    Option(
        "registry.default_notifications_maxretries",
        "integer",
        "The tries of endpoints that name none.",
        5,
        "5",
        or_default=True,
    ),
    Option(
        "registry.default_notifications_threshold",
        "scalar",
        "Omnibus does not read it; an endpoint's own maxretries or threshold counts.",
        ignored=True,
    ),
    Option(
        "registry.default_notifications_backoff",
        "duration",
        "The pause of endpoints that name none.",
        "1s",
        "'1s'",
        or_default=True,
    ),
    Option(
        "registry.default_notifications_headers",
        "hash",
        "Headers that every endpoint is sent.",
        {},
        "{ 'X-Source' => ['registry'] }",
        lines=True,
        or_default=True,
    ),
    Option(
        "registry.database",
        "hash",
        "The metadata database, where the registry has one.",
        {},
        "{ 'enabled' => false }",
        lines=True,
        or_default=True,
    ),
    Option(
        "registry.auto_migrate", "bool", "Whether reconfigure migrates the metadata database.", True, "true"
    ),
    Option(
        "registry.redis",
        "hash",
        "Redis for the registry's cache and load balancing.",
        {"loadbalancing": {"enabled": False}, "cache": {"enabled": False}},
        "{ 'cache' => { 'enabled' => false } }",
        lines=True,
        or_default=True,
    ),
    Option(
        "registry.gc",
        "hash",
        "Online garbage collection (with a metadata database).",
        example="{ 'disabled' => false }",
        lines=True,
    ),
    Option(
        "registry.reporting",
        "hash",
        "Where the registry reports its errors.",
        example="{ 'sentry' => { 'enabled' => true, 'dsn' => 'https://key@sentry.example.com/1' } }",
        lines=True,
    ),
    *svlogd.for_one("registry", "the registry"),
    *logrotate.without_effect("registry"),
)
