"""``registry['nginx'][…]``: the registry's virtual host (also written ``registry_nginx[…]``)."""

from __future__ import annotations

from glctl.settings.option import Option

# The suites and protocols that Omnibus 19.3 renders.
CIPHERS = (
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    "DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384"
)

_N = "registry.nginx."
_IGNORED = (
    "client_max_body_size proxy_read_timeout proxy_connect_timeout proxy_cache proxy_custom_buffer_size "
    "gzip_enabled gzip_http_version gzip_comp_level gzip_proxied gzip_types referrer_policy "
    "request_buffering_off_path_regex"
).split()

OPTIONS = (
    Option(_N + "enable", "bool", "Whether nginx serves the registry.", True, "true"),
    Option(_N + "https", "bool", "Whether nginx ends TLS on an http address.", default=False, example="true"),
    Option(_N + "listen_addresses", "array", "The addresses that nginx listens on.", ["*"], "['*', '[::]']"),
    Option(
        _N + "listen_port", "port", "nginx's port; that of registry_external_url where unset.", example="5050"
    ),
    Option(
        _N + "listen_https",
        "bool",
        "Whether nginx ends TLS; by the URL's scheme where unset.",
        example="true",
    ),
    Option(
        _N + "dir",
        "path",
        "Where challenges of certificate authorities are answered from.",
        "/var/opt/gitlab/nginx",
        "'/var/opt/gitlab/nginx'",
    ),
    Option(
        _N + "log_directory",
        "path",
        "Where the virtual host logs.",
        "/var/log/gitlab/nginx",
        "'/var/log/gitlab/nginx'",
    ),
    Option(_N + "error_log_level", "string", "How much goes to the error log.", "error", "'error'"),
    Option(
        _N + "ssl_certificate",
        "path",
        "The certificate with its chain, in PEM.",
        example="'/etc/gitlab/ssl/registry.example.com.crt'",
    ),
    Option(
        _N + "ssl_certificate_key",
        "path",
        "The key of that certificate.",
        example="'/etc/gitlab/ssl/registry.example.com.key'",
    ),
    Option(
        _N + "ssl_client_certificate",
        "path",
        "Authorities of client certificates.",
        example="'/etc/gitlab/ssl/clients.crt'",
    ),
    Option(_N + "ssl_verify_client", "string", "Whether clients must show a certificate.", example="'on'"),
    Option(
        _N + "ssl_verify_depth", "integer", "How long the chain of a client's certificate may be.", 1, "1"
    ),
    Option(
        _N + "ssl_password_file",
        "path",
        "Passphrases of the certificate's key.",
        example="'/etc/gitlab/ssl/passphrases'",
    ),
    Option(_N + "ssl_dhparam", "path", "Diffie-Hellman parameters.", example="'/etc/gitlab/ssl/dhparam.pem'"),
    Option(_N + "ssl_ecdh_curve", "string", "Curves of the key exchange.", example="'auto'"),
    Option(_N + "ssl_ciphers", "string", "Cipher suites.", CIPHERS, f"'{CIPHERS}'"),
    Option(_N + "ssl_protocols", "string", "TLS versions.", "TLSv1.2 TLSv1.3", "'TLSv1.2 TLSv1.3'"),
    Option(_N + "ssl_prefer_server_ciphers", "string", "Whether the server's order counts.", "off", "'off'"),
    Option(
        _N + "ssl_session_cache", "string", "The cache of TLS sessions.", "shared:SSL:10m", "'shared:SSL:10m'"
    ),
    Option(_N + "ssl_session_tickets", "string", "Whether sessions are resumed by tickets.", "off", "'off'"),
    Option(_N + "ssl_session_timeout", "string", "How long sessions may be resumed.", "1d", "'1d'"),
    Option(
        _N + "ssl_conf_command",
        "words",
        "OpenSSL configuration commands (one or several).",
        example="['Options KTLS']",
    ),
    Option(_N + "http2_enabled", "bool", "Whether HTTP/2 is spoken.", False, "false"),
    Option(_N + "redirect_http_to_https", "bool", "Whether plain http is redirected.", False, "true"),
    Option(_N + "redirect_http_to_https_port", "port", "The port that is redirected.", 80, "80"),
    Option(
        _N + "hsts_max_age", "number", "Seconds that browsers insist on https; 0: not.", 63072000, "63072000"
    ),
    Option(
        _N + "hsts_include_subdomains",
        "bool",
        "Whether they insist on it for subdomains, too.",
        False,
        "false",
    ),
    Option(_N + "proxy_protocol", "bool", "Whether a load balancer speaks PROXY protocol.", False, "false"),
    Option(
        _N + "proxy_set_headers",
        "hash",
        "Headers for the registry; nil takes one away.",
        {},
        "{ 'X-Forwarded-Proto' => 'https', 'X-Forwarded-Ssl' => 'on' }",
        or_default=True,
    ),
    Option(
        _N + "real_ip_header", "string", "The header with the client's address.", example="'X-Forwarded-For'"
    ),
    Option(
        _N + "real_ip_recursive",
        "string",
        "Whether trusted addresses are skipped in that header.",
        example="'on'",
    ),
    Option(_N + "real_ip_trusted_addresses", "array", "Proxies whose word is taken.", [], "['192.0.2.0/24']"),
    Option(
        _N + "custom_gitlab_server_config",
        "string",
        "Directives added to the server block as they are.",
        example="'limit_rate 1m;'",
        lines=True,
    ),
    *(
        Option(_N + key, "any", "Omnibus does not write it for the registry.", ignored=True)
        for key in _IGNORED
    ),
)
