from __future__ import annotations

from typing import Any

import pytest

from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.tls.names import CHECK

NONE = NotTriedError("nowhere else")


@pytest.mark.parametrize(
    ("host", "names", "addresses", "why", "wanted"),
    [
        (
            "r.example.com",
            (),
            (),
            "no subjectAltName, and clients ignore its common name",
            "DNS:r.example.com",
        ),
        ("r.example.com", ("a.org",), ("192.0.2.1",), "it is for a.org, 192.0.2.1", "DNS:r.example.com"),
        (
            "r.s.example.com",
            ("*.example.com",),
            (),
            "*.example.com stands for one label",
            "DNS:r.s.example.com",
        ),
        ("192.0.2.1", ("r.example.com",), (), "no subjectAltName with this address", "IP:192.0.2.1"),
        ("[2001:db8::1]", ("r.example.com",), (), "with this address", "IP:2001:db8::1"),
    ],
)
def test_why_it_is_not_for_the_name(
    new_facts: Any,
    run: Any,
    certificate: Any,
    place: Any,
    host: str,
    names: tuple[str, ...],
    addresses: tuple[str, ...],
    why: str,
    wanted: str,
) -> None:
    shown = place(certificate(names=names, addresses=addresses), host=host)
    [finding], _ = run(CHECK, new_facts(tls_here=(shown,), tls_elsewhere=NONE))
    assert (finding.code, why in finding.summary) == ("certificate-name-mismatch", True)
    assert wanted in finding.remedy


def test_it_is_for_the_name(new_facts: Any, run: Any, certificate: Any, place: Any) -> None:
    facts = new_facts(tls_here=(place(certificate()),), tls_elsewhere=NONE)
    assert run(CHECK, facts) == ([], "for registry.example.com")


def test_where_no_client_comes_no_name_counts(new_facts: Any, run: Any, certificate: Any, place: Any) -> None:
    behind = place(certificate(names=()), host="", service="registry")
    with pytest.raises(NotTriedError):
        run(CHECK, new_facts(tls_here=(behind,), tls_elsewhere=NONE))
