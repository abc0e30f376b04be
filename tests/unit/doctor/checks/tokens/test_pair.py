from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients import keys
from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.tokens.pair import CHECK
from glctl.errors import GlctlError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from glctl.clients.keys import RSAPrivateKey
    from glctl.doctor.facts import Facts
    from glctl.secret import Secret


@pytest.fixture(scope="module")
def pems() -> tuple[Secret, Secret]:
    """Two keys."""
    return keys.generate_key(bits=2048), keys.generate_key(bits=2048)


@pytest.fixture
def key(pems: tuple[Secret, Secret]) -> RSAPrivateKey:
    return keys.read_private_key(pems[0], "key")


@pytest.fixture
def bundle(new_facts: Callable[..., Facts]) -> Path:
    path = new_facts().observed.root.at("/registry/bundle.crt")
    path.parent.mkdir()
    return path


@pytest.mark.parametrize("trusted", [(0,), (1, 0)])
def test_a_pair(
    new_facts: Callable[..., Facts],
    run: Any,
    pems: tuple[Secret, Secret],
    key: RSAPrivateKey,
    bundle: Path,
    trusted: tuple[int, ...],
) -> None:
    bundle.write_text("".join(keys.certify(pems[n], time.time()) for n in trusted))
    findings, note = run(CHECK, new_facts(key=key))
    assert findings == []
    assert note.startswith("key ")


def test_an_expired_certificate_is_accepted(
    new_facts: Callable[..., Facts], run: Any, pems: tuple[Secret, Secret], key: RSAPrivateKey, bundle: Path
) -> None:
    """As by the registry, which only compares keys."""
    bundle.write_text(keys.certify(pems[0], 0.0))
    assert run(CHECK, new_facts(key=key))[0] == []


def test_no_pair(
    new_facts: Callable[..., Facts], run: Any, pems: tuple[Secret, Secret], key: RSAPrivateKey, bundle: Path
) -> None:
    bundle.write_text(keys.certify(pems[1], time.time()))
    [finding], _ = run(CHECK, new_facts(key=key))
    assert (finding.code, finding.subject) == ("token-key-mismatch", str(bundle))
    assert keys.key_id(key.public_key())[:9] in finding.evidence[0]


@pytest.mark.parametrize("content", [None, "", "no PEM", "-----BEGIN CERTIFICATE-----\nx\n"])
def test_an_unusable_bundle(
    new_facts: Callable[..., Facts], run: Any, key: RSAPrivateKey, bundle: Path, content: str | None
) -> None:
    if content is not None:
        bundle.write_text(content)
    [finding], _ = run(CHECK, new_facts(key=key))
    assert finding.code == "token-bundle-unreadable"
    assert str(bundle) in finding.summary


def test_an_unusable_key(new_facts: Callable[..., Facts], run: Any) -> None:
    [finding], _ = run(CHECK, new_facts(key=GlctlError("/k: holds no PEM", "It should be one.")))
    assert (finding.code, finding.summary) == ("token-key-unusable", "/k: holds no PEM.")
    assert finding.evidence == ("It should be one.",)


def test_a_key_that_may_not_be_read_is_not_judged(new_facts: Callable[..., Facts], run: Any) -> None:
    error = GlctlError("/k cannot be read.")
    error.__cause__ = PermissionError()
    with pytest.raises(GlctlError):
        run(CHECK, new_facts(key=error))


@pytest.mark.parametrize(
    ("given", "why"),
    [({"key": NotTriedError("on another host")}, "on another host"), ({"config": {}}, "no rootcertbundle")],
)
def test_nothing_to_compare(
    new_facts: Callable[..., Facts], run: Any, given: dict[str, Any], why: str
) -> None:
    with pytest.raises(NotTriedError, match=why):
        run(CHECK, new_facts(**given))
