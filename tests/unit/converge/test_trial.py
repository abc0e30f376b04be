"""With small programs in the registry's place; the real one is tried in tests/faults/test_rollback.py."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from glctl.converge import trial as trying
from glctl.converge.desired import Configuration
from glctl.converge.prepare import Prepared, prepare
from glctl.converge.trial import registry_problems
from glctl.paths import SECRETS_FILE, Root
from glctl.render.resources import File
from glctl.services.accounts import Account
from glctl.settings.platform import DEBIAN, Program

Configure = Callable[..., Configuration]
# Listens where config.yml says and answers each request with one status; notes how it was started.
REGISTRY = f"""#!{sys.executable}
import json, os, socket, sys, yaml
with open(sys.argv[2]) as file:
    config = yaml.safe_load(file)
bundle = config["auth"]["token"]["rootcertbundle"]
about = dict(config=config, env=dict(os.environ), cwd=os.getcwd(), groups=[os.getuid(), os.getgid()],
             bundle=open(bundle).read())
with open("%(notes)s", "w") as notes:
    json.dump(about, notes)
server = socket.socket(socket.AF_UNIX)
server.bind(chr(0) + config["http"]["addr"][1:])
server.listen()
while True:
    client, _ = server.accept()
    if asked := client.recv(4000):
        client.sendall(b"HTTP/1.0 %(status)s x" if b"tags" in asked else b"HTTP/1.0 401 x")
    client.close()
"""


@pytest.fixture
def made(configure: Configure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Prepared]:
    """Prepares a run whose registry is a program with that text."""
    monkeypatch.setattr(trying, "try_write", lambda _place, _account: "")

    def made(text: str, *lines: str, **host: Any) -> Prepared:
        program = tmp_path / "registry"
        program.write_text(text)
        program.chmod(0o755)
        configuration = configure(*lines)
        platform = replace(DEBIAN, registry=Program(str(program), "docker-registry"))
        return prepare(replace(configuration, host=replace(configuration.host, platform=platform, **host)))

    return made


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    return tmp_path / "notes.json"


def registry(notes: Path, status: int = 401) -> str:
    return REGISTRY % {"notes": notes, "status": status}


def test_a_registry_that_starts_has_no_problem_and_leaves_nothing(
    made: Callable[..., Prepared], notes: Path, root: Root
) -> None:
    prepared = made(registry(notes), "registry['env'] = { 'NAME' => 'a b', 'EMPTY' => '' }")
    before = sorted(root.path.rglob("*"))
    assert list(registry_problems(prepared, None)) == []
    about = json.loads(notes.read_text())
    assert about["config"]["http"]["net"] == "unix"
    assert about["env"]["NAME"] == "a b"
    assert "EMPTY" not in about["env"]
    assert "GLCTL_ROOT" not in about["env"]
    assert about["cwd"] == "/"
    assert about["groups"] == [os.geteuid(), os.getegid()]
    assert "BEGIN CERTIFICATE" in about["bundle"]  # one of our own: the true one is yet to be made
    assert sorted(root.path.rglob("*")) == before


def test_last_words_and_the_setting_are_told(made: Callable[..., Prepared]) -> None:
    script = "#!/bin/sh\necho 'panic: StorageDriver not registered: swift'\nexit 2\n"
    [(what, hint)] = registry_problems(made(script, "registry['storage'] = { 'swift' => {} }"), None)
    assert what == (
        "The registry with the new configuration does not start: This build of the registry has no storage "
        "driver 'swift'.\n    panic: StorageDriver not registered: swift"
    )
    assert hint.startswith("Most likely it is registry['storage'] (")


def test_all_that_it_finds_wrong_with_config_yml_is_told_where_it_will_stand(
    made: Callable[..., Prepared], root: Root
) -> None:
    script = """#!/bin/sh
