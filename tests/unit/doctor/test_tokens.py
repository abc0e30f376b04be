from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from glctl.clients import keys
from glctl.doctor import signing
from glctl.doctor.facts import Facts, Options

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from glctl.doctor.observed import Observed


def test_the_token_says_what_config_yml_says(new_facts: Callable[..., Facts]) -> None:
    key = keys.read_private_key(keys.generate_key(bits=2048), "key")
    token = new_facts(key=key).tokens().token("pull", "push")
    assert "eyJ" not in repr(token)
    told = json.loads(base64.urlsafe_b64decode(token.reveal().split(".")[1] + "=="))
    assert (told["iss"], told["aud"]) == ("omnibus-gitlab-issuer", "container_registry")
    assert told["access"] == [{"type": "repository", "name": "glctl/doctor", "actions": ["pull", "push"]}]


def test_the_key_is_looked_for_once(observed: Observed, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(signing, "signing_key", lambda *args: asked.append(args))
    facts = Facts(observed, Options())
    facts.tokens().key()
    facts.tokens().key()
    assert asked == [(observed.root, signing.KEY_FILE)]
