"""Why there is a line, as a rule tells it: found out once for lines that say the same.

When storage fails, each request fails alike. Their lines differ in when and whose request it was; what is
said of the failure is a few words, and reading these alone is quicker than taking all of the line apart.
"""

from __future__ import annotations

from glctl.console import harmless
from glctl.logs.explain import explain
from glctl.logs.records import parse, without_stamp
from glctl.patterns import Pattern
from glctl.secret import mask_text

_LOOKED_AT = 4096  # bytes of a line
_KEPT = 1024  # reasons, each for at most as many bytes
# The registry's text format has its fields in alphabetical order: those of a failure (msg first, then code,
# detail, err.*, error) stand before go.version, those of the request (http.*, vars.*) behind it, of which
# only the status tells something.
_SAYING = Pattern(
    rb'(?:[^ ]{25} )?time="[^"]*" (level=[a-z]+(?: [\w.]+=(?:"[^"\\]*(?:\\.[^"\\]*)*"|[^ "]*))*?)'
    rb" go[._]version="
)
_OF_REQUEST = Pattern(rb" correlation_id=[^ ]*")
_STATUS = b" http.response.status="


class Reasons:
    """The reasons of lines."""

    def __init__(self) -> None:
        self._known: dict[bytes, bytes] = {}

    def of(self, line: bytes, service: str) -> bytes:
        """A sentence and its Code, harmless and without credentials; nothing where no rule knows the *line*.

        Only the beginning of a long line is looked at.
        """
        line = line[:_LOOKED_AT]
        said = _said(line) or without_stamp(line)
        if len(said) > _KEPT:
            return _reason(line, service)
        if said not in self._known:
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[said] = _reason(line, service)
        return self._known[said]


def _said(line: bytes) -> bytes:
    """What *line* says, without what differs for each request; nothing where that cannot be told."""
    saying = _SAYING.match(line)
    if saying is None:
        return b""
    at = line.rfind(_STATUS, saying.end())
    status = line[at : at + len(_STATUS) + 3] if at > 0 else b""
    return _OF_REQUEST.sub(b"", saying[1]) + status


def _reason(line: bytes, service: str) -> bytes:
    explained = explain(parse(line, service))
    if not explained or not explained.rule:
        return b""
    return harmless(mask_text(f"{explained.explanation} [{explained.rule.code}]")).encode()
