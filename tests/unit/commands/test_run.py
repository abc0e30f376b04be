"""What every run does, whatever it brings the host to: a refusal, its report and its exit code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from glctl.commands.context import Context
from glctl.commands.run import Asked, Run
from glctl.console import Console
from glctl.errors import GlctlError, UsageError
from glctl.paths import Root

if TYPE_CHECKING:
    from pathlib import Path

    from glctl.converge.bring_up import Options
    from glctl.converge.carry_out import Result
    from glctl.converge.prepare import Prepared


class Refused(Run):
    """A run that is refused as soon as it looks."""

    def __init__(self, context: Context, asked: Asked, error: GlctlError) -> None:
        super().__init__(context, asked)
        self.error = error

    def prepare(self) -> Prepared:
        raise self.error

    def prepare_again(self, first: Prepared, /) -> Prepared:
        return first

    def is_done(self, first: Prepared, /) -> bool:
        return not first.changed

    def carry(self, prepared: Prepared, options: Options) -> Result:
        raise AssertionError((prepared, options))

    def how_to_finish(self) -> str:
        return ""


def asked(**given: Any) -> Asked:
    usual: dict[str, Any] = dict.fromkeys(("dry_run", "detailed_exitcode", "no_diff", "no_trial"), False)
    usual |= {"form": "text", "no_rollback": False, "watch": 0.0, "drain": 0.0, "wait": 0.0}
    return Asked(**{**usual, **given})


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize(
    ("detailed", "error", "code"),
    [
        (False, GlctlError("no"), 1),
        (False, UsageError("no"), 2),
        (True, GlctlError("no"), 1),
        (True, UsageError("no"), 1),  # 2 would say that something changes
    ],
)
def test_a_refusal_keeps_its_exit_code_but_where_that_means_changes(
    tmp_path: Path, dry_run: bool, detailed: bool, error: GlctlError, code: int
) -> None:
    run = Refused(
        Context(Root(tmp_path), Console(color=False)),
        asked(dry_run=dry_run, detailed_exitcode=detailed),
        error,
    )
    with pytest.raises(type(error)) as caught:
        run.carry_through()
    assert caught.value.exit_code == code


def test_a_refusal_is_one_json_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = Refused(Context(Root(tmp_path), Console(color=False)), asked(form="json"), GlctlError("no", "do"))
    with pytest.raises(GlctlError):
        run.carry_through()
    document = json.loads(capsys.readouterr().out)
    assert document["error"]["message"] == "no"
    assert document["changed"] is False
