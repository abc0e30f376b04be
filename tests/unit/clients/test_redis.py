"""Against a real Redis."""

from collections.abc import Iterator

import pytest
from servers import free_port, nginx, redis_server

from glctl.clients.redis import ping
from glctl.secret import Secret


@pytest.fixture(scope="module")
def open_to_all() -> Iterator[int]:
    with redis_server() as port:
        yield port


@pytest.fixture(scope="module")
def closed() -> Iterator[int]:
    with redis_server("right word") as port:
        yield port


def test_one_that_is_open(open_to_all: int) -> None:
    answer = ping(("127.0.0.1", open_to_all))
    assert (answer.failure, answer.error, answer.place) == (None, "", f"127.0.0.1:{open_to_all}")


def test_the_right_password(closed: int) -> None:
    assert ping(("127.0.0.1", closed), Secret("right word")).error == ""
    assert ping(("127.0.0.1", closed), Secret("right word"), "default").error == ""


def test_the_wrong_password(closed: int) -> None:
    assert ping(("127.0.0.1", closed), Secret("wrong")).error.startswith("WRONGPASS")


def test_no_password_where_one_is_wanted(closed: int) -> None:
    assert ping(("127.0.0.1", closed)).error.startswith("NOAUTH")


def test_a_password_where_none_is_wanted(open_to_all: int) -> None:
    assert ping(("127.0.0.1", open_to_all), Secret("x")).error.startswith("ERR AUTH")


def test_the_role_and_a_database_that_there_is_not(open_to_all: int) -> None:
    assert ping(("127.0.0.1", open_to_all), database=1).role == "master"
    assert ping(("127.0.0.1", open_to_all), database=99).error == "ERR DB index is out of range"


def test_nobody_there() -> None:
    failure = ping(("127.0.0.1", free_port())).failure
    assert failure
    assert failure.kind == "refused"


def test_another_server(tmp_path_factory: pytest.TempPathFactory) -> None:
    port = free_port()
    with nginx(tmp_path_factory.mktemp("nginx"), f"listen 127.0.0.1:{port};", port):
        assert ping(("127.0.0.1", port)).error == "what answers is no Redis"
