from __future__ import annotations

import click
import pytest

from glctl.commands.seconds import Seconds


@pytest.mark.parametrize("text", ["nan", "inf", "-1", "1e999", "soon", ""])
def test_what_time_cannot_come_to(text: str) -> None:
    with pytest.raises(click.BadParameter):
        Seconds(min=0).convert(text, None, None)


def test_a_number() -> None:
    assert Seconds(min=0).convert("1.5", None, None) == 1.5
