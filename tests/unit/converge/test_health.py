import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from glctl.converge.desired import Configuration
from glctl.converge.health import Probe, await_answer, is_answer, probe_of
from glctl.services.catalog import NGINX, REGISTRY, Service

Configure = Callable[..., Configuration]


@pytest.mark.parametrize(
    ("service", "lines", "target"),
    [
        (REGISTRY, [], Probe("http://127.0.0.1:5000/v2/", "127.0.0.1", 5000)),
        (
            REGISTRY,
            ["registry['registry_http_addr'] = ':5'"],
            Probe("http://127.0.0.1:5/v2/", "127.0.0.1", 5),
        ),
        (
            REGISTRY,
            ["registry['registry_http_addr'] = '*:5'"],
            Probe("http://127.0.0.1:5/v2/", "127.0.0.1", 5),
        ),
        (REGISTRY, ["registry['registry_http_addr'] = '[::]:5'"], Probe("http://[::1]:5/v2/", "::1", 5)),
        (NGINX, [], Probe("http://registry.example.com:80/v2/", "127.0.0.1", 80)),
        (
            NGINX,
            ["registry_external_url 'https://r.example.com:5050'"],
            Probe("https://r.example.com:5050/v2/", "127.0.0.1", 5050),
        ),
        (
            NGINX,
            ["registry['nginx']['listen_addresses'] = ['[::1]', '10.0.0.1']"],
            Probe("http://registry.example.com:80/v2/", "::1", 80),
        ),
        (NGINX, ["registry['nginx']['enable'] = false"], None),
        (NGINX, ["registry['nginx']['listen_addresses'] = []"], None),
        (NGINX, ["registry['nginx']['proxy_protocol'] = true"], None),
    ],
)
def test_whom_to_ask_where(configure: Configure, service: Service, lines: list[str], target: Any) -> None:
    assert probe_of(service, configure(*lines).effective) == target


@pytest.mark.parametrize(
    ("service", "status", "upstream_down", "up"),
    [
        (REGISTRY, 200, False, True),
        (REGISTRY, 401, False, True),
        (REGISTRY, 404, False, False),
        (REGISTRY, 503, False, False),
        (REGISTRY, 502, True, False),
        (NGINX, 401, False, True),
        (NGINX, 400, False, True),
        (NGINX, 403, False, True),
        (NGINX, 502, False, False),
        (NGINX, 502, True, True),
        (NGINX, 500, True, False),
    ],
)
def test_what_counts_as_up(service: Service, status: int, upstream_down: bool, up: bool) -> None:
    assert is_answer(service, status, upstream_down) == up


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    """Answers /v2/ with the statuses of its list, the last one for ever, and notes who was asked for."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            statuses = self.server.statuses  # type: ignore[attr-defined]
            self.server.hosts.append(self.headers["Host"])  # type: ignore[attr-defined]
            self.send_response(statuses.pop(0) if len(statuses) > 1 else statuses[0])
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as made:
        made.statuses, made.hosts = [200], []  # type: ignore[attr-defined]
        threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield made
        made.shutdown()


def at(server: Any, name: str = "127.0.0.1") -> Probe:
    port = server.server_address[1]
    return Probe(f"http://{name}:{port}/v2/", "127.0.0.1", port)


def test_an_answer_is_waited_for(server: Any) -> None:
    server.statuses = [503, 503, 401]
    assert await_answer(REGISTRY, at(server)) == ""
    assert len(server.hosts) == 3


def test_nginx_is_asked_in_the_registrys_name(server: Any) -> None:
    assert await_answer(NGINX, at(server, "registry.example.com")) == ""
    assert server.hosts == [f"registry.example.com:{server.server_address[1]}"]


def test_a_wrong_answer_is_told_when_time_is_up(server: Any) -> None:
    server.statuses = [503]
    port = server.server_address[1]
    reason = await_answer(REGISTRY, at(server), timeout=0.1)
    assert reason == f"http://127.0.0.1:{port}/v2/ answered 503"
    server.statuses = [502]
    assert await_answer(NGINX, at(server), upstream_down=True, timeout=0.1) == ""


def test_no_answer_is_told_when_time_is_up(server: Any) -> None:
    probe = at(server)
    server.shutdown()
    server.server_close()
    assert "nothing listens" in await_answer(REGISTRY, probe, timeout=0.1)


def test_who_gives_up_says_why(server: Any) -> None:
    server.statuses = [503]
    reasons = ["", "", "it ended three times"]
    assert await_answer(REGISTRY, at(server), given_up=lambda: reasons.pop(0)) == "it ended three times"
    assert (reasons, len(server.hosts)) == ([], 2)
