"""Images in S3: what the doctor's own requests are answered, and what the registry's log says of it."""

from __future__ import annotations

from glctl.findings.model import Code

_AWS = "Amazon S3, error responses"
_DRIVER = "distribution, S3 storage driver; the calls of docker-registry 2.8.2 were recorded"
_TOLD = "S3's own code in the answer to a request that is signed as the registry signs, or in its log"
_TRIED = "the action itself, tried with the registry's key below a prefix that it never reads"
_S = "registry['storage']['s3']"
# What shows that all of this is over: a request that S3 took, or a push.
_WELL = ("s3-signed", "push")
# Nothing works then: the health check lists the bucket.
_ALL = ("push-failed", "pull-failed", "registry-unhealthy")
# What S3 makes of a key, a token or a bucket's name that cannot be.
_REFUSED = (
    "s3-access-key-unknown",
    "s3-signature-mismatch",
    "s3-token-invalid",
    "s3-bucket-missing",
    "s3-acl-refused",
    "s3-not-implemented",
)
# Where nothing may be done with objects.
_ON_OBJECTS = tuple(
    f"s3-{action}-denied" for action in "get head put complete copy delete list-parts abort".split()
)
# What follows where one action is denied: the registry logs AccessDenied for it, or loses the upload.
_DENIED = ("s3-access-denied", "push-failed", "upload-secret-mismatch")


def _denied(
    action: str, permission: str, meaning: str, *explains: str, symptoms: tuple[str, ...] = ()
) -> Code:
    """An action that the key may not do; the Finding's remedy is the whole policy statement."""
    return Code(
        f"s3-{action}-denied",
        meaning,
        _TRIED,
        f"Allow {permission} in the policy of the registry's key; the finding has the statement to paste.",
        _DRIVER,
        symptoms=(*symptoms, "s3aws: AccessDenied"),
        explains=(*_DENIED, *explains),
    )


