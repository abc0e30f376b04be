import pytest

from glctl.gitlabrb.model import Settings
from glctl.settings.draft import Draft, given, merge, place, strip_nils
from glctl.settings.effective import Origin, Resolved
from glctl.settings.host import Host
from glctl.settings.platform import DEBIAN
from glctl.settings.schema import OPTIONS
from glctl.settings.urls import Url
from glctl.spans import Span

LINE = Span("gitlab.rb", 3, 1, 3, 20)


def draft_of(values: dict, **spans: Span) -> Draft:
    places = {tuple(key.split("__")): span for key, span in spans.items()}
    return Draft(Settings(values, places), Host(DEBIAN))


def test_what_gitlab_rb_sets_counts_more_than_the_default() -> None:
    draft = draft_of({"registry": {"log_level": "debug"}}, registry__log_level=LINE)
    assert draft.get("registry.log_level") == "debug"
    assert draft.get("registry.log_formatter") == "text"
    assert draft.values == {"registry.log_level": Resolved("debug", Origin("file", LINE))}


def test_nil_sets_nothing() -> None:
    assert draft_of({"registry": {"log_level": None}}).values == {}


@pytest.mark.parametrize(
    ("value", "taken"), [(True, True), (False, False), ("false", True), ("", True), (0, True)]
)
def test_switches_are_on_for_anything_but_false(value: object, taken: bool) -> None:
    assert draft_of({"registry": {"validation_enabled": value}}).get("registry.validation_enabled") is taken


def test_a_rule_may_set_over_what_is_there_or_fill_what_is_not() -> None:
    draft = draft_of({"registry": {"dir": "/srv/registry"}})
    draft.fill("registry.dir", "/x", "registry.username")
    assert draft.get("registry.dir") == "/srv/registry"
    draft.set("registry.dir", "/x", "registry.username", because="why")
    assert draft.values["registry.dir"] == Resolved(
        "/x", Origin("derived", None, ("registry.username",), "why")
    )
    draft.fill("registry.log_group", "adm", "logging.log_group")
    assert draft.values["registry.log_group"].origin == Origin("derived", None, ("logging.log_group",))


def test_what_a_rule_adds_to_keeps_the_line_as_its_origin() -> None:
    draft = draft_of({"registry": {"env": {"A": "1"}}}, registry__env=LINE)
    draft.complete("registry.env", {"A": "1", "B": "2"}, "registry.dir")
    assert draft.values["registry.env"] == Resolved({"A": "1", "B": "2"}, Origin("file", LINE))


def test_what_a_rule_makes_alone_is_derived() -> None:
    draft = draft_of({})
    draft.complete("registry.env", {"B": "2"}, "registry.dir")
    assert draft.values["registry.env"] == Resolved({"B": "2"}, Origin("derived", None, ("registry.dir",)))


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("http://a.example.com", Url("http", "a.example.com", 80)),
        ("a.example.com", None),
        (False, None),
        (None, None),
    ],
)
def test_only_a_good_address_is_one(value: object, url: Url | None) -> None:
    assert draft_of({"external_url": value}).url("external_url") == url


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"registry": {"nginx": {"listen_port": 1}}}, (1, ("registry", "nginx", "listen_port"))),
        ({"registry_nginx": {"listen_port": 2}}, (2, ("registry_nginx", "listen_port"))),
        (
            {"registry": {"nginx": {"listen_port": 1}}, "registry_nginx": {"listen_port": 2}},
            (1, ("registry", "nginx", "listen_port")),
        ),
        (
            {"registry": {"nginx": {"listen_port": None}}, "registry_nginx": {"listen_port": 2}},
            (2, ("registry_nginx", "listen_port")),
        ),
        (
            {"registry": {"nginx": {"listen_port": False}}, "registry_nginx": {"listen_port": 2}},
            (None, ("registry", "nginx", "listen_port")),
        ),
        ({}, (None, ("registry", "nginx", "listen_port"))),
    ],
)
def test_the_old_name_fills_what_the_new_one_leaves_open(values: dict, found: tuple) -> None:
    assert given(Settings(values), OPTIONS["registry.nginx.listen_port"]) == found


@pytest.mark.parametrize(
    ("value", "stripped"),
    [
        ({"a": None, "b": 1}, {"b": 1}),
        ({"a": {"b": None, "c": {"d": None}}}, {"a": {"c": {}}}),
        ({"a": [None, {"b": None}]}, {"a": [None, {"b": None}]}),
        ({1: "x"}, {"1": "x"}),
        ("text", "text"),
    ],
)
def test_nils_leave_hashes_and_stay_in_arrays(value: object, stripped: object) -> None:
    assert strip_nils(value) == stripped


@pytest.mark.parametrize(
    ("base", "over", "merged"),
    [
        ({"a": 1, "b": 2}, {"b": 3}, {"a": 1, "b": 3}),
        ({"a": {"x": 1, "y": 2}}, {"a": {"y": 3, "z": 4}}, {"a": {"x": 1, "y": 3, "z": 4}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": {"x": 1}}, {"a": 5}, {"a": 5}),
        ({"a": 5}, {"a": {"x": 1}}, {"a": {"x": 1}}),
    ],
)
def test_hashes_merge_and_all_else_replaces(base: dict, over: dict, merged: dict) -> None:
    assert merge(base, over) == merged


def span(line: int) -> Span:
    return Span("gitlab.rb", line, 1, line, 2)


@pytest.mark.parametrize(
    ("spans", "line"),
    [
        ({("registry", "env"): span(5), ("registry", "env", "A"): span(5)}, 5),
        ({("registry", "env", "B"): span(7), ("registry", "env", "A"): span(4)}, 4),
        ({("registry",): span(2)}, 2),
        ({("registry", "environment"): span(3)}, None),
    ],
)
def test_a_hash_set_in_parts_is_at_the_first_of_them(spans: dict, line: int | None) -> None:
    assert place(Settings({}, spans), ("registry", "env")) == (line and span(line))


def test_what_is_only_read_is_where_it_is_read_first() -> None:
    settings = Settings({}, {}, reads={("registry", "env"): span(6)})
    assert place(settings, ("registry", "env")) == span(6)
    assert place(settings, ("registry", "gc")) is None
