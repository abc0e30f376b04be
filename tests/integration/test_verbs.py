"""Every verb on the real services: what each does to them, as its help says, and its exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from roots import PATIENT, Installation, installation
from servers import program, wait_until

from glctl.services.runit import look

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVICES = ("registry", "nginx", "logrotate")
# Whose main process goes on after a signal; the others end, and runsv starts them again.
GOES_ON = {
    "hup": {"nginx"},
    "int": set[str](),
    "term": set[str](),
    "kill": set[str](),
    "usr1": {"registry", "nginx"},
    "usr2": {"registry"},
}


@pytest.fixture(scope="module")
def made() -> Iterator[Installation]:
    program("logrotate")
    with installation() as made:
        made.base.remove("logrotate['enable'] = false")
        made.reconfigure()
        yield made


def is_well(made: Installation) -> bool:
    return all(made.pid(name) for name in SERVICES) and made.ask(made.nginx).status == 401


def settled(made: Installation) -> None:
    """All runs, and so long that runsv takes no end of it for a failed start."""

    def long_up() -> bool:
        states = [look(made.at(f"/opt/gitlab/sv/{name}")) for name in SERVICES]
        return all(state.is_up and state.seconds > 1 for state in states) and is_well(made)

    wait_until(long_up, "everything is up", PATIENT)


def outcome(made: Installation, *arguments: str) -> tuple[int, list[str]]:
    done = made.glctl(*arguments)
    return done.returncode, [line.partition(": (pid")[0] for line in done.stdout.splitlines()]


@pytest.mark.parametrize("verb", GOES_ON)
def test_a_signal_does_what_its_help_says(made: Installation, verb: str) -> None:
    settled(made)
    before = {name: made.pid(name) for name in SERVICES}
    # nginx would start a second master: its help warns of that.
    names = [name for name in SERVICES if (verb, name) != ("usr2", "nginx")]
    assert outcome(made, verb, *names) == (0, [f"ok: sent {verb}: run: {name}" for name in names])
    for name in {*names} - GOES_ON[verb]:
        wait_until(lambda name=name: made.pid(name) not in (before[name], None), f"another {name}", PATIENT)
    wait_until(lambda: is_well(made), "it works", PATIENT)
    assert {name for name in names if made.pid(name) == before[name]} == GOES_ON[verb]


@pytest.mark.parametrize(
    ("verb", "order", "changed"),
    [
        ("restart", SERVICES, set(SERVICES)),
        ("reload", SERVICES, {"registry", "logrotate"}),
        ("start", SERVICES, set[str]()),
        ("once", SERVICES, set[str]()),
    ],
)
def test_without_a_name_a_verb_is_for_all(
    made: Installation, verb: str, order: tuple[str, ...], changed: set[str]
) -> None:
    settled(made)
    before = {name: made.pid(name) for name in SERVICES}
    assert outcome(made, verb) == (0, [f"ok: run: {name}" for name in order])
    assert {name for name in SERVICES if made.pid(name) != before[name]} == changed
    assert outcome(made, "start")[0] == 0  # once has let them end


def test_all_are_stopped_in_the_other_order_and_that_is_seen(made: Installation) -> None:
    settled(made)
    code, lines = outcome(made, "stop")
    assert code == 0
    assert [line.split(":")[2].strip() for line in lines] == [*reversed(SERVICES)]
    assert outcome(made, "status")[0] == 3
    for verb in GOES_ON:
        assert outcome(made, verb, "logrotate")[0] == 1  # there is no process to signal
    assert outcome(made, "start")[0] == 0
    assert outcome(made, "status")[0] == 0


@pytest.mark.parametrize(
    "verb", ["start", "stop", "restart", "reload", "once", *GOES_ON, "status", "service-list"]
)
def test_a_name_that_is_none_is_a_usage_error(made: Installation, verb: str) -> None:
    done = made.glctl(verb, "redis")
    assert done.returncode == 2
    assert "Known services: registry, nginx, logrotate." in done.stderr


def test_a_service_that_gitlab_rb_disables_is_neither_started_nor_missed(made: Installation) -> None:
    settled(made)
    made.reconfigure("logrotate['enable'] = false")
    assert outcome(made, "status")[0] == 0
    assert outcome(made, "service-list") == (0, ["registry*", "nginx*", "logrotate"])
    assert outcome(made, "start", "logrotate") == (1, ["fail: no supervisor: logrotate"])
    made.reconfigure()
    assert outcome(made, "service-list") == (0, ["registry*", "nginx*", "logrotate*"])


def test_an_nginx_that_would_not_start_again_is_left_running(made: Installation) -> None:
    settled(made)
    before = made.pid("nginx")
    conf = made.at("/var/opt/gitlab/nginx/conf/nginx.conf")
    text = conf.read_text()
    conf.write_text(f"nonsense on;\n{text}")
    try:
        done = made.glctl("restart")
    finally:
        conf.write_text(text)
    assert done.returncode == 1
    assert "nginx would not start again, and is left running" in done.stderr
    assert 'unknown directive "nonsense"' in done.stderr
    assert made.pid("nginx") == before
    assert "ok: run: registry" in done.stdout
    assert made.glctl("restart", "nginx").returncode == 0
