from __future__ import annotations

import pytest

from glctl.converge.comparison import Comparison, compare
from glctl.converge.desired import understand
from glctl.gitlabrb.reader import evaluate
from glctl.paths import Root
from glctl.settings.platform import DEBIAN
from glctl.settings.schema import NAMES, OPTIONS
from glctl.settings.versions import NEWEST

HEAD = "external_url 'http://gitlab.example.com'\nregistry_external_url 'https://registry.example.com'\n"
READ = [option for option in OPTIONS.values() if not option.ignored]


def compared(text: str) -> Comparison:
    return compare(understand(evaluate(text, "gitlab.rb", NAMES), Root(), DEBIAN, NEWEST))


def test_what_is_set_beside_the_defaults() -> None:
    found = compared(HEAD + "registry['debug_addr'] = '127.0.0.1:5001'\nregistry_nginx['listen_port'] = 5051")
    shown = {
        each.known.key: (each.known.value, each.otherwise, each.known.origin.span.line)
        for each in found.differences
    }
    assert shown == {
        "external_url": ("http://gitlab.example.com", None, 1),
        "registry_external_url": ("https://registry.example.com", None, 2),
        "registry.debug_addr": ("127.0.0.1:5001", None, 3),
        "registry.nginx.listen_port": (5051, 443, 4),
    }
    assert (found.redundant, found.unread) == ((), ())


@pytest.mark.parametrize(
    "line",
    [
        "registry['log_level'] = 'info'",  # the default
        "registry['enable'] = true",  # since there is an address
        "registry['nginx']['listen_port'] = 443",  # from the address
        "registry_nginx['listen_https'] = true",
        "registry['env'] = { 'GODEBUG' => 'tlsmlkem=0' }",
        "registry['redis'] = {}",
        "registry['registry_issuer'] = 'x'",  # not read at all
        "registry['nginx']['https'] = false",  # overruled
    ],
)
def test_what_would_hold_anyway(line: str) -> None:
    [known] = compared(HEAD + line).redundant
    assert known.origin.span.line == 3


@pytest.mark.parametrize(
    "line", ["registry['log_level'] = 'warn'", "registry['svlogd_size'] = 5", "registry['http_secret'] = 'x'"]
)
def test_what_would_not(line: str) -> None:
    assert compared(HEAD + line).redundant == ()


def test_what_the_example_has_besides() -> None:
    found = compared(HEAD + "registry['dir'] = '/srv'")
    assert list(found.lacking) == [
        option
        for option in READ
        if option.key not in ("external_url", "registry_external_url", "registry.dir")
    ]


def test_the_whole_example_lacks_nothing() -> None:
    assert compared("\n".join(option.sample for option in READ)).lacking == ()


def test_what_cannot_be_compared() -> None:
    found = compared(HEAD + "gitaly['enable'] = false\nregistry['nosuch'] = 1")
    assert [known.key for known in found.unread] == ["gitaly.enable", "registry.nosuch"]


def test_what_is_for_gitlabs_own_virtual_host_is_not_said_to_be_without_need() -> None:
    found = compared(HEAD + "nginx['hsts_max_age'] = 0\nnginx['redirect_http_to_https'] = true")
    assert found.redundant == ()
    assert [known.key for known in found.unread] == ["nginx.hsts_max_age", "nginx.redirect_http_to_https"]
