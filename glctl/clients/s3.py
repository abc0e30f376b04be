"""Requests to an S3 bucket, signed as the registry signs them, and what S3 says to each.

Only botocore's signer is used: its client re-signs for another region when S3 names one, and so hides a
wrong region. Here nothing is corrected, followed or hidden; only where S3 asks for patience (503) a request
is repeated, as every SDK does, and the Answer says how often.
"""

from __future__ import annotations

import base64
import hashlib
import re
import time
import types
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from glctl.console import harmless
from glctl.secret import MASK, Secret, mask_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from xml.etree.ElementTree import Element

    from glctl.clients.http import Client, Exchange

_PATIENCE = (0.2, 0.6)  # seconds before a request is repeated that S3 was too busy for
_MESSAGE = 300  # characters of S3's own words
# Without a body (HEAD) only the status tells: S3's usual code for each.
_BY_STATUS = {301: "PermanentRedirect", 403: "AccessDenied", 404: "NoSuchKey", 501: "NotImplemented"}
# XML says no more about S3 than these; a document type would only be there for mischief.
_DOCTYPE = b"<!DOCTYPE"


@dataclass(frozen=True, slots=True)
class Credentials:
    """A key pair, for a role with its session token, and where it was found, in words."""

    access_key: Secret
    secret_key: Secret
    session_token: Secret | None = None
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket and how it is addressed. *endpoint* is ``scheme://host[:port]``, without the bucket."""

    name: str
    endpoint: str
    region: str
    path_style: bool
    signature: int = 4  # version; 2 is what very old stores know

    def url(self, key: str = "", query: Mapping[str, str] | None = None) -> str:
        """Where *key* lies, or the bucket itself."""
        scheme, _, host = self.endpoint.partition("://")
        base = f"{scheme}://{host}/{self.name}" if self.path_style else f"{scheme}://{self.name}.{host}"
        path = quote(key, safe="/~-_.") if key else ""
        url = f"{base}/{path}" if path or not self.path_style else base
        return f"{url}?{_query(query)}" if query else url


def _query(parameters: Mapping[str, str]) -> str:
    """In order, as version 4 signs them; without an empty value's ``=``, which version 2 does not expect."""
    pairs = ((name, quote(value, safe="")) for name, value in sorted(parameters.items()))
    return "&".join(f"{name}={value}" if value else name for name, value in pairs)


@dataclass(frozen=True, slots=True)
class Answer:
    """What S3 said. *code* is its own name of the refusal, empty where it did what was asked.

    *fields* are the elements of a refusal (Region, Endpoint, ServerTime …). *is_s3*: an S3 wrote this, and no
    proxy or web page. *throttled*: how often it asked for patience first. Safe to print as the Exchange is.
    """

    exchange: Exchange
    code: str = ""
    message: str = ""
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    root: Element | None = field(default=None, repr=False)
    throttled: int = 0

    @property
    def ok(self) -> bool:
        """Whether S3 did what was asked."""
        status = self.exchange.status
        return status is not None and 200 <= status < 300 and not self.code and not self.exchange.failure

    @property
    def is_s3(self) -> bool:
        """Whether an S3 answered: by its XML, or by the headers that it adds to what has no body."""
        names = self.exchange.headers
        return bool(self.root is not None or "x-amz-request-id" in names or "x-amz-bucket-region" in names)

    def texts(self, path: str) -> list[str]:
        """The texts of all elements at *path* below the document's root (``Contents/Key``)."""
        return [element.text or "" for element in self.elements(path)]

    def elements(self, path: str) -> Sequence[Element]:
        """All elements at *path* below the document's root."""
        return self.root.findall(path) if self.root is not None else []

    def text(self, path: str) -> str:
        """The first text at *path*, or nothing."""
        return next(iter(self.texts(path)), "")


