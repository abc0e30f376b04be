"""What can be wrong before or around a run: one clear message, its exit code, nothing changed on disk."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import socket
import time
from typing import TYPE_CHECKING, Any

import pytest
from roots import (
    IMAGES,
    VHOST,
    Installation,
    as_nobody,
    in_namespace,
    installation,
    kill_when,
)
from servers import wait_until

from glctl.clients import keys
from glctl.paths import CONFIG_FILE, SECRETS_FILE, STATE_DIR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def fresh() -> Iterator[Installation]:
    """A root with a good gitlab.rb, in which nothing has been run."""
    with installation() as made:
        yield made


def refused(
    host: Installation, code: int, *said: str, args: tuple[str, ...] = ("reconfigure",), **more: Any
) -> str:
    """Run glctl, see it refuse with this exit code and these words, and leave everything as it was."""
    before = host.listing()
    done = host.glctl(*args, **more)
    assert (done.returncode, "Made " in done.stdout) == (code, False), done.stdout + done.stderr
    for words in said:
        assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert "bug in glctl" not in done.stderr
    assert host.listing() == before
    assert host.members() == []
    return done.stderr


# --- the file


def test_gitlab_rb_is_missing(fresh: Installation) -> None:
    fresh.at(CONFIG_FILE).unlink()
    refused(fresh, 2, f"{fresh.at(CONFIG_FILE)} does not exist")


def test_gitlab_rb_may_not_be_read(fresh: Installation) -> None:
    prefix, command = as_nobody()
    fresh.at(CONFIG_FILE).chmod(0o600)
    said = f"{fresh.at(CONFIG_FILE)} may not be read by this user"
    refused(fresh, 2, said, prefix=prefix, command=command)


def test_gitlab_rb_is_a_directory(fresh: Installation) -> None:
    fresh.at(CONFIG_FILE).unlink()
    fresh.at(CONFIG_FILE).mkdir()
    refused(fresh, 2, f"{fresh.at(CONFIG_FILE)} is a directory")


def test_an_empty_gitlab_rb_enables_nothing(fresh: Installation) -> None:
    fresh.at(CONFIG_FILE).write_text("")
    before = fresh.listing()
    done = fresh.glctl("reconfigure")
    assert done.returncode == 0
    assert "Nothing to do" in done.stdout
    assert "no service is enabled: registry_external_url is not set." in done.stderr
    assert fresh.listing() == before


GOOD = b"""external_url 'https://gitlab.example.com'
registry_external_url 'https://registry.example.com'
"""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (GOOD + b"external_url 'https://g\xfcnther'\n", "is not UTF-8"),
        (b"registry_external_ulr 'https://r.example.com'\n", "registry_external_url"),
        (GOOD + b"registry['storage'] = 'filesystem'\n", "a hash belongs here"),
        (GOOD + b"registry 'on'\n", "registry takes a hash"),
        (b"registry_external_url 'registry.example.com'\n", "it has no scheme"),
        (
            b"registry_external_url 'https://r.example.com:65536'\n",
            "its port is not a number from 1 to 65535",
        ),
        (b"registry_external_url 'https://r.example.com:abc'\n", "its port is not a number from 1 to 65535"),
        (GOOD + b"registry['nginx']['listen_port'] = 70000\n", "a port is a number from 1 to 65535"),
        (GOOD + b"registry['nginx']['listen_port'] = 'https'\n", "a port is a number from 1 to 65535"),
        (GOOD + b"registry['registry_http_addr'] = '127.0.0.1:http'\n", "its port is not a number"),
        (GOOD + b"registry['env'] = { 'NOT A NAME' => 'x' }\n", "NOT A NAME"),
        (GOOD + b"registry['username'] = \"no\\0body\"\n", "registry['username']"),
        (GOOD + b"registry['dir'] = \"/var/\\0\"\n", "registry['dir']"),
    ],
)
def test_gitlab_rb_is_wrong(fresh: Installation, content: bytes, said: str) -> None:
    fresh.at(CONFIG_FILE).write_bytes(content)
    refused(fresh, 2, said)
    checked = fresh.glctl("check-config")
    assert checked.returncode == 2
    assert said in checked.stdout


@pytest.mark.parametrize("content", [b"'" * (50 << 20), b'"' * (2 << 20)], ids=["50 MB", "2 MB"])
def test_a_hostile_gitlab_rb_costs_little(fresh: Installation, content: bytes) -> None:
    fresh.at(CONFIG_FILE).write_bytes(content)
    begun = time.monotonic()
    refused(fresh, 2)
    assert time.monotonic() - begun < 2


def test_everything_that_is_wrong_in_it_is_said(fresh: Installation) -> None:
    fresh.write(
        "registry['nginx']['listen_port'] = 0", "registry['storage'] = {}", "nginx['dir'] = 'relative'"
    )
    said = refused(fresh, 2)
    assert len(re.findall(r"gitlab\.rb:\d+:\d+: error: ", said)) == 3


# --- the command line


def test_a_root_that_does_not_exist(fresh: Installation) -> None:
    nowhere = Installation(fresh.path / "no where", 1, 2, 3, 4)
    done = nowhere.glctl("reconfigure")
    assert (done.returncode, done.stdout) == (2, "")
    assert f"does not exist\n  -> Make it first: mkdir -p '{nowhere.path}'" in done.stderr.replace(
        ".\n", "\n"
    )


# --- the host


def test_an_address_that_somebody_else_has(fresh: Installation) -> None:
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", fresh.debug))
        held.listen()
        refused(
            fresh,
            1,
            f"Port {fresh.debug} is taken: ",
            f"(pid {os.getpid()}) listens on it, and registry['debug_addr'] wants it",
        )


def test_a_storage_path_that_is_a_file(fresh: Installation) -> None:
    fresh.at(IMAGES).parent.mkdir(parents=True)
    fresh.at(IMAGES).write_text("")
    refused(fresh, 1, f"{fresh.at(IMAGES)} is a file, but a directory belongs there.")


def test_a_storage_path_below_a_file(fresh: Installation) -> None:
    fresh.at("/srv").write_text("")
    fresh.write("registry['storage'] = { 'filesystem' => { 'rootdirectory' => '/srv/images/registry' } }")
    refused(
        fresh,
        1,
        f"{fresh.at('/srv')} is no directory, and {fresh.at('/srv/images/registry')} is to lie below",
    )


def test_a_directory_that_the_registry_may_not_pass_through(fresh: Installation) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root: the registry then runs as another account")
    fresh.path.chmod(0o700)
    said = f"The account nobody may not pass through {fresh.path} to "
    refused(fresh, 1, said, f"chmod o+x {fresh.path}")


def test_all_that_stands_in_the_way_is_said_at_once(fresh: Installation) -> None:
    fresh.at(IMAGES).parent.mkdir(parents=True)
    fresh.at(IMAGES).write_text("")
    fresh.write("nginx['custom_nginx_config'] = 'nosuch on;'")
    with socket.socket() as held:
        held.bind(("127.0.0.1", fresh.registry))
        held.listen()
        said = refused(fresh, 1, "3 things stand in the way; nothing was changed.")
    assert said.count("\n  - ") == 3


@pytest.mark.parametrize(
    ("program", "package"),
    [
        ("/usr/bin/docker-registry", "docker-registry"),
        ("/usr/sbin/nginx", "nginx-light"),
        ("/usr/bin/runsvdir", "runit"),
    ],
)
def test_a_program_that_is_not_installed(fresh: Installation, program: str, package: str) -> None:
    hidden = in_namespace(f"mount --bind /dev/null {program}")
    said = (f"{program} is not installed.", f"apt-get install {package}")
    refused(fresh, 1, *said, prefix=hidden)


def test_a_read_only_disk(fresh: Installation) -> None:
    steps = (f"mount --bind '{fresh.path}' '{fresh.path}'", f"mount -o remount,bind,ro '{fresh.path}'")
    said = (f"{fresh.path} is a read-only file system.", f"mount -o remount,rw {fresh.path}")
    refused(fresh, 1, *said, prefix=in_namespace(*steps))


def test_a_full_disk(fresh: Installation) -> None:
    place, listing = fresh.path.parent, "find root -printf '%p %m %u %s %i\\n'"
    for path in (CONFIG_FILE, SECRETS_FILE):
        shutil.copy(fresh.at(path), place)
    small = (
        f"cd '{place}'",
        "mount -t tmpfs -o size=96k,mode=755 tmpfs root",
        "mkdir -p root/etc/gitlab",
        "cp gitlab* root/etc/gitlab",
        f"{listing} >before",
        f'trap "{listing} >after" EXIT',
        '"$@"',
        "exit",
    )
    done = fresh.glctl("reconfigure", prefix=in_namespace(*small))
    assert (done.returncode, "Made " in done.stdout) == (1, False)
    assert re.search(rf"{fresh.path} has too little room: \d+ KiB are needed, \d+ KiB are free", done.stderr)
    assert (place / "after").read_text() == (place / "before").read_text() != ""


def test_two_runs_at_once(fresh: Installation) -> None:
    record = fresh.at(f"{STATE_DIR}/supervisor")
    record.parent.mkdir(parents=True, mode=0o700)
    with record.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # the first run waits for it, with all files written
        first = fresh.begin("reconfigure")
        wait_until(fresh.at("/opt/gitlab/service/nginx").is_symlink, "the files are written", 30)
        refused(fresh, 1, f"Another glctl is changing this host (pid {first.pid}).")
        kill_when(first, lambda: True, "")
    # The lock of one that was killed holds nobody up.
    done = fresh.glctl("reconfigure")
    assert done.returncode == 0
    assert "registry started" in done.stdout


# --- nginx and TLS


def test_nginx_refuses_what_gitlab_rb_gives_it(fresh: Installation) -> None:
    fresh.write("registry['nginx']['custom_gitlab_server_config'] = 'nosuch_directive on;'")
    said = refused(fresh, 1, "nginx refuses the new configuration", 'unknown directive "nosuch_directive"')
    assert f"in {fresh.at(VHOST)}:" in said  # and not where it was tried


def test_a_server_block_that_is_closed_too_early(fresh: Installation) -> None:
    fresh.write("registry['nginx']['custom_gitlab_server_config'] = '} server { listen 1;'")
    refused(fresh, 2, "registry['nginx']['custom_gitlab_server_config']", "unexpected '}'")


def test_a_certificate_that_is_missing() -> None:
    with installation("https") as fresh:
        key = fresh.at("/etc/gitlab/ssl/registry.example.com.key")
        key.unlink()
        refused(fresh, 1, f"{key} is not there, and nginx needs it for https")


def test_a_certificate_that_is_not_for_its_key() -> None:
    with installation("https") as fresh:
        key = fresh.at("/etc/gitlab/ssl/registry.example.com.key")
        key.write_text(keys.generate_key(bits=2048).reveal())
        refused(fresh, 1, "nginx refuses the new configuration", "key values mismatch")


# --- secrets


@pytest.mark.parametrize(
    ("content", "said"),
    [("", "the secrets file is empty"), ("{", "is not valid JSON"), ("[]", "holds no sections")],
)
def test_a_secrets_file_that_holds_none(fresh: Installation, content: str, said: str) -> None:
    fresh.at(SECRETS_FILE).write_text(content)
    refused(fresh, 2, str(fresh.at(SECRETS_FILE)), said)


def heredoc(name: str, text: str) -> str:
    return f"registry['{name}'] = <<~PEM\n{text}\nPEM"


Pair = tuple[str, str]


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    """Two keys, each with its certificate."""
    made = [keys.generate_key(bits=2048) for _ in range(2)]
    return [(key.reveal(), keys.certify(key, time.time() - 60)) for key in made]


@pytest.mark.parametrize(
    ("key", "certificate", "said"),
    [
        (lambda a: a[0], lambda b: b[1], "is not for registry['internal_key']"),
        (None, lambda b: b[1], "is not for registry['internal_key'] (gitlab-secrets.json)"),
        (lambda a: a[1], None, "holds a certificate, not a private key"),
        (lambda a: a[0][:500], None, "cut off or damaged"),
    ],
    ids=["of another key", "not of the stored key", "swapped", "cut off"],
)
def test_a_key_pair_that_does_not_fit(
    fresh: Installation,
    pairs: list[Pair],
    key: Callable[[Pair], str] | None,
    certificate: Callable[[Pair], str] | None,
    said: str,
) -> None:
    lines = [heredoc("internal_key", key(pairs[0]))] if key else []
    lines += [heredoc("internal_certificate", certificate(pairs[1]))] if certificate else []
    fresh.write(*lines)
    refused(fresh, 1, said, f"{CONFIG_FILE}:")


def test_a_certificate_without_its_key(fresh: Installation, pairs: list[Pair]) -> None:
    fresh.at(SECRETS_FILE).unlink()
    fresh.write(heredoc("internal_certificate", pairs[0][1]))
    refused(fresh, 1, "registry['internal_certificate']", "is given without the key that it was made for")


def test_a_key_pair_that_fits(fresh: Installation, pairs: list[Pair]) -> None:
    key, certificate = pairs[0]
    fresh.write(heredoc("internal_key", key), heredoc("internal_certificate", certificate))
    assert fresh.glctl("reconfigure", "--dry-run").returncode == 0
    fresh.write(heredoc("internal_key", key))  # its certificate will be made
    assert fresh.glctl("reconfigure", "--dry-run").returncode == 0
