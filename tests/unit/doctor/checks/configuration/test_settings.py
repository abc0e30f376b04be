from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.doctor.checks.configuration.settings import CHECK
from glctl.spans import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts
    from glctl.doctor.observed import Observed

S3 = {"bucket": "b", "region": "r"}


@pytest.mark.parametrize(
    ("config", "code", "words", "remedy"),
    [
        (
            {"storage": {"filesystem": {}, "s3": S3}},
            "storage-driver-several",
            "names 2 drivers (filesystem, s3)",
            "Keep one",
        ),
        (
            {"storage": {"filesystm": {}}},
            "storage-driver-unknown",
            "'filesystm', which is no driver",
            "'filesystem'",
        ),
        ({"storage": {"delete": {"enabled": True}}}, "storage-driver-missing", "names no driver", "Name one"),
        ({"storage": {"s3": {**S3, "path_style": True}}}, "rails-storage-key", "'path_style'", "'pathstyle'"),
        ({"storage": {"s3": {**S3, "host": "x"}}}, "rails-storage-key", "'host'", "'regionendpoint'"),
        (
            {"storage": {"s3": S3, "provider": "AWS"}},
            "rails-storage-key",
            "'provider'",
            "The driver's own name",
        ),
        ({"storage": {"s3": {**S3, "regon": "x"}}}, "unknown-key", "storage.s3 has 'regon'", "'region'"),
        ({"storage": {"s3": {**S3, "v4auth": "maybe"}}}, "wrong-type", "storage.s3.v4auth", ""),
        (
            {"storage": {"s3": S3, "redirect": {"disabled": 1}}},
            "unknown-key",
            "storage.redirect",
            "'disable'",
        ),
        (
            {"http": {"addr": "http://127.0.0.1:5000"}},
            "registry-address-invalid",
            "http.addr is 'http://127.0.0.1:5000'",
            "registry['registry_http_addr'] = '127.0.0.1:5000'",
        ),
        (
            {"http": {"addr": "127.0.0.1:1", "debug": {"addr": "5001"}}},
            "registry-address-invalid",
            "http.debug.addr is '5001'",
            "registry['debug_addr'] =",
        ),
        ({"htp": {}}, "unknown-key", "section 'htp'", "'http'"),
    ],
)
def test_what_makes_no_sense(
    new_facts: Callable[..., Facts],
    run: Any,
    observed: Observed,
    config: dict[str, Any],
    code: str,
    words: str,
    remedy: str,
) -> None:
    [finding], _ = run(CHECK, new_facts(config={**observed.config, **config}))
    assert finding.code == code
    assert words in finding.summary
    assert remedy in finding.remedy


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"http": {"addr": ":5000"}},
        {"http": {"addr": "[::1]:5000"}},
        {"storage": {"swift": {"AuthURL": "x"}, "maintenance": {"readonly": {"enabled": True}}}},
        {"storage": {"s3": {**S3, "v4auth": "true", "chunksize": "5242880"}}},
        {"storage": {"filesystem": None}},
        {"database": {"enabled": True}, "gc": {}, "redis": {}},
    ],
)
def test_what_makes_sense(
    new_facts: Callable[..., Facts], run: Any, observed: Observed, config: dict[str, Any]
) -> None:
    assert run(CHECK, new_facts(config={**observed.config, **config})) == ([], "")


def test_what_is_told_of_gitlab_rb_is_not_told_again(new_facts: Callable[..., Facts], run: Any) -> None:
    told = (Diagnostic("storage-driver-several", "error", "Two."),)
    facts = new_facts(config={"storage": {"filesystem": {}, "s3": S3}}, diagnostics=told)
    assert run(CHECK, facts)[0] == []


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("5010", "127.0.0.1:5010"),
        ('"127.0.0.1:5010"', "127.0.0.1:5010"),
        ("::1:5010", "[::1]:5010"),
        ("http://10.0.0.1:5010/", "10.0.0.1:5010"),
        ("registry", "127.0.0.1:5000"),
    ],
)
def test_the_address_that_is_meant(new_facts: Callable[..., Facts], run: Any, value: str, meant: str) -> None:
    config = {"storage": {"filesystem": {}}, "http": {"addr": value}}
    [finding], _ = run(CHECK, new_facts(config=config))
    assert finding.remedy == f"registry['registry_http_addr'] = '{meant}'\nglctl reconfigure"


def test_a_unix_socket_is_a_path(new_facts: Callable[..., Facts], run: Any) -> None:
    config = {"storage": {"filesystem": {}}, "http": {"net": "unix", "addr": "/run/registry.sock"}}
    assert run(CHECK, new_facts(config=config))[0] == []


def test_a_driver_that_a_variable_adds(new_facts: Callable[..., Facts], run: Any) -> None:
    config = {"storage": {"filesystem": {}, "s3": S3}}
    [finding], _ = run(CHECK, new_facts(config=config, overrides=("REGISTRY_STORAGE_S3_BUCKET",)))
    assert finding.remedy.startswith("Remove REGISTRY_STORAGE_S3_BUCKET from registry['env']")