class Store:
    """A bucket, spoken to with credentials (without any: anonymously). Threads may share it."""

    def __init__(self, client: Client, bucket: Bucket, credentials: Credentials | None) -> None:
        self._client = client
        self.bucket = bucket
        self._credentials = credentials

    def send(
        self,
        method: str,
        key: str = "",
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        step: str = "",
    ) -> Answer:
        """One signed request; *step* names it (``ListObjects``)."""
        throttled = 0
        while True:
            url = self.bucket.url(key, query)
            signed = self._signed(method, url, dict(headers or {}), body)
            exchange = self._client.request(method, url, headers=signed, body=body or None, step=step)
            answer = self._without_keys(replace(understood(exchange), throttled=throttled))
            if exchange.status != 503 or throttled == len(_PATIENCE):
                return answer
            time.sleep(_PATIENCE[throttled])
            throttled += 1

    def delete(self, keys: Iterable[str], *, headers: Mapping[str, str] | None = None) -> Answer:
        """DeleteObjects; a key that is not deleted makes the answer a refusal, although its status is 200."""
        from xml.sax.saxutils import escape

        objects = "".join(f"<Object><Key>{escape(key)}</Key></Object>" for key in keys)
        body = f"<Delete>{objects}</Delete>".encode()
        checksum = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
        sent = {"Content-MD5": checksum, "Content-Type": "application/xml", **(headers or {})}
        answer = self.send("POST", query={"delete": ""}, headers=sent, body=body, step="DeleteObjects")
        if answer.ok and answer.elements("Error"):
            code, message = answer.text("Error/Code"), answer.text("Error/Message")
            return replace(answer, code=code or "unknown", message=_harmless(message))
        return answer

    def presign(self, method: str, key: str, seconds: int = 60) -> Secret:
        """A URL for whoever has no credentials, as the registry gives clients."""
        from botocore import auth

        request = _request(method, self.bucket.url(key), {}, b"")
        keys = _keys(self._credentials)
        if self.bucket.signature == 2:
            auth.HmacV1QueryAuth(keys, expires=seconds).add_auth(request)
        else:
            auth.S3SigV4QueryAuth(keys, "s3", self.bucket.region, expires=seconds).add_auth(request)
        return Secret(request.url)

    def _without_keys(self, answer: Answer) -> Answer:
        """*answer* with our own keys masked, should S3 repeat one."""
        keys = self._credentials
        message = answer.message
        for value in filter(None, (keys.access_key, keys.secret_key, keys.session_token) if keys else ()):
            message = message.replace(value.reveal(), MASK)
        return answer if message == answer.message else replace(answer, message=message)

    def _signed(
        self, method: str, url: str, headers: dict[str, str], body: bytes
    ) -> Mapping[str, str | Secret]:
        """*headers* and those of the signature, which hold what nobody else may see."""
        if self._credentials is None:
            return headers
        from botocore import auth

        request = _request(method, url, headers, body)
        keys = _keys(self._credentials)
        if self.bucket.signature == 2:
            # It signs the path with the bucket's name in it, however the bucket is addressed.
            prefix = "" if self.bucket.path_style else f"/{self.bucket.name}"
            request.auth_path = prefix + urlsplit(url).path
            auth.HmacV1Auth(keys).add_auth(request)
        else:
            auth.S3SigV4Auth(keys, "s3", self.bucket.region).add_auth(request)
        return {
            name: value if name in headers else Secret(str(value)) for name, value in request.headers.items()
        }


def _request(method: str, url: str, headers: dict[str, str], body: bytes) -> Any:
    """What botocore's signers read and write of a request."""
    from botocore.awsrequest import AWSRequest

    return AWSRequest(method=method, url=url, headers=headers, data=body)


def _keys(credentials: Credentials | None) -> types.SimpleNamespace:
    if credentials is None:
        raise ValueError("nothing can be signed without credentials")
    token = credentials.session_token
    return types.SimpleNamespace(
        access_key=credentials.access_key.reveal(),
        secret_key=credentials.secret_key.reveal(),
        token=token.reveal() if token else None,
    )


def understood(exchange: Exchange) -> Answer:
    """What an exchange with S3 means."""
    if exchange.failure or exchange.status is None:
        return Answer(exchange)
    root = _xml(exchange)
    if root is not None and root.tag == "Error":
        fields = {child.tag: (child.text or "").strip() for child in root}
        code = fields.get("Code") or "unknown"
        return Answer(exchange, _harmless(code), _harmless(fields.get("Message", "")), fields, root)
    if 200 <= exchange.status < 300:
        return Answer(exchange, root=root)
    code = _BY_STATUS.get(
        exchange.status, "SlowDown" if exchange.status == 503 else f"HTTP {exchange.status}"
    )
    return Answer(exchange, code, root=root)


def region_of(answer: Answer) -> str:
    """The bucket's true region, where an answer names it."""
    named = (
        answer.exchange.header("x-amz-bucket-region"),
        answer.fields.get("Region", ""),
        (re.search(r"expecting '([^']+)'", answer.message) or ("", ""))[1],
        (re.search(r"s3[.-]([a-z]{2}-[a-z]+-\d)\.", answer.fields.get("Endpoint", "")) or ("", ""))[1],
    )
    return next((region for region in named if re.fullmatch(r"[a-z0-9-]{2,40}", region)), "")


def _xml(exchange: Exchange) -> Element | None:
    """The answer's document without namespaces; None where it is none."""
    from xml.etree import ElementTree

    body = exchange.body.lstrip()
    if not body.startswith(b"<") or _DOCTYPE in body[:1000] or exchange.truncated:
        return None
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - no document type, so no entities; 1 MiB at most
    except ElementTree.ParseError:
        return None
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return None if root.tag == "html" else root


def _harmless(text: str) -> str:
    return harmless(mask_text(text))[:_MESSAGE]