echo "configuration error: error parsing $2: yaml: unmarshal errors:"
grep -n draintimeout $2 | sed "s/:.*/: cannot unmarshal !!str/; s/^/  line /"
echo "  line 1: another"
exit 1
"""
    prepared = made(script, "registry['http_draintimeout'] = '9s'", "registry['log_level'] = 'warn'")
    [(what, hint)] = registry_problems(prepared, None)
    config = f"{root.path}/var/opt/gitlab/registry/config.yml"
    content = next(
        each.content for each in prepared.resources if isinstance(each, File) and each.path == config
    )
    line, auth = (
        next(n for n, text in enumerate(content.splitlines(), 1) if key in text)
        for key in (b"draintimeout", b"auth:")
    )
    assert what == (
        "The registry with the new configuration does not start: The registry cannot use its configuration: "
        f"error parsing {config}: yaml: unmarshal errors: line {line} (http.draintimeout): "
        f"cannot unmarshal !!str; line {auth} (auth): another."
    )
    assert hint.startswith("Most likely it is registry['http_draintimeout'] (")


def test_one_that_says_nothing(made: Callable[..., Prepared]) -> None:
    [(what, hint)] = registry_problems(made("#!/bin/sh\nexit 1\n"), None)
    assert what == "The registry with the new configuration does not start."
    assert hint == "Look at registry[…] in gitlab.rb."


def test_one_that_never_listens_is_ended(
    made: Callable[..., Prepared], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trying, "_TIMEOUT", 0.1)
    [(what, _)] = registry_problems(made("#!/bin/sh\nexec sleep 600\n"), None)
    assert "does not listen within 0 s" in what


@pytest.mark.parametrize(("status", "refused"), [(404, 0), (200, 0), (401, 0), (500, 1), (503, 1)])
def test_new_storage_is_asked_for_something(
    made: Callable[..., Prepared], notes: Path, status: int, refused: int
) -> None:
    problems = list(registry_problems(made(registry(notes, status)), None))
    assert len(problems) == refused
    assert not refused or problems[0][0].startswith("The registry does not reach its storage")


def test_new_storage_whose_directory_is_yet_to_be_put_right_is_not_asked(
    made: Callable[..., Prepared], notes: Path, configure: Configure
) -> None:
    images = Path(configure().effective["registry.storage"]["filesystem"]["rootdirectory"])
    images.mkdir(parents=True)
    images.chmod(0o500)  # as an interrupted run may have left it
    assert list(registry_problems(made(registry(notes, 500)), None)) == []


def test_storage_that_is_the_same_is_left_alone(
    made: Callable[..., Prepared], notes: Path, root: Root
) -> None:
    prepared = made(registry(notes, 500))
    [config] = [each for each in prepared.resources if getattr(each, "path", "").endswith("/config.yml")]
    [change] = [each for each in prepared.plan.changes if each.path == config.path]  # type: ignore[union-attr]
    same = replace(change, before=replace(change.before, kind="file", content=config.content))  # type: ignore[union-attr]
    prepared = replace(prepared, plan=replace(prepared.plan, changes=(same,)))
    assert list(registry_problems(prepared, None)) == []


def test_a_key_that_is_there_signs(made: Callable[..., Prepared], notes: Path, root: Root) -> None:
    from glctl.clients.keys import certify, generate_key

    key = generate_key(bits=2048)
    pair = {"internal_key": key.reveal(), "internal_certificate": certify(key, 0)}
    secrets = root.at(SECRETS_FILE)
    secrets.parent.mkdir(parents=True, exist_ok=True)
    secrets.write_text(json.dumps({"registry": pair}))
    assert list(registry_problems(made(registry(notes)), None)) == []
    assert json.loads(notes.read_text())["bundle"].strip() == pair["internal_certificate"].strip()


def test_directories_that_this_run_does_not_put_right_are_tried(
    made: Callable[..., Prepared], notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trying, "try_write", lambda place, _account: f"Not {place.name}")
    images = tmp_path / "root/images"
    line = f"registry['storage'] = {{ 'filesystem' => {{ 'rootdirectory' => '{images}' }} }}"
    unmanaged = "manage_storage_directories['enable'] = false"
    assert list(registry_problems(made(registry(notes), line), None)) == []
    [(what, hint)] = registry_problems(made(registry(notes), line, unmanaged), None)
    assert "cannot write in" in what
    assert f"below {images}" in hint
    (images / "docker/registry/v2/repositories").mkdir(parents=True)
    problems = list(registry_problems(made(registry(notes), line), None))
    assert [what.rpartition(" ")[2] for what, _ in problems] == ["v2.", "repositories."]


def test_without_the_program_nothing_can_be_tried(made: Callable[..., Prepared]) -> None:
    prepared = made("#!/bin/sh\nexit 1\n")
    host = prepared.configuration.host
    host = replace(host, platform=replace(host.platform, registry=Program("/no/such", "x")))
    configuration = replace(prepared.configuration, host=host)
    assert list(registry_problems(replace(prepared, configuration=configuration), None)) == []


@pytest.mark.parametrize(
    ("lines", "users", "account"),
    [
        ([], (), Account("registry", 65534, (65534,))),
        (["registry['uid'] = 4321", "registry['gid'] = '4322'"], (), Account("registry", 4321, (4322,))),
        (["registry['username'] = 'daemon'"], ("daemon",), Account("daemon", 1, (65534,))),
    ],
    ids=["without ids", "with ids", "of which only the group is missing"],
)
def test_an_account_that_this_run_makes_is_tried_as_nobody(
    configure: Configure, lines: list[str], users: tuple[str, ...], account: Account
) -> None:
    configuration = configure(*lines)
    host = replace(
        configuration.host, privileged=True, root=Root(), users=frozenset(users), groups=frozenset()
    )
    assert trying._account(replace(configuration, host=host)) == account


@pytest.mark.parametrize(("mode", "there"), [(0o755, True), (0o700, False)])
def test_it_is_started_where_its_account_may_be(configure: Configure, mode: int, there: bool) -> None:
    effective = configure().effective
    directory = Path(effective["registry.dir"])
    directory.mkdir(parents=True)
    directory.chmod(mode)
    somebody = Account("somebody", os.geteuid() + 4321, (54321,))
    assert trying._home(effective, somebody) == (str(directory) if there else "/")
