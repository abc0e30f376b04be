from __future__ import annotations

import pytest

from glctl.doctor import s3_actions
from glctl.doctor.s3_actions import Action
from glctl.doctor.s3_policy import ON_BUCKET, ON_OBJECTS
from glctl.findings.catalog import CODES

ACTIONS = [value for value in vars(s3_actions).values() if isinstance(value, Action)]


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_an_action_has_its_code_and_its_permission(action: Action) -> None:
    assert action.code in CODES
    assert set(action.permissions) <= {*ON_BUCKET, *ON_OBJECTS}
    assert action.breaks.endswith(".")


def test_every_permission_is_tried_but_the_one_that_the_registry_never_uses() -> None:
    used = {permission for action in ACTIONS for permission in action.permissions}
    assert used == {*ON_BUCKET, *ON_OBJECTS} - {"s3:GetBucketLocation"}
