from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.converge.nginx_test import Verdict
from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.nginx.files import SERVED, TEST

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from glctl.doctor.facts import Facts

OURS = "server { server_name registry.example.com; }"


def test_files_that_nginx_takes(new_facts: Callable[..., Facts], run: Any) -> None:
    assert run(TEST, new_facts(nginx_test=Verdict(files={"/a": "", "/b": ""}))) == ([], "2 files")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ('unknown directive "nosuch" in /a:3', "nginx-config-invalid"),
        ("nginx -T ended with exit code 3", "nginx-config-invalid"),
        (
            'cannot load certificate "/x.crt": BIO_new_file() failed (SSL: no such file)',
            "nginx-certificate-unusable",
        ),
    ],
)
def test_what_nginx_has_against_them(
    new_facts: Callable[..., Facts], run: Any, words: str, code: str
) -> None:
    [finding], _ = run(TEST, new_facts(nginx_test=Verdict((words, "more"))))
    assert finding.code == code
    assert words[:20] in finding.summary
    assert finding.evidence == ("more",)


def test_ports_are_left_to_their_own_check(new_facts: Callable[..., Facts], run: Any) -> None:
    tested = Verdict(("bind() to 127.0.0.1:80 failed (13: Permission denied)",))
    assert run(TEST, new_facts(nginx_test=tested))[0] == []


@pytest.mark.parametrize("check", [TEST, SERVED])
def test_nginx_that_is_not_enabled(new_facts: Callable[..., Facts], run: Any, check: Any) -> None:
    with pytest.raises(NotTriedError, match="not enabled"):
        run(check, new_facts(enabled=("registry",)))


def verdict(root: Path, *files: str, twice: str = "") -> Verdict:
    """nginx reading *files* in this order; ``ours`` is the registry's."""
    paths = {f"{root}/nginx/gitlab-registry.conf" if name == "ours" else f"/{name}": OURS for name in files}
    warning = f'conflicting server name "{twice}" on 127.0.0.1:80, ignored'
    return Verdict((), (warning,) if twice else (), paths)


def test_a_virtual_host_that_is_read(new_facts: Callable[..., Facts], run: Any, tmp_path: Path) -> None:
    assert run(SERVED, new_facts(nginx_test=verdict(tmp_path, "ours")))[0] == []


def test_one_that_no_include_leads_to(new_facts: Callable[..., Facts], run: Any, tmp_path: Path) -> None:
    [finding], _ = run(SERVED, new_facts(nginx_test=verdict(tmp_path, "nginx.conf")))
    assert (finding.code, finding.subject) == ("nginx-vhost-not-included", "/nginx/gitlab-registry.conf")
    assert finding.evidence == ("nginx reads /nginx.conf",)


@pytest.mark.parametrize(
    ("files", "name", "severity"),
    [
        (["ours", "other"], "registry.example.com", "warning"),
        (["other", "ours"], "registry.example.com", "error"),
        (["other", "ours"], "blog.example.com", "warning"),
    ],
)
def test_a_name_that_two_servers_have(
    new_facts: Callable[..., Facts], run: Any, tmp_path: Path, files: list[str], name: str, severity: str
) -> None:
    [finding], _ = run(SERVED, new_facts(nginx_test=verdict(tmp_path, *files, twice=name)))
    assert (finding.code, finding.subject, finding.severity) == ("nginx-server-name-twice", name, severity)
