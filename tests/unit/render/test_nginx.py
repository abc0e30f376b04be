from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from glctl.errors import UsageError
from glctl.gitlabrb.model import Settings
from glctl.paths import Root
from glctl.render.nginx import RELOAD, nginx_files, nginx_resources
from glctl.render.nginxconf import Directive, parse, words
from glctl.render.resources import Absent, Account, Directory, File, Symlink
from glctl.settings.derive import derive
from glctl.settings.host import Host
from glctl.settings.option import ruby_name
from glctl.settings.platform import DEBIAN, OMNIBUS
from glctl.settings.schema import OPTIONS
from glctl.settings.secrets import Placeholders, complete
from glctl.settings.validate import validate

CONF = "/var/opt/gitlab/nginx/conf"
VHOST = f"{CONF}/service_conf/gitlab-registry.conf"
BOTH = {"users": frozenset({"gitlab-www"}), "groups": frozenset({"gitlab-www"})}


@pytest.fixture
def rendered(configure):
    """The directives of nginx.conf, of its status server or of the registry's virtual host."""

    def directives(text="", name="service_conf/gitlab-registry.conf", **facts) -> tuple[Directive, ...]:
        configuration = configure(text, **facts)
        files = {file.path: file for file in nginx_files(configuration.effective, configuration.host)}
        return parse(files[f"{CONF}/{name}"].content.decode())

    return directives


def lines(directives, *names: str) -> list[str]:
    """Directives as text, those of these names alone."""
    return [" ".join([d.name, *d.args]) for d in directives if not names or d.name in names]


def block(directives, *path: str) -> tuple[Directive, ...]:
    """What is in the first block of this name, and of this name in it …"""
    for name in path:
        (directive, *_) = [d for d in directives if d.name == name]
        directives = directive.block
    return directives


def test_everything_that_nginx_needs_in_its_order(configure) -> None:
    configuration = configure()
    found = list(nginx_resources(configuration.effective, configuration.host))
    home = "/var/opt/gitlab/nginx"
    assert [replace(r, content=b"") if isinstance(r, File) else r for r in found] == [
        Account("gitlab-www", "gitlab-www", home=home, shell="/bin/false"),
        Directory(home, 0o750, "root", "gitlab-www"),
        Directory(CONF, 0o750, "root", "gitlab-www"),
        Directory(f"{CONF}/service_conf", 0o750, "root", "gitlab-www"),
        Directory(f"{CONF}/upstream_definitions", 0o750, "root", "gitlab-www"),
        Directory(f"{CONF}/extra_metrics_conf", 0o750, "root", "gitlab-www"),
        Directory("/var/log/gitlab/nginx", 0o750, "root", "gitlab-www"),
        Symlink(f"{home}/logs", "/var/log/gitlab/nginx"),
        File(f"{CONF}/nginx.conf", b"", notifies=RELOAD),
        File(f"{CONF}/nginx-status.conf", b"", notifies=RELOAD),
        File(VHOST, b"", notifies=RELOAD),
        Absent(f"{CONF}/gitlab-registry.conf", RELOAD),
    ]


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("nginx['enable'] = false", {VHOST: Absent}),
        (
            "registry['nginx']['enable'] = false",
            {f"{CONF}/nginx.conf": File, f"{CONF}/nginx-status.conf": File, VHOST: Absent},
        ),
        (
            "nginx['status']['enable'] = false",
            {f"{CONF}/nginx.conf": File, f"{CONF}/nginx-status.conf": Absent, VHOST: File},
        ),
    ],
)
def test_what_is_switched_off_goes_away(configure, text, paths) -> None:
    configuration = configure(text)
    found = {r.path: type(r) for r in nginx_files(configuration.effective, configuration.host)}
    assert found == paths


def test_accounts_are_made_unless_gitlab_rb_says_no(configure) -> None:
    configuration = configure("manage_accounts['enable'] = false\nweb_server['username'] = 'www'")
    found = list(nginx_resources(configuration.effective, configuration.host))
    assert not [r for r in found if isinstance(r, Account)]


