import os
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from glctl.converge import preflight as looking
from glctl.converge.desired import Configuration
from glctl.converge.plan import Plan
from glctl.converge.preflight import preflight
from glctl.converge.prepare import Due, Prepared, prepare
from glctl.errors import GlctlError
from glctl.paths import Root
from glctl.settings.platform import DEBIAN, Program

Configure = Callable[..., Configuration]
HERE = Program("/bin/sh", "dash")  # a program that is there
PLATFORM = replace(DEBIAN, registry=HERE, nginx=HERE, runsvdir=HERE, chpst=HERE, svlogd=HERE)


@pytest.fixture(autouse=True)
def no_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    """What nginx says is test_stage.py's, what the registry says test_trial.py's."""
    monkeypatch.setattr(looking, "registry_problems", lambda _prepared, _last: iter(()))
    monkeypatch.setattr(looking, "nginx_problems", lambda _configuration, *, ports_told: iter(()))


@pytest.fixture
def ports() -> list[int]:
    """Three free ones."""
    held = [socket.socket() for _ in range(3)]
    for one in held:
        one.bind(("127.0.0.1", 0))
    found = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return found


Prepare = Callable[..., Prepared]


@pytest.fixture
def ready(configure: Configure, ports: list[int]) -> Prepare:
    """Prepares a gitlab.rb on free ports, on a platform whose programs are there."""

    def ready(*lines: str, **host: Any) -> Prepared:
        configuration = configure(
            f"registry['registry_http_addr'] = '127.0.0.1:{ports[0]}'",
            "registry['debug_addr'] = false",
            "registry['nginx']['listen_addresses'] = ['127.0.0.1']",
            f"registry['nginx']['listen_port'] = {ports[1]}",
            f"nginx['status'] = {{ 'listen_addresses' => ['127.0.0.1'], 'port' => {ports[2]} }}",
            *lines,
        )
        return prepare(replace(configuration, host=replace(configuration.host, platform=PLATFORM, **host)))

    return ready


def problem(prepared: Prepared) -> str:
    with pytest.raises(GlctlError) as found:
        preflight(prepared)
    return f"{found.value.message} {found.value.hint}"


def test_nothing_is_in_the_way(ready: Prepare) -> None:
    preflight(ready())


