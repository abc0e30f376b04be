from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients import certificates
from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.tls.loaded import CHECK
from glctl.doctor.clocks import Clock
from glctl.doctor.tls import Pair

if TYPE_CHECKING:
    from pathlib import Path

DAY = 86400.0


@pytest.fixture
def judged(new_facts: Any, run: Any, place: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What is found where *shown* is shown, and *on_disk* lies in the file."""

    def judge(shown: Any, on_disk: Any, service: str = "nginx") -> Any:
        (tmp_path / "crt").touch()
        monkeypatch.setattr(certificates, "read_pem", lambda text, label: tuple(on_disk))
        pairs = (Pair(tmp_path / "crt", tmp_path / "key"),)
        seen = place(*shown, pairs=pairs, service=service)
        return run(CHECK, new_facts(tls_here=(seen,), clock=Clock(0.0)))[0]

    return judge


@pytest.mark.usefixtures("now")
class TestComparing:
    def test_what_is_on_disk_is_shown(self, judged: Any, certificate: Any) -> None:
        one, above = certificate(), certificate(fingerprint="e" * 64)
        assert judged([one], [one]) == []
        assert judged([one, above], [one, above]) == []
        assert judged([one, above], [one]) == []  # OpenSSL adds what it knows

    @pytest.mark.parametrize(
        ("fields", "severity"),
        [({}, "warning"), ({"not_after": 0.0}, "error"), ({"names": ()}, "error")],
    )
    def test_another_one_is_shown(self, judged: Any, certificate: Any, fields: Any, severity: str) -> None:
        old = certificate(fingerprint="e" * 64, **fields)
        [finding] = judged([old], [certificate()])
        assert (finding.code, finding.severity) == ("certificate-not-reloaded", severity)
        assert finding.remedy == "glctl hup nginx"
        [finding] = judged([old], [certificate()], service="registry")
        assert finding.remedy == "glctl restart registry"

    def test_what_was_appended_is_not_shown(self, judged: Any, certificate: Any) -> None:
        [finding] = judged([certificate()], [certificate(), certificate(fingerprint="e" * 64)])
        assert (finding.code, finding.severity) == ("certificate-not-reloaded", "error")

    def test_one_on_disk_that_has_expired_is_not_to_be_loaded(self, judged: Any, certificate: Any) -> None:
        [finding] = judged([certificate()], [certificate(fingerprint="e" * 64, not_after=0.0)])
        assert finding.code == "certificate-expired"

    def test_a_file_that_cannot_be_read_is_told_by_another_check(self, judged: Any, certificate: Any) -> None:
        assert judged([certificate()], []) == []


@pytest.mark.usefixtures("now")
def test_another_virtual_host_answers(
    new_facts: Any, run: Any, place: Any, certificate: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "nginx").mkdir()
    (tmp_path / "nginx/other.conf").write_text(f"server {{ ssl_certificate {tmp_path}/other; }}")
    for name in ("own", "other"):
        (tmp_path / name).write_text(name)
    shown = certificate(fingerprint="e" * 64)
    read = {"own": certificate(), "other": shown}
    monkeypatch.setattr(certificates, "read_pem", lambda text, label: (read[text],))
    seen = place(shown, pairs=(Pair(tmp_path / "own", tmp_path / "key"),))
    [finding], _ = run(CHECK, new_facts(tls_here=(seen,), clock=Clock(0.0)))
    assert finding.code == "wrong-virtual-host"
    assert str(tmp_path / "other") in finding.summary


def test_nothing_is_shown(new_facts: Any, run: Any, place: Any, certificate: Any) -> None:
    for places in ((), (place(kind="refused"),), (place(certificate()),)):
        with pytest.raises(NotTriedError):
            run(CHECK, new_facts(tls_here=places))
