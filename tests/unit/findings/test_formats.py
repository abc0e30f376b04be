"""What people and programs read of a report, to the letter: tests/golden/doctor."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from glctl.console import Console
from glctl.errors import UsageError
from glctl.findings.formats import explain, to_json, to_text
from glctl.findings.model import CheckResult, Finding
from glctl.findings.report import Report, link

GOLDEN = Path(__file__).parents[2] / "golden/doctor"

WELL = Report(
    "registry",
    (),
    (
        CheckResult("clock", "ok", "+0.001 s off, by 2 time servers", 12.34),
        CheckResult("local", "ok", "http://127.0.0.1:5000/v2/ answers 401 in 4 ms", 5.0),
        CheckResult("push", "not_tried", "it stores something: glctl doctor --write tries it"),
    ),
    204.0,
)
ILL = Report(
    "registry",
    link(
        (
            Finding(
                "clock-not-verified",
                "clock",
                "clock",
                "warning",
                "Whether this machine's clock is right is not verified: no time server answered.",
                remedy="Name a time server that this machine reaches:\nglctl doctor --ntp-server HOST",
                evidence=("no answer from a", "no answer from b"),
            ),
            Finding(
                "port-taken",
                "ports",
                "registry",
                "error",
                "Port 5000 (registry) is held by python3 (pid 7).",
                cause="Another process listens on it.",
                remedy="Stop that process, or set registry['registry_http_addr'] and run:\nglctl reconfigure",
            ),
            Finding(
                "port-taken",
                "ports",
                "nginx",
                "error",
                "Port 5050 (nginx) is held by python3 (pid 7).",
                cause="Another process listens on it.",
            ),
            Finding(
                "service-crash-loop",
                "registry-service",
                "registry",
                "error",
                "registry ends again and again.",
            ),
            Finding(
                "debug-unreachable",
                "debug-server",
                "http://127.0.0.1:5001",
                "warning",
                "The debug server does not answer.",
                remedy="glctl restart registry",
            ),
            Finding(
                "token-refused", "token", "b", "error", "A token is refused.", remedy="glctl restart registry"
            ),
            Finding(
                "token-insufficient-scope", "logs", "registry", "info", "A user lacks a scope.", cause="Log."
            ),
        )
    ),
    (
        CheckResult("clock", "finding", "not verified", 1500.0),
        CheckResult("registry-service", "finding", "ends and is started over and over", 1300.0),
        CheckResult("ports", "finding", "registry 5000, nginx 5050", 20.0),
        CheckResult("local", "not_run", "registry-service found an error"),
        CheckResult("debug-server", "finding", "no answer", 3.0),
        CheckResult("token", "finding", "refused", 3.0),
        CheckResult("storage-writable", "not_tried", "only root can try it as git"),
        CheckResult("push", "not_tried", "it stores something: glctl doctor --write tries it"),
        CheckResult("logs", "ok", "1 known problem", 7.0),
    ),
    1512.0,
)
STATIC = Report(
    "registry",
    (),
    (
        CheckResult("configuration", "ok", "as gitlab.rb would make it", 0.1),
        *(
            CheckResult(name, "not_tried", "only a gitlab.rb is examined")
            for name in ("clock", "local", "push")
        ),
    ),
    1.0,
)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("well.txt", to_text(WELL, Console())),
        ("well.verbose.txt", to_text(WELL, Console(verbose=True))),
        ("well.color.txt", to_text(WELL, Console(color=True))),
        ("ill.txt", to_text(ILL, Console())),
        ("ill.verbose.txt", to_text(ILL, Console(verbose=True))),
        ("ill.color.txt", to_text(ILL, Console(color=True))),
        ("static.txt", to_text(STATIC, Console())),
        ("well.json", to_json(WELL)),
        ("ill.json", to_json(ILL)),
        ("explain.txt", explain("debug-unreachable", Console())),
        ("explain.color.txt", explain("clock-skew", Console(color=True))),
    ],
)
def test_to_the_letter(name: str, text: str) -> None:
    assert text == (GOLDEN / name).read_text().removesuffix("\n")


def test_json_has_the_keys_of_the_design() -> None:
    document = json.loads(to_json(ILL))
    assert list(document) == ["target", "ok", "root_causes", "findings", "checks", "duration_ms"]
    assert {tuple(f) for f in document["findings"]} == {
        ("code", "check", "subject", "severity", "summary", "cause", "remedy", "evidence", "explained_by")
    }
    assert {tuple(c) for c in document["checks"]} == {("name", "outcome", "because", "duration_ms")}
    assert document["root_causes"] == ["port-taken", "token-refused", "clock-not-verified"]
    assert document["ok"] is False


FOREIGN = "\x1b[2J\x9b31m\u202e\r\nnext\udcff"


def test_foreign_text_never_steers_a_terminal() -> None:
    finding = Finding("registry-panic", "logs", FOREIGN, "error", FOREIGN, FOREIGN, FOREIGN, (FOREIGN,))
    consequence = Finding("service-crash-loop", "registry-service", "r", "error", FOREIGN)
    report = Report("registry", link((finding, consequence)), (CheckResult("logs", "finding", FOREIGN),), 1.0)
    for text in (to_text(report, Console()), to_text(report, Console(verbose=True)), to_json(report)):
        assert all(character.isprintable() or character == "\n" for character in text)
        assert not any(line.startswith("next") for line in text.splitlines())
    assert json.loads(to_json(report))["findings"][0]["summary"] == FOREIGN


def test_with_colour_off_there_is_none() -> None:
    assert "\x1b" not in to_text(ILL, Console(verbose=True))


def test_only_a_remedy_that_interrupts_is_marked() -> None:
    [part] = [part for part in to_text(ILL, Console()).split("\n\n") if "(this interrupts" in part]
    assert part.startswith("error: A token is refused.")


@pytest.mark.parametrize(
    ("name", "hint"), [("clock-scew", "Did you mean 'clock-skew'?"), ("x", "Findings name theirs in [].")]
)
def test_an_unknown_code(name: str, hint: str) -> None:
    with pytest.raises(UsageError, match=f"There is no code '{name}'") as caught:
        explain(name, Console())
    assert caught.value.hint == hint
