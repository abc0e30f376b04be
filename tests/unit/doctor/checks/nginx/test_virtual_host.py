from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.converge.desired import examine
from glctl.converge.generations import Generations
from glctl.converge.tree import Tree
from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.nginx.virtual_host import CHECK
from glctl.doctor.virtual_host import VirtualHost
from glctl.paths import Root
from glctl.settings.platform import DEBIAN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from glctl.doctor.facts import Facts


def test_one_that_can_be_read(new_facts: Callable[..., Facts], run: Any) -> None:
    assert run(CHECK, new_facts()) == ([], "/nginx/gitlab-registry.conf")


def test_one_that_cannot(new_facts: Callable[..., Facts], run: Any) -> None:
    [finding], _ = run(CHECK, new_facts(vhost=VirtualHost("/v.conf", problem="line 2: '{' is not closed")))
    assert (finding.code, finding.subject) == ("nginx-config-invalid", "/v.conf")
    assert "line 2: '{' is not closed." in finding.summary


def test_none(new_facts: Callable[..., Facts], run: Any) -> None:
    with pytest.raises(NotTriedError, match="no virtual host"):
        run(CHECK, new_facts(vhost=None))


def test_one_that_this_user_may_not_read(new_facts: Callable[..., Facts], run: Any) -> None:
    with pytest.raises(PermissionError):
        run(CHECK, new_facts(vhost=None, unread=("/nginx/conf/gitlab-registry.conf",)))


def test_none_where_gitlab_rb_wants_one(new_facts: Callable[..., Facts], run: Any, tmp_path: Path) -> None:
    (tmp_path / "etc/gitlab").mkdir(parents=True)
    lines = "external_url 'http://gitlab.example.com'\nregistry_external_url 'http://registry.example.com'\n"
    (tmp_path / "etc/gitlab/gitlab.rb").write_text(lines)
    [finding], note = run(CHECK, new_facts(vhost=None))
    assert (finding.code, note) == ("nginx-vhost-missing", "missing")
    (tmp_path / "etc/gitlab/gitlab.rb").write_text(f"{lines}registry['nginx']['enable'] = false\n")
    with pytest.raises(NotTriedError, match="no virtual host"):
        run(CHECK, new_facts(vhost=None))


def test_none_where_gitlab_rb_wants_one_and_its_secrets_are_damaged(
    new_facts: Callable[..., Facts], run: Any, tmp_path: Path
) -> None:
    etc = tmp_path / "etc/gitlab"
    etc.mkdir(parents=True)
    (etc / "gitlab.rb").write_text("registry_external_url 'http://registry.example.com'\n")
    (etc / "gitlab-secrets.json").write_text('{"registry": {')
    [finding], _ = run(CHECK, new_facts(vhost=None))
    assert finding.code == "nginx-vhost-missing"


@pytest.mark.parametrize("applied", [True, False])
def test_none_where_gitlab_rb_is_broken_and_one_was_applied(
    new_facts: Callable[..., Facts], run: Any, tmp_path: Path, applied: bool
) -> None:
    (tmp_path / "etc/gitlab").mkdir(parents=True)
    gitlab_rb = tmp_path / "etc/gitlab/gitlab.rb"
    said = f"registry['nginx']['enable'] = {str(applied).lower()}"
    gitlab_rb.write_text(f"registry_external_url 'http://registry.example.com'\n{said}\n")
    root = Root(tmp_path)
    Generations(Tree(root)).keep(examine(root, gitlab_rb, DEBIAN), ())
    gitlab_rb.write_text("registry['nginx'] = 'not closed\n")
    facts = new_facts(vhost=None)
    if applied:
        [finding], _ = run(CHECK, facts)
        assert finding.code == "nginx-vhost-missing"
    else:
        with pytest.raises(NotTriedError, match="no virtual host"):
            run(CHECK, facts)
