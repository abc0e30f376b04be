import pytest

from glctl.secret import Secret
from glctl.settings.effective import Effective, Origin, Resolved
from glctl.spans import Span

EFFECTIVE = Effective(
    {
        "external_url": Resolved("https://x", Origin("file", Span("gitlab.rb", 4, 1, 4, 9))),
        "registry.nginx.https": Resolved(True, Origin("derived", sources=("registry_external_url",))),
        "registry.dir": Resolved("/srv"),
    }
)


@pytest.mark.parametrize(
    ("origin", "text"),
    [
        (Origin("default"), "default"),
        (
            Origin("default", because="generate_default_secrets is false"),
            "default (generate_default_secrets is false)",
        ),
        (Origin("file", Span("gitlab.rb", 4, 7, 4, 9)), "gitlab.rb:4:7"),
        (Origin("file"), "gitlab.rb"),
        (Origin("secrets"), "gitlab-secrets.json"),
        (Origin("secrets", because="generated"), "generated"),
        (Origin("derived", sources=("a.b", "c")), "derived from a.b, c"),
        (Origin("derived", because="one per processor"), "derived (one per processor)"),
        (Origin("derived", sources=("a",), because="why"), "derived from a (why)"),
    ],
)
def test_an_origin_says_where_a_value_comes_from(origin: Origin, text: str) -> None:
    assert str(origin) == text


def test_values_are_found_by_their_dotted_key() -> None:
    assert EFFECTIVE["registry.dir"] == "/srv"
    assert list(EFFECTIVE) == ["external_url", "registry.nginx.https", "registry.dir"]
    assert len(EFFECTIVE) == 3
    assert str(EFFECTIVE.origin("external_url")) == "gitlab.rb:4:1"


def test_the_tree_is_nested_as_gitlab_rb_is() -> None:
    tree = {"external_url": "https://x", "registry": {"nginx": {"https": True}, "dir": "/srv"}}
    assert EFFECTIVE.tree() == tree


def test_a_replaced_copy_leaves_the_original_alone() -> None:
    copy = EFFECTIVE.replaced(registry__dir="/stage", registry__nginx__https=False)
    assert (copy["registry.dir"], copy["registry.nginx.https"]) == ("/stage", False)
    assert EFFECTIVE["registry.dir"] == "/srv"
    assert copy.origin("registry.nginx.https") == EFFECTIVE.origin("registry.nginx.https")


def test_secrets_stay_masked_in_a_tree() -> None:
    effective = Effective({"registry.http_secret": Resolved(Secret("hunter2"))})
    assert "hunter2" not in str(effective.tree())
