from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients.http import Exchange
from glctl.doctor import virtual_host
from glctl.doctor.checks.push.push import BLOB, CHECK
from glctl.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts

BASE = "http://registry.example.com:5050"
BEHIND_A_BALANCER = virtual_host.read(
    "/v.conf",
    b"server { listen *:80; server_name registry.example.com; location / "
    b"{ proxy_set_header X-Forwarded-Proto https; proxy_pass http://127.0.0.1:5000; } }",
)


class Scripted:
    """A client whose server answers each method with a status, and POST and PATCH with a Location."""

    def __init__(
        self,
        location: str = f"{BASE}/u?_state=PLANTED",
        body: bytes = BLOB,
        lost: str = "",
        **statuses: int,
    ) -> None:
        self.uploads = {n: "x" for n in ("range", "docker-upload-uuid") if n != lost}
        self.location = location
        self.body = body
        self.statuses = {"POST": 202, "PATCH": 202, "PUT": 201, "GET": 200, "DELETE": 204, **statuses}
        self.asked: list[str] = []

    def request(self, method: str, url: str, *, step: str = "", **_: Any) -> Exchange:
        self.asked.append(f"{method} {url.partition('?')[0]}")
        headers = dict(self.uploads, location=self.location) if method in ("POST", "PATCH") else {}
        body = self.body if method == "GET" else b""
        return Exchange(method, url, step, self.statuses[method], headers, body)


def facts_with(new_facts: Callable[..., Facts], client: Scripted, **more: Any) -> Facts:
    return new_facts(client=client, token=Secret("PLANTED-token"), **more)


def test_there_and_back(new_facts: Callable[..., Facts], run: Any) -> None:
    client = Scripted()
    findings, note = run(CHECK, facts_with(new_facts, client))
    assert findings == []
    assert note.startswith("a blob went to glctl/doctor and back in ")
    assert [line.split()[0] for line in client.asked] == ["POST", "PATCH", "PUT", "GET"]


@pytest.mark.parametrize(
    ("client", "code", "evidence"),
    [
        (Scripted(POST=500), "push-failed", "start upload: 500"),
        (Scripted(PATCH=413), "push-failed", "send blob: 413"),
        (Scripted(PUT=500), "push-failed", "finish upload: 500"),
        (Scripted(lost="range"), "proxy-header-lost", "send blob: 202, without Range"),
        (Scripted(lost="docker-upload-uuid"), "proxy-header-lost", "without Docker-Upload-UUID"),
        (Scripted(body=b"other"), "blob-damaged", "read blob: 200"),
        (Scripted(GET=404), "blob-damaged", "read blob: 404"),
        (Scripted(location="http://registry.example.com/u"), "location-wrong", "leads away from"),
        (Scripted(location="https://registry.example.com:5050/u"), "location-wrong", "leads away from"),
        (Scripted(location=""), "location-wrong", "no Location"),
    ],
)
def test_what_can_go_wrong(
    new_facts: Callable[..., Facts], run: Any, client: Scripted, code: str, evidence: str
) -> None:
    [finding], _ = run(CHECK, facts_with(new_facts, client))
    assert (finding.code, finding.subject) == (code, BASE)
    assert evidence in finding.evidence[0]
    assert "PLANTED" not in repr(finding)


def test_where_tls_ends_before_nginx_it_is_only_begun(new_facts: Callable[..., Facts], run: Any) -> None:
    client = Scripted(location="https://registry.example.com/u?_state=x")
    findings, note = run(CHECK, facts_with(new_facts, client, vhost=BEHIND_A_BALANCER))
    assert findings == []
    assert note.startswith("begun only: clients are sent on to https://registry.example.com,")
    # Given up at nginx, which is spoken to in http.
    assert client.asked == [
        "POST http://registry.example.com/v2/glctl/doctor/blobs/uploads/",
        "DELETE http://registry.example.com/u",
    ]


@pytest.mark.parametrize(
    ("client", "code"),
    [
        (Scripted(location="http://registry.example.com/u"), "location-wrong"),
        (Scripted(location="https://other.example.com/u"), "location-wrong"),
        (Scripted(location="https://registry.example.com.evil/u"), "location-wrong"),
        (Scripted(POST=500), "push-failed"),
    ],
)
def test_and_can_go_wrong_there_too(
    new_facts: Callable[..., Facts], run: Any, client: Scripted, code: str
) -> None:
    [finding], _ = run(CHECK, facts_with(new_facts, client, vhost=BEHIND_A_BALANCER))
    assert finding.code == code
    assert finding.evidence[0]
