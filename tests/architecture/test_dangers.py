"""What no file of the project does, and what only converge may do."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]

# Configuration is written by converge, and nobody else. Other files that write, and what:
WRITERS = {
    "cli.py": "to /dev/null, where a stream was closed",
    "commands/render.py": "below the --output-dir that it is given",
    "logs/cursor.py": "the --cursor that it is given",
    "trace/way.py": "the authority of a run, in a temporary directory",
    "trace/saving.py": "the file that --save names",
    "services/host_docker.py": "a drop-in below /run, for as long as a trace lasts",
    "services/private_docker.py": "the directory of a Docker daemon of its own",
    "services/runit.py": "control bytes to runsv",
    "services/scratch.py": "a directory to try things out in",
    "services/supervisor.py": "the record of the supervisor it started",
}

_OS_CALLS = set(
    "chmod chown link makedirs mkdir mkfifo remove removedirs rename renames replace "
    "rmdir symlink truncate unlink utime".split()
)
_PATH_METHODS = set(
    "chmod hardlink_to mkdir rename rmdir symlink_to touch unlink write_bytes write_text".split()
)
_WRITE_FLAGS = ("O_WRONLY", "O_RDWR", "O_CREAT", "O_APPEND", "O_TRUNC")


def calls(source: str) -> list[tuple[ast.Call, str]]:
    """Every call in *source*, with the text of what is called."""
    tree = ast.parse(source)
    return [(node, ast.unparse(node.func)) for node in ast.walk(tree) if isinstance(node, ast.Call)]


def writes(source: str) -> list[str]:
    """The calls in *source* that change the file system: ``line: call``."""
    return [f"{call.lineno}: {ast.unparse(call)}" for call, name in calls(source) if _is_write(call, name)]


def _is_write(call: ast.Call, name: str) -> bool:
    owner, _, method = name.rpartition(".")
    match owner, method:
        case "os", "open":
            return any(flag in ast.unparse(call) for flag in _WRITE_FLAGS)
        case "os", _:
            return method in _OS_CALLS
        case "shutil", _:
            return method != "which"
        case ("" | "io", "open"):
            return _has_write_mode(call.args[1:2], call)
        case _, "open":
            return _has_write_mode(call.args[:1], call)
        case _, "replace":  # Path.replace(target); str.replace takes two, dataclasses.replace keywords
            return bool(owner) and len(call.args) == 1 and not call.keywords
    return bool(owner) and method in _PATH_METHODS


def _has_write_mode(positional: list[ast.expr], call: ast.Call) -> bool:
    modes = [*positional, *(keyword.value for keyword in call.keywords if keyword.arg == "mode")]
    return any(not isinstance(mode, ast.Constant) or set(str(mode.value)) & set("wax+") for mode in modes)


def dangers(source: str) -> list[str]:
    """Calls that run text as code or as a shell command: ``line: call``."""
    return [
        f"{call.lineno}: {ast.unparse(call)}" for call, name in calls(source) if _is_dangerous(call, name)
    ]


def _is_dangerous(call: ast.Call, name: str) -> bool:
    in_shell = any(ast.unparse(keyword) == "shell=True" for keyword in call.keywords)
    return in_shell or name in {"eval", "exec", "os.popen", "os.system", "pickle.loads", "yaml.load"}


def test_only_converge_writes() -> None:
    found = []
    package = PROJECT / "glctl"
    for path in sorted(package.rglob("*.py")):
        relative = path.relative_to(package)
        if relative.parts[0] != "converge" and str(relative) not in WRITERS:
            found += [f"{path}:{write}" for write in writes(path.read_text())]
    assert not found, "\n" + "\n".join(found)


def test_no_file_runs_text_as_code() -> None:
    found = []
    for folder in ("glctl", "tests", "benchmarks"):
        for path in sorted((PROJECT / folder).rglob("*.py")):
            found += [f"{path}:{danger}" for danger in dangers(path.read_text())]
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize(
    "source",
    [
        "open(p, 'w')",
        "open(p, mode='r+b')",
        "open(p, mode_known_at_run_time)",
        "p.open('a')",
        "p.write_text('')",
        "p.replace(q)",
        "(a / b).unlink(missing_ok=True)",
        "os.rename(a, b)",
        "os.replace(a, b)",
        "os.open(p, os.O_RDWR | os.O_CREAT)",
        "shutil.rmtree(p)",
    ],
)
def test_a_write_is_found(source: str) -> None:
    assert writes(source)


@pytest.mark.parametrize(
    "source",
    [
        "open(p)",
        "open(p, 'rb')",
        "p.open()",
        "p.read_text()",
        "text.replace('a', 'b')",
        "dataclasses.replace(x, a=1)",
        "replace(x)",
        "os.open(p, os.O_RDONLY)",
        "shutil.which('nginx')",
    ],
)
def test_a_read_is_not(source: str) -> None:
    assert not writes(source)


@pytest.mark.parametrize(
    "source",
    [
        "run(c, shell=True)",
        "eval(x)",
        "yaml.load(x)",
        "yaml.load(x, Loader=L)",
        "os.system(c)",
    ],
)
def test_a_danger_is_found(source: str) -> None:
    assert dangers(source)


@pytest.mark.parametrize("source", ["run(c, shell=False)", "ast.literal_eval(x)", "yaml.safe_load(x)"])
def test_the_safe_form_is_not(source: str) -> None:
    assert not dangers(source)
