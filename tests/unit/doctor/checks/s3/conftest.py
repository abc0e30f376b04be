"""Checks of S3, run against a client that answers as it is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from glctl.clients import names
from glctl.clients.http import Exchange
from glctl.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.clients.failures import Failure
    from glctl.doctor.build import Build
    from glctl.doctor.facts import Facts

SETTINGS = {
    "accesskey": Secret("AKIA1"),
    "secretkey": Secret("PLANTED"),
    "bucket": "images",
    "region": "eu-central-1",
    "regionendpoint": "http://127.0.0.1:9000",
    "rootdirectory": "/reg",
}
HEX = "ab" * 32
LINK = f"reg/docker/registry/v2/repositories/group/app/_layers/sha256/{HEX}/link"
BLOB = f"reg/docker/registry/v2/blobs/sha256/ab/{HEX}/data"


def listing(*keys: str) -> bytes:
    """What ListObjects answers."""
    contents = "".join(f"<Contents><Key>{key}</Key></Contents>" for key in keys)
    return f"<ListBucketResult>{contents}</ListBucketResult>".encode()


def error(code: str, more: str = "", message: str = "No.") -> bytes:
    """How S3 refuses."""
    return f"<Error><Code>{code}</Code><Message>{message}</Message>{more}</Error>".encode()


@dataclass
class Answers:
    """Answers by method and the end of the path with its query; the first that fits, else 200."""

    rules: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def tell(
        self,
        method: str,
        part: str,
        status: int | None = 200,
        body: bytes = b"",
        *,
        failure: Failure | None = None,
        **headers: str,
    ) -> None:
        """Answer requests of *method* whose URL contains *part*; what is told last comes first."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = {"status": status, "body": body, "failure": failure, "headers": named}
        self.rules.insert(0, (method, part, answer))

    def request(self, method: str, url: str, *, step: str = "", **_: Any) -> Exchange:
        parts = urlsplit(url)
        self.asked.append(f"{method} {parts.path}?{parts.query}".rstrip("?"))
        for wanted, part, answer in self.rules:
            if wanted == method and part in url:
                return Exchange(method, url, step, **answer)
        return Exchange(method, url, step, 200, headers={"x-amz-request-id": "1"})


@pytest.fixture
def answers() -> Answers:
    """A bucket with one image, in which all is allowed."""
    made = Answers()
    made.tell("GET", "/images?max-keys=1", 200, listing(LINK))
    made.tell("GET", "prefix=reg%2Fdocker%2Fregistry%2Fv2%2Frepositories", 200, listing(LINK, BLOB))
    return made


@pytest.fixture
def bucket(
    new_facts: Callable[..., Facts], answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Facts]:
    """Makes Facts of a registry that keeps images in S3; keywords change the driver's settings.

    *build*: which registry it is, else one that does not tell.
    """
    monkeypatch.setattr(names, "resolve", lambda host: () if host.endswith("lost") else ("192.0.2.9",))

    def make(
        driver: str = "s3",
        redirect: dict[str, Any] | None = None,
        build: Build | None = None,
        **settings: Any,
    ) -> Facts:
        written = {key: value for key, value in {**SETTINGS, **settings}.items() if value is not None}
        known = {"build": build} if build else {}
        facts = new_facts(config={"storage": {driver: written, "redirect": redirect or {}}}, **known)
        s3 = facts.s3()
        s3.client = s3.outside = lambda: answers  # type: ignore[method-assign,assignment,return-value] - a fake
        return facts

    return make