@pytest.mark.parametrize(
    ("facts", "user"),
    [
        ({}, ["user gitlab-www gitlab-www"]),
        ({"root": Root(Path("/srv/box")), **BOTH}, ["user gitlab-www gitlab-www"]),
        ({"root": Root(Path("/srv/box"))}, ["user root"]),
        ({"privileged": False, "invoker": "me", **BOTH}, []),
    ],
)
def test_workers_run_as_an_account_that_there_is(configure, facts, user) -> None:
    configuration = configure(**facts)
    (main, *_) = nginx_files(configuration.effective, configuration.host)
    assert lines(parse(main.content.decode()), "user") == user


def test_the_main_configuration_has_what_omnibus_has(rendered) -> None:
    top = rendered(name="nginx.conf", platform=OMNIBUS)
    assert lines(top) == [
        "user gitlab-www gitlab-www",
        "worker_processes 4",
        "error_log stderr",
        "pid nginx.pid",
        "daemon off",
        "events",
        "http",
    ]
    names = [d.name for d in block(top, "http")]
    assert names[:2] == ["log_format", "hide_server_tokens"]
    assert names[-4:] == ["vhost_traffic_status_zone", "include", "include", "include"]


def test_debian_s_nginx_has_no_modules_of_gitlab_and_paths_of_its_own(rendered) -> None:
    http = block(rendered(name="nginx.conf"), "http")
    assert not lines(http, "hide_server_tokens", "vhost_traffic_status_zone")
    assert lines(http, "client_body_temp_path", "scgi_temp_path") == [
        "client_body_temp_path client_body_temp",
        "scgi_temp_path scgi_temp",
    ]
    assert lines(http, "include")[0] == "include /etc/nginx/mime.types"
    status = block(rendered(name="nginx-status.conf"), "server")
    assert [d.args for d in status if d.name == "location"] == [("/nginx_status",)]


@pytest.mark.parametrize(
    ("text", "names", "found"),
    [
        ("nginx['gzip_enabled'] = false", ("gzip", "gzip_types", "gzip_proxied"), ["gzip off"]),
        ("nginx['gzip_types'] = ['a/b']", ("gzip", "gzip_types"), ["gzip on", "gzip_types a/b"]),
        ("nginx['keepalive_timeout'] = '10 20'", ("keepalive_timeout",), ["keepalive_timeout 10 20"]),
        (
            "nginx['proxy_cache_path'] = 'c keys_zone=gitlab:1m'",
            ("proxy_cache_path",),
            ["proxy_cache_path c keys_zone=gitlab:1m"],
        ),
        ("nginx['custom_nginx_config'] = \"a b;\\nc d;\"", ("a", "c"), ["a b", "c d"]),
        (
            "nginx['log_format'] = '{\"t\": \"$time_iso8601\"}'",
            ("log_format",),
            ['log_format gitlab_access escape=default {"t": "$time_iso8601"}'],
        ),
    ],
)
def test_nginx_settings_reach_the_http_block(rendered, text, names, found) -> None:
    assert lines(block(rendered(text, "nginx.conf"), "http"), *names) == found


@pytest.mark.parametrize(
    ("text", "platform", "zone", "metrics"),
    [
        ("", OMNIBUS, True, True),
        ("nginx['status']['vts_enable'] = false", OMNIBUS, False, False),
        ("", DEBIAN, False, False),
    ],
)
def test_traffic_is_counted_where_nginx_can(rendered, text, platform, zone, metrics) -> None:
    http = block(rendered(text, "nginx.conf", platform=platform), "http")
    assert bool(lines(http, "vhost_traffic_status_zone")) is zone
    status = block(rendered(text, "nginx-status.conf", platform=platform), "server")
    assert [d.args for d in status if d.name == "location"] == [("/nginx_status",)] + [
        ("/metrics",)
    ] * metrics


