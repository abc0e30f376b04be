import pytest

from glctl.settings.platform import OMNIBUS


@pytest.mark.parametrize("service", ["registry", "nginx", "logrotate"])
@pytest.mark.parametrize(
    ("text", "value", "source"),
    [
        ("", 209715200, "derived from logging.svlogd_size"),
        ("logging['svlogd_size'] = 5", 5, "derived from logging.svlogd_size"),
        ("logging['svlogd_size'] = 5\n{}['svlogd_size'] = 7", 7, "gitlab.rb:2:1"),
        ("{}['svlogd_size'] = false", False, "gitlab.rb:1:1"),
        ("{}['svlogd_size'] = nil", 209715200, "derived from logging.svlogd_size"),
    ],
)
def test_a_service_s_own_settings_count_more_than_those_of_all(
    configure, service, text, value, source
) -> None:
    effective = configure(text.format(service)).effective
    assert effective[f"{service}.svlogd_size"] == value
    assert str(effective.origin(f"{service}.svlogd_size")) == source


def test_all_of_them_are_shared(configure) -> None:
    effective = configure("logging['log_group'] = 'adm'\nlogging['svlogd_prefix'] = 'x '").effective
    shared = ["svlogd_size", "svlogd_num", "svlogd_timeout", "svlogd_filter", "svlogd_udp", "svlogd_prefix"]
    for service in ("registry", "nginx", "logrotate"):
        assert [effective[f"{service}.{name}"] for name in shared] == [
            209715200,
            30,
            86400,
            "gzip",
            None,
            "x ",
        ]
        assert effective[f"{service}.log_group"] == "adm"


SHIP = "logging['udp_log_shipping_host'] = '10.0.0.1'"


@pytest.mark.parametrize(
    ("text", "udp", "prefix"),
    [
        (SHIP, "10.0.0.1", "host registry: "),
        (f"{SHIP}\nlogging['udp_log_shipping_port'] = 1514", "10.0.0.1:1514", "host registry: "),
        (f"{SHIP}\nregistry['svlogd_udp'] = '10.0.0.2'", "10.0.0.2", "host registry: "),
        (f"{SHIP}\nlogging['svlogd_udp'] = '10.0.0.3'", "10.0.0.3", "host registry: "),
        (f"{SHIP}\nregistry['svlogd_prefix'] = 'r '", "10.0.0.1", "r "),
        (f"{SHIP}\nregistry['svlogd_prefix'] = false", "10.0.0.1", "host registry: "),
        (f"{SHIP}\nlogging['svlogd_udp'] = false", "10.0.0.1", "host registry: "),
        (f"{SHIP}\nregistry['svlogd_udp'] = false", False, "host registry: "),
        ("logging['udp_log_shipping_port'] = 1514", None, None),
    ],
)
def test_shipped_lines_begin_with_host_and_service(configure, text, udp, prefix) -> None:
    effective = configure(text).effective
    assert effective["registry.svlogd_udp"] == udp
    assert effective["registry.svlogd_prefix"] == prefix


def test_what_is_shipped_names_the_setting_that_asks_for_it(configure) -> None:
    effective = configure(SHIP).effective
    source = "derived from logging.udp_log_shipping_host, logging.udp_log_shipping_port"
    assert str(effective.origin("logging.svlogd_udp")) == source
    assert str(effective.origin("registry.svlogd_udp")) == "derived from logging.svlogd_udp"
    source = "derived from logging.udp_log_shipping_host, this host's name"
    assert str(effective.origin("nginx.svlogd_prefix")) == source
    assert effective["nginx.svlogd_prefix"] == "host nginx: "


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", "daily"),
        ("logging['logrotate_frequency'] = 'weekly'", "weekly"),
        ("logging['logrotate_frequency'] = 'weekly'\nnginx['logrotate_frequency'] = 'hourly'", "hourly"),
    ],
)
def test_nginx_s_own_settings_of_logrotate_count_more_than_those_of_all(configure, text, value) -> None:
    assert configure(text).effective["nginx.logrotate_frequency"] == value


METHOD = "logging['logrotate_method'] = 'create 0640 root adm'"
GROUP = "logging['log_group'] = 'adm'"


@pytest.mark.parametrize(
    ("text", "method", "origin"),
    [
        ("", "nocreate", "derived (usual on debian)"),
        (METHOD, "create 0640 root adm", "derived from logging.logrotate_method"),
        (f"{METHOD}\n{GROUP}", "create 0640 root adm", "derived from logging.logrotate_method"),
        ("nginx['logrotate_method'] = 'copytruncate'", "copytruncate", "gitlab.rb:1:1"),
        ("logging['log_group'] = 'gitlab-www'", "nocreate", "derived (usual on debian)"),
        (
            GROUP,
            "copytruncate",
            "derived from nginx.log_group (nginx's workers may not open files there)",
        ),
    ],
)
def test_nginx_opens_new_files_where_its_workers_may(configure, text, method, origin) -> None:
    effective = configure(text).effective
    assert effective["nginx.logrotate_method"] == method
    assert str(effective.origin("nginx.logrotate_method")) == origin


def test_omnibus_copies_them(configure) -> None:
    assert configure(platform=OMNIBUS).effective["nginx.logrotate_method"] == "copytruncate"
