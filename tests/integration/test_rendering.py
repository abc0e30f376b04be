"""What is rendered, and how it is read: by the real nginx, registry and chpst."""

from __future__ import annotations

import http.client
import os
import pwd
import re
import subprocess
import time
from pathlib import Path

import pytest
from servers import CLEAN_ENVIRONMENT, accepts, free_ports, nginx, program, running

from glctl.clients import keys
from glctl.converge.stage import try_nginx
from glctl.paths import Root
from glctl.render.nginxconf import NginxSyntaxError, parse
from glctl.render.quoting import nginx_word
from glctl.render.registry import registry_resources
from glctl.render.resources import Directory, File

# Bodies of a ``types`` block, which takes any words: what nginx makes of each, our parser must make of it.
TEXTS = [
    *("a b;", "a 'b';", 'a "b";', 'a "b"c;', 'a "b""c";', "a 'b'\"c\";", "'a'b;", 'a b"c;', "a b'c;"),
    *(
        "a }b;",
        "a b};",
        "a b}c;",
        "a b{c;",
        "a 'b'{",
        "{ }",
        "a ${b};",
        "a $b{c;",
        "a x${b}c;",
        "a $$;",
        "a $;",
    ),
    *("a #b;\nb;", "a b#c;", "a 'b'#c\n;", "a 'b' #c\n;", "a b;#c", "a b;# c '", "#only a comment", ""),
    *("a \\;b;", "a b\\;c;", "a \\{b;", "a \\}b;", "a b \\ c;", "a $\\{;", "a \\"),
    *("a 'b;", 'a "b\\"c";', "a 'b\\'c';", "a 'b\\\\';", "a 'b\\';", "a 'b\nc';", "a 'b\\\nc';", "a b\\\nc;"),
    *("a\tb;", "a\rb;", "a\x0bb;", "a\x0cb;", "a\u00a0b;", "a\u2028b;", "a \x80b;", "a \x00b;"),
    *(
        "a b",
        ";",
        "a;;",
        "a;",
        "}",
        "a b; }",
        "'' b;",
        "\"\" '';",
        "a 'x{y;z}';",
        "a (b);",
        "a 'b')c;",
        "a 'b') ;",
    ),
]


