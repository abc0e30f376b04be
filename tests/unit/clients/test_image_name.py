import pytest

from glctl.clients.image_name import projects, why_impossible


@pytest.mark.parametrize(
    "name",
    ["group/project", "group/sub/project/a/b", "g/p/a_b", "g/p/a__b", "g/p/a---b", "g/p/a.b", "g0/1p"],
)
def test_possible(name: str) -> None:
    assert why_impossible(name) == ""


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("project", "one part only"),
        ("", "empty part"),
        ("/group/project", "empty part"),
        ("group//project", "empty part"),
        ("group/project/", "empty part"),
        ("Group/project", "group/project"),
        ("group/project:latest", "tag"),
        ("group/project@sha256:0", "tag"),
        ("registry.example.com/group/project", "host"),
        ("localhost:5050/group/project", "host"),
        ("group/_project", "'_project'"),
        ("group/project-", "'project-'"),
        ("group/pro..ject", "'pro..ject'"),
        ("group/a___b", "'a___b'"),
        ("group/a b", "'a b'"),
        ("group/päck", "'päck'"),
        ("group/" + "a" * 250, "256 characters"),
    ],
)
def test_impossible(name: str, why: str) -> None:
    assert why in why_impossible(name)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("g/p", ("g/p",)),
        ("g/p/a", ("g/p/a", "g/p")),
        ("g/p/a/b", ("g/p/a/b", "g/p/a", "g/p")),
        ("g/s/p/a/b", ("g/s/p/a/b", "g/s/p/a", "g/s/p")),
    ],
)
def test_the_project_lies_two_parts_above_at_most(name: str, found: tuple[str, ...]) -> None:
    assert projects(name) == found
