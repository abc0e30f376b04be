from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from glctl.commands.changes import document, show, show_end
from glctl.console import Console
from glctl.converge.carry_out import Done, Result
from glctl.converge.desired import Configuration, examine
from glctl.converge.plan import Change, Ids, Plan
from glctl.converge.prepare import Due, Prepared
from glctl.converge.tree import ABSENT, Actual
from glctl.paths import Root
from glctl.render.resources import Absent, Directory, File, Symlink
from glctl.settings.platform import DEBIAN, OMNIBUS

GOOD = "external_url 'http://gitlab.example.com'\nregistry_external_url 'http://registry.example.com'\n"
NEW = Change("create", File("/new", b"content\n"), ABSENT)
EDITED = Change("update", File("/edited", b"new\n"), Actual("file", content=b"old\n"), ("content",))
GONE = Change("delete", Absent("/gone"), Actual("file"))
FRAME = [Change("create", Directory(f"/d{n}"), ABSENT) for n in range(4)]

Prepare = Callable[..., Prepared]


@pytest.fixture
def prepared(tmp_path: Path) -> Prepare:
    def prepared(*changes: Change, due: Any = (), text: str = GOOD, **more: Any) -> Prepared:
        file = tmp_path / "gitlab.rb"
        file.write_text(text)
        configuration: Configuration = examine(Root(tmp_path), file, DEBIAN)
        host = replace(
            configuration.host, privileged=True, invoker="root", users=frozenset(), groups=frozenset()
        )
        configuration = replace(configuration, host=more.pop("host", host))
        return Prepared(configuration, (), Ids({}, {}), Plan(changes, {}), tuple(due), **more)

    return prepared


# --- what would be done


def shown(capsys: Any, prepared: Prepared, *, no_diff: bool = False, **console: bool) -> list[str]:
    show(Console(**console), prepared, no_diff)
    said = capsys.readouterr()
    assert said.err == ""
    lines: list[str] = said.out.splitlines()
    return lines


def test_each_change_is_shown_with_its_diff(prepared: Prepare, capsys: Any) -> None:
    assert shown(capsys, prepared(NEW, EDITED, GONE)) == [
        "+ create /new (0644 root:root)",
        "~ update /edited",
        "    @@ -1 +1 @@",
        "    -old",
        "    +new",
        "- delete /gone",
    ]


def test_without_diffs(prepared: Prepare, capsys: Any) -> None:
    assert shown(capsys, prepared(EDITED), no_diff=True) == ["~ update /edited"]


def test_new_files_are_shown_whole_when_asked_to_say_more(prepared: Prepare, capsys: Any) -> None:
    assert shown(capsys, prepared(NEW), verbose=True)[1:] == ["    @@ -0,0 +1 @@", "    +content"]


def test_many_new_directories_and_links_are_counted(prepared: Prepare, capsys: Any) -> None:
    link = Change("create", Symlink("/l", "/t"), ABSENT)
    assert len(shown(capsys, prepared(*FRAME))) == 4
    assert shown(capsys, prepared(*FRAME, NEW, link)) == [
        "+ create /new (0644 root:root)",
        "+ create 5 directories and links around them",
    ]
    assert len(shown(capsys, prepared(*FRAME, link), verbose=True)) == 5


def test_what_is_owed_for_another_reason_is_said(prepared: Prepare, capsys: Any) -> None:
    due = [
        Due("registry", "restart", because="it is down"),
        Due("nginx", "reload"),
        Due("nginx", "restart log", stopped=True, because="unsaid"),
    ]
    assert shown(capsys, prepared(due=due)) == ["! restart registry: it is down"]


def test_colours(prepared: Prepare, capsys: Any) -> None:
    lines = shown(capsys, prepared(EDITED, due=[Due("nginx", "restart", because="it is down")]), color=True)
    assert lines == [
        "\x1b[33m~ update /edited\x1b[0m",
        "    \x1b[36m@@ -1 +1 @@\x1b[0m",
        "    \x1b[31m-old\x1b[0m",
        "    \x1b[32m+new\x1b[0m",
        "\x1b[33m! restart nginx: it is down\x1b[0m",
    ]


def test_paths_do_not_steer_the_terminal(prepared: Prepare, capsys: Any) -> None:
    stray = Change("delete", Absent("/env/\x1b[31m"), Actual("file"))
    assert shown(capsys, prepared(stray)) == ["- delete /env/\\x1b[31m"]


# --- how it ended


def ended(capsys: Any, prepared: Prepared, result: Result | None) -> tuple[str, str]:
    show_end(Console(), prepared, result, 2.04)
    said = capsys.readouterr()
    return said.out, said.err


