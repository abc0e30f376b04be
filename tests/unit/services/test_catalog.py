from pathlib import Path

import pytest

from glctl.errors import GlctlError, UsageError
from glctl.paths import EMBEDDED_DIR, SERVICE_DIR, Root
from glctl.services.catalog import NGINX, REGISTRY, SERVICES, enabled, select


@pytest.fixture
def root(tmp_path: Path) -> Root:
    (tmp_path / SERVICE_DIR.removeprefix("/")).mkdir(parents=True)
    return Root(tmp_path)


def enable(root: Root, name: str) -> None:
    (root.at(SERVICE_DIR) / name).symlink_to(f"../sv/{name}")


def test_the_registry_starts_before_nginx() -> None:
    assert SERVICES.index(REGISTRY) < SERVICES.index(NGINX)


def test_a_service_is_enabled_by_its_link_even_if_that_leads_nowhere(root: Root) -> None:
    assert enabled(root) == ()
    enable(root, "nginx")
    assert enabled(root) == (NGINX,)
    assert not REGISTRY.is_enabled(root)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["registry"], (REGISTRY,)),
        (["nginx", "registry"], (REGISTRY, NGINX)),
        (["nginx", "nginx"], (NGINX,)),
        ([], (NGINX,)),
    ],
)
def test_select(root: Root, names: list[str], expected: tuple[object, ...]) -> None:
    enable(root, "nginx")
    assert select(root, names) == expected


def test_an_unknown_name_is_refused_with_the_known_ones(root: Root) -> None:
    with pytest.raises(UsageError, match="There is no service 'redis'") as caught:
        select(root, ["nginx", "redis"])
    assert "registry, nginx, logrotate" in caught.value.hint


def test_all_of_nothing_is_not_configured(root: Root) -> None:
    with pytest.raises(GlctlError, match="No service is enabled") as caught:
        select(root)
    assert "glctl reconfigure" in caught.value.hint
    assert caught.value.exit_code == 1


def test_on_an_omnibus_host_gitlab_ctl_configures(root: Root) -> None:
    root.at(EMBEDDED_DIR).mkdir(parents=True)
    with pytest.raises(GlctlError) as caught:
        select(root)
    assert caught.value.hint.endswith("and run: sudo gitlab-ctl reconfigure")


def test_directories_lie_below_the_root(root: Root) -> None:
    assert REGISTRY.directory(root) == root.path / "opt/gitlab/sv/registry"
