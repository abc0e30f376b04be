"""Lines that need no look: what a registry and nginx write all day while nothing is wrong.

Of some gigabytes of a log one line in a hundred may tell something. Looking for each rule's words would read
all of it once for each rule; here one regular expression, tried where each line begins, skips the lines that
are known to tell nothing. What is not known is looked at, so nothing new can hide.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from glctl.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator


# What rules know and the registry says at level info begins so (upstream's auth and upload handlers).
TELLING = (b"token ", b"unable to ", b"error ")
STARTED = b"listening on "  # what the registry says when it has opened its port
_LOOKED_AT = (*TELLING, STARTED)

_QUIET = rb"(?:info|debug|trace)"
_MESSAGE = rb'(?!"?(?:' + rb"|".join(_LOOKED_AT) + rb"))"
# Keys are sorted, and quotes within a value escaped: what stands beside "level" is the registry's own.
# GitLab's registry writes its access lines in JSON, whatever the formatter.
_JSON = (
    rb'\{[^\n]*"level":"' + _QUIET + rb'",(?:"(?:msg|message)":' + _MESSAGE + rb"|"
    rb'"method":"[A-Z]+","msg":"access"[^\n]*"status":[1-4])'
)
_LOGFMT = rb'time="[^"\n]*" level=' + _QUIET + rb" msg=" + _MESSAGE
# What every healthy registry complains of: a client's first request without a token, and the look for a layer
# before it is pushed.
_BLOB_UNKNOWN = (
    rb'error msg="response completed with error" (?:auth\.user\.name=(?:[^" ]+|"[^"\\\n]*") )?'
    rb'err\.code="blob unknown"'
)
_NO_TOKEN = rb"error authorizing context: authorization token required"
_NOISE = rb'time="[^"\n]*" level=(?:' + _BLOB_UNKNOWN + rb'|warning msg="' + _NO_TOKEN + rb'")'
_JSON_NOISE = (
    rb'\{[^\n]*(?:"err\.code":"blob unknown",|"level":"warning","(?:msg|message)":"' + _NO_TOKEN + rb'")'
)
# With no backslash in the request: a quote behind one ends no request.
_ACCESS = rb'\S+ \S+ \S+ \[[^]\n]*\] "[^"\\\n]*" [1-4]'
_NGINX = rb"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d \[(?:debug|info|notice)\]"
# The most frequent of these once more, in a form that is told at once: that makes all of it more than twice
# as quick. What does not look quite like it is left to the others. Where a value may have any character but
# the one behind it (a class of two takes six times as long), a broken line may be taken for whole with the
# next one, which is looked at for itself.
_FIRST = b"".join(sorted({word[:1] for word in _LOOKED_AT}))
_VALUE = rb'"[^"]*"'
_GITLABS = (  # an access line: its keys in their order, up to the status
    rb'"content_type":%b,"correlation_id":%b,"duration_ms":\d+,"host":%b,"level":"info","method":%b,'
    rb'"msg":"access","proto":%b(?:,"referrer":%b)?,"remote_addr":%b,"remote_ip":%b,"status":[1-4]'
) % ((_VALUE,) * 8)
_FREQUENT = (
    rb'(?:time="[^"]*" level=(?:(?:info|debug) msg="[^\n' + _FIRST + rb"]|" + _BLOB_UNKNOWN + rb")"
    rb"|\{(?:" + _GITLABS + rb'|[^\n]*"level":"info","(?:msg|message)":"[^' + _FIRST + rb"])"
    rb'|\d[^ ]* - [^ ]* \[(?s:.{26})\] "[^ ]* [^ ]* HTTP/[12]\.[01]" [1-4])'
)
_ANY = rb"(?:" + rb"|".join((_LOGFMT, _JSON, _ACCESS, _NGINX, _NOISE, _JSON_NOISE)) + rb")"


@cache
def _unusual(prefix: bytes, is_stamped: bool) -> re.Pattern[bytes]:
    """Matches before lines that are not known; in those that are, svlogd puts *prefix* behind its stamp."""
    before = re.escape(prefix)
    # svlogd's stamp has 25 characters, whichever (-t, -tt, -ttt).
    frequent = (rb"(?s:.{25}) " if is_stamped else b"") + before + _FREQUENT
    known = rb"(?:[^ \n]{25} )?" + (rb"(?:" + before + rb")?" if before else b"") + _ANY
    return re.compile(rb"\n(?!" + frequent + rb"|" + known + rb")(?=[^\n])")


def unusual(text: bytes | bytearray, end: int, prefix: bytes = b"") -> Iterator[int]:
    """Where lines begin in ``text[:end]`` that are worth a look.

    *text* begins with a newline, the end of the line before, and should end with one: a line of which only
    the beginning is there counts as unusual. *prefix*: what svlogd puts before each line.
    """
    is_stamped = text[26:27] == b" "  # as its first line most are; others only take longer
    return (found.end() for found in _unusual(prefix, is_stamped).finditer(text, 0, end))


def is_unusual(line: bytes, prefix: bytes = b"") -> bool:
    """Whether one *line* is worth a look."""
    return _unusual(prefix, line[25:26] == b" ").match(b"\n" + line) is not None


# What GitLab itself writes in its logs of the registry: of gigabytes of others' requests hardly a line.
_CONCERNING = Pattern(
    rb"/jwt/auth|JwtController|container_registry|registry/repositories|Rack_Attack|[Cc]ontainer registry"
    rb"|gitlab-registry\.key|Failed to open TCP connection to [^\s)]*(?::5000|registry)"
)


def concerning(text: bytes | bytearray, end: int) -> Iterator[int]:
    """As :func:`unusual`, for the logs of gitlab-rails: the lines that are about the registry."""
    stop = 0
    for found in _CONCERNING.compiled.finditer(text, 0, end):
        if found.start() >= stop:
            yield text.rfind(b"\n", 0, found.start()) + 1
            stop = text.find(b"\n", found.start(), end)
            if stop < 0:
                return
