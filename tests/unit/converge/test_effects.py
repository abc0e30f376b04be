"""What is said of each setting is held against what real rendering makes of it in tests/integration."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from glctl.converge.desired import Configuration, understand
from glctl.converge.effects import Effects, effects, without
from glctl.gitlabrb.reader import evaluate
from glctl.paths import Root
from glctl.settings.platform import DEBIAN, OMNIBUS
from glctl.settings.schema import NAMES, OPTIONS
from glctl.settings.versions import NEWEST

HTTP = "external_url 'http://gitlab.example.com'\nregistry_external_url 'http://registry.example.com'\n"
CONFIG = "/var/opt/gitlab/registry/config.yml"
VHOST = "/var/opt/gitlab/nginx/conf/service_conf/gitlab-registry.conf"


def understood(text: str, platform=DEBIAN) -> Configuration:
    return understand(evaluate(text, "gitlab.rb", NAMES), Root(), platform, NEWEST)


def found(key: str, text: str = HTTP, platform=DEBIAN) -> Effects:
    return effects(understood(text, platform), tuple(key.split(".")))


@pytest.mark.parametrize(
    ("key", "paths", "services"),
    [
        ("registry.debug_addr", [CONFIG], {"registry": "restart"}),
        ("registry.storage_delete_enabled", [CONFIG], {"registry": "restart"}),
        ("registry.redis", [CONFIG], {"registry": "restart"}),
        ("registry.registry_http_addr", [CONFIG, VHOST], {"registry": "restart", "nginx": "reload"}),
        ("registry.env", ["/opt/gitlab/etc/registry/env/*"], {"registry": "restart"}),
        ("registry.svlogd_num", ["/opt/gitlab/sv/registry/log/config"], {"registry/log": "reload"}),
        ("registry.uid", ["account registry"], {}),
        ("registry.nginx.hsts_max_age", [VHOST], {"nginx": "reload"}),
        ("nginx.worker_processes", ["/var/opt/gitlab/nginx/conf/nginx.conf"], {"nginx": "reload"}),
        (
            "registry.log_formatter",  # svlogd stamps lines, but for those in JSON
            [CONFIG, "/opt/gitlab/sv/registry/finish", "/opt/gitlab/sv/registry/log/run"],
            {"registry": "restart", "registry/log": "restart"},
        ),
    ],
)
def test_what_is_made_of_a_setting_and_who_hears_of_it(key, paths, services) -> None:
    effects = found(key)
    assert (list(effects.paths), dict(effects.services)) == (paths, services)
    assert (effects.overruled, effects.elsewhere) == (False, False)


def test_files_come_first_and_a_switch_starts_or_stops() -> None:
    effects = found("nginx.enable")
    assert VHOST in effects.paths
    assert dict(effects.services)["nginx"] == "start or stop"
    others = [path.endswith("/") or path.startswith("account ") for path in effects.paths]
    assert others == sorted(others)


def test_what_follows_for_other_settings() -> None:
    assert found("registry.nginx.proxy_protocol").settings == (
        "registry.nginx.proxy_set_headers",
        "registry.nginx.real_ip_header",
    )
    address = found("registry_external_url").settings
    assert {"registry.enable", "registry.nginx.listen_port", "gitlab_rails.registry_host"} <= {*address}


def test_a_new_key_has_a_new_certificate() -> None:
    effects = found("registry.internal_key")
    assert "/var/opt/gitlab/registry/gitlab-registry.crt" in effects.paths
    assert dict(effects.services) == {"registry": "restart"}


def test_a_part_of_a_value() -> None:
    effects = found("registry.storage.filesystem.rootdirectory")
    assert CONFIG in effects.paths
    assert found("registry.storage.s3.bucket").services == (("registry", "restart"),)


def test_what_a_rule_decides() -> None:
    effects = found("gitlab_rails.registry_host")
    assert (effects.overruled, effects.paths) == (True, (VHOST,))


@pytest.mark.parametrize("text", ["", HTTP], ids=["an empty gitlab.rb", "without TLS"])
def test_what_counts_elsewhere(text: str) -> None:
    effects = found("registry.nginx.ssl_ciphers", text)
    assert (effects.elsewhere, effects.paths) == (True, (VHOST,))


def test_what_counts_nowhere_on_this_kind_of_host() -> None:
    assert found("postgresql.port").none
    assert found("postgresql.port", platform=OMNIBUS).paths == (CONFIG,)


def test_chef_does_not_reload() -> None:
    assert found("registry.nginx.hsts_max_age", platform=OMNIBUS).services == (("nginx", "restart"),)


@pytest.mark.parametrize("line", ["registry['nginx']['dir'] = '/x'", "registry_nginx['dir'] = '/x'"])
def test_without_a_line_of_gitlab_rb(line: str) -> None:
    configuration = understood(f"{HTTP}\n{line}\nregistry['dir'] = '/y'")
    effective = without(configuration, OPTIONS["registry.nginx.dir"])
    assert effective["registry.nginx.dir"] == "/var/opt/gitlab/nginx"
    assert effective["registry.dir"] == "/y"


def test_told_is_what_roots_run_would_do_but_in_a_sandbox() -> None:
    configuration = understood(HTTP)
    run = "/opt/gitlab/sv/registry/run"
    for root, is_named in ((Root(), True), (Root(Path("/sandbox")), False)):
        host = replace(configuration.host, privileged=False, root=root)
        found = effects(replace(configuration, host=host), ("registry", "username"))
        assert (root.relocate(run) in found.paths) is is_named
