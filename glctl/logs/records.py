"""Lines of logs → LogRecords: registry text, json and logstash, access lines, nginx's errors, panics.

They come mixed in one stream (the registry writes its access lines and panics beside any formatter), so each
line is told by its own beginning. What fits nothing is kept as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, cast

Level = Literal["debug", "info", "warning", "error", "fatal"]
LEVELS: tuple[Level, ...] = ("debug", "info", "warning", "error", "fatal")

# The words of logrus (registry) and of nginx (ngx_core_module, error_log).
LEVEL_WORDS: dict[bytes, Level] = {
    b"trace": "debug",
    b"debug": "debug",
    b"info": "info",
    b"notice": "info",
    b"warn": "warning",
    b"warning": "warning",
    b"error": "error",
    b"crit": "fatal",
    b"alert": "fatal",
    b"emerg": "fatal",
    b"fatal": "fatal",
    b"panic": "fatal",
    b"debu": "debug",
    b"erro": "error",
    b"fata": "fatal",
    b"pani": "fatal",
}

STAMP = 26  # bytes of svlogd's stamp with the space behind it, whichever

# svlogd's stamp (-t, -tt, -ttt or none), then what a line is told by; the last branch fits any line.
# Anchored, and never looks into a quoted value: text that a client sent cannot pose as something else.
_HEAD = re.compile(
    rb"(?P<stamp>(?:(?P<tai>@[0-9a-f]{24})|(?P<utc>\d{4}-\d\d-\d\d[_T]\d\d:\d\d:\d\d\.\d+)) )?"
    rb"(?:(?P<local>\d{4}/\d\d/\d\d \d\d:\d\d:\d\d) )?"  # nginx, and Go's own net/http
    rb'(?:(?P<logfmt>time="(?P<time>[^"]*)" level=(?P<logfmt_level>[a-z]+))'
    rb"|(?P<json>\{)"
    rb"|(?P<access>(?P<client>\S+) \S+ (?P<user>\S+) \[(?P<date>[^\]]+)\] "
    rb'"(?P<request>[^"\\]*(?:\\.[^"\\]*)*)" (?P<status>\d{3}) )'
    rb"|(?P<nginx>(?:nginx: )?\[(?P<nginx_level>[a-z]+)\] (?:\d+#\d+: (?:\*\d+ )?)?)"
    rb"|(?P<fatal>(?:panic|fatal error|configuration error|chpst: fatal): |http: panic serving )"
    # GitLab's registry on a terminal, or before its log is set up: logrus's TextFormatter.
    rb"|(?P<tty>(?P<tty_level>DEBU|INFO|WARN|ERRO|FATA|PANI)\[\d+\] ?)"
    rb'|(?P<rails>Started [A-Z]+ "[^"\n]*" for \S+ at (?P<began>\S+ \S+ [-+]\d{4}))'
    rb"|(?P<plain>))"
)
# GitLab's Rails writes "severity":"ERROR", or only an answer's status.
_JSON_LEVEL = re.compile(rb'[{,]\s*"(?:level|severity)":\s*"([A-Za-z]+)"')
_JSON_FAILED = re.compile(rb'[{,]\s*"status":\s*5\d\d\b')
_JSON_TIME = re.compile(rb'[{,]\s*"(?:time|@timestamp)":\s*"([^"]+)"')
# What Go prints behind a panic: goroutines with their calls, registers, how the process ended.
_DUMP = re.compile(
    rb"(?:[^ \n]{25} )?(?:$|[\t ]|goroutine |created by |\[signal |runtime[ :.]|exit status |\.\.\."
    rb"|[\w./*()\[\]{}\xc2\xb7%-]+\(.*\)$|r\w{1,6} +0x)"
)
_PANIC = re.compile(
    rb"(?:[^ \n]{25} )?(?:[\d/]{10} [\d:]{8} )?(?:panic: |fatal error: |http: panic serving )"
)
_LOGFMT_PAIR = re.compile(r'([^\s=]+)=("[^"\\]*(?:\\.[^"\\]*)*"|\S*)')
_ACCESS_REST = re.compile(r'(\d+|-)(?: "([^"\\]*(?:\\.[^"\\]*)*)" "([^"\\]*(?:\\.[^"\\]*)*)")?')
# Go's string literals (language specification, "Rune literals").
_GO_ESCAPE = re.compile(r"\\(?:(x[0-9a-f]{2}|u[0-9a-f]{4}|U00(?:0[0-9a-f]|10)[0-9a-f]{4})|(.))", re.DOTALL)
_GO_LETTERS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_NGINX_PAIR = re.compile(r', (client|server|request|upstream|host|referrer): ("[^"]*"|[^,]*)')

_MONTHS = {name: i for i, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TAI_OFFSET = 2**62 + 10  # runit's TAI64N is UTC plus ten seconds, whatever the leap seconds


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One line of a log. *time* is in UTC; *fields* has the names that the registry itself uses."""

    service: str
    raw: bytes
    message: str
    level: Level | None = None
    time: datetime | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)


