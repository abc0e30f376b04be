"""pyinfra and ansible beside glctl: the same files from templates, and the same services kept running.

They are given less to do: no directories, links or accounts, no validation, no gitlab.rb to evaluate.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import venv
from pathlib import Path
from typing import TYPE_CHECKING

from timing import Case, run

if TYPE_CHECKING:
    from sandbox import Sandbox

_PLACE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "glctl-benchmarks", "peers")
_BIN = _PLACE / "bin"
_SERVICES = ("registry", "nginx")
# What each says at its end: Ansible's recap, and pyinfra's columns (operations, success, error, no change).
_NOTHING = re.compile(r"\bchanged=0 |Grand total +(\d+) +- +- +\1\b")
_DEPLOY = """\
import json
from pathlib import Path

from pyinfra.operations import files, runit

given = json.loads(Path("given.json").read_text())
for file in given["files"]:
    files.template(name=file["dest"], **file, root=given["root"])
for service in given["services"]:
    base = given["root"] + "/opt/gitlab"
    runit.service(service=service, svdir=f"{base}/service", sourcedir=f"{base}/sv")
"""


def cases(sandbox: Sandbox, folder: Path) -> list[Case]:
    """The commands of both with nothing to do on *sandbox*; their files are written to *folder*."""
    _install()
    files = _templates(sandbox, folder)
    given = {"root": str(sandbox.root), "files": files, "services": _SERVICES}
    (folder / "given.json").write_text(json.dumps(given))
    (folder / "deploy.py").write_text(_DEPLOY)
    for name, facts in (("default", True), ("quick", False)):
        (folder / f"{name}.yml").write_text(json.dumps(_playbook(sandbox, files, facts)))
    more = {
        "LC_ALL": "C.UTF-8",
        "ANSIBLE_HOME": str(folder),
        "ANSIBLE_LOCALHOST_WARNING": "0",
        "ANSIBLE_PYTHON_INTERPRETER": str(_BIN / "python"),
    }
    ansible = [str(_BIN / "ansible-playbook"), "-i", "localhost,"]
    pyinfra = [str(_BIN / "pyinfra"), "--chdir", str(folder), "-y", "@local", "deploy.py"]
    found = [
        Case("pyinfra @local", pyinfra, more=more),
        Case(
            "ansible-playbook, no facts, pipelining",
            [*ansible, str(folder / "quick.yml")],
            more={**more, "ANSIBLE_PIPELINING": "1"},
        ),
        Case("ansible-playbook", [*ansible, str(folder / "default.yml")], more=more),
    ]
    for case in found:
        _has_nothing_to_do(case)
    if run(sandbox.glctl("reconfigure", "--dry-run", "--detailed-exitcode")):
        raise SystemExit("pyinfra and ansible have made other files than glctl")
    return found


def versions() -> str:
    """Which of them were measured."""
    names = ("pyinfra", "ansible-core")
    listed = subprocess.run([_BIN / "pip", "freeze"], capture_output=True, text=True, check=True).stdout
    return ", ".join(
        line.replace("==", " ") for line in listed.splitlines() if line.partition("==")[0] in names
    )


def _install() -> None:
    """A virtual environment of their own, made once."""
    if not (_BIN / "ansible-playbook").exists():
        venv.create(_PLACE, clear=True, with_pip=True)
        subprocess.run([_BIN / "pip", "install", "--quiet", "pyinfra", "ansible-core"], check=True)


def _templates(sandbox: Sandbox, folder: Path) -> list[dict[str, str]]:
    """Each file that glctl renders as a template, with the root's path as its variable."""
    rendered = folder / "rendered"
    if run(sandbox.glctl("render", "--output-dir", str(rendered))):
        raise SystemExit("render failed")
    files = []
    paths = sorted(path for path in rendered.rglob("*") if path.is_file() and not path.is_symlink())
    for number, path in enumerate(paths):
        target = sandbox.root / path.relative_to(rendered)
        source = folder / f"{number}.j2"
        source.write_text(target.read_text().replace(str(sandbox.root), "{{ root }}"))
        owned = {"user": target.owner(), "group": target.group()}
        mode = f"{target.stat().st_mode & 0o7777:04o}"
        files.append({"src": str(source), "dest": str(target), "mode": mode, **owned})
    return files


def _playbook(sandbox: Sandbox, files: list[dict[str, str]], facts: bool) -> list[object]:
    item = {"owner" if key == "user" else key: f"{{{{ item.{key} }}}}" for key in files[0]}
    start = ["/usr/bin/sv", "start", f"{sandbox.root}/opt/gitlab/service/{{{{ item }}}}"]
    tasks = [
        {"ansible.builtin.template": item, "loop": files},
        {"ansible.builtin.command": {"argv": start}, "loop": _SERVICES, "changed_when": False},
    ]
    play = {"hosts": "localhost", "connection": "local", "gather_facts": facts, "tasks": tasks}
    return [{**play, "vars": {"root": str(sandbox.root)}}]


def _has_nothing_to_do(case: Case) -> None:
    """Ends the benchmark where a peer changes what glctl has made."""
    environment = {**os.environ, **case.more}
    done = subprocess.run(case.command, env=environment, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    if done.returncode or not _NOTHING.search(said):
        raise SystemExit(f"{case.name} did not find everything as it should be:\n{said}")
