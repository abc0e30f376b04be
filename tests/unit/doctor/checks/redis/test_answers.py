from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients import redis
from glctl.clients.failures import Failure
from glctl.clients.redis import RedisAnswer
from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.redis.answers import CHECK
from glctl.secret import wrap

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts


@pytest.mark.parametrize(
    ("settings", "asked"),
    [
        ({"addr": "redis:6380", "password": "x"}, [(("redis", 6380), "x", "", 0, False)]),
        ({"addr": "redis", "db": 3}, [(("redis", 6379), None, "", 3, False)]),
        (
            {"cache": {"enabled": True, "addr": "[::1]:1", "username": "u", "tls": {"enabled": True}}},
            [(("::1", 1), None, "u", 0, True)],
        ),
        (
            {
                "ratelimiter": {
                    "enabled": True,
                    "addr": "a:1, b:2",
                    "mainname": "m",
                    "password": "x",
                    "sentinelpassword": "y",
                }
            },
            [(("a", 1), "y", "", 0, False), (("b", 2), "y", "", 0, False)],
        ),
    ],
)
def test_whom_it_asks(
    new_facts: Callable[..., Facts],
    run: Any,
    monkeypatch: pytest.MonkeyPatch,
    settings: dict[str, Any],
    asked: list[Any],
) -> None:
    seen = []

    def ping(place: Any, password: Any, username: str, *, database: int, tls: bool) -> RedisAnswer:
        seen.append((place, password and password.reveal(), username, database, tls))
        return RedisAnswer("x")

    monkeypatch.setattr(redis, "ping", ping)
    assert run(CHECK, new_facts(config=wrap({"redis": settings})))[0] == []
    assert seen == asked


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (RedisAnswer("r:1", Failure("refused", "nothing listens")), "redis-unreachable"),
        (RedisAnswer("r:1", error="NOAUTH Authentication required."), "redis-password-wrong"),
        (RedisAnswer("r:1", error="WRONGPASS invalid"), "redis-password-wrong"),
        (RedisAnswer("r:1", error="LOADING Redis is loading"), "redis-unreachable"),
        (RedisAnswer("r:1", error="what answers is no Redis"), "redis-unreachable"),
        (RedisAnswer("r:1", error="ERR DB index is out of range"), "redis-unreachable"),
        (RedisAnswer("r:1", role="slave"), "redis-unreachable"),
    ],
)
def test_what_it_says(
    new_facts: Callable[..., Facts], run: Any, monkeypatch: pytest.MonkeyPatch, answer: RedisAnswer, code: str
) -> None:
    monkeypatch.setattr(redis, "ping", lambda *_, **__: answer)
    [finding], _ = run(CHECK, new_facts(config={"redis": {"addr": "r:1"}}))
    assert (finding.code, finding.severity, finding.subject) == (code, "warning", "r:1")


@pytest.mark.parametrize("redis", [None, {}, {"cache": {"enabled": False, "addr": "r:1"}}])
def test_a_registry_without_redis(new_facts: Callable[..., Facts], run: Any, redis: Any) -> None:
    with pytest.raises(NotTriedError, match="without Redis"):
        run(CHECK, new_facts(config={"redis": redis}))
