from pathlib import Path

import pytest

from glctl.paths import CONFIG_FILE, Root


@pytest.mark.parametrize(
    ("root", "path", "place"),
    [
        ("/", "/etc/gitlab/gitlab.rb", "/etc/gitlab/gitlab.rb"),
        ("/sandbox", "/etc/gitlab/gitlab.rb", "/sandbox/etc/gitlab/gitlab.rb"),
        ("/sandbox", "/sandbox/etc/gitlab/gitlab.rb", "/sandbox/etc/gitlab/gitlab.rb"),
        ("/sandbox", "/sandboxes/x", "/sandbox/sandboxes/x"),
        ("/sandbox", "/", "/sandbox"),
        ("/sandbox", "//etc//gitlab/", "/sandbox/etc/gitlab"),
        ("/sandbox", "/../../etc/gitlab", "/sandbox/etc/gitlab"),
        ("/sandbox", "/sandbox/../etc/gitlab", "/sandbox/etc/gitlab"),
    ],
)
def test_a_path_lies_below_the_root(root: str, path: str, place: str) -> None:
    assert Root(Path(root)).at(path) == Path(place)
    assert Root(Path(root)).relocate(path) == place


def test_a_relative_path_is_refused() -> None:
    with pytest.raises(ValueError, match=r"etc/gitlab\.rb"):
        Root(Path("/sandbox")).at("etc/gitlab.rb")


def test_only_a_sandbox_is_relocated() -> None:
    assert not Root().relocated
    assert Root(Path("/sandbox")).relocated


def test_the_default_root_is_the_machine() -> None:
    assert Root().at(CONFIG_FILE) == Path(CONFIG_FILE)
