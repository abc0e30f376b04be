import grp
import pwd
from pathlib import Path

import pytest

from glctl.converge import accounts
from glctl.converge.plan import Ids
from glctl.errors import GlctlError
from glctl.render.resources import Account, Directory, File, Symlink
from glctl.settings.host import Host
from glctl.settings.platform import DEBIAN

# Existing names: what is missing is made for real in tests/integration/test_own_host.py.
ROOT = pwd.getpwuid(0).pw_name
ROOTS = grp.getgrgid(0).gr_name
NEW = Account("glctl-u", "glctl-g", home="/var/opt/home", shell="/bin/false")


def test_ids_of_all_owners_that_exist() -> None:
    resources = [
        File("/f", b"", owner=ROOT, group="no-such-group"),
        Directory("/d", owner="no-such-user", group=ROOTS),
        Symlink("/l", "/t"),
    ]
    assert accounts.lookup_ids(resources, Host(DEBIAN)) == Ids({ROOT: 0}, {ROOTS: 0})


def test_without_root_files_stay_the_invokers() -> None:
    assert accounts.lookup_ids([File("/f", b"")], Host(DEBIAN, privileged=False)) == Ids({}, {})


@pytest.mark.parametrize(
    ("user", "group", "owner"),
    [("a", "b", (1, 2)), ("a", "x", None), ("x", "b", None)],
)
def test_an_owner_is_user_and_group(user: str, group: str, owner: tuple[int, int] | None) -> None:
    assert Ids({"a": 1}, {"b": 2}).owner(user, group) == owner


@pytest.mark.parametrize(
    ("account", "group_command", "user_command"),
    [
        (
            Account("u", "g", "/h", "/bin/false"),
            "/usr/sbin/groupadd --system -- g",
            "/usr/sbin/useradd --system --gid g --home-dir /h --no-create-home --shell /bin/false -- u",
        ),
        (
            Account("u", "g", "/h", "/s", uid=0, gid=12),
            "/usr/sbin/groupadd --system --gid 12 -- g",
            "/usr/sbin/useradd --system --uid 0 --gid g --home-dir /h --no-create-home --shell /s -- u",
        ),
    ],
)
def test_the_commands_that_make_an_account(account: Account, group_command: str, user_command: str) -> None:
    assert " ".join(accounts.groupadd(account)) == group_command
    assert " ".join(accounts.useradd(account)) == user_command


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands in for groupadd and useradd; notes how each was called. The real ones change this machine."""
    script = tmp_path / "program"
    script.write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/called\n[ -z "$LANG" ] || exit 1\n')
    script.chmod(0o755)
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    monkeypatch.setattr(accounts, "GROUPADD", str(script))
    monkeypatch.setattr(accounts, "USERADD", str(script))
    return script


def called(programs: Path) -> list[str]:
    file = programs.parent / "called"
    return [line.split()[-1] for line in file.read_text().splitlines()] if file.exists() else []


@pytest.mark.parametrize(
    ("account", "made"),
    [
        (NEW, ["glctl-g", "glctl-u"]),
        (Account("glctl-u", ROOTS, "/h", "/s"), ["glctl-u"]),
        (Account(ROOT, "glctl-g", "/h", "/s"), ["glctl-g"]),
        (Account(ROOT, ROOTS, "/h", "/s"), []),
    ],
    ids=["both", "user", "group", "neither"],
)
def test_only_what_is_missing_is_made(programs: Path, account: Account, made: list[str]) -> None:
    accounts.create(account)
    assert called(programs) == made


def test_a_failure_is_told_in_the_programs_words(programs: Path) -> None:
    programs.write_text("#!/bin/sh\nprintf 'cannot lock /etc/group\\033[31m\\n' >&2\nexit 10\n")
    with pytest.raises(GlctlError) as failed:
        accounts.create(NEW)
    assert failed.value.message == (
        f"{programs} --system -- glctl-g failed: cannot lock /etc/group\\x1b[31m."
    )
    assert "manage_accounts['enable'] = false" in failed.value.hint


def test_a_failure_without_words(programs: Path) -> None:
    programs.write_text("#!/bin/sh\nexit 10\n")
    with pytest.raises(GlctlError, match="failed: exit code 10"):
        accounts.create(NEW)


def test_a_program_that_is_missing(programs: Path) -> None:
    programs.unlink()
    with pytest.raises(GlctlError, match="is not installed") as failed:
        accounts.create(NEW)
    assert failed.value.hint == "Install it: apt-get install passwd"


def test_a_program_that_does_not_end(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs.write_text("#!/bin/sh\nexec sleep 60\n")
    monkeypatch.setattr(accounts, "_TIMEOUT", 0.1)
    with pytest.raises(GlctlError, match=r"did not end within 0\.1 s"):
        accounts.create(NEW)


@pytest.mark.parametrize(
    ("account", "said"),
    [
        (Account(ROOT, ROOTS, "/", "/s"), []),
        (Account(ROOT, ROOTS, "/", "/s", uid=0, gid=0), []),
        (Account("glctl-u", "glctl-g", "/", "/s", uid=54321, gid=54321), []),
        (
            Account(ROOT, ROOTS, "/", "/s", uid=5, gid=6),
            [
                f"The user {ROOT} has the id 0, and gitlab.rb says 5: glctl changes none.",
                f"The group {ROOTS} has the id 0, and gitlab.rb says 6: glctl changes none.",
            ],
        ),
        (
            Account("glctl-u", "glctl-g", "/", "/s", uid=0, gid=0),
            [
                f"The user glctl-u cannot have the id 0: {ROOT} has it.",
                f"The group glctl-g cannot have the id 0: {ROOTS} has it.",
            ],
        ),
    ],
)
def test_ids_that_cannot_be_are_told_before_anything_is_made(account: Account, said: list[str]) -> None:
    assert [message for message, _ in accounts.problems(account)] == said
