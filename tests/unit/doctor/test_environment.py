from typing import Any

import pytest

from glctl.doctor.environment import overridden

CONFIG = {"http": {"addr": ":5000", "debug": {"addr": ":5001"}}, "storage": {"filesystem": {}}}


@pytest.mark.parametrize(
    ("variables", "changed"),
    [
        ({}, {}),
        ({"REGISTRY_HTTP_ADDR": "127.0.0.1:6000"}, {"http": {"addr": "127.0.0.1:6000"}}),
        ({"REGISTRY_HTTP_RELATIVEURLS": "true"}, {"http": {"addr": ":5000", "relativeurls": True}}),
        ({"REGISTRY_LOG_LEVEL": "debug"}, {"log": {"level": "debug"}}),
        ({"REGISTRY_LOG_LEVEL": ""}, {}),  # chpst -e unsets it
        ({"SSL_CERT_DIR": "/certs", "REGISTRY": "x", "REGISTRY_": "x"}, {}),
        ({"REGISTRY_LOG_LEVEL": "]["}, {"log": {"level": "]["}}),
    ],
)
def test_a_variable_overrides_what_it_names(variables: dict[str, str], changed: dict[str, Any]) -> None:
    result = overridden(CONFIG, variables)
    for section, values in changed.items():
        assert result[section] == {**CONFIG.get(section, {}), **values}
    assert set(result) == set(CONFIG) | set(changed)


def test_names_are_compared_without_case_and_nothing_is_changed_in_place() -> None:
    config = {"storage": {"S3": {"Bucket": "a"}}}
    assert overridden(config, {"REGISTRY_STORAGE_S3_BUCKET": "b"}) == {"storage": {"S3": {"Bucket": "b"}}}
    assert config == {"storage": {"S3": {"Bucket": "a"}}}


def test_a_value_that_stands_in_the_way_is_replaced() -> None:
    assert overridden({"log": "odd"}, {"REGISTRY_LOG_LEVEL": "info"}) == {"log": {"level": "info"}}
