import dataclasses

import pytest

from glctl.doctor.check import Check, NotTriedError

CHECK = Check("clock", "The clock is right.", lambda _: iter(()))


def test_a_check_only_looks_unless_it_says_so() -> None:
    assert (CHECK.requires, CHECK.effect, CHECK.live) == ((), "none", True)
    assert CHECK.timeout > 0


def test_a_check_cannot_be_changed_but_copied() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        CHECK.timeout = 1.0  # type: ignore[misc]  # that it fails is the test
    assert dataclasses.replace(CHECK, timeout=1.0).timeout == 1.0


def test_why_something_was_not_tried_is_its_text() -> None:
    assert str(NotTriedError("only root can")) == "only root can"
