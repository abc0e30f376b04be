"""A whole host of glctl's own: no --root, real accounts, the ports that gitlab.rb gives by default.

It is a copy of this machine that is thrown away: an overlay over /, with its own processes and network.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from servers import program

PROJECT = Path(__file__).parents[2]

# Makes the copy in $1 and runs the rest of the command in it. Checkout and interpreter may be mounts apart,
# or lie below one of the fresh directories.
ENTER = """
new=$1; shift
mount -t tmpfs tmpfs "$new"
mkdir "$new/up" "$new/work" "$new/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$new/up,workdir=$new/work" "$new/root"
mount --rbind /dev "$new/root/dev"
mount -t proc proc "$new/root/proc"
for fresh in /tmp /run /etc/gitlab /opt /var/opt /var/log; do
    mkdir -p "$new/root$fresh"
    mount -t tmpfs -o mode=755 tmpfs "$new/root$fresh"
done
for own in "$PROJECT" "$PYTHON_HOME"; do
    mkdir -p "$new/root$own"
    mount --rbind "$own" "$new/root$own"
done
exec /usr/sbin/chroot "$new/root" "$@"
"""

# What is done in there; prints what was seen as JSON.
SESSION = r"""
import fcntl, json, os, pathlib, pwd, socket, struct, subprocess, sys, urllib.error, urllib.request

up = struct.pack("16sh14x", b"lo", 0x49)  # IFF_UP | IFF_LOOPBACK | IFF_RUNNING
fcntl.ioctl(socket.socket(), 0x8914, up)  # SIOCSIFFLAGS
pathlib.Path("/etc/gitlab/gitlab.rb").write_text(
    "external_url 'http://gitlab.example.com'\nregistry_external_url 'http://registry.example.com'\n"
)
seen = {"runs": {}}

def glctl(*args):
    done = subprocess.run([sys.executable, "-m", "glctl", *args], capture_output=True, text=True)
    seen["runs"][" ".join(args)] = [done.returncode, done.stdout, done.stderr]

def listing():
    found = {}
    for top in ("/etc/gitlab", "/opt/gitlab", "/var/opt/gitlab", "/var/log/gitlab"):
        for path in sorted(pathlib.Path(top).rglob("*")):
            if "/supervise" not in str(path):
                info = path.lstat()
                owner = f"{pwd.getpwuid(info.st_uid).pw_name}:{path.group() if path.exists() else ''}"
                found[str(path)] = [f"{info.st_mode & 0o7777:04o}", owner, info.st_ino, info.st_mtime_ns]
    return found

def status(port):
    request = urllib.request.Request(f"http://127.0.0.1:{port}/v2/", headers={"Host": "registry.example.com"})
    try:
        return urllib.request.urlopen(request).status
    except urllib.error.HTTPError as error:
        return error.code

def processes():
    found = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        name, _, state = stat.read_text().partition("(")[2].rpartition(") ")
        if state[0] != "Z":  # has ended: nobody here asks for exit codes
            found.append(f"{name} {stat.parent.owner()}")
    return sorted(found)

rb = pathlib.Path("/etc/gitlab/gitlab.rb")
text = rb.read_text()
rb.write_text(text + "registry['env'] = { 'REGISTRY_STORAGE' => 'nosuch' }")
glctl("reconfigure", "--wait", "0")
rb.write_text(text)
glctl("reconfigure", "--dry-run")
seen["accounts before"] = [entry.pw_name for entry in pwd.getpwall()]
glctl("reconfigure")
seen["accounts"] = {entry.pw_name: list(entry) for entry in pwd.getpwall()}
seen["files"] = listing()
seen["answers"] = {port: status(port) for port in (80, 5000)}
seen["processes"] = processes()
quiet = [name for name in seen["files"] if not name.startswith("/var/log/")]
glctl("reconfigure", "--detailed-exitcode")
again = listing()
seen["changed by a second run"] = [name for name in quiet if again.get(name) != seen["files"][name]]
glctl("doctor", "--read-only")
glctl("down")
seen["processes afterwards"] = processes()

