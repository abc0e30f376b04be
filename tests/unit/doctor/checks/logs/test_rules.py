from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.logs.rules import CHECK
from glctl.logs.scan import LogMatch, scan

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts


def match(line: bytes, service: str = "registry") -> LogMatch:
    [found] = scan([line], service).matches
    return found


def stamped(text: bytes, minutes: float) -> bytes:
    when = datetime.now(UTC) - timedelta(minutes=minutes)
    return f"{when:%Y-%m-%d_%H:%M:%S.00000} ".encode() + text


PANIC = b"panic: StorageDriver not registered: nosuch"
DENIED = (
    b'time="2026-11-24T03:59:14Z" level=error msg="response completed with error" err.code=unknown '
    b'err.detail="filesystem: mkdir /images/docker: permission denied" http.response.status=500'
)


def test_nothing_known(new_facts: Callable[..., Facts], run: Any) -> None:
    assert run(CHECK, new_facts(log_matches=())) == ([], "no known problem")


@pytest.mark.parametrize(
    ("minutes", "severity"), [(0, "error"), (9, "error"), (11, "warning"), (50, "warning")]
)
def test_what_was_last_seen_long_ago_may_be_mended(
    new_facts: Callable[..., Facts], run: Any, minutes: float, severity: str
) -> None:
    [finding], note = run(CHECK, new_facts(log_matches=(match(stamped(PANIC, minutes)),)))
    assert (finding.code, finding.severity, note) == ("storage-driver-unknown", severity, "1 known problem")


def test_what_ended_with_the_last_restart_is_only_told(new_facts: Callable[..., Facts], run: Any) -> None:
    ended = replace(match(stamped(PANIC, 1)), ended=datetime(2026, 11, 24, 10, tzinfo=UTC))
    [finding], note = run(CHECK, new_facts(log_matches=(ended,)))
    assert finding.summary.endswith("'nosuch': not since the last restart, at 10:00:00 UTC.")
    assert (finding.severity, finding.remedy) == ("info", "")
    assert note == "no known problem since the last restart"
    findings, note = run(CHECK, new_facts(log_matches=(ended, match(stamped(DENIED, 1)))))
    assert ([f.severity for f in findings], note) == (["info", "error"], "1 known problem")


@pytest.mark.parametrize(("times", "severity"), [(2, "info"), (3, "warning")])
def test_what_is_killed_often_is_not_over_with_the_last_restart(
    new_facts: Callable[..., Facts], run: Any, times: int, severity: str
) -> None:
    killed = match(stamped(b"runsv: registry was ended by signal 9 (KILL)", 1))
    ended = replace(killed, count=times, ended=datetime(2026, 11, 24, 10, tzinfo=UTC))
    [finding], note = run(CHECK, new_facts(log_matches=(ended,)))
    assert (finding.code, finding.severity) == ("service-killed", severity)
    assert (note == "1 known problem") == (severity == "warning")


def test_logs_are_read_once_others_have_asked_nginx_and_the_registry() -> None:
    assert {"local", "tls", "proxy", "body-size", "methods", "token", "push"} <= {*CHECK.after}


def test_a_line_without_a_time_is_of_now(new_facts: Callable[..., Facts], run: Any) -> None:
    [finding], _ = run(CHECK, new_facts(log_matches=(match(PANIC),)))
    assert (finding.severity, finding.cause) == ("error", "The log says so, 1 time.")


def test_what_the_line_says_is_quoted_with_its_details(new_facts: Callable[..., Facts], run: Any) -> None:
    [finding], _ = run(CHECK, new_facts(log_matches=(match(stamped(DENIED, 1)),)))
    assert finding.subject == "registry"
    assert "mkdir /images/docker: permission denied" in finding.evidence[0]
    assert " UTC." in finding.cause


def test_credentials_in_a_line_are_masked(new_facts: Callable[..., Facts], run: Any) -> None:
    line = (
        b'time="2026-11-24T03:59:14Z" level=error msg="retryingsink: error writing events: '
        b'httpSink{https://bob:PLANTED@hook/}: error posting: dial tcp: refused, retrying"'
    )
    findings, _ = run(CHECK, new_facts(log_matches=(match(line), match(b"panic: secretkey: PLANTED"))))
    assert len(findings) == 2
    assert "PLANTED" not in repr(findings)


def test_no_service(new_facts: Callable[..., Facts], run: Any) -> None:
    with pytest.raises(NotTriedError):
        run(CHECK, new_facts(enabled=()))


def test_where_settings_are_wrong_the_environment_may_be_it(
    new_facts: Callable[..., Facts], run: Any
) -> None:
    facts = new_facts(log_matches=(match(stamped(PANIC, 0)),), overrides=("REGISTRY_LOG_LEVEL",))
    [finding], _ = run(CHECK, facts)
    told = "set by its environment, over config.yml: REGISTRY_LOG_LEVEL"
    assert (told in finding.evidence) == (finding.code in ("registry-config-invalid", "registry-panic"))


@pytest.mark.parametrize(("minutes", "fresh"), [(1, False), (-1, True)])
def test_what_comes_while_it_is_looked_into_is_told(
    new_facts: Callable[..., Facts], run: Any, minutes: float, fresh: bool
) -> None:
    [finding], _ = run(CHECK, new_facts(log_matches=(match(stamped(DENIED, minutes)),)))
    assert finding.fresh == fresh


def test_what_may_be_of_another_is_left_to_the_checks_that_ask(
    new_facts: Callable[..., Facts], run: Any
) -> None:
    said = match(stamped(DENIED, -1))
    findings, _ = run(CHECK, new_facts(log_matches=(said, replace(said, code="registry-unhealthy"))))
    assert [finding.fresh for finding in findings] == [True, False]