def test_the_registry_is_tried_unless_asked_not_to(ready: Prepare, monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = ("The registry does not start.", "")
    monkeypatch.setattr(looking, "registry_problems", lambda _prepared, _last: iter([refusal]))
    assert problem(ready()).startswith("The registry does not start.")
    preflight(ready(), trial=False)


def test_whose_services_they_are_is_looked_at(ready: Prepare, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = ("The services are nobody's.", "Run glctl as nobody.")
    monkeypatch.setattr("glctl.services.supervisor.owner_problem", lambda _root: theirs)
    assert problem(ready()).startswith(theirs[0])


def test_programs_are_named_with_their_package(ready: Prepare) -> None:
    prepared = ready()
    missing = Program("/no/such/chpst", "runit")
    platform = replace(PLATFORM, chpst=missing, svlogd=replace(missing, path="/no/such/svlogd"))
    host = replace(prepared.configuration.host, platform=platform)
    prepared = replace(prepared, configuration=replace(prepared.configuration, host=host))
    assert problem(prepared) == (
        "/no/such/chpst, /no/such/svlogd is not installed. Nothing was changed. "
        "Install it: apt-get install runit"
    )


def test_several_problems_are_told_at_once(ready: Prepare) -> None:
    prepared = ready()
    plan = Plan(prepared.plan.changes, {}, (("/a is a file.", "Move it."), ("/b is a file.", "")) * 2)
    said = problem(replace(prepared, plan=plan))
    assert said.splitlines() == [
        "2 things stand in the way; nothing was changed.",
        "  - /a is a file. Move it.",
        "  - /b is a file. ",
    ]


@pytest.mark.parametrize(
    ("line", "setting"),
    [
        ("registry['registry_http_addr'] = '127.0.0.1:{}'", "registry['registry_http_addr']"),
        ("registry['debug_addr'] = '127.0.0.1:{}'", "registry['debug_addr']"),
        ("registry['nginx']['listen_port'] = {}", "registry['nginx']['listen_port']"),
        ("nginx['status']['port'] = {}", "nginx['status']['port']"),
    ],
)
def test_a_port_that_somebody_has(ready: Prepare, line: str, setting: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        prepared = ready(line.format(port))
        said = problem(prepared)
        assert said.startswith(f"Port {port} is taken: ")
        assert f"(pid {os.getpid()}) listens on it, and {setting} wants it." in said
        # Who starts nothing needs no port.
        preflight(replace(prepared, due=(Due("registry", "reload log"),)))


def test_an_address_that_this_host_does_not_have(ready: Prepare, ports: list[int]) -> None:
    said = problem(ready(f"registry['registry_http_addr'] = '192.0.2.1:{ports[0]}'"))
    assert f"registry['registry_http_addr'] 192.0.2.1:{ports[0]} cannot be had: cannot assign" in said


def test_an_address_that_this_host_does_not_have_on_a_port_of_ours(
    ready: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("glctl.services.ports.foreign", lambda *_: ())
    with socket.create_server(("0.0.0.0", 0)) as ours:
        port = ours.getsockname()[1]
        said = problem(ready(f"registry['registry_http_addr'] = '192.0.2.1:{port}'"))
    assert f"192.0.2.1:{port} cannot be had: cannot assign" in said


def test_a_port_that_is_in_use_for_a_moment_is_waited_for(
    ready: Prepare, ports: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared = ready(f"registry['debug_addr'] = '127.0.0.1:{ports[0]}'")
    moments = iter(["address already in use"] * 3)
    true = looking.ports.why_not
    monkeypatch.setattr("glctl.services.ports.why_not", lambda *at: next(moments, "") or true(*at))
    preflight(prepared)
    assert next(moments, None) is None


def test_a_port_in_use_by_nobody_who_is_seen_is_told(
    ready: Prepare, ports: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "_MOMENT", 0.05)
    monkeypatch.setattr("glctl.services.ports.why_not", lambda *_: "address already in use")
    assert "cannot be had: address already in use" in problem(ready())


def test_an_account_that_nobody_makes(ready: Prepare) -> None:
    own = {
        "root": Root(),
        "privileged": True,
        "users": frozenset({"registry"}),
        "groups": frozenset({"registry"}),
    }
    prepared = ready("manage_accounts['enable'] = false")
    configuration = replace(prepared.configuration, host=replace(prepared.configuration.host, **own))
    said = problem(replace(prepared, configuration=configuration))
    assert (
        "There is no account gitlab-www:gitlab-www for nginx, and manage_accounts['enable'] is false." in said
    )
    assert "registry:registry" not in said


@pytest.mark.skipif(os.geteuid() != 0, reason="asks as another account")
def test_a_directory_on_the_way_that_is_shut(ready: Prepare, root: Root, tmp_path: Path) -> None:
    lines = ("registry['username'] = 'nobody'", "registry['group'] = 'nogroup'")
    parents = [parent for parent in root.path.parents if parent.stat().st_mode & 0o001 == 0]
    said = problem(ready(*lines))
    assert said.startswith(
        f"The account nobody may not pass through {parents[-1]} to {root.path}/var/opt/gitlab"
    )
    assert f"chmod o+x {parents[-1]}" in said


@pytest.mark.skipif(os.geteuid() != 0, reason="gives a directory to another account")
@pytest.mark.parametrize(
    ("mode", "owner", "may"),
    [
        (0o755, (0, 0), True),
        (0o750, (0, 0), False),
        (0o750, (65534, 0), True),
        (0o650, (65534, 65534), False),  # the owner's own bits count, though the group's would do
        (0o710, (0, 65534), True),
        (0o701, (0, 65534), False),
    ],
)
def test_who_may_pass(mode: int, owner: tuple[int, int], may: bool) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, *owner)
        Path(folder).chmod(mode)
        assert looking._may_pass(Path(folder), 65534, 65534) == may
        assert looking._may_pass(Path(folder), 0, 0)
        Path(folder).chmod(0o700)
        os.chown(folder, 0, 0)
