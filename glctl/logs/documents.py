"""Lines as JSON, one document each: for programs that want what a line says and not how it is written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from glctl.logs.records import parse
from glctl.secret import mask, mask_text, wrap

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from glctl.logs.follow import Chunk
    from glctl.logs.records import LogRecord
    from glctl.logs.sources import LogSource


class Documents:
    """Turns chunks into documents, with times in *zone* (None: local)."""

    def __init__(self, zone: tzinfo | None = None) -> None:
        self._zone = zone

    def show(self, chunk: Chunk) -> bytes:
        """A document for each line of *chunk*, credentials masked."""
        source = chunk.source
        lines = chunk.data.removesuffix(b"\n").split(b"\n")
        records = (parse(source.plain(line), source.service) for line in lines)
        return b"".join(json.dumps(self._document(each, source)).encode() + b"\n" for each in records)

    def _document(self, record: LogRecord, source: LogSource) -> dict[str, Any]:
        return {
            "time": self._shown(record.time),
            "level": record.level,
            "service": record.service,
            "source": source.name,
            "message": mask_text(record.message),
            "fields": _masked(mask(wrap(record.fields))),
        }

    def _shown(self, time: datetime | None) -> str | None:
        return time.astimezone(self._zone).isoformat() if time else None


def _masked(value: Any) -> Any:
    """*value* with what looks like a credential masked in every text."""
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, dict):
        return {key: _masked(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_masked(each) for each in value]
    return value