CODES = (
    # --- the way there
    Code(
        "s3-config-invalid",
        "The settings of S3 lack something or hold what cannot be.",
        "reading them, or the registry's last words",
        f"Correct {_S}.",
        _DRIVER,
        symptoms=("panic: invalid region provided", "no region parameter provided"),
        explains=("service-crash-loop", "s3-unreachable", *_REFUSED, *_ALL),
    ),
    Code(
        "s3-no-credentials",
        "The registry has no credentials for S3.",
        "looking where its SDK does: settings, environment, web identity, profile, container, machine",
        f"Set {_S}['accesskey'] and ['secretkey'], or give this machine a role. In a container:\n"
        "aws ec2 modify-instance-metadata-options --instance-id … --http-put-response-hop-limit 2",
        _AWS,
        symptoms=("NoCredentialProviders", "no EC2 IMDS role found"),
        explains=(*_ALL, "service-crash-loop"),
        disproved_by=_WELL,
    ),
    Code(
        "s3-unreachable",
        "The endpoint of S3 is not reached.",
        "a connection to it, by the name and through the proxy that the registry uses",
        f"Correct {_S}['regionendpoint'], or open the way (registry['env'] = {{ 'HTTPS_PROXY' => … }}).",
        _AWS,
        symptoms=("RequestError: send request failed", "dial tcp: lookup …: no such host"),
        explains=(*_ALL, "s3-redirect-unreachable", "s3-endpoint-not-s3"),
        disproved_by=_WELL,
    ),
    Code(
        "s3-addressing-wrong",
        "The bucket is addressed in a style that its store does not serve: path or virtual host.",
        "the same request in the other style is answered by an S3",
        f"{_S}['pathstyle'] = true   # false for a store that only serves BUCKET.HOST\n"
        "GitLab's registry reads this, distribution 3 'forcepathstyle'; distribution 2 has no setting for "
        "it, and uses path style with any 'regionendpoint'.",
        "GitLab container registry, S3 driver; distribution issue 4528, omnibus-gitlab issue 4740",
        symptoms=("dial tcp: lookup bucket.host: no such host", "x509: certificate is valid for *.s3…"),
        explains=("s3-unreachable", "s3-tls-untrusted", "s3-redirect-unreachable", *_ALL),
    ),
    Code(
        "s3-scheme-wrong",
        "The endpoint speaks http where the registry speaks https, or the other way round.",
        "the same request in the other scheme is answered by an S3",
        f"{_S}['regionendpoint'] = 'http://HOST:PORT'   # or https",
        _AWS,
        symptoms=("http: server gave HTTP response to HTTPS client",),
        explains=("s3-unreachable", "s3-endpoint-not-s3", "s3-tls-untrusted", *_ALL),
    ),
    Code(
        "s3-tls-untrusted",
        "The registry does not trust the endpoint's certificate.",
        "a TLS handshake with the certificates that the registry trusts",
        "Put its authority into /etc/gitlab/trusted-certs (standalone: update-ca-certificates).",
        _AWS,
        symptoms=("x509: certificate signed by unknown authority",),
        explains=(*_ALL, "s3-redirect-untrusted"),
        disproved_by=_WELL,
    ),
    Code(
        "s3-endpoint-not-s3",
        "What answers at the endpoint is not S3.",
        "the answer to a listing is no XML of S3's, and has none of its headers",
        f"Correct {_S}['regionendpoint'].",
        _AWS,
        symptoms=("SerializationError",),
        explains=_ALL,
        disproved_by=_WELL,
    ),
    # --- every request alike
    Code(
        "s3-clock-skewed",
        "This machine's clock and S3's are too far apart: from 15 minutes on S3 refuses every request.",
        "the Date header of S3's answer, or RequestTimeTooSkewed",
        "timedatectl set-ntp true    # here, or on the machine of the store if that one is wrong",
        _AWS,
        symptoms=("RequestTimeTooSkewed",),
        explains=(*_ALL, "s3-redirect-denied", "clock-not-verified"),
        disproved_by=("s3-clock",),
    ),
    Code(
        "s3-access-key-unknown",
        "S3 does not know the access key.",
        _TOLD,
        f"{_S}['accesskey'] = …",
        _AWS,
        symptoms=("InvalidAccessKeyId",),
        explains=_ALL,
        disproved_by=_WELL,
    ),
    Code(
        "s3-signature-mismatch",
        "The secret key does not belong to the access key, or a proxy before S3 changes the Host header.",
        _TOLD,
        f"{_S}['secretkey'] = …   (mind quotes and blanks)",
        _AWS,
        symptoms=("SignatureDoesNotMatch",),
        explains=_ALL,
        disproved_by=_WELL,
    ),
    Code(
        "s3-token-expired",
        "The credentials were temporary and have expired.",
        _TOLD,
        "Use a role or lasting keys instead of pasted session keys.",
        _AWS,
        symptoms=("ExpiredToken",),
        explains=_ALL,
        disproved_by=_WELL,
    ),
    Code(
        "s3-token-invalid",
        "The session token does not belong to the access key.",
        _TOLD,
        "Use a role or lasting keys instead of pasted session keys.",
        _AWS,
        symptoms=("InvalidToken",),
        explains=_ALL,
        disproved_by=_WELL,
    ),
    Code(
        "s3-bucket-missing",
        "There is no such bucket.",
        _TOLD,
        f"Make it, or correct {_S}['bucket']; a prefix belongs in ['rootdirectory'].",
        _AWS,
        symptoms=("NoSuchBucket",),
        explains=_ALL,
        disproved_by=_WELL,
    ),
    Code(
        "s3-region-wrong",
        "The bucket lies in another region.",
        "the bucket's own region: x-amz-bucket-region, the refusal's <Region>, or GetBucketLocation",
        f"{_S}['region'] = the one that S3 names",
        _AWS,
        symptoms=("AuthorizationHeaderMalformed", "BucketRegionError"),
        explains=_ALL,
        disproved_by=("s3-region",),
    ),
    Code(
        "s3-throttled",
        "S3 asks for fewer requests.",
        "503 to the doctor's own requests, which the registry's SDK would repeat without a word, or its log",
        f"{_S}['maxrequestspersecond'] = 100",
        _AWS,
        symptoms=("SlowDown",),
        explains=_ALL,
    ),
    Code(
        "s3-refused",
        "S3 refuses a request that the registry needs.",
        "S3's own code, in the finding",
        "Look the code up in the manual of the store.",
        _AWS,
        explains=(*_ALL, "upload-unknown", "upload-session-lost"),
    ),
    # --- one action each
    Code(
        "s3-all-denied",
        "The key may do nothing in the bucket: it has no policy, or that of another bucket.",
        "three actions tried, on the bucket and on objects: each is denied",
        "Give the registry's key the policy that the finding shows.",
        _DRIVER,
        symptoms=("s3aws: AccessDenied",),
        explains=("s3-list-denied", "s3-list-uploads-denied", "s3-put-denied", "s3-access-denied", *_ALL),
        disproved_by=_WELL,
    ),
    Code(
        "s3-bucket-denied",
        "The key may list neither objects nor uploads: its policy has no statement for the bucket itself.",
        "both listings tried: each is denied, and the beginning of an upload is not",
        "Give the registry's key the statement that the finding shows: its resource has no /* behind it.",
        _DRIVER,
        symptoms=("s3aws: AccessDenied",),
        explains=("s3-list-denied", "s3-list-uploads-denied", "s3-access-denied", *_ALL),
        disproved_by=_WELL,
    ),
    Code(
        "s3-objects-denied",
        "The key may neither read nor make objects: its policy has no statement for them.",
        "the beginning of an upload and the first byte of a layer tried: both are denied, the listing is not",
        "Give the registry's key the statement that the finding shows: its resource ends with /*.",
        _DRIVER,
        symptoms=("s3aws: AccessDenied",),
        explains=(*_ON_OBJECTS, "s3-redirect-denied", "s3-access-denied", *_ALL),
        disproved_by=("push",),
    ),
    _denied(
        "list",
        "s3:ListBucket",
        "The key may not list the bucket: the health check fails, and every request with it.",
        "registry-unhealthy",
        "pull-failed",
        symptoms=("503 Service Unavailable", "health check failed"),
    ),
    _denied(
        "get",
        "s3:GetObject",
        "The key may not read what the registry has stored; the health check does not notice.",
        "s3-redirect-denied",
        "s3-head-denied",
        "s3-copy-denied",
        "pull-failed",
        "blob-damaged",
        symptoms=("received unexpected HTTP status: 500",),
    ),
    _denied(
        "head",
        "s3:GetObject",
        "S3 refuses HEAD of what it lets the key read.",
        "s3-redirect-denied",
        "pull-failed",
        symptoms=('error parsing HTTP 403 response body: unexpected end of JSON input: ""',),
    ),
    _denied(
        "put",
        "s3:PutObject",
        "The key may not store objects; the health check does not notice.",
        "s3-copy-denied",
        "s3-complete-denied",
        symptoms=("received unexpected HTTP status: 500",),
    ),
    _denied(
        "list-uploads",
        "s3:ListBucketMultipartUploads",
        "The key may not list the uploads under way, which each push does.",
        symptoms=("error resolving upload: s3aws: AccessDenied",),
    ),
    _denied(
        "list-parts",
        "s3:ListMultipartUploadParts",
        "The key may not list the parts of an upload, which each push does.",
        symptoms=("error resolving upload: s3aws: AccessDenied",),
    ),
    _denied(
        "abort",
        "s3:AbortMultipartUpload",
        "The key may not give up an upload: what clients break off stays in the bucket, unseen.",
        "s3-uploads-left",
    ),
    _denied(
        "complete",
        "s3:PutObject",
        "The key may not complete an upload.",
        symptoms=("unknown error completing upload: s3aws: AccessDenied",),
    ),
    _denied(
        "copy",
        "s3:GetObject and s3:PutObject",
        "The key may not copy objects: the registry moves each finished layer that way.",
        symptoms=("unknown error completing upload: s3aws: AccessDenied",),
    ),
    _denied(
        "delete",
        "s3:DeleteObject",
        "The key may not delete: the registry moves each finished layer by copying and deleting it.",
        symptoms=("unknown error completing upload: s3aws: AccessDenied",),
    ),
    # --- how objects are stored
    Code(
        "s3-acl-refused",
        "The bucket takes no access control lists, and the registry sends one with each object.",
        "an upload begun with and without x-amz-acl, and aborted",
        f"{_S}['objectownership'] = true   # GitLab's registry; else enable ACLs of the bucket",
        "Amazon S3, object ownership",
        symptoms=("AccessControlListNotSupported",),
        explains=("push-failed", "s3-access-denied"),
        disproved_by=("push",),
    ),
    Code(
        "s3-kms-denied",
        "The registry's key may not use the key that objects are encrypted with.",
        "an upload begun with and without the encryption that is configured, or KMS in S3's answer",
        "Allow kms:GenerateDataKey and kms:Decrypt on that key.",
        "Amazon S3, protecting data with KMS keys",
        symptoms=("s3aws: AccessDenied", "KMS.…"),
        explains=(*_DENIED, "pull-failed", "s3-redirect-denied"),
        disproved_by=("push",),
    ),
    Code(
        "s3-not-implemented",
        "The object store does not know a header that the registry sends.",
        "an upload begun with and without each header that the driver adds, and given up; or the log",
        f"{_S}['storageclass'] = 'NONE'",
        _AWS,
        symptoms=("NotImplemented",),
        explains=("push-failed",),
        disproved_by=("push",),
    ),
    Code(
        "s3-checksum-refused",
        "The object store does not take the checksums that the driver s3_v2 sends.",
        "the same request with and without them",
        "registry['storage']['s3_v2']['checksum_disabled'] = true",
        "GitLab container registry issue 2309",
        symptoms=("DeleteObjects … StatusCode: 400 InvalidRequest",),
        explains=("push-failed",),
    ),
    Code(
        "s3-uploads-unlisted",
        "The object store does not list an upload that was just begun, by which the registry finds it again.",
        "ListMultipartUploads after CreateMultipartUpload",
        "Use a store that implements ListMultipartUploads with a prefix.",
        _DRIVER,
        symptoms=("blob upload unknown",),
        explains=("push-failed", "upload-unknown", "upload-session-lost"),
    ),
    Code(
        "s3-object-damaged",
        "An object that was just stored is not read back as it was.",
        "PutObject and GetObject below a prefix of the doctor's own",
        "Look for a proxy that changes bodies before S3.",
        _AWS,
        explains=("blob-damaged", "push-failed"),
    ),
    Code(
        "s3-uploads-left",
        "Uploads that nobody finished fill the bucket, which no listing of objects shows.",
        "ListMultipartUploads: how many there are, and their age",
        "A lifecycle rule of the bucket: AbortIncompleteMultipartUpload after 7 days.",
        "Amazon S3, aborting incomplete multipart uploads",
        severity="warning",
        interrupts=True,
    ),
    # --- where clients are sent for layers
    Code(
        "s3-redirect-denied",
        "S3 refuses clients what the registry sends them for; no log on this machine shows it.",
        "HEAD and GET of the Location that the registry answers for a layer, from this host",
        "Allow s3:GetObject without a condition that clients do not meet, or:\n"
        "registry['storage']['redirect'] = { 'disable' => true }",
        "gitlab-ce issues 19356, 19963",
        symptoms=('error parsing HTTP 403 response body: unexpected end of JSON input: ""',),
        explains=("push-failed", "blob-damaged"),
    ),
    Code(
        "s3-redirect-unreachable",
        "Clients are sent to an address of S3 that they do not reach.",
        "the Location that the registry answers for a layer: its host, and a request there",
        "registry['storage']['redirect'] = { 'disable' => true }",
        "gitlab charts merge request 797",
        symptoms=("dial tcp: lookup … no such host",),
        explains=("push-failed", "blob-damaged"),
    ),
    Code(
        "s3-redirect-untrusted",
        "Clients are sent to S3 over TLS that they do not trust.",
        "a TLS handshake at the Location that the registry answers for a layer",
        "registry['storage']['redirect'] = { 'disable' => true }",
        "gitlab charts merge request 797",
        symptoms=("x509: certificate signed by unknown authority",),
        explains=("push-failed", "blob-damaged"),
    ),
    Code(
        "s3-redirect-wrong",
        "Clients are sent for a layer to where there is none.",
        "404 at the Location that the registry answers for a layer, which the bucket holds",
        "registry['storage']['redirect'] = { 'disable' => true }",
        "seen with docker-registry 2.8.2 and 'v4auth' => false; distribution, redirect middleware",
        symptoms=("manifest unknown", "error pulling image: 404"),
        explains=("push-failed", "blob-damaged"),
    ),
    Code(
        "pull-failed",
        "The registry does not hand out a layer that its storage holds.",
        "HEAD of it with a token of glctl's own, past nginx",
        "Look at the other findings; `glctl tail-logs registry` shows what the registry says.",
        "the distribution API",
        symptoms=("received unexpected HTTP status: 500",),
    ),
    # --- what only the registry's log says
    Code(
        "s3-access-denied",
        "S3 denies the registry's key an action that it needs.",
        "a line of the registry's log with S3's own code",
        "Which one it is, and the policy statement for it:\nglctl doctor --write",
        _AWS,
        symptoms=("s3aws: AccessDenied", "received unexpected HTTP status: 500"),
        explains=("push-failed", "pull-failed", "registry-unhealthy"),
        disproved_by=("s3-policy",),
    ),
)

