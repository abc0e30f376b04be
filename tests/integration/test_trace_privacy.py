"""Nothing that lets others in leaves glctl trace: planted in every place where a credential can stand."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fake_gitlab import PASSWORD, USER
from servers_hostile import answering_with
from traced import HOST, image, push, stack

pytest.importorskip("mitmproxy")

if TYPE_CHECKING:
    from collections.abc import Iterator

    from traced import Stack

PLANTED = "pLaNtEd0123456789"


@pytest.fixture(scope="module")
def well() -> Iterator[Stack]:
    with tempfile.TemporaryDirectory(prefix="glctl-traced-") as folder, stack(Path(folder)) as made:
        yield made


def glctl(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "glctl", *arguments], capture_output=True, text=True, check=False, timeout=60
    )


def outputs(tmp_path: Path, command: list[str]) -> Iterator[str]:
    """All that is printed and saved of a run of *command*, and of what was saved read back."""
    for name in ("x.har", "x.flows"):
        saved = tmp_path / name
        done = glctl("-v", "trace", "registry", "--save", str(saved), "--", *command)
        yield done.stdout + done.stderr
        assert saved.stat().st_mode & 0o777 == 0o600
        yield saved.read_bytes().decode("latin-1")
        for form in ("text", "json"):
            again = glctl("-v", "trace", "--read", str(saved), "--format", form)
            yield again.stdout + again.stderr
    done = glctl("trace", "registry", "--format", "json", "--", *command)
    yield done.stdout + done.stderr


def test_a_push_gives_nothing_away(well: Stack, tmp_path: Path) -> None:
    some = image(tmp_path / "image", planted=PLANTED)
    texts = list(outputs(tmp_path, push(some, well.http, "group/private")))
    assert sum("put manifest" in text for text in texts) >= 5
    for text in texts:
        for secret in (PASSWORD, PLANTED, "eyJ", "_state=ey"):
            assert secret not in text


def test_hostile_answers_give_nothing_away(tmp_path: Path) -> None:
    head = (
        f"HTTP/1.1 401 x\r\nSet-Cookie: s={PLANTED}\r\nLocation: http://u:{PLANTED}@h/?X-Amz-Signature={PLANTED}\r\n"
        f"X-Api-Key: {PLANTED}\r\nContent-Type: application/json\r\nContent-Length: "
    )
    body = f'{{"errors":[{{"code":"UNAUTHORIZED","message":"at http://h/?token={PLANTED}","detail":"password={PLANTED}"}}]}}'
    with answering_with(f"{head}{len(body)}\r\n\r\n{body}".encode()) as port:
        url = f"http://{USER}:{PLANTED}@{HOST}:{port}/v2/?private_token={PLANTED}"
        command = [
            "curl",
            "-sS",
            "-o",
            os.devnull,
            "-H",
            f"Authorization: Bearer {PLANTED}",
            "-H",
            f"Cookie: {PLANTED}",
            url,
        ]
        texts = list(outputs(tmp_path, command))
    assert all("UNAUTHORIZED" in text for text in texts)
    assert not [text for text in texts if PLANTED in text]


def test_with_secrets_they_are_there(well: Stack, tmp_path: Path) -> None:
    saved = tmp_path / "x.har"
    command = ["curl", "-sS", "-o", os.devnull, "-u", f"{USER}:{PASSWORD}", f"http://{HOST}:{well.http}/v2/"]
    done = glctl("-v", "trace", "--with-secrets", "--save", str(saved), "--", *command)
    assert "Authorization: Basic YWxpY2U6" in done.stdout
    assert "Basic YWxpY2U6" in saved.read_text()
    assert saved.stat().st_mode & 0o777 == 0o600