def without_prefix(line: bytes, prefix: bytes) -> bytes:
    """*line* without the *prefix* that svlogd puts before it, behind its stamp."""
    for at in (STAMP, 0):
        if prefix and line.startswith(prefix, at):
            return line[:at] + line[at + len(prefix) :]
    return line


def level_of(line: bytes) -> Level | None:
    """The level of a line without parsing the rest; None where it has none (a stack trace, a usage text)."""
    return _level(_head(line))


def time_of(line: bytes) -> datetime | None:
    """When a line was written (UTC), without parsing the rest: svlogd's stamp, else the line's own."""
    return _time(_head(line))


def is_panic(line: bytes) -> bool:
    """Whether *line* begins a panic of Go, of which the lines behind it (:func:`of_dump`) are part."""
    return _PANIC.match(line) is not None


def of_dump(line: bytes) -> bool:
    """Whether *line* is of those that Go prints behind a panic."""
    return _DUMP.match(line) is not None


def without_stamp(line: bytes) -> bytes:
    """*line* without svlogd's stamp."""
    head = _head(line)
    return line[head.end("stamp") :] if head["stamp"] else line


def behind_combined(line: bytes) -> bytes:
    """What an access line has behind the fields of the combined format; nothing, where it is none."""
    head = _head(line)
    tail = _ACCESS_REST.match(_text(line[head.end() :])) if head["access"] else None
    return tail.string[tail.end() :].encode() if tail and tail[2] is not None else b""


def parse(line: bytes, service: str) -> LogRecord:
    """The record of a *line* (without its newline). Never fails: what fits nothing is a plain message.

    A panic with the lines behind it is one record, too; those stand in its field ``stack``.
    """
    head = _head(line)
    kind = head.lastgroup or "plain"
    message, fields = _BODIES[kind](head)
    return LogRecord(service, line, message, _level(head), _time(head), fields)


def _head(line: bytes) -> re.Match[bytes]:
    return cast("re.Match[bytes]", _HEAD.match(line))  # its last branch fits any line


def _level(head: re.Match[bytes]) -> Level | None:
    kind = head.lastgroup
    if kind == "logfmt":
        return LEVEL_WORDS.get(head["logfmt_level"])
    if kind == "access":
        return "error" if head["status"] >= b"500" else "info"
    if kind == "json":
        found = _JSON_LEVEL.search(head.string, head.start("json"))
        level = LEVEL_WORDS.get(found[1].lower()) if found else None
        # An access line of GitLab's registry is of level info, whatever was answered.
        failed = level in (None, "info") and _JSON_FAILED.search(head.string, head.start("json"))
        return "error" if failed else level
    if kind in ("nginx", "tty"):
        return LEVEL_WORDS.get(head[f"{kind}_level"].lower())
    return "fatal" if kind == "fatal" else None


# --- time


def _time(head: re.Match[bytes]) -> datetime | None:
    try:
        if stamp := head["utc"]:
            return datetime.fromisoformat(stamp.decode()).replace(tzinfo=UTC)
        if stamp := head["tai"]:
            return tai64n(stamp)
        if stamp := head["time"]:
            return datetime.fromisoformat(stamp.decode()).astimezone(UTC)
        if stamp := head["date"]:
            return _from_access_date(stamp.decode())
        if stamp := head["began"]:
            return datetime.strptime(stamp.decode(), "%Y-%m-%d %H:%M:%S %z").astimezone(UTC)
        if stamp := head["local"]:
            return datetime.fromisoformat(stamp.decode().replace("/", "-")).astimezone(UTC)
        if head["json"] and (found := _JSON_TIME.search(head.string, head.start("json"))):
            return datetime.fromisoformat(found[1].decode()).astimezone(UTC)
    except (ValueError, KeyError, OverflowError):
        pass  # not a time after all
    return None