def test_status_is_shown_to_whom_the_options_say(rendered) -> None:
    text = (
        "nginx['status']['options'] = { 'allow' => ['10.0.0.1', '10.0.0.2'], 'access_log' => '/x combined', "
        "'dropped' => 5 }\nnginx['status']['listen_addresses'] = ['127.0.0.1', '[::1]']\n"
        "nginx['status']['port'] = 8061\nnginx['status']['fqdn'] = 'status.example.com'"
    )
    server = block(rendered(text, "nginx-status.conf"), "server")
    assert lines(server, "listen", "server_name") == [
        "listen 127.0.0.1:8061",
        "listen [::1]:8061",
        "server_name status.example.com",
    ]
    assert lines(block(server, "location")) == [
        "stub_status",
        "server_tokens off",
        "access_log /x combined",
        "allow 10.0.0.1",
        "allow 10.0.0.2",
        "deny all",
    ]


@pytest.mark.parametrize(
    ("text", "url", "platform", "listen"),
    [
        ("", "https://r.example.com", DEBIAN, ["listen *:443 ssl"]),
        ("", "http://r.example.com:8080", DEBIAN, ["listen *:8080"]),
        ("registry['nginx']['listen_addresses'] = []", "http://r.example.com", DEBIAN, []),
        (
            "registry_nginx['listen_addresses'] = ['a', '[::]']\nregistry_nginx['listen_port'] = '5050'",
            "https://r.example.com",
            DEBIAN,
            ["listen a:5050 ssl", "listen [::]:5050 ssl"],
        ),
        (
            "registry['nginx']['proxy_protocol'] = true",
            "https://r",
            DEBIAN,
            ["listen *:443 proxy_protocol ssl"],
        ),
        ("registry['nginx']['http2_enabled'] = true", "https://r", DEBIAN, ["listen *:443 ssl http2"]),
        ("registry['nginx']['http2_enabled'] = true", "http://r", DEBIAN, ["listen *:80"]),
        (
            "registry['nginx']['http2_enabled'] = true\nletsencrypt['enable'] = false",
            "https://r",
            OMNIBUS,
            ["listen *:443 ssl", "http2 on"],
        ),
        ("registry['nginx']['http2_enabled'] = true", "http://r", OMNIBUS, ["listen *:80"]),
    ],
)
def test_nginx_listens_for_clients(rendered, text, url, platform, listen) -> None:
    server = block(rendered(text, url=url, platform=platform), "server")
    assert lines(server, "listen", "http2") == listen


def test_tls_has_what_gitlab_rb_says(rendered) -> None:
    text = "\n".join(
        f"registry['nginx']['{name}'] = {value}"
        for name, value in {
            "ssl_certificate": "'/srv/r.crt'",
            "ssl_certificate_key": "'/srv/r.key'",
            "ssl_client_certificate": "'/srv/ca.crt'",
            "ssl_verify_client": "'on'",
            "ssl_verify_depth": "'3'",
            "ssl_protocols": "'TLSv1.3'",
            "ssl_ciphers": "'HIGH:!aNULL'",
            "ssl_dhparam": "'/srv/dh.pem'",
            "ssl_ecdh_curve": "'secp384r1'",
            "ssl_conf_command": "['Options KTLS', 'Ciphersuites X']",
            "ssl_password_file": "'/srv/pass phrases'",
        }.items()
    )
    assert [line for line in lines(block(rendered(text), "server")) if line.startswith("ssl_")] == [
        "ssl_certificate /srv/r.crt",
        "ssl_certificate_key /srv/r.key",
        "ssl_client_certificate /srv/ca.crt",
        "ssl_verify_client on",
        "ssl_verify_depth 3",
        "ssl_ciphers HIGH:!aNULL",
        "ssl_protocols TLSv1.3",
        "ssl_prefer_server_ciphers off",
        "ssl_session_cache shared:SSL:10m",
        "ssl_session_tickets off",
        "ssl_session_timeout 1d",
        "ssl_dhparam /srv/dh.pem",
        "ssl_ecdh_curve secp384r1",
        "ssl_conf_command Options KTLS",
        "ssl_conf_command Ciphersuites X",
        "ssl_password_file /srv/pass phrases",
    ]


