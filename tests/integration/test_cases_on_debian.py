"""The gitlab.rb files of tests/cases on a Debian-like host: its own nginx and registry take what is made."""

from __future__ import annotations

import os
import pwd
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from servers import CLEAN_ENVIRONMENT, free_ports, program

from glctl.clients import keys
from glctl.converge.stage import try_nginx
from glctl.errors import ConfigError
from glctl.paths import Root
from glctl.render.nginx import nginx_files
from glctl.render.registry import registry_resources
from glctl.render.resources import File

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glctl.converge.desired import Configuration
    from glctl.settings.effective import Effective

CASES = sorted((Path(__file__).parents[1] / "cases").glob("*/gitlab.rb"))
# RFC 7919's ffdhe2048, for settings that name a file with Diffie-Hellman parameters.
DH = """\
-----BEGIN DH PARAMETERS-----
MIIBCAKCAQEA//////////+t+FRYortKmq/cViAnPTzx2LnFg84tNpWp4TZBFGQz
+8yTnc4kmz75fS/jY2MMddj2gbICrsRhetPfHtXV/WVhJDP1H18GbtCFY2VVPe0a
87VXE15/V8k1mE8McODmi3fipona8+/och3xWKE2rec1MKzKT0g6eXq8CrGCsyT7
YdEIqUuyyOP7uWrat2DX9GgdT0Kj3jlN9K5W7edjcrsZCwenyO4KbXCeAvzhzffi
7MA0BM0oNC9hkXL+nOmFg/+OTxIy7vKBg8P+OxtMb61zO7X8vC7CIAXFjvGDfRaD
ssbzSibBsu/6iGtCOGEoXJf//////////wIBAg==
-----END DH PARAMETERS-----
"""
LOCAL = {"filesystem", "inmemory"}  # drivers that need nothing but this host
# What is wrong with these is wrong on an Omnibus host, too.
NGINX_REFUSES = {
    "ngx-old-real-ip": 'host not found in set_real_ip_from "one"',
    "ngx-verify-client-only": "no ssl_client_certificate for ssl_verify_client",
}
REGISTRY_REFUSES = {"sto-cache-redis": "redis configuration required"}


@pytest.fixture(scope="module")
def pair() -> dict[str, str]:
    """A key with a certificate of its own, in PEM."""
    key = keys.generate_key(bits=2048)
    return {"key": key.reveal(), "certificate": keys.certify(key, time.time() - 3600)}


@pytest.fixture
def configurations(configure, pair, tmp_path: Path) -> dict[str, Configuration]:
    """Those that are no error on this host, in a sandbox, by the names of the cases."""
    invoker = pwd.getpwuid(os.geteuid()).pw_name
    facts = {"root": Root(tmp_path), "invoker": invoker, "privileged": os.geteuid() == 0}
    facts["secrets"] = {
        "registry": {"internal_key": pair["key"], "internal_certificate": pair["certificate"]}
    }
    found = {}
    for path in CASES:
        try:
            configuration = configure(path.read_text(), url=None, **facts)
        except ConfigError:
            continue  # it reads files or asks for programs that are not here, or Omnibus refuses it, too
        if not configuration.errors:
            found[path.parent.name] = configuration
    assert len(found) > 150
    return found


def on_free_ports(effective: Effective, ports: list[int]) -> Effective:
    """``nginx -t`` binds what it is to listen on: so many loopback addresses, ports that nobody has."""

    def addresses(key: str) -> list[str]:
        return [f"127.0.0.{number}" for number, _ in enumerate(effective[key], 1)]

    return effective.replaced(
        registry__nginx__listen_addresses=addresses("registry.nginx.listen_addresses"),
        nginx__status__listen_addresses=addresses("nginx.status.listen_addresses"),
        registry__nginx__listen_port=ports[0],
        registry__nginx__redirect_http_to_https_port=ports[1],
        nginx__status__port=ports[2],
    )


def write_certificates(effective: Effective, pair: dict[str, str]) -> None:
    """Every file that the virtual host names."""
    texts = {"ssl_certificate_key": pair["key"], "ssl_dhparam": DH, "ssl_password_file": "secret\n"}
    for name in ("ssl_certificate", "ssl_client_certificate", *texts):
        if path := effective[f"registry.nginx.{name}"]:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            Path(path).write_text(texts.get(name, pair["certificate"]))


def test_nginx_takes_every_case(configurations, pair) -> None:
    program("nginx")
    ports = free_ports(3)
    refused, seen = {}, set()
    for name, configuration in configurations.items():
        effective, host = on_free_ports(configuration.effective, ports), configuration.host
        made = tuple(nginx_files(effective, host))
        if effective["nginx.enable"] and made not in seen:
            seen.add(made)
            write_certificates(effective, pair)
            if said := try_nginx(effective, host):
                refused[name] = said.words
    assert refused.keys() == NGINX_REFUSES.keys()
    assert all(NGINX_REFUSES[name] in said for name, said in refused.items())
    assert len(seen) > 30


def configs(configurations: dict[str, Configuration]) -> Iterator[tuple[str, Configuration, str]]:
    """Each different config.yml once, with the first case that gives it."""
    seen = set()
    for name, configuration in configurations.items():
        if configuration.effective["registry.enable"]:
            made = registry_resources(configuration.effective, configuration.host)
            (text,) = [
                r.content.decode() for r in made if isinstance(r, File) and r.path.endswith("/config.yml")
            ]
            if text not in seen:
                seen.add(text)
                yield name, configuration, text


def last_words(config: Path, socket: Path) -> str:
    """What the registry says when it ends; empty where it listens."""
    command = [program("docker-registry"), "serve", str(config)]
    environment = {
        "REGISTRY_HTTP_NET": "unix",
        "REGISTRY_HTTP_ADDR": str(socket),
        "REGISTRY_HTTP_DEBUG_ADDR": "",
    }
    process = subprocess.Popen(
        command,
        env={**CLEAN_ENVIRONMENT, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 10
    while process.poll() is None and not socket.exists() and time.monotonic() < deadline:
        time.sleep(0.005)
    listens = socket.exists()
    process.kill()
    _, said = process.communicate()
    socket.unlink(missing_ok=True)
    return "" if listens else said or "nothing"


def test_the_registry_reads_every_case_and_starts_on_a_driver_of_this_host(
    configurations, pair, tmp_path: Path
) -> None:
    program("docker-registry")
    config, started, broken = tmp_path / "config.yml", 0, {}
    for name, configuration, text in configs(configurations):
        bundle = Path(configuration.effective["registry.rootcertbundle"])
        bundle.parent.mkdir(parents=True, exist_ok=True)
        bundle.write_text(pair["certificate"])
        config.write_text(text)
        said = last_words(config, tmp_path / "socket")
        started += not said
        read = yaml.safe_load(text)
        is_local = bool(LOCAL & read["storage"].keys()) and "middleware" not in read
        if said and (is_local or "configuration error" in said):
            broken[name] = said
    assert broken.keys() == REGISTRY_REFUSES.keys()
    assert all(REGISTRY_REFUSES[name] in said for name, said in broken.items())
    assert started > 20
