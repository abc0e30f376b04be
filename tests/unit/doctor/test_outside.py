from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients.http import Exchange
from glctl.doctor import virtual_host
from glctl.doctor.check import NotTriedError
from glctl.doctor.gitlab import GitLab
from glctl.doctor.intended import intend
from glctl.doctor.outside import Public, look, named_in, named_without_secrets, public_url
from glctl.settings.urls import Url

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts
    from glctl.doctor.observed import Observed


def serving(observed: Observed, directives: str) -> Observed:
    text = f"server {{ {directives} location / {{ proxy_pass http://127.0.0.1:5000; }} }}"
    return replace(observed, vhost=virtual_host.read("/v.conf", text.encode()))


def test_gitlab_knows_best(observed: Observed) -> None:
    gitlab = GitLab(Path("/g"), host="r.example.com", port=8443)
    assert public_url(observed, gitlab, None).origin == "http://r.example.com:8443"
    assert public_url(observed, replace(gitlab, port=None), None).origin == "http://r.example.com"


def test_then_gitlab_rb(observed: Observed) -> None:
    named = Url("https", "r.example.com", 8443)
    assert public_url(observed, None, named) == named


def test_where_nginx_ends_tls_its_files_count(observed: Observed) -> None:
    asked = serving(observed, "listen 443 ssl; server_name s.example.com;")
    assert public_url(asked, None, Url("http", "r.example.com", 80)).origin == "https://s.example.com"


def test_then_nginxs_files(observed: Observed) -> None:
    assert public_url(observed, None, None).origin == "http://registry.example.com:5050"


def test_nobody_knows(observed: Observed) -> None:
    with pytest.raises(NotTriedError):
        public_url(replace(observed, vhost=None), None, None)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        (
            "external_url 'http://g.example.com'\nregistry_external_url 'http://r.example.com:5050'",
            "http://r.example.com:5050",
        ),
        ("external_url 'https://r.example.com'", None),
        ("nonsense(", None),
    ],
)
def test_what_gitlab_rb_says(observed: Observed, text: str, url: str | None) -> None:
    path = observed.root.at("/etc/gitlab/gitlab.rb")
    path.parent.mkdir(parents=True)
    path.write_text(text)
    found = named_in(intend(observed))
    assert (found and found.origin) == url


def test_the_public_address_is_asked_once() -> None:
    asked = []

    class Client:
        def request(self, _: str, url: str, **__: Any) -> Exchange:
            asked.append(url)
            return Exchange("GET", url, "ping", 401)

    client: Any = Client()
    public = Public(Url("http", "127.0.0.1", 5050), client)
    assert public.answers
    assert public.ping.exchange.status == 401
    assert asked == ["http://127.0.0.1:5050/v2/"]
    assert not public.is_resolved


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("registry_external_url 'http://r.example.com:5050'", "http://r.example.com:5050"),
        ("external_url 'https://r.example.com'", None),
        ("nonsense(", None),
        (None, None),
    ],
)
def test_gitlab_rb_tells_the_address_without_the_secrets(
    observed: Observed, tmp_path: Path, text: str | None, url: str | None
) -> None:
    if text:
        (tmp_path / "etc/gitlab").mkdir(parents=True)
        (tmp_path / "etc/gitlab/gitlab.rb").write_text(text)
    named = named_without_secrets(observed)
    assert (named and named.origin) == url


def test_who_may_read_gitlab_rb_alone_still_knows_the_address(
    new_facts: Callable[..., Facts], tmp_path: Path
) -> None:
    (tmp_path / "etc/gitlab").mkdir(parents=True)
    (tmp_path / "etc/gitlab/gitlab.rb").write_text("registry_external_url 'http://r.example.com:5050'")
    facts = new_facts(vhost=None, intended=PermissionError(13, "Permission denied", "/secrets"))
    assert look(facts).origin == "http://r.example.com:5050"
