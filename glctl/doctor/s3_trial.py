"""What a push does in the bucket, done by the doctor below a prefix of its own, and taken away again.

The prefix lies where a policy must let the registry write, and where the registry never looks. Names hold the
host and the process: what a killed run has left is known by its process being gone; the next run removes it.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from glctl.clients.s3 import Answer, Store
    from glctl.doctor.s3_settings import S3Settings

CONTENT = b"glctl doctor: this object may be deleted.\n"
_FOREIGN = 3600.0  # seconds after which what another host's doctor began counts as left behind
# What belongs together of the headers that the driver adds to what it writes.
ACL, STORAGE_CLASS, ENCRYPTION, CHECKSUM = "acl", "storage class", "encryption", "checksum"
_PARTS = (
    ("x-amz-acl", ACL),
    ("x-amz-storage-class", STORAGE_CLASS),
    ("x-amz-server-side-encryption", ENCRYPTION),
    ("x-amz-sdk-checksum-algorithm", CHECKSUM),
    ("x-amz-checksum-", CHECKSUM),
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request as the driver sends it, and how it ended.

    *culprit*: the part of its headers (ACL …) without which S3 does it. *made*: the answer of what was done.
    """

    answer: Answer
    culprit: str = ""
    made: Answer | None = None


@dataclass(frozen=True, slots=True)
class UploadTrial:
    """A multipart upload begun, looked for, its parts listed, given up. None: it did not come to that."""

    created: Attempt
    listed: Answer | None = None
    parts: Answer | None = None
    aborted: Answer | None = None
    upload_id: str = ""


@dataclass(frozen=True, slots=True)
class Removal:
    """DeleteObjects. *ignored*: it said that it was done, and nothing was; *left*: keys that stay."""

    attempt: Attempt
    ignored: bool = False
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ObjectTrial:
    """Objects made and removed. *answers*: those between, by S3's name of the action."""

    put: Attempt
    answers: Mapping[str, Answer] = field(default_factory=dict)
    removal: Removal | None = None  # nothing was made
    versions: int = 0  # that a versioned bucket keeps


def try_upload(store: Store, settings: S3Settings) -> UploadTrial:
    """Begin an upload and give it up, after those that killed runs have left."""
    _sweep_uploads(store, settings)
    key = f"{_own(settings)}upload"
    algorithm = {"x-amz-checksum-algorithm": "CRC32"} if settings.checksums else {}
    created = _attempt(
        lambda headers, step: store.send("POST", key, query={"uploads": ""}, headers=headers, step=step),
        {**settings.write_headers, **algorithm},
        "CreateMultipartUpload",
    )
    if created.made is None:
        return UploadTrial(created)
    upload_id = created.made.text("UploadId")
    this = {"uploadId": upload_id}
    try:
        listed = store.send("GET", query={"uploads": "", "prefix": key}, step="ListMultipartUploads")
        parts = store.send("GET", key, query=this, step="ListParts")
    finally:
        aborted = store.send("DELETE", key, query=this, step="AbortMultipartUpload")
    return UploadTrial(created, listed, parts, aborted, upload_id)


def try_objects(store: Store, settings: S3Settings) -> ObjectTrial:
    """Put, read, copy and complete objects as a push does; whatever was made is deleted."""
    _sweep_objects(store, settings)
    own = _own(settings)
    put = _attempt(
        lambda headers, step: store.send("PUT", f"{own}put", headers=headers, body=CONTENT, step=step),
        {**settings.write_headers, **_checksum(settings)},
        "PutObject",
    )
    if put.made is None:
        return ObjectTrial(put)
    answers: dict[str, Answer] = {}
    versions = int(_is_version(put.made))
    try:
        for name, answer in _made(store, settings, own, put.culprit):
            if name not in answers or answers[name].ok:  # of two alike, the one that was refused
                answers[name] = answer
            versions += name in ("CopyObject", "CompleteMultipartUpload") and _is_version(answer)
    finally:
        removal = _remove(store, settings, [f"{own}{name}" for name in ("put", "copy", "complete", "large")])
    return ObjectTrial(put, answers, removal, versions)


def _remove(store: Store, settings: S3Settings, keys: Sequence[str]) -> Removal:
    """Delete *keys*, of which the first was made for certain."""
    headers = {"x-amz-sdk-checksum-algorithm": "CRC32"} if settings.checksums else {}
    attempt = _attempt(lambda headers, _: store.delete(keys, headers=headers), headers, "DeleteObjects")
    if not _is_there(store, keys[0]):
        return Removal(attempt)
    for key in keys:  # the way that asks less of a store
        store.send("DELETE", key, step="DeleteObject")
    return Removal(attempt, attempt.answer.ok, tuple(key for key in keys if _is_there(store, key)))


def _is_version(made: Answer) -> bool:
    return bool(made.exchange.header("x-amz-version-id"))


