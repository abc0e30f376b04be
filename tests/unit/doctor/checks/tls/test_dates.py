from __future__ import annotations

from typing import Any

import pytest

from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.tls.dates import CHECK
from glctl.doctor.clocks import Clock

DAY = 86400.0
NONE = NotTriedError("nowhere else")


def judged(new_facts: Any, run: Any, *places: Any, offset: float | None = 0.0, other: Any = NONE) -> Any:
    return run(CHECK, new_facts(tls_here=places, tls_elsewhere=other, clock=Clock(offset)))


@pytest.mark.parametrize(
    ("begins", "ends", "code"),
    [
        (-60, 15, None),
        (-60, 13.9, "certificate-expiring"),
        (-60, -0.01, "certificate-expired"),
        (0.01, 90, "certificate-not-yet-valid"),
    ],
)
@pytest.mark.usefixtures("now")
def test_dates(
    new_facts: Any, run: Any, certificate: Any, place: Any, begins: float, ends: float, code: Any
) -> None:
    now = 1_790_000_000.0
    shown = place(certificate(not_before=now + begins * DAY, not_after=now + ends * DAY))
    findings, _ = judged(new_facts, run, shown)
    assert [finding.code for finding in findings] == ([code] if code else [])


@pytest.mark.parametrize(
    ("offset", "codes"), [(None, ["certificate-expired"]), (-2 * DAY, ["certificate-expiring"])]
)
def test_a_clock_that_is_off_does_not_make_a_certificate_expire(
    new_facts: Any, run: Any, certificate: Any, place: Any, now: float, offset: float | None, codes: list[str]
) -> None:
    findings, _ = judged(new_facts, run, place(certificate(not_after=now - DAY)), offset=offset)
    assert [finding.code for finding in findings] == codes


def test_an_intermediate_counts_and_a_root_does_not(
    new_facts: Any, run: Any, certificate: Any, place: Any, now: float
) -> None:
    expired = {"not_after": now - DAY, "subject": "CN=Authority"}
    for issuer, count in (("CN=Root", 1), ("CN=Authority", 0)):
        above = certificate(**expired, issuer=issuer, fingerprint="e" * 64)
        assert len(judged(new_facts, run, place(certificate(), above))[0]) == count


def test_who_has_issued_it_tells_how_it_is_renewed(
    new_facts: Any, run: Any, certificate: Any, place: Any, now: float
) -> None:
    shown = certificate(not_after=now - DAY, issuer="CN=R11,O=Let's Encrypt,C=US")
    [finding], _ = judged(new_facts, run, place(shown))
    assert finding.remedy == "gitlab-ctl renew-le-certs"


def test_one_certificate_in_two_places_is_told_once(
    new_facts: Any, run: Any, certificate: Any, place: Any, now: float
) -> None:
    expired = certificate(not_after=now - DAY)
    findings, _ = judged(new_facts, run, place(expired), other=place(expired, service=""))
    assert len(findings) == 1
    other = place(certificate(not_after=now - DAY, fingerprint="e" * 64), service="")
    assert len(judged(new_facts, run, place(certificate()), other=other)[0]) == 1


def test_nothing_is_shown(new_facts: Any, run: Any) -> None:
    with pytest.raises(NotTriedError):
        judged(new_facts, run)
