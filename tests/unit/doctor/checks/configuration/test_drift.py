from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from glctl.converge.plan import Change, Plan
from glctl.converge.tree import ABSENT, Actual
from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.configuration.drift import CHECK
from glctl.doctor.intended import Intended, intend
from glctl.render.resources import Absent, Directory, File
from glctl.settings.platform import OMNIBUS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from glctl.doctor.facts import Facts
    from glctl.doctor.observed import Observed

RB = "external_url 'http://gitlab.example.com'\nregistry_external_url 'http://registry.example.com'\n"


@pytest.fixture
def intended(tmp_path: Path, observed: Observed) -> Intended:
    (tmp_path / "etc/gitlab").mkdir(parents=True)
    (tmp_path / "etc/gitlab/gitlab.rb").write_text(RB)
    (tmp_path / "etc/gitlab/gitlab-secrets.json").write_text("{}")
    return intend(observed)


def file(root: Path, path: str, content: bytes) -> File:
    return File(f"{root}{path}", content, "root", "root", 0o644)


def changes(root: Path) -> dict[str, Change]:
    """One of each kind, by the place that it concerns."""
    registry, nginx = "/var/opt/gitlab/registry", "/var/opt/gitlab/nginx"
    there = Actual("file", 0o644)
    return {
        "config": Change(
            "update",
            file(root, f"{registry}/config.yml", b"log: {level: info}"),
            replace(there, content=b"log: {level: debug}"),
            ("content",),
        ),
        "comment": Change(
            "update",
            file(root, f"{registry}/config.yml", b"log: {level: info}"),
            replace(there, content=b"# Chef's\nlog: {level: info}"),
            ("content",),
        ),
        "variable": Change("delete", Absent(f"{root}/opt/gitlab/etc/registry/env/REGISTRY_X"), there),
        "vhost": Change(
            "update",
            file(root, f"{nginx}/conf/service_conf/gitlab-registry.conf", b"a 1;"),
            replace(there, content=b"a 2;"),
            ("content", "mode"),
        ),
        "lost": Change("create", file(root, "/opt/gitlab/sv/registry/run", b"exec"), ABSENT),
        "images": Change(
            "update",
            Directory(f"{root}/images", "root", "root", 0o770),
            Actual("directory", 0o700),
            ("mode", "owner"),
        ),
    }


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ([], {}),
        (["config"], {"registry-config-drift": ["config.yml: log.level is debug, by gitlab.rb info"]}),
        (["comment"], {}),
        (["variable"], {"registry-config-drift": ["REGISTRY_X is there, and gitlab.rb does not lead to it"]}),
        (
            ["vhost"],
            {
                "nginx-config-drift": [
                    "gitlab-registry.conf: it has a 2, which gitlab.rb does not lead to",
                    "gitlab-registry.conf: it lacks a 1",
                    "gitlab-registry.conf has mode 0644",
                ]
            },
        ),
        (
            ["lost", "images"],
            {"file-drift": ["run is not there", "images has mode 0700", "images has another owner"]},
        ),
    ],
)
def test_what_differs_is_told_by_what_it_concerns(
    new_facts: Callable[..., Facts],
    run: Any,
    intended: Intended,
    tmp_path: Path,
    names: list[str],
    told: dict[str, list[str]],
) -> None:
    made = Plan(tuple(changes(tmp_path)[name] for name in names), {})
    findings, note = run(CHECK, new_facts(intended=intended, plan=made))
    assert {f.code: [text.rpartition("/")[2] for text in f.evidence] for f in findings} == told
    assert {f.severity for f in findings} <= {"warning"}
    assert note == "compared by the rules of Omnibus 19.3"


def test_what_stands_in_the_way_is_told(
    new_facts: Callable[..., Facts], run: Any, intended: Intended
) -> None:
    made = Plan((), {}, (("/x is a directory, but a file belongs there.", "Move it."),))
    [finding], _ = run(CHECK, new_facts(intended=intended, plan=made))
    assert finding.code == "file-drift"


def test_many_differences_are_counted(
    new_facts: Callable[..., Facts], run: Any, intended: Intended, tmp_path: Path
) -> None:
    many = tuple(Change("create", file(tmp_path, f"/x{n}", b""), ABSENT) for n in range(12))
    [finding], _ = run(CHECK, new_facts(intended=intended, plan=Plan(many, {})))
    assert len(finding.evidence) == 9
    assert finding.evidence[-1] == "and 4 more"


class TestOnAnOmnibusHost:
    """Chef's templates are laid out otherwise, and its accounts own what they make."""

    def facts(self, new_facts: Callable[..., Facts], intended: Intended, root: Path, **more: Any) -> Facts:
        plan = Plan(tuple(changes(root).values()), {})
        return new_facts(platform=OMNIBUS, intended=intended, plan=plan, **more)

    def test_only_what_a_file_means_counts(
        self, new_facts: Callable[..., Facts], run: Any, intended: Intended, tmp_path: Path
    ) -> None:
        findings, _ = run(CHECK, self.facts(new_facts, intended, tmp_path))
        assert [f.code for f in findings] == ["registry-config-drift", "nginx-config-drift"]
        assert [len(f.evidence) for f in findings] == [1, 2]

    def test_another_version_may_differ_and_never_more(
        self, new_facts: Callable[..., Facts], run: Any, intended: Intended, tmp_path: Path
    ) -> None:
        assert intended.configuration
        older = replace(intended, configuration=replace(intended.configuration, version=(17, 2)))
        findings, note = run(CHECK, self.facts(new_facts, older, tmp_path))
        assert {f.severity for f in findings} == {"info"}
        assert findings[0].code == "omnibus-version-differs"
        assert "Omnibus 17.2 is installed" in findings[0].summary
        assert "may not be" in findings[1].summary
        assert note.endswith("which may differ here")


def test_without_secrets_nothing_can_be_compared(
    new_facts: Callable[..., Facts], run: Any, intended: Intended, tmp_path: Path
) -> None:
    (tmp_path / "etc/gitlab/gitlab-secrets.json").unlink()
    with pytest.raises(NotTriedError, match=r"gitlab-secrets\.json is not here"):
        run(CHECK, new_facts(intended=intended, plan=Plan((), {})))


def test_a_gitlab_rb_that_cannot_be_used(new_facts: Callable[..., Facts], run: Any) -> None:
    with pytest.raises(NotTriedError, match="cannot be used"):
        run(CHECK, new_facts(intended=Intended()))
