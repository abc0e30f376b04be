"""Lines taken apart for a reader: when it was, what is said, and how bad it is.

Following must keep up with a registry under load, and nearly all that it and nginx write is of three forms
that tell nothing: :func:`frequent` finds these. Any other line is left to :func:`taken_apart`.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, cast

from glctl.console import harmless
from glctl.logs.ordinary import STARTED, TELLING
from glctl.logs.records import level_of

if TYPE_CHECKING:
    from collections.abc import Callable

# The minute as clock.py knows it, and the second: of svlogd's stamp, or where there is none the line's own.
# What is taken by its length alone, (?s:.{n}), or up to one character costs a sixth of what is looked at
# closely; what is no minute after all is shown as it stands.
_STAMP = rb"(\d{4}-\d\d-\d\d[_T]\d\d:\d\d)(:\d\d\.%b) "
_TIME = rb"(\d{4}-\d\d-\d\dT\d\d:\d\d)(:\d\d(?:\.\d+)?)Z"
_DATE = rb"\[((?s:.{17}))(:\d\d)( (?s:.{5}))\]"
_REQUEST = rb'"([A-Z]+ [^ ]*) HTTP/[12]\.[01]" (%b) (\d+)(?: "[^"\n]*" "([^"\n]*)")?'
# An access line of GitLab's registry, with its keys in their order and nothing escaped.
_ANSWER = (
    rb'\{"content_type":TEXT,"correlation_id":TEXT,"duration_ms":(NUMBER),"host":TEXT,"level":"info",'
    rb'"method":"([A-Z]+)","msg":"access","proto":TEXT,(?:"referrer":TEXT,)?"remote_addr":TEXT,'
    rb'"remote_ip":(TEXT),"status":([1-4]\d\d),"system":TEXT,"time":"' + _TIME + rb'","ttfb_ms":NUMBER,'
    rb'"uri":(TEXT),"user_agent":(TEXT),"written_bytes":(NUMBER)\}$'
)
_ANSWER = _ANSWER.replace(b"TEXT", rb'"[^"\\\t\n]*"').replace(b"NUMBER", rb"(?:0|[1-9]\d*)")

_FREQUENT = (
    rb'(?P<logfmt>time="(\d(?s:.{15}))(:\d\d(?:\.\d+)?)Z" (level=(info|debug) msg="[^\n%b].*))'
    rb"|(?P<access>(\d[^ ]*) - ([^ ]+) %b %b.*)"
    rb"|(?P<answer>%b)"
) % (
    b"".join({word[:1] for word in (*TELLING, STARTED)}),  # what such a word begins is left to taken_apart
    _DATE,
    _REQUEST % rb"[1-4]\d\d",
    _ANSWER,
)
_ANY = (
    rb'(?P<logfmt>time="%b" (level=([a-z]+) [^\n]*))'
    rb"|(?P<access>([^ \n]+) [^ \n]+ ([^ \n]+) %b %b[^\n]*)"
    rb'|(?P<json>\{(?:[^\n]*?,)?"level":"([a-z]+)"[^\n]*)'
    rb"|(?P<nginx>(\d{4}/\d\d/\d\d \d\d:\d\d)(:\d\d) (\[([a-z]+)\] [^\n]*))"
    rb"|(?P<other>[^\n]*)"
) % (_TIME, _DATE, _REQUEST % rb"\d{3}")

# Minute, second, what is said, and a word for the level; nothing for what a line does not have, or not in
# these ways.
Parts = tuple[bytes, bytes, bytes, bytes]


@cache
def frequent(prefix: bytes) -> re.Pattern[bytes]:
    """Matches each line of a text, where svlogd puts *prefix* before it; FREQUENT has the kinds it knows."""
    stamp = rb"(?:(\d(?s:.{15}))(:\d\d(?s:.{6})) )?+"
    return re.compile(rb"^(?:%b(?:%b)|.*)" % (stamp + re.escape(prefix), _FREQUENT), re.MULTILINE)


def taken_apart(line: bytes, prefix: bytes) -> Parts:
    """Any *line*, where svlogd puts *prefix* behind its stamp."""
    parts = cast("re.Match[bytes]", _any(prefix).match(line))  # its last kind fits any line
    return _ANY_OF[parts.lastgroup](parts)


@cache
def _any(prefix: bytes) -> re.Pattern[bytes]:
    skipped = rb"(?:%b)?" % re.escape(prefix) if prefix else b""
    return re.compile(rb"(?:%b)?%b(?:%b)" % (_STAMP % rb"\d+", skipped, _ANY))


def _logfmt(line: re.Match[bytes]) -> Parts:
    minute, second, text, level = line.group(1, 2, 6, 7)
    if minute:
        return minute, second, text, level
    return line[4], line[5], text, level


def _access(line: re.Match[bytes]) -> Parts:
    """``200 GET /v2/ 125B 127.0.0.1 user agent``."""
    minute, second, client, user, request, status, size, agent = line.group(1, 2, 9, 10, 14, 15, 16, 17)
    said = [status, request, size + b"B", client]
    if user != b"-":
        said.append(user)
    if agent:
        said.append(agent)
    text = b" ".join(said)
    level = b"error" if status >= b"500" else b"info"
    if minute:
        return minute, second, text, level
    return line[11] + line[13], line[12], text, level


def _answer(line: re.Match[bytes]) -> Parts:
    """As :func:`_access`, with how long it took."""
    minute, second, took, method, client, status = line.group(1, 2, 19, 20, 21, 22)
    own_minute, own_second, uri, agent, size = line.group(23, 24, 25, 26, 27)
    known = b"".join(each[1:-1] + b" " for each in (client, agent) if each != b'""')
    text = b"%b %b %b %bB %b%bms" % (status, method, uri[1:-1], size, known, took)
    return minute or own_minute, second or own_second, text, b"info"


def _json(line: re.Match[bytes]) -> Parts:
    text, level = line.group(18, 19)
    if b'"msg":"access"' in text:
        text = _other_answer(text)
        level = b"error" if text.startswith(b"5") else level
    return line[1] or b"", line[2] or b"", text, level


def _other_answer(text: bytes) -> bytes:
    """As :func:`_answer` shows it, from the fields that there are."""
    import json

    try:
        fields = json.loads(text)
        what = f"{fields['status']} {fields['method']} {fields['uri']} {fields['written_bytes']}B"
    except (ValueError, KeyError, RecursionError):
        return text
    rest = (fields.get("remote_ip"), fields.get("user_agent"), f"{fields.get('duration_ms')}ms")
    return harmless(" ".join([what, *(str(each) for each in rest if each)])).encode("utf-8", "replace")


def _nginx(line: re.Match[bytes]) -> Parts:
    minute, second, own_minute, own_second, text, level = line.group(1, 2, 21, 22, 23, 24)
    return minute or own_minute, second or own_second, text, level


def _other(line: re.Match[bytes]) -> Parts:
    text = line[25]
    return line[1] or b"", line[2] or b"", text, (level_of(text) or "").encode()


# Groups 1 to 17 are the same in both.
_Kinds = dict[str | None, "Callable[[re.Match[bytes]], Parts]"]
FREQUENT: _Kinds = {"logfmt": _logfmt, "access": _access, "answer": _answer}
_ANY_OF: _Kinds = {"logfmt": _logfmt, "access": _access, "json": _json, "nginx": _nginx, "other": _other}
