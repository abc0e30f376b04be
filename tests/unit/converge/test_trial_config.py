from typing import Any

import pytest
import yaml

from glctl.converge.trial_config import faults, for_trial, in_place, parse, stores_in

CONFIG = """
version: 0.1
storage:
  filesystem: {rootdirectory: /images}
  delete: {enabled: true}
  redirect: {disable: false}
http:
  addr: 127.0.0.1:5000
  secret: "off"
  debug: {addr: 127.0.0.1:5001}
auth:
  token: {issuer: i, rootcertbundle: /crt}
"""


OFF = {"uploadpurging": {"enabled": False}}


def trial(text: str = CONFIG, bundle: str = "") -> Any:
    return yaml.safe_load(for_trial(text.encode(), "@socket", bundle))


def test_it_listens_elsewhere_and_leaves_storage_alone() -> None:
    made = trial()
    assert made["http"] == {"addr": "@socket", "net": "unix", "secret": "off"}
    assert made["storage"].pop("maintenance") == {"uploadpurging": {"enabled": False}}
    expected = yaml.safe_load(CONFIG)
    assert {**made, "http": 0} == {**expected, "http": 0}


def test_the_bundle_is_replaced_only_where_it_is_not_in_place() -> None:
    assert trial(bundle="/proc/self/fd/5")["auth"]["token"]["rootcertbundle"] == "/proc/self/fd/5"
    assert trial()["auth"]["token"]["rootcertbundle"] == "/crt"
    assert trial("auth: {}", "/proc/self/fd/5")["auth"] == {}


@pytest.mark.parametrize(
    ("maintenance", "made"),
    [
        (
            {"readonly": {"enabled": True}},
            {"readonly": {"enabled": True}, "uploadpurging": {"enabled": False}},
        ),
        (
            {"uploadpurging": {"age": 1, "enabled": True}},
            {"uploadpurging": {"age": 1, "enabled": False}},
        ),
        # What the registry will not understand, it shall say so.
        ("no", "no"),
        ({"uploadpurging": "no"}, {"uploadpurging": "no"}),
    ],
)
def test_no_upload_is_purged(maintenance: Any, made: Any) -> None:
    text = yaml.safe_dump({"storage": {"inmemory": {}, "maintenance": maintenance}})
    assert trial(text)["storage"]["maintenance"] == made


@pytest.mark.parametrize(
    ("text", "same"),
    [
        (CONFIG, True),
        (CONFIG.replace("disable: false", "disable: true"), True),
        (CONFIG.replace("/images", "/elsewhere"), False),
        (CONFIG.replace("filesystem: {rootdirectory: /images}", "inmemory: {}"), False),
        (CONFIG + "database: {enabled: true}", False),
        ("", False),
    ],
)
def test_where_it_stores(text: str, same: bool) -> None:
    assert (stores_in(text.encode()) == stores_in(CONFIG.encode())) == same


@pytest.mark.parametrize("content", [b"", b"a: [", b"[]", b"\xff\xfe\x00"])
def test_what_is_no_config_is_empty(content: bytes) -> None:
    assert parse(content) == {}


# What distribution 2.8 says of `http: {draintimeout: abc}`, and of an endpoint's threshold.
SAID = [
    b"configuration error: error parsing c.yml: yaml: unmarshal errors:",
    b"  line 3: cannot unmarshal !!str `abc` into time.Duration",
    b"  line 6: cannot unmarshal !!str `x` into int",
    b"Usage:",
]
TRIED = b"""a: 1
http:
  draintimeout: abc
notifications:
  endpoints:
  - threshold: x
"""


def test_a_fault_of_the_trial_s_config_is_told_by_its_keys_and_line_in_the_true_one() -> None:
    found = faults(SAID, TRIED)
    assert found == {3: ("http", "draintimeout"), 6: ("notifications", "endpoints", "0", "threshold")}
    live = b"# made by glctl\nnotifications: {endpoints: [\n  {threshold: x}]}\nhttp:\n  draintimeout: abc\n"
    assert in_place(SAID, found, live) == [
        SAID[0],
        b"  line 5 (http.draintimeout): cannot unmarshal !!str `abc` into time.Duration",
        b"  line 3 (notifications.endpoints.0.threshold): cannot unmarshal !!str `x` into int",
        SAID[3],
    ]


@pytest.mark.parametrize("lines", [[], [b"panic: line 3: no"], [b"  line 99: beyond"]])
def test_where_no_line_is_named_nothing_is_changed(lines: list[bytes]) -> None:
    assert faults(lines, TRIED) == {}
    assert in_place(lines, {}, TRIED) == lines
    assert in_place([b"  line 3: x"], {3: ("gone",)}, TRIED) == [b"  line 3: x"]
