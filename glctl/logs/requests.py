"""Which lines are certainly about one request.

A line is where the server itself wrote the request's id as the value of a field for it: ``http.request.id``
(the registry), ``correlation_id`` (GitLab's registry and Rails) or ``request_id`` (nginx, with a log_format
in JSON), also within an object of a JSON line. nginx's own formats have no such field; in an access line, a
value counts that stands behind those of the combined format, where a log_format may add ``$request_id`` or
``$upstream_http_x_request_id``. What a client wrote (address, request, referrer, user agent, parameters)
never counts. Nor do lines that only look alike, of one moment, one client and one path: clients send
several such at once. So the registry's own combined access lines, and nginx's error log, belong to no
request.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from glctl.logs.records import behind_combined, parse
from glctl.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

_KEYS = ("http.request.id", "correlation_id", "request_id")
_OF_CLIENT = "params"  # in JSON lines of Rails
_VALUE = Pattern(rb'(?:[\w.-]+=)?(?:"([^"\\]*(?:\\.[^"\\]*)*)"|([^\s"]+))')


def is_about(line: bytes, request: bytes) -> bool:
    """Whether *line*, with svlogd's stamp or without, is certainly about the request *request*."""
    if request not in line:
        return False  # hardly any line comes further
    if any(request in match.groups() for match in _VALUE.finditer(behind_combined(line))):
        return True
    text = request.decode("utf-8", "replace")
    return any(value == text and _is_id(name) for name, value in _values(parse(line, "").fields))


def _is_id(name: str) -> bool:
    return any(name == key or name.endswith(f".{key}") for key in _KEYS)


def _values(fields: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """The values in *fields*, at any depth, each with the keys that lead to it, joined by dots."""
    left: list[tuple[str, object]] = [*fields.items()]
    while left:
        name, value = left.pop()
        if not isinstance(value, Mapping):
            yield name, value
        elif name != _OF_CLIENT:
            left += [(f"{name}.{key}", each) for key, each in value.items()]