def tai64n(label: bytes) -> datetime:
    """The time (UTC) of a label such as ``@400000006b0510fc0755579c``: of a line, or in an archive's name."""
    seconds, nanoseconds = int(label[1:17], 16), int(label[17:25], 16)
    return _EPOCH + timedelta(seconds=seconds - _TAI_OFFSET, microseconds=nanoseconds // 1000)


def _from_access_date(text: str) -> datetime:
    """``24/Nov/2026:17:28:11 +0000``; strptime would want an English locale."""
    day, month, rest = text.split("/", 2)
    year, clock, zone = rest[:4], rest[5:13], rest[14:]
    return datetime.fromisoformat(
        f"{year}-{_MONTHS[month]:02}-{day}T{clock}{zone[:3]}:{zone[3:]}"
    ).astimezone(UTC)


# --- message and fields, by kind

_Body = tuple[str, Mapping[str, Any]]


def _plain(head: re.Match[bytes]) -> _Body:
    """Also panics: the word before the colon belongs to the message."""
    message, _, stack = _text(head.string[head.start(head.lastgroup or 0) :]).partition("\n")
    return message, {"stack": stack} if stack else {}


def _on_terminal(head: re.Match[bytes]) -> _Body:
    """The message, in which logrus pads a short one, and pairs behind it."""
    text = _text(head.string[head.end() :])
    first = _LOGFMT_PAIR.search(text)
    message = text[: first.start()] if first else text
    return message.rstrip(), _pairs(text)


def _logfmt(head: re.Match[bytes]) -> _Body:
    fields = _pairs(_text(head.string[head.start("logfmt") :]))
    return fields.get("msg", ""), fields


def _pairs(text: str) -> dict[str, str]:
    return {key: _unquote(value) if value[:1] == '"' else value for key, value in _LOGFMT_PAIR.findall(text)}


def _json(head: re.Match[bytes]) -> _Body:
    import json

    try:
        fields = json.loads(head.string[head.start("json") :])
    except (ValueError, RecursionError):
        return _plain(head)
    return str(fields.get("msg", fields.get("message", ""))) or _answered(fields), fields


def _answered(fields: Mapping[str, Any]) -> str:
    """What Rails logs of a request, which has no message."""
    told = (fields.get(key) for key in ("method", "path", "status"))
    return " ".join(str(each) for each in told if each is not None)


def _access(head: re.Match[bytes]) -> _Body:
    request, status = _text(head["request"]), int(head["status"])
    method, _, rest = request.partition(" ")
    uri, _, protocol = rest.rpartition(" ")
    fields: dict[str, Any] = {
        "http.request.remoteaddr": _text(head["client"]),
        "auth.user.name": _text(head["user"]),
        "http.request.method": method,
        "http.request.uri": uri,
        "http.request.protocol": protocol,
        "http.response.status": status,
    }
    if tail := _ACCESS_REST.match(_text(head.string[head.end() :])):
        fields["http.response.written"] = int(tail[1]) if tail[1] != "-" else 0
        fields["http.request.referer"], fields["http.request.useragent"] = tail[2] or "", tail[3] or ""
    return f"{method} {uri} {status}", fields


def _nginx(head: re.Match[bytes]) -> _Body:
    text = _text(head.string[head.end() :])
    fields = {pair[1]: pair[2].strip('"') for pair in _NGINX_PAIR.finditer(text)}
    return _NGINX_PAIR.split(text, maxsplit=1)[0], fields


_BODIES = {
    "logfmt": _logfmt,
    "json": _json,
    "access": _access,
    "nginx": _nginx,
    "fatal": _plain,
    "rails": _plain,
    "tty": _on_terminal,
    "plain": _plain,
}


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _unquote(value: str) -> str:
    """A logfmt value in quotes as it was before Go's ``%q``."""
    if "\\" not in value:
        return value[1:-1]
    return _GO_ESCAPE.sub(_unescape, value[1:-1])


def _unescape(match: re.Match[str]) -> str:
    if letter := match[2]:
        return _GO_LETTERS.get(letter, letter)
    return chr(int(match[1][1:], 16))