def test_without_tls_there_is_none(rendered) -> None:
    server = lines(block(rendered("registry['nginx']['ssl_dhparam'] = '/x'", url="http://r"), "server"))
    assert [line for line in server if line.startswith("ssl")] == []


REDIRECT = "registry['nginx']['redirect_http_to_https'] = true"
ELSEWHERE = REDIRECT + "\nregistry['nginx']['redirect_http_to_https_port'] = 8080"
BEHIND = "registry['nginx']['proxy_protocol'] = true"


@pytest.mark.parametrize(
    ("text", "url", "listen", "to"),
    [
        (REDIRECT, "https://r.example.com", ["listen *:80"], "https://r.example.com$request_uri"),
        (REDIRECT, "https://r.example.com:5050", ["listen *:80"], "https://r.example.com:5050$request_uri"),
        (
            f"{ELSEWHERE}\n{BEHIND}",
            "https://r.example.com",
            ["listen *:8080 proxy_protocol"],
            "https://r.example.com$request_uri",
        ),
    ],
)
def test_plain_http_is_redirected_where_it_is_asked_for(rendered, text, url, listen, to) -> None:
    first, second = rendered(text, url=url)
    assert lines(first.block) == [
        *listen,
        "server_name r.example.com",
        "server_tokens off",
        "location /",
        "access_log /var/log/gitlab/nginx/gitlab_registry_access.log gitlab_access",
        "error_log /var/log/gitlab/nginx/gitlab_registry_error.log error",
    ]
    assert lines(block(first.block, "location")) == [f"return 301 {to}"]
    assert lines(second.block, "ssl_certificate")


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("", "https://r"),
        (REDIRECT, "http://r"),
        (f"{REDIRECT}\nregistry['nginx']['listen_https'] = false", "https://r"),
    ],
)
def test_there_is_nothing_to_redirect_without_tls(rendered, text, url) -> None:
    assert len(rendered(text, url=url)) == 1


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("", ["add_header Strict-Transport-Security max-age=63072000"]),
        (
            "registry['nginx']['hsts_max_age'] = nil",
            ["add_header Strict-Transport-Security max-age=63072000"],
        ),
        ("registry['nginx']['hsts_max_age'] = 0", []),
        ("registry['nginx']['hsts_max_age'] = -1", []),
        (
            "registry['nginx']['hsts_max_age'] = 10\nregistry['nginx']['hsts_include_subdomains'] = true",
            ["add_header Strict-Transport-Security max-age=10; includeSubdomains"],
        ),
    ],
)
@pytest.mark.parametrize("url", ["https://r", "http://r"])
def test_browsers_are_told_to_insist_on_https(rendered, text, header, url) -> None:
    assert lines(block(rendered(text, url=url), "server"), "add_header") == header


def test_the_clients_address_is_taken_from_trusted_proxies(rendered) -> None:
    text = (
        "registry['nginx']['real_ip_header'] = 'X-Forwarded-For'\n"
        "registry['nginx']['real_ip_recursive'] = 'on'\n"
        "registry['nginx']['real_ip_trusted_addresses'] = ['10.0.0.0/8', 'unix:']"
    )
    names = ("real_ip_header", "real_ip_recursive", "set_real_ip_from")
    assert lines(block(rendered(text), "server"), *names) == [
        "real_ip_header X-Forwarded-For",
        "real_ip_recursive on",
        "set_real_ip_from 10.0.0.0/8",
        "set_real_ip_from unix:",
    ]


