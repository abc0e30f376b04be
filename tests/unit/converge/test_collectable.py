from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from glctl.converge import collectable
from glctl.converge.collectable import Garbage, examine_garbage
from glctl.converge.desired import Configuration
from glctl.converge.generations import Generations
from glctl.converge.mounts import Mount
from glctl.converge.plan import Change, Ids, Plan
from glctl.converge.prepare import Due, Prepared
from glctl.converge.read_only import READ_ONLY
from glctl.converge.tree import ABSENT, Tree
from glctl.errors import GlctlError
from glctl.paths import Root
from glctl.render.resources import Absent, File

Configure = Callable[..., Configuration]
S3 = "registry['storage'] = { 's3' => { 'bucket' => 'images', 'region' => 'eu-central-1' } }"


@pytest.fixture(autouse=True)
def found(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Says how this host differs from gitlab.rb; not at all, where nothing is said."""

    def found(*changes: Change, due: tuple[Due, ...] = (), obstacles: Any = ()) -> None:
        def prepare(configuration: Configuration) -> Prepared:
            return Prepared(configuration, (), Ids({}, {}), Plan(changes, {}, obstacles), due)

        monkeypatch.setattr(collectable, "prepare", prepare)

    found()
    return found


def refusal(configuration: Configuration, **more: Any) -> GlctlError:
    with pytest.raises(GlctlError) as refused:
        examine_garbage(configuration, **{"untagged": False, "sole_writer": False, **more})
    return refused.value


def examined(configuration: Configuration, **more: Any) -> Garbage:
    return examine_garbage(configuration, **{"untagged": False, "sole_writer": False, **more})


def test_images_on_a_disk_of_this_host(configure: Configure, root: Root) -> None:
    configuration = configure()
    garbage = examined(configuration, untagged=True)
    images = root.at("/var/opt/gitlab/gitlab-rails/shared/registry")
    assert garbage == Garbage(configuration, untagged=True, images=images)
    assert garbage.variable == str(
        root.at("/opt/gitlab/etc/registry/env/REGISTRY_STORAGE_MAINTENANCE_READONLY")
    )


def test_a_relative_directory_begins_in_the_registrys_home(configure: Configure, root: Root) -> None:
    line = "registry['storage'] = { 'filesystem' => { 'rootdirectory' => 'images' } }"
    assert examined(configure(line)).images == root.at("/var/opt/gitlab/registry/images")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("registry['enable'] = false", "not enabled here"),
        ("registry['database'] = { 'enabled' => true }", "has a metadata database"),
        ("registry['database'] = { 'enabled' => 'prefer' }", "has a metadata database"),
        ("registry['storage'] = { 'inmemory' => {} }", "kept in memory only"),
        (S3, r"Images lie in object storage \(s3\): other nodes may write there\..* pulls of its image fail"),
    ],
)
def test_what_is_refused(configure: Configure, line: str, said: str) -> None:
    with pytest.raises(GlctlError, match=said):
        examined(configure(line))


@pytest.mark.parametrize("enabled", ["false", "'false'", "nil"])
def test_a_database_that_is_off_is_none(configure: Configure, enabled: str) -> None:
    examined(configure(f"registry['database'] = {{ 'enabled' => {enabled} }}"))


def test_storage_that_others_may_write_to_needs_the_administrators_word(
    configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert examined(configure(S3), sole_writer=True).images is None
    monkeypatch.setattr(collectable, "mount_of", lambda _: Mount(Path("/mnt/nas"), "nfs4"))
    refused = refusal(configure())
    assert (
        "shared/registry lies on /mnt/nas, of the kind nfs4: other nodes may write there." in refused.message
    )
    assert "--sole-writer" in refused.hint
    assert examined(configure(), sole_writer=True).images


def test_the_mount_of_a_link_is_that_of_its_target(
    configure: Configure, root: Root, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []
    monkeypatch.setattr(collectable, "mount_of", lambda path: asked.append(path) or Mount(path, "ext4"))
    images = root.at("/var/opt/gitlab/gitlab-rails/shared/registry")
    images.parent.mkdir(parents=True)
    images.symlink_to(tmp_path)
    examined(configure())
    assert asked == [tmp_path]


# --- a host that is not as gitlab.rb says

NGINX_DOWN = Due("nginx", "restart")
REGISTRY_OWED = Due("registry", "restart", because="an earlier run …")


def test_what_an_earlier_collection_has_left_is_no_obstacle(
    configure: Configure, found: Callable[..., None]
) -> None:
    configuration = configure()
    left = Change("delete", Absent(Garbage(configuration).variable), ABSENT)
    assert not examined(configuration).left
    found(left, due=(REGISTRY_OWED, Due("nginx", "reload", stopped=True)))
    assert examined(configuration).left


@pytest.mark.parametrize(
    "differs",
    [
        {"due": (NGINX_DOWN,)},
        {"obstacles": (("in the way", "move it"),)},
        {"changes": (Change("create", File("/other", READ_ONLY), ABSENT),)},
    ],
    ids=str,
)
def test_all_else_is_for_reconfigure(
    configure: Configure, tree: Tree, found: Callable[..., None], differs: dict[str, Any]
) -> None:
    found(*differs.pop("changes", ()), **differs)
    assert refusal(configure()).message == "No registry has been set up here yet."
    configuration = configure()
    Generations(tree).keep(configuration, configuration.resources())
    refused = refusal(configuration)
    assert refused.message.startswith("This host is not as gitlab.rb says")
    assert refused.hint == "Run first: glctl reconfigure"


def test_a_dry_run_goes_by_what_was_applied(configure: Configure, root: Root, tree: Tree, found: Any) -> None:
    with pytest.raises(GlctlError, match="No registry has been set up here yet"):
        examined(configure(), dry_run=True)
    configuration = configure("gitlab_rails['registry_path'] = '/srv/images'")
    Generations(tree).keep(configuration, configuration.resources())
    found(due=(NGINX_DOWN,))
    assert examined(configure(), dry_run=True).images == root.at("/srv/images")


# --- links without content


def test_links_that_make_the_collector_give_up_are_named(configure: Configure, root: Root) -> None:
    images = root.at("/var/opt/gitlab/gitlab-rails/shared/registry/docker/registry/v2/repositories")
    for number in range(12):
        link = images / f"p{number:02}/_manifests/revisions/sha256/a/link"
        link.parent.mkdir(parents=True)
        link.touch()
    refused = refusal(configure())
    lines = refused.message.splitlines()
    assert lines[0] == "12 link files are empty, which makes the collector give up:"
    assert lines[1] == f"  {images}/p00/_manifests/revisions/sha256/a/link"
    assert (len(lines), lines[-1]) == (12, "  and 2 more")


def test_a_tags_link_matters_with_m_only(configure: Configure, root: Root) -> None:
    images = root.at("/var/opt/gitlab/gitlab-rails/shared/registry/docker/registry/v2/repositories")
    link = images / "p/_manifests/tags/latest/current/link"
    link.parent.mkdir(parents=True)
    link.touch()
    examined(configure())
    assert refusal(configure(), untagged=True).message.startswith("One link file is empty")