STARTED = [Due("registry", "start"), Due("nginx", "reload", stopped=True)]


@pytest.mark.parametrize(
    ("changes", "due", "result", "said"),
    [
        ([], [], None, "Nothing to do: this host is as gitlab.rb says (2.0 s)."),
        ([NEW], STARTED, None, "Would make 1 change, then start registry. Nothing was touched."),
        ([NEW, GONE], [], None, "Would make 2 changes. Nothing was touched."),
        ([], STARTED, None, "Would make no change, then start registry. Nothing was touched."),
        ([NEW], [], Result(), "Made 1 change; no service had to hear of it. 2.0 s in all."),
        (
            [NEW, GONE],
            STARTED,
            Result((Done("registry", "start", 1.16), Done("nginx", "restart log", 0.0))),
            "Made 2 changes; registry started (1.2 s), nginx log restarted (0.0 s). 2.0 s in all.",
        ),
        (
            [],
            STARTED,
            Result((Done("registry", "stop", 0.1),)),
            "Made no change; registry stopped (0.1 s). 2.0 s in all.",
        ),
    ],
)
def test_the_summary(
    prepared: Prepare, capsys: Any, changes: list[Change], due: list[Due], result: Any, said: str
) -> None:
    assert ended(capsys, prepared(*changes, due=due), result)[0] == f"{said}\n"


def test_that_a_stopped_service_was_not_seen_up_is_said(prepared: Prepare, capsys: Any) -> None:
    assert "history has this once" in ended(capsys, prepared(NEW, due=STARTED), Result())[1]
    assert "history has this once" not in ended(capsys, prepared(NEW, due=STARTED), None)[1]


def test_what_was_left_out_is_said(prepared: Prepare, capsys: Any) -> None:
    sandbox = prepared(NEW)
    assert ended(capsys, sandbox, Result())[1] == (
        "note: a sandbox makes no accounts: root stands in for gitlab-www and registry.\n"
    )
    host = replace(sandbox.configuration.host, privileged=False, invoker="me")
    assert ended(capsys, prepared(NEW, host=host), None)[1] == (
        "note: glctl is not run by root: me stands in for gitlab-www and registry.\n"
    )
    there = frozenset({"registry", "gitlab-www"})
    host = replace(sandbox.configuration.host, users=there, groups=there)
    assert ended(capsys, prepared(NEW, host=host), None)[1] == ""


def test_an_omnibus_host_is_gitlab_ctls(prepared: Prepare, capsys: Any) -> None:
    host = replace(prepared().configuration.host, platform=OMNIBUS)
    said = "note: glctl changes nothing on an Omnibus host. To apply gitlab.rb: sudo gitlab-ctl reconfigure\n"
    assert ended(capsys, prepared(NEW, host=host), None)[1] == said


def test_stopped_services_are_named_even_where_nothing_is_to_do(prepared: Prepare, capsys: Any) -> None:
    out, err = ended(capsys, prepared(stopped=("registry",)), None)
    assert out.startswith("Nothing to do")
    left = "was stopped, or ended after once, and stays so"
    assert err == f"note: registry {left}. To start it: glctl start registry\n"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "registry_external_url is not set"),
        (GOOD + "registry['enable'] = false", "registry['enable'] is false ("),
    ],
)
def test_why_no_service_is_enabled(prepared: Prepare, capsys: Any, text: str, why: str) -> None:
    assert ended(capsys, prepared(text=text), None)[1].startswith(f"note: no service is enabled: {why}")


# --- JSON


def test_the_document_of_a_run(prepared: Prepare) -> None:
    done = (Done("registry", "start", 1.23456),)
    assert document(prepared(EDITED, GONE, due=STARTED), done, 2.0415) == {
        "changed": True,
        "changes": [
            {"path": "/edited", "action": "update", "diff": "@@ -1 +1 @@\n-old\n+new"},
            {"path": "/gone", "action": "delete", "diff": ""},
        ],
        "services": [{"name": "registry", "action": "start", "seconds": 1.235}],
        "rolled_back": False,
        "duration_ms": 2042,
    }


def test_the_document_of_a_dry_run_has_what_would_be_done(prepared: Prepare) -> None:
    made = document(prepared(due=STARTED), None, 0.0)
    assert made["services"] == [{"name": "registry", "action": "start", "seconds": 0.0}]


def test_the_document_where_nothing_is_to_do(prepared: Prepare) -> None:
    made = document(prepared(due=[Due("nginx", "reload", stopped=True)]), None, 0.0)
    assert (made["changed"], made["changes"], made["services"]) == (False, [], [])