def test_layers_stream_through_to_the_registry(rendered) -> None:
    text = (
        "registry['registry_http_addr'] = '10.0.0.5:5001'\n"
        "registry_nginx['proxy_set_headers'] = { 'X-Custom' => 'a b', 'X-Empty' => '', 'X-Real-IP' => nil }"
    )
    location = block(rendered(text), "server", "location")
    assert [(d.name, *d.args) for d in location] == [
        ("proxy_set_header", "Host", "$http_host"),
        ("proxy_set_header", "X-Forwarded-For", "$proxy_add_x_forwarded_for"),
        ("proxy_set_header", "X-Forwarded-Proto", "https"),
        ("proxy_set_header", "X-Forwarded-Ssl", "on"),
        ("proxy_set_header", "X-Custom", "a b"),
        ("proxy_set_header", "X-Empty", ""),
        ("proxy_read_timeout", "900"),
        ("proxy_cache", "off"),
        ("proxy_buffering", "off"),
        ("proxy_request_buffering", "off"),
        ("proxy_http_version", "1.1"),
        ("proxy_pass", "http://10.0.0.5:5001"),
    ]


@pytest.mark.parametrize(
    ("key", "text", "reason"),
    [
        ("registry.nginx.custom_gitlab_server_config", "} server { listen 1;", "line 1: unexpected '}'"),
        (
            "registry.nginx.custom_gitlab_server_config",
            "location /x {\n return 204;",
            "line 1: '{' is not closed",
        ),
        ("registry.nginx.custom_gitlab_server_config", "a b", "line 1: ';' is missing at the end"),
        ("nginx.custom_nginx_config", "a b;\n}\nc {", "line 2: unexpected '}'"),
        ("nginx.custom_nginx_config", "a 'b;", "line 1: a quote is not closed, or more follows behind it"),
    ],
)
def test_directives_that_are_no_whole_are_refused_by_name(configure, key, text, reason) -> None:
    configuration = configure()
    effective = configuration.effective.replaced(**{key.replace(".", "__"): text})
    with pytest.raises(UsageError) as caught:
        list(nginx_files(effective, configuration.host))
    assert (
        caught.value.message
        == f"{ruby_name(key)} holds something else than whole directives of nginx: {reason}."
    )


def test_custom_directives_come_last_and_may_end_in_a_comment(rendered) -> None:
    text = "registry['nginx']['custom_gitlab_server_config'] = \"location = /a { return 204; } # }\""
    assert lines(block(rendered(text), "server"))[-1] == "location = /a"


@pytest.mark.parametrize(
    ("written", "header"),
    [("''", ""), ('"a b"', "a b"), ("a  b", "a b"), ("a; b", "a; b"), ('a "b', 'a "b'), ("'\\n'", "'\\n'")],
)
def test_quotes_that_gitlab_rb_has_for_nginx_are_none_of_a_header(rendered, written, header) -> None:
    text = f"registry['nginx']['proxy_set_headers'] = {{ 'X-Own' => {ruby_text(written)} }}"
    (*_, own) = [d for d in block(rendered(text), "server", "location") if d.name == "proxy_set_header"]
    assert own.args == ("X-Own", header)


@pytest.mark.parametrize(("written", "header"), [("true", "true"), ("5", "5"), (":on", "on")])
def test_a_header_is_text(rendered, written, header) -> None:
    text = f"registry['nginx']['proxy_set_headers'] = {{ 'X-Own' => {written} }}"
    (*_, own) = [d for d in block(rendered(text), "server", "location") if d.name == "proxy_set_header"]
    assert own.args == ("X-Own", header)


def test_a_secret_header_is_written_as_it_is(rendered) -> None:
    text = "registry['nginx']['proxy_set_headers'] = { 'Authorization' => 'Basic abc', 'X-Token' => 'abc' }"
    written = [d.args for d in block(rendered(text), "server", "location") if d.name == "proxy_set_header"]
    assert written[-2:] == [("Authorization", "Basic abc"), ("X-Token", "abc")]


