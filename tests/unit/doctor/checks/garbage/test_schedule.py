from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.doctor.checks.garbage.schedule import CHECK

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from glctl.doctor.facts import Facts

ITSELF = "0 3 * * 0 root /opt/gitlab/embedded/bin/registry garbage-collect /c.yml"
BY_GITLAB_CTL = "0 3 * * 0 root /opt/gitlab/bin/gitlab-ctl registry-garbage-collect -m"
DATABASE = {"database": {"enabled": True}}


@pytest.mark.parametrize(
    ("line", "config", "code"),
    [
        (ITSELF, {}, "garbage-job-unprotected"),
        ("@weekly root docker-registry garbage-collect -m /c.yml", {}, "garbage-job-unprotected"),
        (ITSELF, DATABASE, "garbage-job-with-database"),
        (BY_GITLAB_CTL, DATABASE, "garbage-job-with-database"),
    ],
)
@pytest.mark.parametrize("table", ["etc/crontab", "etc/cron.d/x", "var/spool/cron/crontabs/root"])
def test_jobs_that_lose_images(
    new_facts: Callable[..., Facts],
    run: Any,
    tmp_path: Path,
    table: str,
    line: str,
    config: dict[str, Any],
    code: str,
) -> None:
    path = tmp_path / table
    path.parent.mkdir(parents=True)
    path.write_text(f"# {ITSELF}\n{line}\n")
    [finding], _ = run(CHECK, new_facts(config=config))
    assert (finding.code, finding.subject, finding.evidence) == (code, str(path), (line,))


@pytest.mark.parametrize("line", [BY_GITLAB_CTL, f"# {ITSELF}", "0 3 * * 0 root skopeo sync", ""])
def test_jobs_that_do_not(new_facts: Callable[..., Facts], run: Any, tmp_path: Path, line: str) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/crontab").write_text(f"{line}\n")
    assert run(CHECK, new_facts())[0] == []


def test_a_machine_without_cron(new_facts: Callable[..., Facts], run: Any) -> None:
    assert run(CHECK, new_facts()) == ([], "no job collects garbage")
