from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from servers import free_port

from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.notifications.endpoints import CHECK, seconds
from glctl.secret import wrap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from glctl.doctor.facts import Facts

EVENTS = "/api/v4/container_registry_event/events"


class Handler(BaseHTTPRequestHandler):
    """Answers HEAD of / after 0.1 s, and nothing else."""

    def do_HEAD(self) -> None:
        time.sleep(0.1)
        self.send_response(200 if self.path == "/" else 500)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as served:
        thread = threading.Thread(target=served.serve_forever)
        thread.start()
        yield f"127.0.0.1:{served.server_port}"
        served.shutdown()
        thread.join()


def config(*endpoints: dict[str, Any]) -> Any:
    return wrap({"notifications": {"endpoints": [{"name": "hook", **each} for each in endpoints]}})


def test_an_endpoint_that_answers(new_facts: Callable[..., Facts], run: Any, server: str) -> None:
    facts = new_facts(config=config({"url": f"http://bob:x@{server}/hook?token=x", "timeout": "5s"}))
    assert run(CHECK, facts) == ([], "1 endpoint")


def test_one_that_does_not(new_facts: Callable[..., Facts], run: Any) -> None:
    url = f"http://bob:PLANTED@127.0.0.1:{free_port()}/?token=PLANTED"
    [finding], _ = run(CHECK, new_facts(config=config({"url": url})))
    assert (finding.code, finding.subject) == ("notification-unreachable", "hook")
    assert "nothing listens at 127.0.0.1" in finding.summary
    assert "PLANTED" not in str(finding)


def test_one_whose_address_is_none(new_facts: Callable[..., Facts], run: Any) -> None:
    [finding], _ = run(CHECK, new_facts(config=config({"url": "hook"})))
    assert finding.code == "notification-unreachable"


def test_one_that_takes_longer_than_events_are_given(
    new_facts: Callable[..., Facts], run: Any, server: str
) -> None:
    [finding], _ = run(CHECK, new_facts(config=config({"url": f"http://{server}/", "timeout": "10ms"})))
    assert finding.code == "notification-slow"
    assert "given 0.01 s" in finding.summary


@pytest.mark.parametrize(
    ("headers", "codes"),
    [
        ({"Authorization": ["right"]}, []),
        ({"Authorization": ["wrong"]}, ["notification-secret-wrong"]),
        ({}, ["notification-secret-wrong"]),
    ],
)
def test_the_secret_that_gitlab_wants(
    new_facts: Callable[..., Facts],
    run: Any,
    server: str,
    tmp_path: Path,
    headers: dict[str, list[str]],
    codes: list[str],
) -> None:
    (tmp_path / "etc/gitlab").mkdir(parents=True)
    secrets = {"registry": {"notification_secret": "right"}}
    (tmp_path / "etc/gitlab/gitlab-secrets.json").write_text(json.dumps(secrets))
    endpoint = {"url": f"http://{server}{EVENTS}", "timeout": "5s", "headers": headers}
    findings, _ = run(CHECK, new_facts(config=config(endpoint)))
    assert [finding.code for finding in findings] == codes
    other = {**endpoint, "url": f"http://{server}/other"}
    assert run(CHECK, new_facts(config=config(other)))[0] == []


@pytest.mark.parametrize("endpoints", [[], [{"url": "http://127.0.0.1:1", "disabled": True}]])
def test_no_endpoint(new_facts: Callable[..., Facts], run: Any, endpoints: list[Any]) -> None:
    with pytest.raises(NotTriedError, match="names no endpoint"):
        run(CHECK, new_facts(config=config(*endpoints)))


@pytest.mark.parametrize(
    ("duration", "read"),
    [("500ms", 0.5), ("1m30s", 90.0), ("1.5s", 1.5), ("5", None), (5, None), (None, None), ("1s!", None)],
)
def test_durations(duration: Any, read: float | None) -> None:
    assert seconds(duration) == read
