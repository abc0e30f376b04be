from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients.http import Exchange
from glctl.doctor import virtual_host
from glctl.doctor.check import NotTriedError
from glctl.doctor.gitlab import GitLab
from glctl.doctor.outside import Public, addresses, is_elsewhere, public_url

if TYPE_CHECKING:
    from glctl.doctor.observed import Observed


def with_gitlab_rb(observed: Observed, url: str) -> Observed:
    path = observed.root.at("/etc/gitlab/gitlab.rb")
    path.parent.mkdir(parents=True)
    path.write_text(f"registry_external_url '{url}'\n")
    return observed


def serving(observed: Observed, directives: str) -> Observed:
    text = f"server {{ {directives} location / {{ proxy_pass http://127.0.0.1:5000; }} }}"
    return replace(observed, vhost=virtual_host.read("/v.conf", text.encode()))


def test_gitlab_knows_best(observed: Observed) -> None:
    gitlab = GitLab(Path("/g"), host="r.example.com", port=8443)
    assert public_url(observed, gitlab).origin == "http://r.example.com:8443"
    assert public_url(observed, replace(gitlab, port=None)).origin == "http://r.example.com"


def test_then_gitlab_rb(observed: Observed) -> None:
    asked = with_gitlab_rb(observed, "https://r.example.com:8443")
    assert public_url(asked, None).origin == "https://r.example.com:8443"


def test_where_nginx_ends_tls_its_files_count(observed: Observed) -> None:
    asked = serving(
        with_gitlab_rb(observed, "http://r.example.com"), "listen 443 ssl; server_name s.example.com;"
    )
    assert public_url(asked, None).origin == "https://s.example.com"


@pytest.mark.parametrize("text", ["nonsense(", "registry_external_url 'registry.example.com'"])
def test_a_gitlab_rb_that_tells_nothing(observed: Observed, text: str) -> None:
    path = observed.root.at("/etc/gitlab/gitlab.rb")
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert public_url(observed, None).origin == "http://registry.example.com:5050"


def test_nobody_knows(observed: Observed) -> None:
    with pytest.raises(NotTriedError):
        public_url(replace(observed, vhost=None), None)


def test_addresses() -> None:
    assert addresses("127.0.0.1") == ("127.0.0.1",)
    assert addresses("[::1]") == ("::1",)
    assert addresses("no.such.name.invalid") == ()


@pytest.mark.parametrize(
    ("address", "elsewhere"),
    [("127.0.1.1", False), ("::1", False), ("10.0.0.1", True), ("fe80::1%eth0", True)],
)
def test_elsewhere(address: str, elsewhere: bool) -> None:
    assert is_elsewhere(address) is elsewhere


def test_the_public_address_is_asked_once(observed: Observed) -> None:
    asked = []

    class Client:
        def request(self, _: str, url: str, **__: Any) -> Exchange:
            asked.append(url)
            return Exchange("GET", url, "ping", 401)

    client: Any = Client()
    gitlab = GitLab(Path("/g"), host="127.0.0.1", port=5050)
    public = Public(observed, gitlab, client)
    assert public.answers
    assert public.ping.exchange.status == 401
    assert asked == ["http://127.0.0.1:5050/v2/"]
    assert not public.is_resolved
