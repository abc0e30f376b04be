"""Two cases in one gitlab.rb, on both platforms: rendered, or refused in words; no other end."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from compare import CASES
from outcome import gitlab_rbs

from glctl.errors import ConfigError, UsageError
from glctl.gitlabrb.reader import evaluate
from glctl.render.build import resources
from glctl.settings.derive import derive
from glctl.settings.host import Host
from glctl.settings.platform import PLATFORMS
from glctl.settings.schema import NAMES
from glctl.settings.secrets import Placeholders, complete
from glctl.settings.validate import validate

if TYPE_CHECKING:
    from glctl.settings.platform import Platform


def outcome(text: str, platform: Platform) -> str:
    host = Host(platform, users=frozenset({"registry"}), groups=frozenset({"registry"}))
    try:
        settings = evaluate(text, "gitlab.rb", NAMES, environ={})
        secrets = complete(settings, host, Placeholders())
        effective = derive(settings, host, secrets)
        if any(diagnostic.severity == "error" for diagnostic in validate(settings, effective)):
            return "refused"
        resources(effective, host, secrets)  # raises where a file would not be read back as it is meant
    except (ConfigError, UsageError):
        return "refused"
    return "rendered"


@pytest.mark.parametrize("seed", range(4))
def test_two_cases_at_once_are_rendered_or_refused(seed: int) -> None:
    source = random.Random(seed)
    seen = set()
    for _ in range(50):
        texts = [gitlab_rbs(case)[0] for case in source.sample(CASES, 2)]
        seen |= {outcome("\n".join(texts), platform) for platform in PLATFORMS.values()}
    assert seen == {"rendered", "refused"}
