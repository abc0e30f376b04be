from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients.failures import Failure
from glctl.clients.tls import Handshake
from glctl.doctor import tls, virtual_host
from glctl.doctor.check import NotTriedError
from glctl.doctor.tls import Pair, Place

if TYPE_CHECKING:
    from pathlib import Path

PROXIED = "location / { proxy_pass http://127.0.0.1:5000; }"


def vhost(path: Path, directives: str) -> virtual_host.VirtualHost:
    return virtual_host.read(
        str(path / "gitlab-registry.conf"), f"server {{ {directives} {PROXIED} }}".encode()
    )


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Handshakes that were asked for; each fails."""
    asked: list[Any] = []

    def shake_hands(address: Any, host: str) -> Handshake:
        asked.append((address, host))
        return Handshake(failure=Failure("refused", "nothing listens"))

    monkeypatch.setattr(tls, "shake_hands", shake_hands)
    return asked


def test_the_files_that_nginx_names(new_facts: Any, tmp_path: Path) -> None:
    conf = tmp_path / "conf"
    (conf / "service_conf").mkdir(parents=True)
    named = vhost(
        conf / "service_conf",
        "listen 443 ssl; ssl_certificate a.crt; ssl_certificate_key a.key;"
        " ssl_certificate /e/b.crt; ssl_certificate_key /e/b.key;"
        " ssl_dhparam $dh; include x/*.conf; include y.conf; ssl_password_file 'pw';",
    )
    (conf / "a.crt").touch()
    (conf / "a.key").touch()
    observed = new_facts(vhost=named).observed
    root = observed.root
    assert tls.pairs_of_nginx(observed) == (
        Pair(conf / "a.crt", conf / "a.key"),
        Pair(root.at("/e/b.crt"), root.at("/e/b.key")),
    )
    assert [(name, path.name) for name, path in tls.other_files(observed)] == [
        ("ssl_password_file", "pw"),
        ("include", "y.conf"),
    ]


def test_without_a_virtual_host_there_are_none(new_facts: Any) -> None:
    observed = new_facts(vhost=None).observed
    assert (tls.pairs_of_nginx(observed), list(tls.other_files(observed))) == ((), [])


def test_other_certificates_of_nginx(new_facts: Any, tmp_path: Path) -> None:
    (tmp_path / "service_conf").mkdir()
    (tmp_path / "service_conf/b.conf").write_text("server { ssl_certificate /b.crt; ssl_certificate $x; }")
    (tmp_path / "nginx.conf").write_text("http { server { ssl_certificate a.crt; } }")
    (tmp_path / "broken.conf").write_text("}")
    observed = new_facts(vhost=vhost(tmp_path / "service_conf", "listen 80;")).observed
    assert [path.name for path in tls.certificates_of_others(observed)] == ["a.crt", "b.crt"]


@pytest.mark.parametrize(
    ("fields", "asked"),
    [
        ({}, []),
        (
            {"directives": "listen 5050 ssl; server_name r.example.com;"},
            [(("127.0.0.1", 5050), "r.example.com")],
        ),
        ({"directives": "listen 5050 ssl proxy_protocol;"}, []),
        (
            {"config": {"http": {"addr": ":5000", "tls": {"certificate": "/c", "key": "/k"}}}},
            [(("127.0.0.1", 5000), "127.0.0.1")],
        ),
        (
            {
                "vhost": None,
                "config": {
                    "http": {
                        "addr": ":5000",
                        "host": "https://r.example.com",
                        "tls": {"certificate": "/c", "key": "/k"},
                    }
                },
            },
            [(("127.0.0.1", 5000), "r.example.com")],
        ),
    ],
)
def test_what_this_machine_serves(
    new_facts: Any, shown: list[Any], tmp_path: Path, fields: dict[str, Any], asked: list[Any]
) -> None:
    if directives := fields.pop("directives", ""):
        fields["vhost"] = vhost(tmp_path, directives)
    places = tls.here(new_facts(**fields))
    assert shown == asked
    assert len(places) == len(asked)


@pytest.mark.parametrize(
    ("directives", "addresses", "asked"),
    [
        (
            "listen 5050 ssl; server_name r.example.com;",
            ("192.0.2.1",),
            [(("192.0.2.1", 5050), "r.example.com")],
        ),
        ("listen 5050 ssl; server_name r.example.com;", ("127.0.0.1",), []),
        ("listen 5050 ssl; server_name r.example.com;", (), []),
        ("listen 5050; server_name r.example.com;", ("192.0.2.1",), []),
        (
            "listen 80; server_name r.example.com; proxy_set_header X-Forwarded-Proto https;",
            ("192.0.2.1",),
            [(("192.0.2.1", 443), "r.example.com")],
        ),
    ],
)
def test_another_machine_is_asked_where_the_public_name_leads_there(
    new_facts: Any,
    shown: list[Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    directives: str,
    addresses: tuple[str, ...],
    asked: list[Any],
) -> None:
    monkeypatch.setattr(tls, "resolve", lambda host: addresses)
    with pytest.raises(NotTriedError):  # no TLS is seen there, which is no fault of anybody's
        tls.elsewhere(new_facts(vhost=vhost(tmp_path, directives)))
    assert shown == asked


@pytest.mark.parametrize(
    ("directives", "found"),
    [
        ("listen 443 ssl; server_name r.example.com;", True),
        ("listen 80; server_name r.example.com; proxy_set_header X-Forwarded-Proto https;", False),  # a guess
    ],
)
def test_plain_http_there_counts_where_the_port_is_known(
    new_facts: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, directives: str, found: bool
) -> None:
    plain = Handshake(failure=Failure("tls", "not in TLS"), plain_http=True)
    monkeypatch.setattr(tls, "resolve", lambda host: ("192.0.2.1",))
    monkeypatch.setattr(tls, "shake_hands", lambda *_: plain)
    facts = new_facts(vhost=vhost(tmp_path, directives))
    if found:
        assert tls.elsewhere(facts).shown == plain
    else:
        with pytest.raises(NotTriedError):
            tls.elsewhere(facts)


def test_a_registry_on_the_usual_port_has_no_port_for_docker(new_facts: Any) -> None:
    observed = new_facts().observed
    for port, folder in (("", "r.example.com"), (":5050", "r.example.com:5050")):
        path = observed.root.at(f"/etc/docker/certs.d/{folder}/ca.crt")
        path.parent.mkdir(parents=True)
        path.touch()
        place = Place(f"https://r.example.com{port}", ("127.0.0.1", 1), "r.example.com", Handshake())
        assert tls.certificates_of_docker(observed, place) == (path,)
