"""What the registry does in its bucket: by which permission, and what breaks without it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Action:
    """Something that the registry does in its bucket. *breaks*: what goes wrong without it, a sentence."""

    name: str  # S3's own
    code: str  # of its being denied
    permissions: tuple[str, ...]  # as Amazon's IAM calls them
    breaks: str


LIST = Action(
    "ListObjects",
    "s3-list-denied",
    ("s3:ListBucket",),
    "The registry's health check lists the bucket: it turns red, and every request is answered with 503.",
)
LIST_V2 = Action(
    "ListObjectsV2",
    "s3-list-denied",
    ("s3:ListBucket",),
    "The catalog and garbage collection list the bucket this way.",
)
GET = Action(
    "GetObject",
    "s3-get-denied",
    ("s3:GetObject",),
    "Clients are sent to S3 for layers and get 403 there, which no log shows; where the registry reads, it "
    "answers 500.",
)
HEAD = Action(
    "HeadObject",
    "s3-head-denied",
    ("s3:GetObject",),
    "Before a push clients ask with HEAD whether a layer is there: they stop at 403 with 'unexpected end of "
    "JSON input'.",
)
LIST_UPLOADS = Action(
    "ListMultipartUploads",
    "s3-list-uploads-denied",
    ("s3:ListBucketMultipartUploads",),
    "Every push fails at its first layer: the registry looks for the upload that it has just begun.",
)
CREATE_UPLOAD = Action(
    "CreateMultipartUpload",
    "s3-put-denied",
    ("s3:PutObject",),
    "No push can begin.",
)
LIST_PARTS = Action(
    "ListParts",
    "s3-list-parts-denied",
    ("s3:ListMultipartUploadParts",),
    "Every push fails at its first layer: the registry cannot see what it has sent so far.",
)
ABORT = Action(
    "AbortMultipartUpload",
    "s3-abort-denied",
    ("s3:AbortMultipartUpload",),
    "Uploads that are given up stay in the bucket, unseen and paid for.",
)
PUT = Action("PutObject", "s3-put-denied", ("s3:PutObject",), "No push can begin.")
UPLOAD_PART = Action("UploadPart", "s3-put-denied", ("s3:PutObject",), "No layer can be sent.")
COMPLETE = Action(
    "CompleteMultipartUpload", "s3-complete-denied", ("s3:PutObject",), "A push fails once its layer is sent."
)
COPY = Action(
    "CopyObject",
    "s3-copy-denied",
    ("s3:GetObject", "s3:PutObject"),
    "A push fails at its end: the registry moves each finished layer by copying it.",
)
COPY_PART = Action(
    "UploadPartCopy",
    "s3-copy-denied",
    ("s3:GetObject", "s3:PutObject"),
    "A push fails at the end of each layer of more than 32 MB: the registry moves it by copying.",
)
DELETE = Action(
    "DeleteObjects",
    "s3-delete-denied",
    ("s3:DeleteObject",),
    "A push fails at its end: the registry moves each finished layer by copying and deleting it.",
)
