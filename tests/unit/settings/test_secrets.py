import pytest

from glctl.gitlabrb.reader import evaluate
from glctl.secret import Secret, reveal
from glctl.settings.host import Host
from glctl.settings.platform import DEBIAN, OMNIBUS
from glctl.settings.schema import NAMES
from glctl.settings.secrets import KEYS, Placeholders, complete

URL = "registry_external_url 'https://r.example.com'\n"
STORED = {
    "http_secret": "stored secret",
    "internal_key": "stored key",
    "internal_certificate": "stored certificate",
}
MADE = {
    "http_secret": "made secret",
    "internal_key": "made key",
    "internal_certificate": "certificate of made key",
}


class Counting:
    """Makes secrets, and remembers which."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def http_secret(self) -> str:
        self.made.append("http_secret")
        return "made secret"

    def key(self) -> str:
        self.made.append("internal_key")
        return "made key"

    def certificate(self, key: str) -> str:
        self.made.append("internal_certificate")
        return f"certificate of {key}"


def completed(text: str, stored: dict | None = None, platform=DEBIAN):
    """The Secrets, their texts, and which were made."""
    document = None if stored is None else {"registry": stored}
    generator = Counting()
    settings = evaluate(text, "gitlab.rb", NAMES, environ={})
    secrets = complete(settings, Host(platform, secrets=document), generator)
    assert tuple(generator.made) == secrets.generated
    return secrets, {name: secrets.values[name].value.reveal() for name in KEYS}


@pytest.mark.parametrize(
    ("text", "stored", "changes", "generated"),
    [
        ("", None, MADE, KEYS),
        ("", {}, MADE, KEYS),
        ("", STORED, STORED, ()),
        ("registry['http_secret'] = 'own'", STORED, STORED | {"http_secret": "own"}, ()),
        ("registry['http_secret'] = 12345", None, MADE | {"http_secret": "12345"}, KEYS[1:]),
        ("registry['http_secret'] = nil", STORED, STORED, ()),
        ("registry['http_secret'] = false", STORED, STORED, ()),
        # Half a pair: the other half is made to match.
        (
            "registry['internal_key'] = 'own key'",
            STORED,
            STORED | {"internal_key": "own key", "internal_certificate": "certificate of own key"},
            ("internal_certificate",),
        ),
        ("registry['internal_key'] = 'stored key'", STORED, STORED, ()),
        ("registry['internal_certificate'] = 'own'", STORED, STORED | {"internal_certificate": "own"}, ()),
        (
            "registry['internal_key'] = 'k'\nregistry['internal_certificate'] = 'c'",
            STORED,
            STORED | {"internal_key": "k", "internal_certificate": "c"},
            (),
        ),
        (
            "",
            {"internal_key": "stored key"},
            MADE | {"internal_key": "stored key", "internal_certificate": "certificate of stored key"},
            ("http_secret", "internal_certificate"),
        ),
        ("", {"internal_certificate": "stored"}, MADE | {"internal_certificate": "stored"}, KEYS[:2]),
        ("", STORED | {"http_secret": ""}, STORED | {"http_secret": "made secret"}, ("http_secret",)),
        ("", STORED | {"http_secret": None}, STORED | {"http_secret": "made secret"}, ("http_secret",)),
    ],
)
def test_gitlab_rb_beats_the_file_beats_generated(text, stored, changes, generated) -> None:
    secrets, texts = completed(URL + text, stored)
    assert texts == changes
    assert secrets.generated == generated


def test_a_secret_of_gitlab_rb_persists_in_the_file() -> None:
    secrets, _ = completed(URL + "registry['http_secret'] = 'own'", STORED)
    assert reveal(secrets.document) == {"registry": STORED | {"http_secret": "own"}}


def test_sections_and_keys_that_are_not_ours_stay() -> None:
    document = {"gitlab_rails": {"db_key_base": "x"}, "registry": {**STORED, "new": "y"}}
    settings = evaluate(URL, "gitlab.rb", NAMES, environ={})
    secrets = complete(settings, Host(DEBIAN, secrets=document), Counting())
    assert reveal(secrets.document) == document


def test_every_value_is_masked_and_says_where_it_is_from() -> None:
    secrets, _ = completed(URL + "registry['http_secret'] = 'own'", {"internal_key": "stored key"})
    assert {name: str(secrets.values[name].origin) for name in KEYS} == {
        "http_secret": "gitlab.rb:2:1",
        "internal_key": "gitlab-secrets.json",
        "internal_certificate": "generated",
    }
    assert "own" not in str(secrets.document)
    assert all(isinstance(value.value, Secret) for value in secrets.values.values())


@pytest.mark.parametrize(
    ("text", "platform"),
    [
        ("", DEBIAN),
        (URL + "registry['enable'] = false", DEBIAN),
        (URL + "package['generate_default_secrets'] = false", DEBIAN),
        ("package['generate_default_secrets'] = false", OMNIBUS),
    ],
)
def test_nothing_is_generated_that_nobody_asks_for(text, platform) -> None:
    secrets, texts = completed(text, None, platform)
    assert texts == dict.fromkeys(KEYS, "")
    assert secrets.generated == ()


def test_gitlab_itself_needs_them_without_a_registry() -> None:
    assert completed("", None, OMNIBUS)[1] == MADE


def test_commands_that_only_read_generate_nothing() -> None:
    settings = evaluate(URL, "gitlab.rb", NAMES, environ={})
    secrets = complete(settings, Host(DEBIAN), Placeholders())
    assert {value.value.reveal() for value in secrets.values.values()} == {
        "(generated by the first reconfigure)"
    }