# What S3 itself calls it (Amazon S3, error responses): the code where every request alike is refused so.
NAMED_BY_S3 = {
    "InvalidAccessKeyId": "s3-access-key-unknown",
    "SignatureDoesNotMatch": "s3-signature-mismatch",
    "ExpiredToken": "s3-token-expired",
    "TokenRefreshRequired": "s3-token-expired",
    "InvalidToken": "s3-token-invalid",
    "RequestTimeTooSkewed": "s3-clock-skewed",
    "RequestExpired": "s3-clock-skewed",
    "NoSuchBucket": "s3-bucket-missing",
    "InvalidBucketName": "s3-bucket-missing",
    "PermanentRedirect": "s3-region-wrong",
    "TemporaryRedirect": "s3-region-wrong",
    "AuthorizationHeaderMalformed": "s3-region-wrong",
    "IllegalLocationConstraintException": "s3-region-wrong",
    "SlowDown": "s3-throttled",
    "ServiceUnavailable": "s3-throttled",
    "RequestLimitExceeded": "s3-throttled",
    "TooManyRequests": "s3-throttled",
    "AccessControlListNotSupported": "s3-acl-refused",
    "InvalidBucketAclWithObjectOwnership": "s3-acl-refused",
    "NotImplemented": "s3-not-implemented",
    "InvalidStorageClass": "s3-not-implemented",
    "InvalidEncryptionAlgorithmError": "s3-not-implemented",
}
