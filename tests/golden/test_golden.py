"""``glctl render`` of two files, for both platforms, byte by byte. To take what it writes now as right:

    GLCTL_UPDATE_GOLDEN=1 pytest tests/golden

and look at the difference before it is committed. ``links`` lists symbolic links, which lead out of the tree.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from glctl import cli
from glctl.converge import desired
from glctl.settings.host import Host

HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def any_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The trees are the same on every machine and for every user."""

    def observe(root, platform, _users, _groups, _certificates) -> Host:
        own = frozenset({"/etc/gitlab/ssl/gitlab.example.com.crt"})
        return Host(platform, root, fqdn="host.example.com", cpus=4, certificates=own)

    monkeypatch.setattr(desired, "observe_host", observe)
    monkeypatch.delenv("GLCTL_ROOT", raising=False)


def tree(top: Path) -> dict[str, bytes]:
    """The files below a directory by their paths, and the list of links."""
    found, links = {}, []
    for path in sorted(top.rglob("*")):
        name = str(path.relative_to(top))
        if path.is_symlink():
            links.append(f"{name} -> {path.readlink()}\n")
        elif path.is_file():
            found[name] = path.read_bytes()
    return {**found, **({"links": "".join(links).encode()} if links else {})}


@pytest.mark.parametrize("platform", ["debian", "omnibus"])
@pytest.mark.parametrize("name", ["http", "https"])
def test_render_writes_the_same_bytes(name: str, platform: str, tmp_path: Path) -> None:
    golden, written = HERE / f"{name}-{platform}", tmp_path / "out"
    options = ["--platform", platform, "--output-dir", str(written)]
    assert cli.run(["--config", str(HERE / f"{name}.rb"), "render", *options]) == 0
    made = tree(written)
    if os.environ.get("GLCTL_UPDATE_GOLDEN"):
        shutil.rmtree(golden, ignore_errors=True)
        for path, content in made.items():
            (golden / path).parent.mkdir(parents=True, exist_ok=True)
            (golden / path).write_bytes(content)
    kept = tree(golden)
    assert sorted(made) == sorted(kept)
    for path, content in made.items():
        assert content.decode() == kept[path].decode(), path
    assert len(made) > 10
