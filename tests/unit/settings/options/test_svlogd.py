from glctl.settings.options.svlogd import for_all, for_one


def test_all_log_services_have_the_defaults_of_omnibus() -> None:
    assert {option.key: option.default for option in for_all("logging")} == {
        "logging.svlogd_size": 209715200,
        "logging.svlogd_num": 30,
        "logging.svlogd_timeout": 86400,
        "logging.svlogd_filter": "gzip",
        "logging.svlogd_udp": None,
        "logging.svlogd_prefix": None,
    }


def test_one_log_service_has_the_same_settings_without_defaults() -> None:
    one = for_one("registry", "the registry")
    assert [option.key.replace("registry", "logging") for option in one] == [
        o.key for o in for_all("logging")
    ]
    assert {option.default for option in one} == {None}
    assert one[0].doc == "A log is rotated when it has so many bytes, for the registry alone."