def test_options_of_the_status_may_have_quotes(rendered) -> None:
    text = "nginx['status']['options'] = { 'add_header' => 'X-Own \"a b\"' }"
    inner = block(rendered(text, name="nginx-status.conf"), "server", "location")
    assert [d.args for d in inner if d.name == "add_header"] == [("X-Own", "a b")]


def ruby_text(text: str) -> str:
    """A literal of gitlab.rb in double quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


# Every setting that nginx reads as text, with whatever text in it.
MARK = "zq"
SPLIT = {  # a blank in these separates arguments
    *("nginx.gzip_proxied", "nginx.proxy_cache_path", "nginx.keepalive_timeout"),
    *("nginx.status.fqdn", "nginx.status.options"),
    *("registry.nginx.ssl_protocols", "registry.nginx.ssl_session_cache", "registry.nginx.ssl_conf_command"),
}
ELSEWHERE_READ = {"nginx.log_group", "nginx.log_directory", "registry.nginx.dir"}  # not in these files
TEXTS = [
    option
    for option in OPTIONS.values()
    if option.key.startswith(("nginx.", "registry.nginx."))
    and option.kind in ("string", "scalar", "path", "array", "words", "hash")
    and not (option.ignored or option.choices or option.lines or "svlogd" in option.key)
    and option.key not in ELSEWHERE_READ
]


def configured(option, text: str):
    """Effective settings in which the option has a value made of *text*, and the errors about them."""
    made = {"array": [text], "words": [text], "hash": {"X-Name": text}, "path": f"/{text}"}
    values: dict = {
        "external_url": "https://g.example.com",
        "registry_external_url": "https://r.example.com",
        "registry": {"nginx": {"redirect_http_to_https": True, "ssl_verify_client": "on"}},
        "nginx": {"status": {}},
    }
    node = values
    for key in option.path[:-1]:
        node = node[key]
    node[option.path[-1]] = made.get(option.kind, text)
    own = frozenset({"/etc/gitlab/ssl/g.example.com.crt"})  # so that it is not Let's Encrypt's that counts
    settings, host = Settings(values), Host(OMNIBUS, certificates=own)
    effective = derive(settings, host, complete(settings, host, Placeholders()))
    return effective, [d.message for d in validate(settings, effective) if d.severity == "error"]


def read_back(effective) -> tuple[Directive, ...]:
    files = nginx_files(effective, Host(OMNIBUS))
    return tuple(d for file in files if isinstance(file, File) for d in parse(file.content.decode()))


def filled(directives, text: str, split: bool) -> tuple[Directive, ...]:
    """*directives* with *text* in the place of the mark."""

    def pieces(arg: str) -> list[str]:
        if not split or arg != MARK:
            return [arg.replace(MARK, text)]
        read = words(text)
        return text.split() if read is None else read

    return tuple(
        replace(
            d,
            args=tuple(piece for arg in d.args for piece in pieces(arg)),
            block=None if d.block is None else filled(d.block, text, split),
        )
        for d in directives
    )


@pytest.mark.parametrize("option", TEXTS, ids=lambda option: option.key)
def test_any_text_is_read_back_as_it_is_or_refused_by_name(option, nasty_texts) -> None:
    effective, errors = configured(option, MARK)
    marked = read_back(effective)
    assert (errors, MARK in str(marked)) == ([], True)
    for text in filter(None, nasty_texts(5, seed=option.key)):
        effective, errors = configured(option, text)
        if errors:
            assert [message for message in errors if ruby_name(option.key) in message] == errors
        else:
            assert read_back(effective) == filled(marked, text, option.key in SPLIT)


def test_challenges_of_lets_encrypt_are_answered_by_both_servers(rendered) -> None:
    places = [[d.args for d in server.block if d.name == "location"] for server in rendered(platform=OMNIBUS)]
    assert places == [[("/.well-known/acme-challenge/",), ("/",)]] * 2


def test_the_settings_that_nginx_reads_are_all_tried() -> None:
    assert len(TEXTS) == 38
