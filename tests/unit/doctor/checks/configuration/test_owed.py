from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.converge import drift
from glctl.converge.drift import Drift
from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.configuration.owed import OWED, UNREAD
from glctl.settings.platform import OMNIBUS

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts


@pytest.mark.parametrize(
    ("seen", "summaries", "note"),
    [
        (Drift(3), [], "seen up with generation 3"),
        (Drift(3, owed=("nginx",), at_work=12), [], "a run is at work now (pid 12)"),
        (
            Drift(3, owed=("nginx", "nginx/log")),
            ["A run was interrupted: nginx, nginx/log were not seen up since."],
            "seen up with generation 3",
        ),
        (Drift(0, owed=("registry",)), ["A run was interrupted: registry was not seen up since."], ""),
    ],
)
def test_what_an_interrupted_run_left(
    new_facts: Callable[..., Facts],
    run: Any,
    monkeypatch: pytest.MonkeyPatch,
    seen: Drift,
    summaries: list[str],
    note: str,
) -> None:
    monkeypatch.setattr(drift, "drift", lambda *_: seen)
    findings, said = run(OWED, new_facts())
    assert ([f.summary for f in findings], said) == (summaries, note)
    assert {f.code for f in findings} <= {"restart-owed"}


def test_nothing_is_recorded_on_an_omnibus_host(new_facts: Callable[..., Facts], run: Any) -> None:
    with pytest.raises(NotTriedError, match="no records"):
        run(OWED, new_facts(platform=OMNIBUS))


def test_nothing_is_recorded_where_glctl_was_never_at_work(new_facts: Callable[..., Facts], run: Any) -> None:
    with pytest.raises(NotTriedError, match="has not set this up"):
        run(OWED, new_facts())


def test_files_that_are_read_by_now(new_facts: Callable[..., Facts], run: Any) -> None:
    assert run(UNREAD, new_facts(unread_changes=(), unread_by_nginx=())) == ([], "")


def test_files_that_are_not(new_facts: Callable[..., Facts], run: Any) -> None:
    findings, _ = run(UNREAD, new_facts(unread_changes=("a changed",), unread_by_nginx=("b changed",)))
    assert [(f.code, f.subject, f.remedy, f.evidence) for f in findings] == [
        ("changes-unread", "registry", "glctl restart registry", ("a changed",)),
        ("changes-unread", "nginx", "glctl hup nginx", ("b changed",)),
    ]