def nginx_likes(types: str, folder: Path) -> bool:
    config = folder / "nginx.conf"
    paths = "".join(
        f"{kind}_temp_path {kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config.write_text(f"pid pid; events {{}} http {{ access_log off; {paths} types {{\n{types}\n}} }}")
    command = [program("nginx"), "-t", "-q", "-e", "stderr", "-p", str(folder), "-c", str(config)]
    return not subprocess.run(command, env=CLEAN_ENVIRONMENT, capture_output=True, check=False).returncode


def test_our_parser_refuses_exactly_what_nginx_refuses(tmp_path: Path) -> None:
    ours: dict[str, bool] = {}
    for text in TEXTS:
        try:
            ours[text] = bool(parse(f"types {{\n{text}\n}}"))
        except NginxSyntaxError:
            ours[text] = False
    assert ours == {text: nginx_likes(text, tmp_path) for text in TEXTS}
    assert len(set(ours.values())) == 2


def test_nginx_reads_a_quoted_text_as_it_is(tmp_path: Path, nasty_texts) -> None:
    (port,) = free_ports(1)
    # A '$' begins a variable, which is wanted; control characters are refused before.
    texts = [text for text in nasty_texts(400, seed=6) if not re.search(r"[$\x00-\x08\x0a-\x1f\x7f]", text)]
    locations = [f"location = /{n} {{ return 200 {nginx_word(text)}; }}" for n, text in enumerate(texts)]
    with nginx(tmp_path, " ".join([f"listen 127.0.0.1:{port};", *locations]), port):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        read = []
        for n in range(len(texts)):
            connection.request("GET", f"/{n}")
            read.append(connection.getresponse().read().decode())
        connection.close()
    assert read == texts
    assert len(texts) > 50


@pytest.fixture(scope="module")
def pair() -> dict[str, str]:
    """A key with a certificate of its own, in PEM, by the ending of the file."""
    key = keys.generate_key(bits=2048)
    return {"key": key.reveal(), "crt": keys.certify(key, time.time() - 3600)}


@pytest.fixture
def sandbox(tmp_path: Path, pair) -> dict[str, object]:
    """The facts of a sandbox of whoever runs the tests; it has a certificate /srv/r.crt with its key."""
    (tmp_path / "srv").mkdir()
    for ending, text in pair.items():
        (tmp_path / "srv" / f"r.{ending}").write_text(text)
    invoker = pwd.getpwuid(os.geteuid()).pw_name
    return {"root": Root(tmp_path), "invoker": invoker, "privileged": os.geteuid() == 0}


PAIR = [
    "registry['nginx']['ssl_certificate'] = '/srv/r.crt'",
    "registry['nginx']['ssl_certificate_key'] = '/srv/r.key'",
]
REDIRECT = "registry['nginx']['redirect_http_to_https'] = true"


def free_listeners() -> list[str]:
    """Loopback addresses for every server of nginx: ``nginx -t`` binds them, too."""
    port, redirected, status = free_ports(3)
    return [
        "registry['nginx']['listen_addresses'] = ['127.0.0.1', '127.0.0.2']",
        f"registry['nginx']['listen_port'] = {port}",
        f"registry['nginx']['redirect_http_to_https_port'] = {redirected}",
        "nginx['status']['listen_addresses'] = ['127.0.0.1']",
        f"nginx['status']['port'] = {status}",
    ]


@pytest.mark.parametrize(
    ("url", "lines"),
    [
        ("http://r.example.com", []),
        ("https://r.example.com", []),
        ("https://[2001:db8::1]:5050", []),
        ("https://r.example.com", ["registry['nginx']['listen_https'] = false"]),
        ("https://r.example.com", ["registry['nginx']['http2_enabled'] = true"]),
        ("https://r.example.com:5050", [REDIRECT]),
        (
            "https://r.example.com",
            [
                REDIRECT,
                "registry['nginx']['proxy_protocol'] = true",
                "registry['nginx']['real_ip_trusted_addresses'] = ['10.0.0.0/8', '::1']",
                "registry['nginx']['real_ip_recursive'] = 'on'",
            ],
        ),
        (
            "https://r.example.com",
            [
                "registry['nginx']['ssl_client_certificate'] = '/srv/r.crt'",
                "registry['nginx']['ssl_verify_client'] = 'optional'",
                "registry['nginx']['ssl_verify_depth'] = '2'",
                "registry['nginx']['ssl_ecdh_curve'] = 'X25519:secp384r1'",
                "registry['nginx']['ssl_conf_command'] = ['Options PrioritizeChaCha', 'MinProtocol TLSv1.2']",
            ],
        ),
        (
            "https://r.example.com",
            [
                "nginx['custom_nginx_config'] = 'map $uri $odd { default \"a;b\"; }'",
                "registry['nginx']['custom_gitlab_server_config'] = \"location = /a {\\n  return 204;\\n}\"",
                "registry['nginx']['proxy_set_headers'] = { 'X-Odd' => 'a \"b\"; }', 'X-Empty' => '' }",
                "registry['nginx']['hsts_max_age'] = 0",
            ],
        ),
        (
            "http://r.example.com",
            [
                "nginx['gzip_enabled'] = false",
                'nginx[\'log_format\'] = \'{"t": "$time_iso8601", "s": $status}\'',
                "nginx['log_format_escape'] = 'json'",
                "nginx['status']['options'] = { 'allow' => ['127.0.0.1', '::1'] }",
                "nginx['status']['vts_enable'] = false",
            ],
        ),
        (
            "http://r.example.com",
            ["nginx['status']['enable'] = false", "registry['nginx']['enable'] = false"],
        ),
    ],
)
def test_debian_s_nginx_accepts_what_is_rendered(configure, sandbox, url, lines) -> None:
    program("nginx")
    configuration = configure("\n".join([*PAIR, *free_listeners(), *lines]), url=url, **sandbox)
    assert configuration.errors == ()
    assert try_nginx(configuration.effective, configuration.host) is None


def write(configuration) -> None:
    """The registry's own files, below its root."""
    for resource in registry_resources(configuration.effective, configuration.host):
        if isinstance(resource, Directory):
            Path(resource.path).mkdir(parents=True)
        elif isinstance(resource, File):
            Path(resource.path).write_bytes(resource.content)


def test_the_registry_reads_what_is_rendered(configure, sandbox, pair, tmp_path: Path) -> None:
    port, debug_port = free_ports(2)
    realm = "https://gitlab.example.com/x: # 'y' é"
    lines = [
        f"registry['registry_http_addr'] = '127.0.0.1:{port}'",
        f"registry['debug_addr'] = '127.0.0.1:{debug_port}'",
        "registry['http_draintimeout'] = '5s'",
        "registry['log_formatter'] = 'json'",
        "registry['health_storagedriver_enabled'] = 'on'",
        f'registry["token_realm"] = "{realm}"',
        'registry["http_secret"] = "1e3: # \\n\'\\""',
        "registry['compatibility_schema1_enabled'] = true",
        "registry['notifications'] = [{ 'name' => 'e', 'url' => 'http://127.0.0.1:9/' }]",
    ]
    stored = {"internal_key": pair["key"], "internal_certificate": pair["crt"]}
    configuration = configure("\n".join(lines), **sandbox, secrets={"registry": stored})
    write(configuration)
    log = tmp_path / "log"
    command = [program("docker-registry"), "serve", configuration.effective["registry.dir"] + "/config.yml"]
    with running(command, log, lambda: accepts(port) and accepts(debug_port)):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/v2/")
        answer = connection.getresponse()
        answer.read()
        connection.close()
    told = answer.headers["WWW-Authenticate"].encode("latin1").decode()
    assert told == f'Bearer realm="{realm}/jwt/auth",service="container_registry"'
    assert answer.status == 401
    assert log.read_text().startswith("{")


def test_chpst_hands_on_what_the_environment_holds(configure, sandbox) -> None:
    values = {
        "A": "a b",
        "C": "line one\nline two\n\nlast",
        "D": "'\"$HOME `id` é \\n",
        "E": "5",
        "EMPTY": "",
    }
    pairs = ", ".join(f"'{name}' => \"{escaped(value)}\"" for name, value in values.items())
    configuration = configure(f"registry['env'] = {{ {pairs} }}", **sandbox)
    write(configuration)
    command = [
        program("chpst"),
        "-e",
        configuration.effective["registry.env_directory"],
        "/usr/bin/env",
        "-0",
    ]
    ours = {**CLEAN_ENVIRONMENT, "EMPTY": "set"}
    said = subprocess.run(command, env=ours, capture_output=True, check=True, timeout=10).stdout.decode()
    found = dict(line.split("=", 1) for line in said.split("\0") if line)
    assert {name: found.get(name) for name in values} == {**values, "EMPTY": None}  # an empty file unsets it
    assert found["GODEBUG"] == "tlsmlkem=0"


def escaped(text: str) -> str:
    """For a string of Ruby in double quotes."""
    return "".join(f"\\u{{{ord(character):x}}}" for character in text)
