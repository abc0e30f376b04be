import dataclasses

import pytest

from glctl.render.resources import Absent, Account, Directory, File, Notify, Symlink


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (File("/a", b""), (0o644, "root", "root")),
        (Directory("/a"), (0o755, "root", "root")),
    ],
)
def test_what_says_nothing_else_is_root_s_and_readable(resource, expected) -> None:
    assert (resource.mode, resource.owner, resource.group) == expected
    assert resource.notifies == ()


@pytest.mark.parametrize(
    "resource",
    [
        File("/a", b""),
        Directory("/a"),
        Symlink("/a", "/b"),
        Absent("/a"),
        Account("a", "b", "/", "/bin/false"),
    ],
    ids=lambda resource: type(resource).__name__,
)
def test_resources_are_data(resource) -> None:
    name = dataclasses.fields(resource)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(resource, name, "/c")
    assert resource == dataclasses.replace(resource)
    assert len({resource, dataclasses.replace(resource)}) == 1


def test_a_log_service_is_named_after_its_service() -> None:
    assert Notify("registry/log", "reload") != Notify("registry", "reload")
