from collections.abc import Callable

import pytest

from glctl.converge.descriptors import after_collection
from glctl.converge.desired import Configuration

Configure = Callable[..., Configuration]
IN_REDIS = "registry['storage'] = { 'filesystem' => {}, 'cache' => { 'blobdescriptor' => 'redis' } }"
TO_FORGET = "To have it forget them, which costs no more than looks at the storage: "


def test_what_is_in_memory_went_with_the_restart(configure: Configure) -> None:
    what, remedy = after_collection(configure().effective)
    assert "was emptied by its restart" in what
    assert remedy == ""


def test_without_a_cache_there_is_nothing_to_say(configure: Configure) -> None:
    line = "registry['storage'] = { 'filesystem' => {}, 'cache' => { 'blobdescriptor' => '' } }"
    assert after_collection(configure(line).effective) == ("", "")


@pytest.mark.parametrize(
    ("line", "client"),
    [
        ("registry['redis'] = { 'addr' => 'cache:6380', 'db' => 2 }", "redis-cli -h cache -p 6380 -n 2"),
        ("registry['redis'] = { 'addr' => ':6379' }", "redis-cli -h 127.0.0.1 -p 6379 -n 0"),
        ("registry['redis'] = { 'addr' => \"a'b;c:1\" }", """redis-cli -h 'a'"'"'b;c' -p 1 -n 0"""),
        ("registry['env'] = { 'REGISTRY_REDIS_ADDR' => '[::1]:7' }", "redis-cli -h ::1 -p 7 -n 0"),
        ("registry['redis'] = { 'addr' => '/run/redis.sock' }", "redis-cli"),
        ("", "redis-cli"),
    ],
)
def test_what_is_in_redis_stays(configure: Configure, line: str, client: str) -> None:
    what, remedy = after_collection(configure(IN_REDIS, line).effective)
    assert what.startswith("Redis still has the descriptors of what was deleted")
    assert remedy == f"{TO_FORGET}{client} --scan --pattern 'blobs::*' | xargs -r {client} del"


def test_a_password_is_named_and_not_shown(configure: Configure) -> None:
    line = "registry['redis'] = { 'addr' => 'cache:6380', 'password' => 'hunter2' }"
    _, remedy = after_collection(configure(IN_REDIS, line).effective)
    assert "with its password in REDISCLI_AUTH, " in remedy
    assert "hunter2" not in remedy
