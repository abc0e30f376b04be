from typing import Any

import click
import pytest
from click.testing import CliRunner

from glctl.commands import run_options
from glctl.converge.watch import SECONDS


@pytest.fixture
def given() -> Any:
    """What a command with these options is given for a command line."""
    seen: dict[str, Any] = {}

    @click.command
    @run_options.no_trial
    @run_options.no_rollback
    @run_options.watch
    @run_options.drain
    @run_options.wait
    def command(**options: Any) -> None:
        seen.update(options)

    def given(*args: str) -> Any:
        return seen if CliRunner().invoke(command, args).exit_code == 0 else None

    return given


def test_what_counts_where_nothing_is_said(given: Any) -> None:
    assert given() == {"no_trial": False, "no_rollback": False, "watch": SECONDS, "drain": 0, "wait": 0}


def test_what_is_said_counts(given: Any) -> None:
    line = "--no-trial --no-rollback --watch 0 --drain 2.5 --wait 60"
    said = {"no_trial": True, "no_rollback": True, "watch": 0, "drain": 2.5, "wait": 60}
    assert given(*line.split()) == said


@pytest.mark.parametrize("option", ["--watch", "--drain", "--wait"])
def test_there_is_no_time_below_zero(given: Any, option: str) -> None:
    assert given(option, "-1") is None


@pytest.mark.parametrize("seconds", ["nan", "-1", "soon"])
def test_what_is_no_time_is_refused(given: Any, seconds: str) -> None:
    assert given("--wait", seconds) is None
    assert given("--wait", "1.5")["wait"] == 1.5