rb.write_text(text + "registry['uid'] = 4321")
glctl("reconfigure", "--no-diff")
rb.write_text(text + '''
registry['username'] = 'images'; registry['group'] = 'pictures'
registry['uid'] = 4321; registry['gid'] = '4322'
registry['shell'] = '/bin/sh'; registry['dir'] = '/srv/registry'
gitlab_rails['registry_path'] = '/srv/images'
web_server['username'] = 'web'; web_server['group'] = 'pages'; web_server['home'] = '/srv/web'
manage_storage_directories['enable'] = false
logging['log_group'] = 'adm'
''')
pathlib.Path("/srv/images").mkdir()
os.chown("/srv/images", 4321, 4322)
glctl("reconfigure", "--no-diff", "--watch", "0")
seen["chosen accounts"] = {entry.pw_name: list(entry) for entry in pwd.getpwall()}
seen["chosen files"] = {
    path: [f"{os.stat(path).st_mode & 0o7777:04o}", pathlib.Path(path).owner(), pathlib.Path(path).group()]
    for path in ("/srv/registry", "/srv/images", "/var/log/gitlab/registry", "/var/log/gitlab/nginx")
}
seen["chosen processes"] = processes()
glctl("down", "--purge", "--data", "--yes")
rb.write_text(text + "manage_accounts['enable'] = false; registry['username'] = 'nobody2'")
glctl("reconfigure", "--wait", "1")
print(json.dumps(seen))
"""


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    for name in ("docker-registry", "nginx", "runsvdir", "unshare"):
        program(name)
    unshare = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child"]
    new = tmp_path_factory.mktemp("host")
    enter = [*unshare, "/bin/sh", "-ec", ENTER, "sh", str(new)]
    environment = {
        "PATH": "/usr/bin:/bin",  # as su leaves it
        "PROJECT": str(PROJECT),
        "PYTHON_HOME": sys.base_prefix,
        "PYTHONPATH": str(PROJECT),
    }

    def inside(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*enter, *command], env=environment, capture_output=True, text=True, check=False, timeout=100
        )

    if os.geteuid() != 0:
        pytest.skip("needs root")
    refusal = inside("/bin/true").stderr
    if refusal.startswith(("unshare: ", "mount: ")):
        pytest.skip(f"needs namespaces and overlayfs: {refusal}")
    done = inside(sys.executable, "-c", SESSION)
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def test_a_first_run_tries_the_registry_before_its_account_is_made(seen: dict[str, Any]) -> None:
    code, _, err = seen["runs"]["reconfigure --wait 0"]
    assert code == 1
    assert "The registry with the new configuration does not start" in err
    assert "nosuch" in err
    assert "Nothing was changed." in err
    assert "registry" not in seen["accounts before"]


def test_a_first_run_brings_it_up(seen: dict[str, Any]) -> None:
    code, out, err = seen["runs"]["reconfigure"]
    assert code == 0, err
    assert "registry started" in out
    assert seen["answers"] == {"80": 401, "5000": 401}


def test_the_accounts_are_made(seen: dict[str, Any]) -> None:
    assert not {"registry", "gitlab-www"} & set(seen["accounts before"])
    assert "+ create account registry:registry" in seen["runs"]["reconfigure --dry-run"][1]
    assert "+ create account gitlab-www:gitlab-www" in seen["runs"]["reconfigure"][1]
    *_, home, shell = seen["accounts"]["registry"]
    assert home == "/var/opt/gitlab/registry"
    *_, home, shell = seen["accounts"]["gitlab-www"]
    assert (home, shell) == ("/var/opt/gitlab/nginx", "/bin/false")


@pytest.mark.parametrize(
    ("path", "mode", "owner"),
    [
        ("/etc/gitlab/gitlab-secrets.json", "0600", "root:root"),
        ("/var/opt/gitlab/registry", "2770", "registry:registry"),
        ("/var/opt/gitlab/registry/config.yml", "0640", "registry:registry"),  # Omnibus: 0644
        ("/var/opt/gitlab/registry/gitlab-registry.crt", "0644", "registry:registry"),
        ("/var/opt/gitlab/gitlab-rails/shared/registry", "0770", "registry:registry"),  # Omnibus: group git
        ("/var/opt/gitlab/gitlab-rails/etc/gitlab-registry.key", "0600", "root:root"),  # Omnibus: 0644 git
        ("/var/log/gitlab/registry", "0700", "registry:root"),
        ("/var/log/gitlab/nginx", "0750", "root:gitlab-www"),
        ("/var/log/gitlab/logrotate", "0700", "root:root"),
        ("/var/opt/gitlab/logrotate", "0700", "root:root"),
        ("/var/opt/gitlab/nginx", "0750", "root:gitlab-www"),
        ("/var/opt/gitlab/nginx/conf/service_conf", "0750", "root:gitlab-www"),
        ("/var/opt/gitlab/nginx/conf/nginx.conf", "0644", "root:root"),
        ("/opt/gitlab/etc/registry/env", "0755", "root:root"),
        ("/opt/gitlab/etc/registry/env/SSL_CERT_DIR", "0644", "root:root"),
        ("/opt/gitlab/sv/registry", "0755", "root:root"),
        ("/opt/gitlab/sv/registry/run", "0755", "root:root"),
        ("/opt/gitlab/sv/registry/log/run", "0755", "root:root"),
        ("/opt/gitlab/sv/registry/log/config", "0644", "root:root"),
        ("/var/opt/gitlab/glctl", "0700", "root:root"),
        ("/var/opt/gitlab/glctl/rendered.json", "0600", "root:root"),
    ],
)
def test_owners_and_modes_are_as_on_an_omnibus_host(
    seen: dict[str, Any], path: str, mode: str, owner: str
) -> None:
    assert seen["files"][path][:2] == [mode, owner]


def test_services_run_as_their_accounts(seen: dict[str, Any]) -> None:
    assert "docker-registry registry" in seen["processes"]
    assert "nginx gitlab-www" in seen["processes"]
    assert "svlogd root" in seen["processes"]


def test_a_second_run_does_nothing(seen: dict[str, Any]) -> None:
    code, out, err = seen["runs"]["reconfigure --detailed-exitcode"]
    assert (code, err) == (0, "")
    assert out.startswith("Nothing to do")
    assert seen["changed by a second run"] == []


def test_the_doctor_finds_no_error_in_what_was_made(seen: dict[str, Any]) -> None:
    _, out, _ = seen["runs"]["doctor --read-only"]
    assert not [line for line in out.splitlines() if line.startswith("error:")]


def test_down_leaves_no_process(seen: dict[str, Any]) -> None:
    assert seen["runs"]["down"][0] == 0
    assert [name for name in seen["processes afterwards"] if not name.startswith("python")] == []


def test_an_account_that_exists_keeps_its_id(seen: dict[str, Any]) -> None:
    code, _, err = seen["runs"]["reconfigure --no-diff"]
    own = seen["accounts"]["registry"][2]
    assert code == 1
    assert f"The user registry has the id {own}, and gitlab.rb says 4321: glctl changes none." in err


def test_accounts_are_made_as_gitlab_rb_says(seen: dict[str, Any]) -> None:
    code, _, err = seen["runs"]["reconfigure --no-diff --watch 0"]
    assert code == 0, err
    _, _, uid, gid, _, home, shell = seen["chosen accounts"]["images"]
    assert (uid, gid, home, shell) == (4321, 4322, "/srv/registry", "/bin/sh")
    assert seen["chosen accounts"]["web"][-2:] == ["/srv/web", "/bin/false"]
    assert {"docker-registry images", "nginx web"} <= {*seen["chosen processes"]}


def test_directories_are_theirs_or_left_alone(seen: dict[str, Any]) -> None:
    assert seen["chosen files"] == {
        "/srv/registry": ["2770", "images", "pictures"],
        "/srv/images": ["0755", "images", "pictures"],  # manage_storage_directories
        "/var/log/gitlab/registry": ["0750", "images", "adm"],
        "/var/log/gitlab/nginx": ["0750", "root", "adm"],
    }


def test_without_manage_accounts_they_must_exist(seen: dict[str, Any]) -> None:
    code, _, err = seen["runs"]["reconfigure --wait 1"]
    assert code == 1
    assert "There is no account nobody2:registry for registry, and manage_accounts['enable'] is false." in err
