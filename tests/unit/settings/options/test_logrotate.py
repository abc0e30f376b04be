from __future__ import annotations

import pytest

from glctl.settings.schema import OPTIONS


@pytest.mark.parametrize("section", ["logging", "registry", "nginx"])
def test_what_is_given_to_logrotate_is_known_and_none_of_ours(section) -> None:
    assert OPTIONS[f"{section}.logrotate_size"].foreign