def _made(store: Store, settings: S3Settings, own: str, culprit: str) -> Iterator[tuple[str, Answer]]:
    """The steps of a push behind its first, each with S3's name of it."""
    headers = _without(settings.write_headers, culprit)
    source = {"x-amz-copy-source": f"/{store.bucket.name}/{own}put"}
    yield "GetObject", store.send("GET", f"{own}put", step="GetObject")
    yield "CopyObject", store.send("PUT", f"{own}copy", headers={**headers, **source}, step="CopyObject")
    for name, key, sent, body in (
        ("UploadPart", f"{own}complete", {}, CONTENT),
        ("UploadPartCopy", f"{own}large", source, b""),
    ):
        upload = store.send("POST", key, query={"uploads": ""}, headers=headers, step="CreateMultipartUpload")
        if not upload.ok:
            yield "CreateMultipartUpload", upload
            continue
        this = {"uploadId": upload.text("UploadId")}
        part = store.send("PUT", key, query={"partNumber": "1", **this}, headers=sent, body=body, step=name)
        yield name, part
        done = None
        if part.ok:
            tag = part.exchange.header("etag") or part.text("ETag")
            done = _complete(store, key, this, tag)
            yield "CompleteMultipartUpload", done
        if done is None or not done.ok:
            store.send("DELETE", key, query=this, step="AbortMultipartUpload")


def _complete(store: Store, key: str, this: Mapping[str, str], tag: str) -> Answer:
    from xml.sax.saxutils import escape

    part = f"<Part><PartNumber>1</PartNumber><ETag>{escape(tag)}</ETag></Part>"
    body = f"<CompleteMultipartUpload>{part}</CompleteMultipartUpload>".encode()
    return store.send("POST", key, query=this, body=body, step="CompleteMultipartUpload")


def _attempt(
    send: Callable[[Mapping[str, str], str], Answer], headers: Mapping[str, str], step: str
) -> Attempt:
    """Send it with *headers*; if S3 refuses, without each part of them, to learn which it does not take."""
    answer = send(headers, step)
    if answer.ok:
        return Attempt(answer, made=answer)
    if answer.exchange.failure or answer.throttled:
        return Attempt(answer)
    for part in filter(None, dict.fromkeys(map(part_of, headers))):
        less = send(_without(headers, part), f"{step} without {part}")
        if less.ok:
            return Attempt(answer, part, less)
    return Attempt(answer)


def part_of(header: str) -> str:
    """Which part of the driver's headers this one is of (ACL …); empty for any other."""
    return next((part for name, part in _PARTS if header.startswith(name)), "")


def _without(headers: Mapping[str, str], part: str) -> dict[str, str]:
    return {name: value for name, value in headers.items() if not part or part_of(name) != part}


def _checksum(settings: S3Settings) -> dict[str, str]:
    """What version 2 of the SDK adds to an object."""
    if not settings.checksums:
        return {}
    value = base64.b64encode(binascii.crc32(CONTENT).to_bytes(4, "big")).decode()
    return {"x-amz-sdk-checksum-algorithm": "CRC32", "x-amz-checksum-crc32": value}


def _is_there(store: Store, key: str) -> bool:
    return store.send("GET", key, headers={"Range": "bytes=0-0"}, step="GetObject").ok


# --- what killed runs have left


def _own(settings: S3Settings) -> str:
    """The beginning of the keys of this process."""
    return f"{settings.own}{_host()}-{os.getpid()}/"


def _host() -> str:
    return re.sub(r"[^A-Za-z0-9.]", ".", os.uname().nodename)


def _sweep_uploads(store: Store, settings: S3Settings) -> None:
    query = {"uploads": "", "prefix": settings.own}
    for upload in store.send("GET", query=query, step="ListMultipartUploads").elements("Upload"):
        key = upload.findtext("Key") or ""
        if key.startswith(settings.own) and _is_left(key, settings, upload.findtext("Initiated") or ""):
            this = {"uploadId": upload.findtext("UploadId") or ""}
            store.send("DELETE", key, query=this, step="AbortMultipartUpload")


def _sweep_objects(store: Store, settings: S3Settings) -> None:
    query = {"prefix": settings.own, "max-keys": "1000"}
    keys = []
    for found in store.send("GET", query=query, step="ListObjects").elements("Contents"):
        key = found.findtext("Key") or ""
        if key.startswith(settings.own) and _is_left(key, settings, found.findtext("LastModified") or ""):
            keys.append(key)
    if keys:
        store.delete(keys)


def _is_left(key: str, settings: S3Settings, since: str) -> bool:
    """Whether nobody works on *key* any more."""
    host, _, pid = key.removeprefix(settings.own).partition("/")[0].rpartition("-")
    if host == _host() and pid.isdigit():
        # Our own are of an earlier examination: each tries everything once.
        return int(pid) == os.getpid() or not Path(f"/proc/{pid}").exists()
    return age(since) > _FOREIGN


def age(written: str) -> float:
    """Seconds since a time as S3 writes it (ISO 8601); 0 where it cannot be read."""
    try:
        return time.time() - datetime.fromisoformat(written).timestamp()
    except ValueError:
        return 0.0
