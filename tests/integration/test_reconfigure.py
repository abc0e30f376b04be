"""reconfigure with a real registry behind a real nginx under real runit.

Most tests share one running root: each writes the gitlab.rb that it needs, whatever the last one left.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from roots import CONFIG, ENV, HOST, IMAGES, VHOST, Installation, as_nobody, installation
from servers import wait_until

from glctl.paths import SECRETS_FILE, SERVICE_DIR, STATE_DIR, SV_DIR, Root

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def host() -> Iterator[Installation]:
    """A root whose services run, over https."""
    with installation("https") as made:
        made.reconfigure()
        yield made
        assert not [path for path in made.path.rglob("*") if path.name.endswith(".glctl-new")]


# --- a first run


def test_a_first_run_makes_everything_and_its_services_answer() -> None:
    with installation(secrets=False) as fresh:
        before = time.time()
        done = fresh.glctl("reconfigure")
        assert done.returncode == 0, done.stderr
        assert "+ create" in done.stdout
        assert "registry started" in done.stdout
        assert "root stands in for gitlab-www" in done.stderr or os.geteuid() != 0
        assert fresh.ask(fresh.registry).status == 401
        answer = fresh.ask(fresh.nginx)
        assert (answer.status, answer.header("docker-distribution-api-version")) == (401, "registry/2.0")
        secrets = fresh.at(SECRETS_FILE)
        assert (secrets.stat().st_mode & 0o777, secrets.stat().st_mtime > before - 1) == (0o600, True)
        assert set(json.loads(secrets.read_text())["registry"]) == {
            "http_secret",
            "internal_key",
            "internal_certificate",
        }
        if os.geteuid() == 0:
            assert Path(f"/proc/{fresh.pid('registry')}").owner() == "nobody"
        assert fresh.glctl("down").returncode == 0
        assert fresh.members() == []


def test_https_with_a_certificate_of_ones_own_and_a_redirect(host: Installation) -> None:
    host.reconfigure(
        "registry['nginx']['redirect_http_to_https'] = true",
        f"registry['nginx']['redirect_http_to_https_port'] = {host.status}",
        "nginx['status']['enable'] = false",
    )
    assert host.ask(host.nginx, "https").status == 401
    redirect = host.ask(host.status)
    assert (redirect.status, redirect.header("location")) == (301, f"https://{HOST}:{host.nginx}/v2/")


# --- a second run


def test_a_second_run_changes_nothing_and_says_so(host: Installation) -> None:
    host.reconfigure()
    before, running = host.listing(), (host.pids(), host.workers())
    done = host.glctl("reconfigure", "--detailed-exitcode")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Nothing to do: this host is as gitlab.rb says")
    assert host.listing() == before
    assert (host.pids(), host.workers()) == running


@pytest.mark.parametrize(
    ("line", "said", "affected"),
    [
        ("registry['nginx']['proxy_set_headers'] = { 'X-A' => 'b' }", "nginx reloaded", set()),
        ("registry['svlogd_size'] = 4711", "registry log reloaded", set()),
        ("registry['log_level'] = 'warn'", "registry restarted", {"registry"}),
        ("registry['log_formatter'] = 'json'", "registry log restarted", {"registry", "registry/log"}),
    ],
    ids=["virtual host", "svlogd", "config.yml", "format of the log"],
)
def test_a_changed_setting_restarts_only_what_reads_it(
    host: Installation, line: str, said: str, affected: set[str]
) -> None:
    host.reconfigure()
    before, workers = host.pids(), host.workers()
    told = host.reconfigure(line)
    assert said in told
    assert told.count("restarted") + told.count("reloaded") == max(1, len(affected))
    assert "@@ " in told
    assert host.restarted(before) == affected
    wait_until(
        lambda: bool(workers & host.workers()) != ("nginx reloaded" in told),
        "nginx's workers are the right ones",
    )
    assert host.ask(host.nginx, "https").status == 401


def test_a_variable_that_goes_takes_its_file_with_it(host: Installation) -> None:
    host.reconfigure("registry['env'] = { 'SOME_NAME' => 'value' }")
    assert host.at(f"{ENV}/SOME_NAME").read_text() == "value"
    environment = Path(f"/proc/{host.pid('registry')}/environ")
    assert b"SOME_NAME=value" in environment.read_bytes()
    told = host.reconfigure()
    assert f"- delete {host.at(ENV)}/SOME_NAME" in told
    assert not host.at(f"{ENV}/SOME_NAME").exists()
    assert b"SOME_NAME" not in Path(f"/proc/{host.pid('registry')}/environ").read_bytes()


def test_a_dry_run_touches_nothing(host: Installation) -> None:
    host.reconfigure()
    host.write("registry['log_level'] = 'debug'", "registry['env'] = { 'SOME_NAME' => 'value' }")
    before, running = host.listing(), host.pids()
    done = host.glctl("reconfigure", "--dry-run")
    assert done.returncode == 0
    assert "+  level: debug" in done.stdout
    assert "Would make 2 changes, then restart registry. Nothing was touched." in done.stdout
    assert host.glctl("reconfigure", "--dry-run", "--detailed-exitcode").returncode == 2
    assert host.glctl("reconfigure", "--dry-run", "--detailed-exitcode", "--format", "json").returncode == 2
    quiet = host.glctl("reconfigure", "--dry-run", "--no-diff")
    assert "config.yml" in quiet.stdout
    assert "level" not in quiet.stdout
    assert (host.listing(), host.pids()) == (before, running)
    host.write("registry['log_level'] = 'no such level'")
    assert host.glctl("reconfigure", "--dry-run").returncode == 2
    assert host.glctl("reconfigure", "--dry-run", "--detailed-exitcode").returncode == 1


def test_json_is_one_document(host: Installation) -> None:
    host.reconfigure()
    host.write("registry['nginx']['hsts_max_age'] = 5")
    done = host.glctl("reconfigure", "--format", "json")
    assert (done.returncode, done.stderr.count("Reloading nginx.")) == (0, 1)
    report = json.loads(done.stdout)
    assert list(report) == ["changed", "changes", "services", "rolled_back", "duration_ms"]
    assert (report["changed"], report["rolled_back"]) == (True, False)
    [change] = report["changes"]
    assert (change["path"], change["action"]) == (str(host.at(VHOST)), "update")
    assert "+  add_header Strict-Transport-Security max-age=5;" in change["diff"]
    [service] = report["services"]
    assert (service["name"], service["action"]) == ("nginx", "reload")
    assert 0 < service["seconds"] * 1000 <= report["duration_ms"]
    again = json.loads(host.glctl("reconfigure", "--format", "json").stdout)
    assert (again["changed"], again["changes"], again["services"]) == (False, [], [])


SECRETS = {
    "http_secret": "registry['http_secret'] = 'Plainly1'",
    "s3": "registry['storage'] = { 's3' => { 'accesskey' => 'Plainly2', 'secretkey' => 'Plainly3',"
    " 'bucket' => 'b', 'region' => 'eu-central-1', 'regionendpoint' => 'ENDPOINT' } }",
    "notifications": "registry['notifications'] = [{ 'name' => 'n', 'url' => 'http://127.0.0.1:1/',"
    " 'headers' => { 'Authorization' => ['Bearer Plainly4'] } }]",
    "env": "registry['env'] = { 'AWS_SECRET_ACCESS_KEY' => 'Plainly5',"
    " 'HTTPS_PROXY' => 'http://somebody:Plainly6@127.0.0.1:1' }",
    "header": "registry['nginx']['proxy_set_headers'] = { 'Authorization' => 'Basic Plainly7 x' }",
}


@pytest.fixture
def object_store() -> Iterator[str]:
    """Stands in for an S3 server in which nothing is: a new storage is asked before anything changes."""

    class Empty(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Empty) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_no_secret_is_ever_printed(host: Installation, object_store: str) -> None:
    lines = [line.replace("ENDPOINT", object_store) for line in SECRETS.values()]
    host.write(*lines)
    commands = [
        ["reconfigure", "--dry-run"],
        ["reconfigure", "--dry-run", "--format", "json"],
        ["show-config"],
        ["show-config", "--user", "--format", "yaml"],
        ["check-config", "--format", "json"],
        ["-v", "check-config"],
    ]
    said = "".join(done.stdout + done.stderr for done in (host.glctl(*args) for args in commands))
    host.write(*(line.replace("Plainly", "Changed") for line in lines))
    more = [["-v", "reconfigure"], ["reconfigure", "--format", "json"], ["show-config"], ["status"]]
    said += "".join(done.stdout + done.stderr for done in (host.glctl(*args) for args in more))
    assert "secretkey: [MASKED]" in said  # it was shown, and masked
    files = [host.at(CONFIG), host.at(VHOST), *host.at(ENV).iterdir()]
    written = "".join(path.read_text() for path in files)
    for number in range(1, len(SECRETS) + 3):
        assert f"Changed{number}" in written
        assert f"Plainly{number}" not in said
        assert f"Changed{number}" not in said
    # What changed still shows as changed.
    assert "-  secret: [MASKED]\n    +  secret: [MASKED]" in said
    assert "gitlab-secrets.json (content differs: [MASKED])" in said


# --- drift


def test_a_file_edited_by_hand_is_brought_back_and_its_service_restarted(host: Installation) -> None:
    host.reconfigure()
    before, config = host.pids(), host.at(CONFIG)
    good = config.read_text()
    config.write_text(good.replace("level: info", "level: debug"))
    told = host.reconfigure()
    assert "-  level: debug" in told
    assert "+  level: info" in told
    assert config.read_text() == good
    assert host.restarted(before) == {"registry"}


def test_owner_and_mode_drift_back_without_a_restart(host: Installation) -> None:
    host.reconfigure()
    before, running = host.listing(), host.pids()
    drifted = [host.at(path) for path in (CONFIG, SECRETS_FILE, VHOST, IMAGES, f"{SV_DIR}/registry/run")]
    for path in drifted:
        path.chmod(0o777)
        if os.geteuid() == 0:
            shutil.chown(path, 1, 1)
    told = host.reconfigure()
    assert told.count("mode 0777 -> ") == len(drifted)
    assert "no service had to hear of it" in told
    assert host.pids() == running

    def owners_and_modes(listing: dict[str, tuple[object, ...]]) -> dict[str, object]:
        return {name: about[:3] for name, about in listing.items()}

    assert owners_and_modes(host.listing()) == owners_and_modes(before)


def test_what_a_killed_run_left_is_removed(host: Installation) -> None:
    host.reconfigure()
    left = [
        host.at(f"{place}.glctl-new")
        for place in (CONFIG, f"{STATE_DIR}/rendered.json", f"{SERVICE_DIR}/nginx")
    ]
    for path in left:
        path.write_text("half")
    told = host.reconfigure()
    assert [f"- delete {path}" in told for path in left] == [True] * 3
    assert not any(path.exists() for path in left)


# --- links


def test_a_link_at_a_target_is_replaced_and_not_followed(host: Installation, tmp_path: Path) -> None:
    host.reconfigure()
    outside = tmp_path / "outside"
    outside.write_text("precious")
    host.at(VHOST).unlink()
    host.at(VHOST).symlink_to(outside)
    told = host.reconfigure()
    assert "replaces a symbolic link" in told
    assert not host.at(VHOST).is_symlink()
    assert outside.read_text() == "precious"


@pytest.mark.parametrize("place", ["/var/opt/gitlab/gitlab-rails", STATE_DIR, "/etc/gitlab"])
def test_a_link_that_leads_out_of_the_root_is_refused(tmp_path: Path, place: str) -> None:
    with installation() as fresh:
        outside = tmp_path / "outside"
        outside.mkdir()
        link = fresh.at(place)
        if link.exists():
            shutil.copytree(link, outside, dirs_exist_ok=True)
            shutil.rmtree(link)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(outside)
        before = (fresh.listing(), sorted(outside.iterdir()))
        done = fresh.glctl("reconfigure")
        assert (done.returncode, "Made " in done.stdout) == (1, False)
        assert f"{link} is a symbolic link that leads out of {fresh.path}, to {outside}" in done.stderr
        assert (fresh.listing(), sorted(outside.iterdir())) == before


# --- where it lies, and under which umask


def test_a_root_with_blanks_and_quotes_in_its_path(host: Installation, tmp_path: Path) -> None:
    with installation("https", folder='it\'s a "root"') as odd:
        assert odd.glctl("reconfigure", umask=0).returncode == 0
        assert odd.ask(odd.nginx, "https").status == 401
        assert "Nothing to do" in odd.glctl("reconfigure").stdout
        assert "nginx reloaded" in odd.reconfigure("registry['nginx']['hsts_max_age'] = 8")
        link = tmp_path / "link"
        link.symlink_to(odd.path)
        through = Installation(link, odd.registry, odd.debug, odd.nginx, odd.status)
        assert "Nothing to do" in through.glctl("reconfigure").stdout
        assert through.glctl("status").returncode == 0
        # Under the umask 0 of its first run nothing has become wider than elsewhere.
        host.reconfigure()
        elsewhere = modes(host)
        assert {name: mode for name, mode in modes(odd).items() if mode != elsewhere.get(name)} == {}


def modes(host: Installation) -> dict[str, str]:
    """Modes by path; numbered generations by their directory."""
    return {
        re.sub(r"generations/\d+", "generations/N", name): about[0]
        for name, about in host.listing().items()
        if "temp" not in name
    }


# --- without root


def test_everything_works_without_root() -> None:
    prefix, command = as_nobody()
    with installation() as theirs:
        theirs.base = theirs.base[:-2]  # the registry's default account
        theirs.write()
        for path in [theirs.path, *theirs.path.rglob("*")]:
            shutil.chown(path, "nobody", "nogroup")

        def glctl(*args: str) -> str:
            done = theirs.glctl(*args, prefix=prefix, command=command)
            assert done.returncode == 0, done.stdout + done.stderr
            return done.stdout + done.stderr

        told = glctl("reconfigure")
        assert "glctl is not run by root: nobody stands in for gitlab-www and registry" in told
        assert theirs.ask(theirs.nginx).status == 401
        owners = {Path(f"/proc/{name.split()[1]}").owner() for name in theirs.members()}
        assert owners == {"nobody"}
        nobody = theirs.path.stat().st_uid
        assert {path.lstat().st_uid for path in theirs.path.rglob("*")} == {nobody}
        assert "Nothing to do" in glctl("reconfigure")
        theirs.at(VHOST).chmod(0)  # unreadable to its owner, too
        assert "nginx reloaded" in glctl("reconfigure")
        running = theirs.pids()
        refused = theirs.glctl("reconfigure")  # root would take everything away from nobody
        assert (refused.returncode, "Run glctl as nobody." in refused.stderr) == (1, True)
        assert {path.lstat().st_uid for path in theirs.path.rglob("*")} == {nobody}
        assert theirs.pids() == running
        glctl("down")
        assert theirs.members() == []


def test_a_root_of_roots_is_refused_to_others(host: Installation) -> None:
    prefix, command = as_nobody()
    host.reconfigure()
    for args in (["reconfigure"], ["reconfigure", "--dry-run"]):
        done = host.glctl(*args, prefix=prefix, command=command)
        assert (done.returncode in (1, 2), done.stdout) == (True, "")
        assert "Run glctl as root" in done.stderr
        assert Root(host.path).at(SECRETS_FILE).name in done.stderr
