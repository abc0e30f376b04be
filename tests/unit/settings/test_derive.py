from pathlib import Path

import pytest

from glctl.errors import UsageError
from glctl.paths import Root
from glctl.secret import Secret
from glctl.settings.platform import OMNIBUS
from glctl.settings.schema import OPTIONS


def test_every_option_has_an_effective_value_with_an_origin(configure) -> None:
    effective = configure("").effective
    assert list(effective) == list(OPTIONS)
    assert {effective.origin(key).kind for key in effective} == {"default", "derived", "file", "secrets"}


def test_what_nobody_sets_is_the_default(configure) -> None:
    effective = configure("").effective
    assert effective["registry.log_level"] == "info"
    assert str(effective.origin("registry.log_level")) == "default"


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        (
            "registry['redis'] = { cache: { enabled: true, addr: 'x:6379' } }",
            "registry.redis",
            {"loadbalancing": {"enabled": False}, "cache": {"enabled": True, "addr": "x:6379"}},
        ),
        (
            "nginx['status']['options'] = { 'allow' => '10.0.0.0/8' }",
            "nginx.status.options",
            {"server_tokens": "off", "access_log": "off", "allow": "10.0.0.0/8", "deny": "all"},
        ),
        ("registry['nginx']['listen_addresses'] = []", "registry.nginx.listen_addresses", []),
    ],
)
def test_hashes_are_added_to_their_defaults_and_arrays_replace_them(configure, text, key, value) -> None:
    effective = configure(text).effective
    assert effective[key] == value
    assert str(effective.origin(key)) == "gitlab.rb:1:1"


def test_below_a_root_every_path_is(configure, tmp_path: Path) -> None:
    effective = configure("registry['dir'] = '/srv/registry'", root=Root(tmp_path)).effective
    outside = {
        option.key: effective[option.key]
        for option in OPTIONS.values()
        if option.kind == "path"
        and effective[option.key]
        and not effective[option.key].startswith(f"{tmp_path}/")
    }
    assert outside == {}
    assert effective["registry.dir"] == f"{tmp_path}/srv/registry"
    assert effective["registry.rootcertbundle"] == f"{tmp_path}/srv/registry/gitlab-registry.crt"
    assert (
        effective["registry.nginx.ssl_certificate"] == f"{tmp_path}/etc/gitlab/ssl/registry.example.com.crt"
    )
    assert effective["registry.storage"]["filesystem"]["rootdirectory"].startswith(f"{tmp_path}/var/opt/")


@pytest.mark.parametrize("written", ["/srv/r/", "/srv//r", "/srv/./r", "/", "//"])
def test_on_the_machine_itself_a_path_is_as_gitlab_rb_has_it(configure, written) -> None:
    assert configure(f"registry['dir'] = '{written}'").effective["registry.dir"] == written


@pytest.mark.parametrize("written", ["/srv/images/", "images"])
def test_where_images_are_kept_is_written_as_it_is(configure, written) -> None:
    text = f"registry['storage'] = {{ 'filesystem' => {{ 'rootdirectory' => '{written}' }} }}"
    assert configure(text).effective["registry.storage"]["filesystem"] == {"rootdirectory": written}


def test_false_for_no_value_is_the_default(configure) -> None:
    names = ("storage", "token_realm", "http_secret", "rootcertbundle")
    effective = configure("\n".join(f"registry['{name}'] = false" for name in names)).effective
    default = configure().effective
    assert {name: effective[f"registry.{name}"] for name in names} == {
        name: default[f"registry.{name}"] for name in names
    }


def test_programs_of_the_machine_stay_where_they_are(configure, tmp_path: Path) -> None:
    effective = configure("", root=Root(tmp_path)).effective
    assert effective["registry.shell"] == "/usr/sbin/nologin"
    assert effective["registry.env"]["SSL_CERT_DIR"] == "/etc/ssl/certs"


def test_credentials_are_secrets_at_any_depth(configure) -> None:
    text = (
        "registry['storage'] = { 's3' => { 'accesskey' => 'AK', 'secretkey' => 'SK', 'bucket' => 'b' } }\n"
        "registry['database'] = { 'password' => 'pw' }\nregistry['env'] = { 'AWS_SECRET_ACCESS_KEY' => 'x' }"
    )
    effective = configure(text, platform=OMNIBUS).effective
    assert effective["registry.storage"]["s3"] == {
        "accesskey": Secret("AK"),
        "secretkey": Secret("SK"),
        "bucket": "b",
    }
    assert effective["registry.database"]["password"] == Secret("pw")
    assert effective["registry.env"]["AWS_SECRET_ACCESS_KEY"] == Secret("x")


def test_secrets_are_settings_like_others(configure) -> None:
    effective = configure("registry['http_secret'] = 'own'").effective
    assert effective["registry.http_secret"] == Secret("own")
    assert str(effective.origin("registry.http_secret")) == "gitlab.rb:1:1"
    assert str(effective.origin("registry.internal_key")) == "generated"


def test_what_gitlab_cluster_json_says_counts_most(configure) -> None:
    cluster = {"primary": True, "registry": {"log_level": "error", "gc": {"disabled": True}, "dir": None}}
    configuration = configure("registry['log_level'] = 'debug'", cluster=cluster)
    effective = configuration.effective
    assert (effective["registry.log_level"], effective["registry.gc"]) == ("error", {"disabled": True})
    assert str(effective.origin("registry.log_level")) == "set by gitlab-cluster.json"
    assert [d.code for d in configuration.diagnostics] == ["without-effect"]


def test_gitlab_cluster_json_must_hold_what_can_be(configure) -> None:
    with pytest.raises(UsageError, match=r"registry\['env'\] is 5, but a hash belongs here"):
        configure(cluster={"registry": {"env": 5}})
