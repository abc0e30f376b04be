"""glctl trace with real clients and servers: healthy pushes and pulls, and faults as a client sees them."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fake_gitlab import PASSWORD, USER, answering
from servers import docker_registry, free_port
from traced import HOST, codes, image, pull, push, stack, traced

from glctl import cli

pytest.importorskip("mitmproxy")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # mitmproxy's own, of OpenSSL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from traced import Stack

PATCH = "if ($request_method = PATCH) {{ {}; }} proxy_pass"


@pytest.fixture(scope="module")
def well() -> Iterator[Stack]:
    with tempfile.TemporaryDirectory(prefix="glctl-traced-") as folder, stack(Path(folder)) as made:
        Path(folder).chmod(0o755)
        yield made


@pytest.fixture
def some(tmp_path: Path) -> Path:
    return image(tmp_path / "image")


def test_a_push_in_http_is_well(well: Stack, some: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, report = traced(capfd, push(some, well.http))
    assert (code, report["findings"], report["command_exit"]) == (0, [], 0)
    steps = [each["step"] for each in report["exchanges"] if each["status"]]
    assert steps[:2] == ["ping", "get token"]
    assert steps.count("finish upload") == 3
    assert steps[-1] == "put manifest"
    sent = sum(each["bytes"] for each in report["exchanges"] if each["step"] == "send chunk")
    assert 100_000 < sent < 110_000


def test_a_push_in_https_is_well(
    well: Stack, some: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(well.folder / "authority.pem"))
    code, report = traced(capfd, push(some, well.https, tls=True))
    assert (code, report["findings"]) == (0, []), report["said"]
    assert {each["url"].partition(":")[0] for each in report["exchanges"] if "/v2/" in each["url"]} == {
        "https"
    }


def test_a_pull_is_well(well: Stack, some: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert traced(capfd, push(some, well.http, "group/pulled"))[0] == 0
    code, report = traced(capfd, pull(tmp_path / "pulled", well.http, "group/pulled"))
    assert (code, report["findings"]) == (0, [])
    assert [each["step"] for each in report["exchanges"]].count("get blob") == 3


def test_a_mount_is_well(well: Stack, some: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert traced(capfd, push(some, well.http, "group/first"))[0] == 0
    code, report = traced(capfd, push(some, well.http, "group/second"))
    assert (code, report["findings"]) == (0, [])
    assert "mount blob" in [each["step"] for each in report["exchanges"]]


def test_a_token_that_grants_too_little(well: Stack, some: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with answering(well, rights=("pull",)):
        code, report = traced(capfd, push(some, well.http, "group/forbidden"))
    assert (code, codes(report)) == (1, ["image-access-missing"])
    assert "grants the client pull on group/forbidden" in report["findings"][0]["summary"]


def test_a_name_that_no_image_can_have(well: Stack, some: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with answering(well, rights=("pull",)):
        _, report = traced(capfd, push(some, well.http, "single"))
    assert codes(report) == ["image-name-invalid"]


def test_a_client_that_is_not_logged_in(well: Stack, some: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, report = traced(capfd, push(some, well.http, login=False))
    assert (code, codes(report)) == (1, ["login-missing"])


def test_a_password_that_is_wrong(well: Stack, some: Path, capfd: pytest.CaptureFixture[str]) -> None:
    command = [word.replace(PASSWORD, "wrong") for word in push(some, well.http)]
    assert codes(traced(capfd, command)[1]) == ["login-refused"]


def test_a_realm_that_is_no_gitlab(well: Stack, some: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with answering(well, answer=(404, "text/html", b"<html>not here</html>")):
        assert codes(traced(capfd, push(some, well.http))[1]) == ["realm-not-gitlab"]


def test_a_realm_that_sends_on(well: Stack, some: Path, capfd: pytest.CaptureFixture[str]) -> None:
    elsewhere = well.fake.url.replace("gitlab.localhost", "other.localhost")
    with answering(well, answer=(301, "text/html", b""), location=f"{elsewhere}/jwt/auth"):
        assert codes(traced(capfd, push(some, well.http))[1]) == ["realm-redirects"]


def test_gitlabs_clock_ahead(well: Stack, some: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with answering(well, ahead=600):
        assert codes(traced(capfd, push(some, well.http))[1]) == ["gitlab-clock-skew"]


def test_a_token_of_another_issuer(well: Stack, some: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with answering(well, issuer="somebody"):
        _, report = traced(capfd, push(some, well.http))
    assert codes(report) == ["login-token-refused"]
    assert any("iss: somebody" in line for line in report["findings"][0]["evidence"])


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ((("client_max_body_size 0", "client_max_body_size 10k"),), "proxy-body-limit"),
        ((("X-Forwarded-Proto http;", "X-Forwarded-Proto https;"),), "location-wrong"),
        ((("Host $http_host;", "Host registry.internal;"),), "location-wrong"),
        ((("proxy_pass", "proxy_set_header Authorization ''; proxy_pass"),), "authorization-lost"),
        ((("proxy_pass", "return 404; #"),), "wrong-backend"),
        ((("proxy_pass", "return 302 https://registry.localhost/x; #"),), "proxy-redirects"),
        ((("proxy_pass", PATCH.format("return 504")),), "proxy-timeout-short"),
        (
            (("proxy_pass", PATCH.format("return 405")),),
            "proxy-method-refused",
        ),
        ((("proxy_pass", "deny all; proxy_pass"),), "proxy-refuses"),
        ((("proxy_pass", "return 502; #"),), "proxy-bad-gateway"),
    ],
)
def test_what_stands_before_the_registry(
    well: Stack,
    some: Path,
    capfd: pytest.CaptureFixture[str],
    changes: tuple[tuple[str, str], ...],
    expected: str,
) -> None:
    with well.behind(*changes) as port:
        code, report = traced(capfd, ["timeout", "30", *push(some, port)])
    assert (code != 0, codes(report)) == (True, [expected]), report["said"]


def test_an_upload_that_goes_on_at_another_node(
    well: Stack, some: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    with (
        docker_registry(other, well.fake.key, realm=f"{well.fake.url}/jwt/auth") as second,
        well.behind(("proxy_pass", PATCH.format(f"proxy_pass {second.url}"))) as port,
    ):
        assert codes(traced(capfd, push(some, port))[1]) == ["upload-session-lost"]


def test_a_registry_that_nobody_reaches(well: Stack, some: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert codes(traced(capfd, push(some, free_port(), tls=True))[1]) == ["proxy-unreachable"]


def test_plain_http_where_tls_is_wanted(well: Stack, some: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert codes(traced(capfd, push(some, well.http, tls=True))[1]) == ["tls-port-plain-http"]


def test_a_certificate_that_this_machine_does_not_know(
    well: Stack, some: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    code, report = traced(capfd, push(some, well.https, tls=True))
    assert (code, codes(report)) == (0, ["certificate-untrusted"])


@pytest.mark.parametrize("how", ["--dest-tls-verify=false", "--dest-cert-dir={}"])
def test_a_certificate_that_only_the_client_takes(
    well: Stack, some: Path, capfd: pytest.CaptureFixture[str], how: str
) -> None:
    own = well.folder / "own"
    own.mkdir(exist_ok=True)
    (own / "ca.crt").write_text(well.authority.certificate)
    command = push(some, well.https, tls=True)
    command.insert(2, how.format(own))
    code, report = traced(capfd, command)
    assert (code, codes(report)) == (0, [])


def test_a_client_that_does_not_trust_the_proxy(well: Stack, capfd: pytest.CaptureFixture[str]) -> None:
    authority = str(well.folder / "authority.pem")
    command = ["curl", "-sS", "--cacert", authority, f"https://{HOST}:{well.https}/v2/"]
    code, report = traced(capfd, command)
    assert (code, codes(report)) == (60, ["trace-authority-refused"])


def test_a_command_that_says_nothing(well: Stack, capfd: pytest.CaptureFixture[str]) -> None:
    code, report = traced(capfd, ["true"])
    assert (code, codes(report)) == (0, ["trace-nothing-seen"])


def test_go_on_loopback_is_told_how_to_be_seen(
    well: Stack, some: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    command = [word.replace(HOST, "127.0.0.1") for word in push(some, well.http)]
    assert cli.run(["trace", "--", *command]) == 2
    assert f"Write {HOST}:{well.http} instead of 127.0.0.1:{well.http}" in capfd.readouterr().err


# A client that asks how far its upload has come, and goes on from there (distribution specification).
RESUMING = """
import base64, hashlib, json, sys, urllib.request
base, realm, login = sys.argv[1:]
def ask(method, url, data=None, **headers):
    request = urllib.request.Request(url, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.headers, answer.read()
basic = "Basic " + base64.b64encode(login.encode()).decode()
scope = "service=container_registry&scope=repository:group/resumed:pull,push"
token = json.loads(ask("GET", f"{realm}?{scope}", Authorization=basic)[1])["token"]
bearer = {"Authorization": f"Bearer {token}", "Content-Type": "application/octet-stream"}
halves = [b"a" * 5000, b"b" * 5000]
place = ask("POST", f"{base}/v2/group/resumed/blobs/uploads/", b"", **bearer)[0]["Location"]
place = ask("PATCH", place, halves[0], **bearer, **{"Content-Range": "0-4999"})[0]["Location"]
headers = ask("GET", place, **bearer)[0]
assert headers["Range"] == "0-4999", headers["Range"]
rest = {"Content-Range": "5000-9999"}
place = ask("PATCH", headers["Location"], halves[1], **bearer, **rest)[0]["Location"]
digest = hashlib.sha256(b"".join(halves)).hexdigest()
ask("PUT", f"{place}&digest=sha256:{digest}", b"", **bearer)
"""


def test_an_upload_that_is_resumed_is_well(well: Stack, capfd: pytest.CaptureFixture[str]) -> None:
    base, realm = f"http://{HOST}:{well.http}", f"{well.fake.url}/jwt/auth"
    command = [sys.executable, "-c", RESUMING, base, realm, f"{USER}:{PASSWORD}"]
    code, report = traced(capfd, command)
    assert (code, report["findings"]) == (0, []), report["said"]
    assert [each["step"] for each in report["exchanges"]] == [
        "get token",
        "start upload",
        "send chunk",
        "ask for offset",
        "send chunk",
        "finish upload",
    ]
