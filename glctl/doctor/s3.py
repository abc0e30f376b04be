"""What is known of the bucket that images are kept in: facts for the checks of S3, each made once."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from glctl.doctor import s3_settings
from glctl.doctor.check import NotTriedError
from glctl.doctor.once import Once, once
from glctl.doctor.variables import proxy_for, value_of
from glctl.errors import GlctlError

if TYPE_CHECKING:
    from glctl.clients.http import Client, Exchange
    from glctl.clients.s3 import Answer, Bucket, Credentials, Store
    from glctl.doctor.build import Build
    from glctl.doctor.facts import Facts
    from glctl.doctor.s3_settings import S3Settings
    from glctl.doctor.s3_trial import ObjectTrial, UploadTrial

# Where Go programs look for trusted certificates on Debian-like and Red Hat-like systems (crypto/x509).
_BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt")
_PAGES = 3  # of a listing; each has 1000 keys at most


@dataclass(frozen=True, slots=True)
class Image:
    """A blob that a repository has, as its link in storage says."""

    repository: str
    digest: str
    link: str  # its key
    blob: str  # the key of the blob itself


@dataclass(frozen=True, slots=True)
class Redirect:
    """Where a client is sent for a layer. *registry*: its answer, None where it was not asked (no image).

    *storage*: S3's answer there, None where nobody is sent on. *location* holds a signature.
    """

    repository: str = ""
    registry: Exchange | None = None
    location: str = field(default="", repr=False)
    storage: Answer | None = None


class S3Facts(Once):
    """The facts about S3 of one examination."""

    def __init__(self, facts: Facts) -> None:
        super().__init__()
        self._facts = facts
        self._told = threading.Lock()

    @property
    def settings(self) -> S3Settings:
        """The driver's settings; not tried where images are kept elsewhere, or nowhere that can be read."""
        found = s3_settings.read(self._facts.observed, self._build)
        if found is None:
            raise NotTriedError("images are not kept in S3")
        return found

    @property
    def _build(self) -> Build | None:
        """Which registry reads the settings, where one here tells."""
        if self._facts.observed.source == "disk":
            with suppress(NotTriedError, PermissionError):
                return self._facts.build()
        return None

    def close(self) -> None:
        """Close the connections that were kept."""
        for name in ("client", "outside"):
            made = self._made.get(name)
            if made and made[0]:
                made[0].close()

    @once
    def client(self) -> Client:
        """For requests to S3: what the registry trusts, through the proxy that it uses."""
        return self._client(self.settings.verify)

    @once
    def outside(self) -> Client:
        """As clients of the registry ask: they always check certificates."""
        return self._client(verify=True)

    def _client(self, verify: bool) -> Client:
        from glctl.clients.http import Client

        environment = self._facts.observed.environment
        named = value_of(environment, "SSL_CERT_FILE")
        bundles = (Path(path) for path in ((named,) if named else _BUNDLES))
        directories = value_of(environment, "SSL_CERT_DIR").split(":")
        return Client(
            ca_file=next((path for path in bundles if path.is_file()), None),
            ca_dirs=tuple(Path(path) for path in directories if path),
            verify=verify,
            proxy=proxy_for(self.settings.bucket.endpoint, environment),
            connect_timeout=2.0,
            read_timeout=6.0,
        )

    @once
    def credentials(self) -> Credentials:
        """The registry's credentials. Raises NoCredentialsError; not tried where glctl cannot use them."""
        from glctl.clients.http import Client
        from glctl.clients.s3_credentials import NoCredentialsError, Places, find

        observed = self._facts.observed
        home = value_of(observed.environment, "HOME") or self._facts.account().home
        settings = self.settings
        with Client(connect_timeout=0.5, read_timeout=1.5) as client:
            places = Places(
                settings.written,
                observed.environment,
                Path(home) if home else None,
                settings.bucket.region,
                client,
            )
            try:
                return find(places)
            except NoCredentialsError:
                raise
            except GlctlError as error:  # a profile that takes on a role, a file for root's eyes
                raise NotTriedError(error.message.rstrip(".")) from error

    @once
    def store(self) -> Store:
        """The bucket, spoken to with the registry's credentials."""
        from glctl.clients.s3 import Store

        return Store(self.client(), self.settings.bucket, self.credentials())

    @once
    def anonymous(self) -> Answer:
        """What the endpoint says to a listing without a signature: an S3 refuses it in XML."""
        return self.ask(self.settings.bucket, None, "ListObjects, unsigned")

    def ask(self, bucket: Bucket, credentials: Credentials | None, step: str) -> Answer:
        """A listing of *bucket*, however it is addressed; a name server that is dead holds nobody up."""
        from glctl.clients.failures import Failure
        from glctl.clients.http import Exchange
        from glctl.clients.names import resolve
        from glctl.clients.s3 import Answer, Store

        host = urlsplit(bucket.url()).hostname or ""
        if not proxy_for(bucket.endpoint, self._facts.observed.environment) and not resolve(host):
            failure = Failure("dns", f"{host} does not resolve")
            return Answer(Exchange("GET", bucket.url(), step, failure=failure))
        query = {"max-keys": "1", **({"prefix": self.settings.root} if credentials else {})}
        return Store(self.client(), bucket, credentials).send("GET", query=query, step=step)

    @once
    def holds_blob(self) -> bool:
        """Whether the layer that the image's link names is in the bucket."""
        image = self.image()
        return image is not None and self.store().send("HEAD", image.blob, step="HeadObject").ok

    def reached(self) -> Answer:
        """What the endpoint says to a listing: signed where there are credentials."""
        return self.listed() if self.has_credentials else self.anonymous()

    @property
    def has_credentials(self) -> bool:
        """Whether the registry has any that can be used."""
        try:
            return bool(self.credentials())
        except (GlctlError, NotTriedError):
            return False

    @once
    def listed(self) -> Answer:
        """The registry's own first request: the listing of its health check (version 1 of ListObjects)."""
        return self.ask(self.settings.bucket, self.credentials(), "ListObjects")

    @once
    def head(self) -> Answer:
        """HEAD of the bucket, which Amazon answers with its region, whatever else it thinks of it."""
        return self.store().send("HEAD", step="HeadBucket")

    @once
    def image(self) -> Image | None:
        """A blob that storage holds; None where it holds no image, or none among the first keys."""
        prefix = f"{self.settings.images}repositories/"
        marker = ""
        for _ in range(_PAGES):
            query = {"prefix": prefix, "max-keys": "1000", **({"marker": marker} if marker else {})}
            answer = self.store().send("GET", query=query, step="ListObjects")
            keys = answer.texts("Contents/Key")
            for key in keys:
                if image := self._image(key):
                    return image
            if answer.text("IsTruncated") != "true" or not keys:
                return None
            marker = keys[-1]
        return None

    def _image(self, key: str) -> Image | None:
        """The image whose layer's link *key* is: …/repositories/NAME/_layers/sha256/HEX/link."""
        path, _, rest = key.partition("/_layers/sha256/")
        digits, _, link = rest.partition("/")
        if link != "link" or len(digits) != 64:
            return None
        images = self.settings.images
        name = path.removeprefix(f"{images}repositories/")
        blob = f"{images}blobs/sha256/{digits[:2]}/{digits}/data"
        return Image(name, f"sha256:{digits}", key, blob)

    @once
    def begun(self) -> Answer:
        """The first page of the uploads that are under way."""
        return self._uploads()

    def uploads(self) -> tuple[list[str], bool]:
        """When each upload under way was begun, as S3 writes it, and whether these are all."""
        answer = self.begun()
        found = answer.texts("Upload/Initiated")
        for _ in range(_PAGES - 1):
            if answer.text("IsTruncated") != "true":
                break
            markers = answer.text("NextKeyMarker"), answer.text("NextUploadIdMarker")
            answer = self._uploads(*markers)
            found += answer.texts("Upload/Initiated")
        return found, answer.text("IsTruncated") != "true"

    def _uploads(self, key_marker: str = "", upload_marker: str = "") -> Answer:
        query = {"uploads": "", "prefix": self.settings.images}
        if key_marker:
            query |= {"key-marker": key_marker, "upload-id-marker": upload_marker}
        return self.store().send("GET", query=query, step="ListMultipartUploads")

    @once
    def upload_trial(self) -> UploadTrial:
        """A multipart upload, begun and given up."""
        from glctl.doctor.s3_trial import try_upload

        return try_upload(self.store(), self.settings)

    @once
    def object_trial(self) -> ObjectTrial:
        """Objects, made and deleted."""
        from glctl.doctor.s3_trial import try_objects

        return try_objects(self.store(), self.settings)

    @once
    def redirect_of_head(self) -> Redirect:
        """HEAD of a layer at the registry, and where that leads."""
        return self._redirect("HEAD")

    @once
    def redirect_of_get(self) -> Redirect:
        """GET of it. Not asked for where HEAD is answered by the registry itself: the layer may be large."""
        head = self.redirect_of_head()
        return head if head.registry and not head.location else self._redirect("GET")

    def _redirect(self, method: str) -> Redirect:
        from glctl.clients.distribution import ask_blob

        image = self.image() if self.listed().ok else None
        if image is None and not self.settings.redirects:
            return Redirect()
        if image is None:
            url = self.store().presign(method, f"{self.settings.own}absent").reveal()
            return Redirect(storage=self._as_a_client(method, url))
        facts = self._facts
        token = facts.tokens().token("pull", repository=image.repository)
        asked, location = ask_blob(
            facts.client(), method, facts.local_base, image.repository, image.digest, token
        )
        answer = self._as_a_client(method, location) if location else None
        return Redirect(image.repository, asked, location, answer)

    def _as_a_client(self, method: str, url: str) -> Answer:
        from glctl.clients.s3 import understood

        headers = {"Range": "bytes=0-0"} if method == "GET" else {}
        step = f"{method} where the registry sends clients"
        return understood(self.outside().request(method, url, headers=headers, step=step))

    def first(self, what: str) -> bool:
        """Whether this is the first time that *what* is to be told, whichever check asks."""
        with self._told:
            new = what not in self._made
            self._made[what] = (True, None)
            return new
