"""LogRules: what a line of the registry or of nginx says is wrong, and what every healthy registry logs.

A rule has a literal that each of its lines contains, so that few lines are looked at, and a pattern for the
words of the record (message, detail, error, each on a line of its own). Patterns begin where the words begin:
what stands further back may have come from a client. Rows (R01, B01 …) are those of the failure catalogue.
``tests/unit/logs/data/CODE.log`` holds the lines that show each Code, recorded from the real programs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from glctl.logs.records import LogRecord

Severity = Literal["info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class LogRule:
    """A record whose words hold *needle* and match *pattern* (re.MULTILINE) shows the Code *code*.

    *explanation* is one sentence; ``{subject}`` in it is the group of that name in the pattern.
    """

    code: str
    needle: bytes
    pattern: str
    explanation: str
    severity: Severity = "error"


@dataclass(frozen=True, slots=True)
class NoiseRule:
    """As a LogRule, for a line that looks bad and is not: *why*."""

    needle: bytes
    pattern: str
    why: str


def words(record: LogRecord) -> str:
    """What the service itself says in *record*, one text a line, and ``HTTP status`` where it answers."""
    fields = record.fields
    status = f"HTTP {fields['http.response.status']}" if "http.response.status" in fields else ""
    if "http.request.protocol" in fields:
        return status  # an access line: the rest is the client's words
    said = [record.message, *map(fields.get, _SAYING), _banned(fields), status]
    return "\n".join([str(text) for text in said if text])


# err.* are upstream's names, detail and error those of GitLab's own registry, exception.* those of Rails.
_SAYING = ("err.detail", "err.message", "detail", "error", "exception.class", "exception.message")


def _banned(fields: Mapping[str, Any]) -> str:
    """What Rack::Attack has done, as in GitLab's auth_json.log; production.log has it in one text."""
    if fields.get("message") != "Rack_Attack":
        return ""
    return "Rack_Attack: " + " ".join(str(fields.get(key, "")) for key in _ATTACK)


_ATTACK = ("env", "remote_ip", "request_method", "path")


_STEP = r"^(?:[\w ]+: )*"  # what was being done: "unknown error completing upload: "
_PATH = _STEP + r"\w+ (?P<subject>/.*): "  # a system call that failed, as Go says it: "mkdir /path: "
# Version 2 of the SDK says "operation error S3: …, https response error StatusCode: …, api error CODE:", or
# only the code where it has a type for it. s3_v2 is the driver of GitLab's registry that uses it.
_DRIVER = _STEP + r"(?:s3aws|s3_v2): "
_S3 = _DRIVER + r"(?:operation error S3: .*?, (?:api error )?)?"

# The first rule that fits a line takes it: narrow ones stand before wide ones.
RULES: tuple[LogRule, ...] = (
    LogRule(  # what glctl's ./finish writes
        "service-killed",
        b"runsv: ",
        r"^runsv: (?P<subject>\S+) was ended by signal 9 \(KILL\)",
        "{subject} was ended by signal 9 (KILL): by the OOM killer or somebody, not by its configuration.",
    ),
    # --- the registry does not start
    LogRule(  # B02
        "debug-port-taken",
        b"address already in use",
        r"^error listening on debug interface: listen tcp (?P<subject>\S+): bind: address already in use",
        "The address of the debug server, {subject}, is held by another process; the registry then ends.",
    ),
    LogRule(  # B02; GitLab's registry goes on without it
        "debug-port-taken",
        b"monitoring service",
        r"^(?:failed to configure|unable to start) monitoring service.*\n(?:.*\n)*?"
        r".*listen tcp (?P<subject>\S+): bind: address already in use",
        "The address for metrics and health, {subject}, is held by another process.",
        "warning",
    ),
    LogRule(  # B01
        "registry-port-taken",
        b"address already in use",
        r"^listen tcp (?P<subject>\S+): bind: address already in use",
        "The registry's address {subject} is held by another process.",
    ),
    LogRule(
        "registry-port-forbidden",
        b"bind: permission denied",
        r"^listen tcp (?P<subject>\S+): bind: permission denied",
        "The registry's user may not listen on {subject}: ports below 1024 are for root.",
    ),
    LogRule(  # B04
        "registry-address-invalid",
        b"listen tcp",
        r"^listen tcp:? (?:address |lookup )?(?P<subject>\S+?)(?: on \S+)?: (?:too many colons in address"
        r"|missing port in address|invalid port|no such host|bind: cannot assign requested address)",
        "The registry cannot listen on {subject}: that is no address of this machine, or not host:port.",
    ),
    LogRule(  # B06
        "storage-driver-unknown",
        b"StorageDriver not registered",
        r"^panic: StorageDriver not registered: (?P<subject>\S+)",
        "This build of the registry has no storage driver '{subject}'.",
    ),
    LogRule(  # B11
        "token-bundle-unreadable",
        b"root certificate",
        r"^panic: .*unable to (?P<subject>(?:open|read|parse) token auth root certificate.*)",
        "The registry cannot use the certificates that it checks tokens with: unable to {subject}.",
    ),
    LogRule(  # B11
        "token-bundle-unreadable",
        b"token signing root certificate",
        r"^panic: .*token auth requires at least one token signing root certificate",
        "The file of certificates that the registry checks tokens with holds none.",
    ),
    LogRule(  # R39
        "s3-config-invalid",
        b"panic: ",
        r"^panic: (?P<subject>invalid region provided: .*|no (?:region|bucket) parameter provided"
        r"|the \w+ .*parameter (?:should|must) be .*|invalid value for \w+ parameter: .*)",
        "The registry cannot use its S3 settings: {subject}.",
    ),
    LogRule(  # B05
        "registry-config-invalid",
        b"configuration error: ",
        r"^configuration error: (?P<subject>.*)",
        "The registry cannot use its configuration: {subject}.",
    ),
    LogRule(  # B05
        "registry-config-invalid",
        b"panic: ",
        r"^panic: (?P<subject>multiple storage drivers specified .*|.* config error: .*"
        r"|unable to configure authorization .*|unable to configure .* middleware.*)",
        "The registry cannot use its configuration: {subject}.",
    ),
    LogRule(
        "registry-config-invalid",
        b"error configuring logger",
        r"^error configuring logger: (?P<subject>.*)",
        "The registry cannot use its configuration: {subject}.",
    ),
    LogRule(
        "registry-tls-unreadable",
        b"open /",
        r"^open (?P<subject>/\S+): (?:no such file or directory|permission denied)$",
        "The registry cannot read {subject}, which it needs for TLS on its own port.",
    ),
    # --- the metadata database of GitLab's registry (its documentation; not recorded)
    LogRule(  # M01
        "database-migrations-pending",
        b"pending database migrations",
        _STEP + r"there are pending database migrations",
        "The metadata database lacks migrations of this version of the registry, which does not start.",
    ),
    LogRule(  # M05
        "database-both-marks",
        b"lockfiles present",
        _STEP + r"database-in-use and filesystem-in-use lockfiles present",
        "Storage is marked for the metadata database and for going without: the registry does not start.",
    ),
    LogRule(  # M03
        "database-not-imported",
        b"registry filesystem metadata in use",
        _STEP + r"registry filesystem metadata in use",
        "The metadata database is enabled, and the images were not imported into it.",
    ),
    LogRule(  # M04
        "database-turned-off",
        b"registry metadata database in use",
        _STEP + r"registry metadata database in use",
        "The metadata database is switched off, and it is what knows the images.",
    ),
    LogRule(  # M11
        "database-too-old",
        b"minimal supported version",
        _STEP + r"the database version is lower than the minimal supported version(?: (?P<subject>\S+))?",
        "PostgreSQL is older than this registry supports; it wants {subject}.",
    ),
    LogRule(  # M06
        "database-read-only",
        b"SQLSTATE 25006",
        _STEP + r"cannot execute .* in a read-only transaction \(SQLSTATE 25006\)",
        "The metadata database takes no changes: it is a replica, or read-only by default.",
    ),
    LogRule(  # M06
        "database-read-only",
        b"read-only mode",
        _STEP + r"the database is in read-only mode",
        "The metadata database takes no changes: it is a replica, in recovery.",
    ),
    LogRule(  # M07
        "database-not-owned",
        b"SQLSTATE 42",
        _STEP + r"(?:permission denied for schema (?P<subject>\w+) \(SQLSTATE 42501\)"
        r"|relation \S+ does not exist \(SQLSTATE 42P01\))",
        "The registry's user may not make tables in the metadata database: it does not own it.",
    ),
    LogRule(  # M08
        "database-bytea-escaped",
        b"invalid hex format",
        _STEP + r"convert field \d+ failed: invalid hex format",
        "PostgreSQL answers with bytea_output = escape, which the registry cannot read.",
    ),
    LogRule(  # M09
        "database-tags-left",
        b"tags table",
        _STEP
        + r"(?:tags table is not empty|cannot import all repositories while the tags table has entries)",
        "The import of images into the metadata database finds tags of an earlier one there.",
    ),
    LogRule(
        "database-login-refused",
        b"SQLSTATE 28",
        r"failed to connect to [`\"]?host=(?P<subject>\S+) .*\(SQLSTATE 28\w{3}\)",
        "PostgreSQL at {subject} does not let the registry in: a wrong password, or pg_hba.conf.",
    ),
    LogRule(
        "database-unreachable",
        b"failed to connect to",
        r"failed to connect to [`\"]?host=(?P<subject>\S+) ",
        "The registry cannot reach its metadata database at {subject}.",
    ),
    LogRule(  # GC4
        "garbage-job-with-database",
        b"offline garbage collection is no longer possible",
        r"^this filesystem is managed by the metadata database, and offline garbage collection is no longer",
        "Somebody collects garbage offline, which a registry with a metadata database does itself.",
        "warning",
    ),
    LogRule(
        "request-panic",
        b"http: panic serving ",
        r"^http: panic serving \S+: (?P<subject>.*)",
        "A request made the registry panic, and got no answer: {subject}.",
    ),
    LogRule(
        "registry-panic",
        b"panic: ",
        r"^panic: (?P<subject>.*)",
        "The registry ended by a panic: {subject}.",
    ),
    LogRule(
        "registry-panic",
        b"fatal error: ",
        r"^fatal error: (?P<subject>.*)",
        "The registry's runtime gave up: {subject}.",
    ),
    # --- the run script does not get as far as the registry or nginx
    LogRule(
        "service-user-unknown",
        b"unknown user/group",
        r"^chpst: fatal: unknown user/group: (?P<subject>.*)",
        "The user or group that the service should run as, {subject}, does not exist.",
    ),
    LogRule(
        "service-program-missing",
        b"chpst: fatal: unable to run",
        r"^chpst: fatal: unable to run: (?P<subject>.*): file does not exist",
        "The program of the service, {subject}, is not installed.",
    ),
    LogRule(
        "service-program-missing",
        b"exec: ",
        r"^\S+: \d+: exec: (?P<subject>\S+): not found",
        "The program of the service, {subject}, is not installed.",
    ),
    LogRule(
        "service-program-missing",
        b": No such file or directory",
        r"^\S+: line \d+: (?P<subject>\S+): No such file or directory",
        "The program of the service, {subject}, is not installed.",
    ),
    LogRule(
        "service-directory-missing",
        b"chpst: fatal: unable to switch to directory",
        r"^chpst: fatal: unable to switch to directory: (?P<subject>.*): file does not exist",
        "A directory that the service starts with, {subject}, is missing.",
    ),
    # --- storage on a file system
    LogRule(  # R01
        "storage-permission-denied",
        b"permission denied",
        _PATH + r"permission denied",
        "The registry's user may not write {subject}.",
    ),
    LogRule(  # R58
        "storage-no-space",
        b"no space left on device",
        _PATH + r"no space left on device",
        "The file system of {subject} has no space or no inodes left.",
    ),
    LogRule(  # R58; the words are Go's for EDQUOT
        "storage-no-space",
        b"disk quota exceeded",
        _PATH + r"disk quota exceeded",
        "The disk quota for {subject} is used up.",
    ),
    LogRule(  # R60
        "storage-read-only",
        b"read-only file system",
        _PATH + r"read-only file system",
        "The file system of {subject} is mounted read-only.",
    ),
    LogRule(
        "storage-not-a-directory",
        b"not a directory",
        _PATH + r"not a directory",
        "{subject} cannot be made: what should be a directory above it is a file.",
    ),
    LogRule(  # the words are Go's for EIO
        "storage-io-error",
        b"input/output error",
        _PATH + r"input/output error",
        "The disk below {subject} fails to read or write.",
    ),
    LogRule(
        "too-many-open-files",
        b"too many open files",
        r"^http: Accept error: .*: too many open files|" + _PATH + "too many open files",
        "The registry has used up its limit of open files.",
    ),
    LogRule(
        "too-many-open-files",
        b"(24: Too many open files)",
        r"^\w+\(\) .*\(24: Too many open files\)",
        "nginx has used up its limit of open files.",
    ),
    LogRule(  # B13
        "upload-secret-mismatch",
        b"invalid secret",
        r"^error resolving upload: invalid secret",
        "An upload was begun on a registry with another http.secret, or before the secret changed.",
    ),
    LogRule(  # B14
        "upload-unknown",
        b"blob upload unknown",
        r"^(?:error resolving upload: )?blob upload unknown",
        "A client went on with an upload that this registry does not know: of another one, or purged.",
        "warning",
    ),
    LogRule(  # R54
        "upload-cut",
        b"unexpected EOF",
        _STEP + r"unexpected EOF$",
        "An upload ended half-way: the client went away, or a proxy cut it.",
        "warning",
    ),
    LogRule(
        "registry-unhealthy",
        b"HTTP 503",
        r"^HTTP 503$",
        "The registry answers 503: its health check of the storage has failed, and it logs no reason.",
    ),
    # --- tokens. Upstream's words, then those of GitLab's registry (read in its code, not recorded)
    LogRule(  # R07, R08
        "token-untrusted-key",
        b"token signed by untrusted key",
        r"^token signed by untrusted key with ID: \"(?P<subject>[^\"]*)\"",
        "GitLab signs tokens with a key ({subject}) whose certificate the registry does not have.",
    ),
    LogRule(
        "token-untrusted-key",
        b"error verifying that signing key is trusted",
        _STEP + r"error verifying that signing key is trusted",
        "GitLab signs tokens with a key whose certificate the registry does not have.",
    ),
    LogRule(  # R07
        "token-without-key-id",
        b"unable to get token signing key",
        r"^unable to get token signing key",
        "A token does not name the key that signed it (kid, x5c or jwk): GitLab did not make it.",
    ),
    LogRule(
        "token-signature-invalid",
        b"unable to verify token signature",
        _STEP + r"unable to verify token signature",
        "A token names the right key but was signed by another, or was altered on its way.",
    ),
    LogRule(  # R09
        "token-wrong-issuer",
        b"token from untrusted issuer",
        _STEP + r"token from untrusted issuer(?:: \"(?P<subject>[^\"]*)\")?",
        "GitLab and the registry disagree on the issuer; the token's is '{subject}'.",
    ),
    LogRule(  # R10
        "token-wrong-audience",
        b"token intended for another audience",
        _STEP + r"token intended for another audience(?:: \"?(?P<subject>[^\"]*)\"?)?",
        "A token was made for another service; its audience is '{subject}'.",
    ),
    LogRule(  # R11
        "token-not-yet-valid",
        b"token not to be used before",
        r"^token not to be used before (?P<subject>.*? UTC) - currently",
        "GitLab's clock is more than a minute ahead of the registry's: a token is valid from {subject}.",
    ),
    LogRule(
        "token-not-yet-valid",
        b"token used before time",
        _STEP + r"token used before time",
        "GitLab's clock is more than a minute ahead of the registry's.",
    ),
    LogRule(  # R14
        "token-expired",
        b"token not to be used after",
        r"^token not to be used after (?P<subject>.*? UTC) - currently",
        "A token was used after it had expired ({subject}): a long push, or GitLab's clock is behind.",
        "warning",
    ),
    LogRule(
        "token-expired",
        b"token has expired",
        _STEP + r"token has expired",
        "A token was used after it had expired: a long push, or GitLab's clock is behind.",
        "warning",
    ),
    LogRule(
        "token-malformed",
        b"malformed token",
        r"^error authorizing context: malformed token",
        "A client sent something that is not a token, or a proxy replaced the Authorization header.",
        "warning",
    ),
    LogRule(  # R16
        "token-insufficient-scope",
        b"insufficient scope",
        r"^error authorizing context: insufficient scope",
        "GitLab granted a user less than the request needs: a missing scope or role.",
        "info",
    ),
    # --- S3
    LogRule(  # R51
        "s3-acl-refused",
        b"AccessControlListNotSupported",
        _S3 + r"AccessControlListNotSupported\b",
        "The bucket takes no access control lists, and the registry sends one with each object.",
    ),
    LogRule(  # R52
        "s3-kms-denied",
        b"s3",
        _S3 + r"(?:KMS\.\w+|AccessDenied\b.*\bkms:\w+)",
        "The registry's key may not use the key of KMS that objects are encrypted with.",
    ),
    LogRule(  # R49
        "s3-checksum-refused",
        b"s3",
        _DRIVER
        + r"operation error S3: .*(?:XAmzContentSHA256Mismatch|BadDigest|x-amz-checksum|x-amz-sdk-checksum"
        r"|DeleteObjects,.* InvalidRequest\b)",
        "The object store does not take the checksums that the registry sends.",
    ),
    LogRule(  # R30 to R37
        "s3-access-denied",
        b"AccessDenied",
        _S3 + r"AccessDenied\b",
        "S3 denies the registry's key an action that it needs.",
    ),
    LogRule(  # R41
        "s3-access-key-unknown",
        b"InvalidAccessKeyId",
        _S3 + r"InvalidAccessKeyId\b",
        "S3 does not know the registry's access key.",
    ),
    LogRule(  # R42
        "s3-signature-mismatch",
        b"SignatureDoesNotMatch",
        _S3 + r"SignatureDoesNotMatch\b",
        "S3 knows the access key, but the secret key is another one.",
    ),
    LogRule(  # R40
        "s3-bucket-missing",
        b"NoSuchBucket",
        _S3 + r"NoSuchBucket\b",
        "The registry's bucket does not exist at this endpoint.",
    ),
    LogRule(  # R13
        "s3-clock-skewed",
        b"RequestTimeTooSkewed",
        _S3 + r"RequestTimeTooSkewed\b",
        "This machine's clock is more than 15 minutes away from S3's.",
    ),
    LogRule(  # R38
        "s3-region-wrong",
        b"AuthorizationHeaderMalformed",
        _S3 + r"AuthorizationHeaderMalformed\b(?:.*expecting '(?P<subject>[\w-]+)')?",
        "The configured region is not the bucket's; S3 expects '{subject}'.",
    ),
    LogRule(  # R38
        "s3-region-wrong",
        b"BucketRegionError",
        _S3 + r"BucketRegionError\b(?:.*bucket is in '(?P<subject>[\w-]+)')?",
        "The configured region is not the bucket's, which is in '{subject}'.",
    ),
    LogRule(  # R38, as version 2 of the SDK says it
        "s3-region-wrong",
        b"PermanentRedirect",
        _S3 + r"PermanentRedirect\b",
        "The bucket is not in the configured region, or not at this endpoint.",
    ),
    LogRule(
        "s3-token-invalid",
        b"InvalidToken",
        _S3 + r"InvalidToken\b",
        "The registry's session token does not belong to its S3 access key.",
    ),
    LogRule(  # R43
        "s3-token-expired",
        b"ExpiredToken",
        _S3 + r"ExpiredToken\b",
        "The registry's S3 credentials were temporary and have expired.",
    ),
    LogRule(  # R44
        "s3-no-credentials",
        b"NoCredentialProviders",
        _S3 + r"NoCredentialProviders\b",
        "The registry has no S3 credentials; no keys are configured, and this machine has no role.",
    ),
    LogRule(  # R44, as version 2 of the SDK says it
        "s3-no-credentials",
        b"no EC2 IMDS role found",
        _DRIVER + r".*\bno EC2 IMDS role found",
        "The registry has no S3 credentials; no keys are configured, and this machine has no role.",
    ),
    LogRule(  # R50
        "s3-not-implemented",
        b"NotImplemented",
        _S3 + r"NotImplemented\b",
        "The object store does not know a header that the registry sends.",
    ),
    LogRule(  # R53
        "s3-throttled",
        b"SlowDown",
        _S3 + r"SlowDown\b",
        "S3 asks the registry to send fewer requests.",
        "warning",
    ),
    LogRule(  # R55
        "s3-endpoint-not-s3",
        b"SerializationError",
        _S3 + r"SerializationError\b",
        "What answers at the S3 endpoint is not S3: a proxy or a web page.",
    ),
    LogRule(  # R55, as version 2 of the SDK says it
        "s3-endpoint-not-s3",
        b"deserialization failed",
        _DRIVER + r"operation error S3: .*\bdeserialization failed\b",
        "What answers at the S3 endpoint is not S3: a proxy or a web page.",
    ),
    LogRule(
        "s3-tls-untrusted",
        b"x509: ",
        _DRIVER + r"operation error S3: .*\brequest send failed, .*x509: (?P<subject>.*)",
        "The registry does not accept the certificate of the S3 endpoint: {subject}.",
    ),
    LogRule(  # R45
        "s3-unreachable",
        b"request send failed, ",
        _DRIVER + r"operation error S3: .*\brequest send failed, .*: (?P<subject>(?:dial|read) tcp.*)",
        "The registry cannot reach the S3 endpoint: {subject}.",
    ),
    LogRule(
        "s3-tls-untrusted",
        b"x509: ",
        r"s3aws: RequestError: send request failed\n.*x509: (?P<subject>.*)",
        "The registry does not accept the certificate of the S3 endpoint: {subject}.",
    ),
    LogRule(  # R45
        "s3-unreachable",
        b"s3aws: RequestError",
        r"s3aws: RequestError: send request failed(?:\n.*?: (?P<subject>(?:dial|read) tcp.*))?",
        "The registry cannot reach the S3 endpoint: {subject}.",
    ),
    # --- what else the registry talks to
    LogRule(
        "redis-password-wrong",
        b"redis",
        r"^(?:error connecting to redis instance \S+|redis: error connecting): "
        r"(?P<subject>(?:NOAUTH|WRONGPASS|ERR (?:AUTH|invalid password)).*)",
        "Redis refuses the registry's password, and the registry works without its cache: {subject}.",
        "warning",
    ),
    LogRule(
        "redis-unreachable",
        b"redis",
        r"^(?:error connecting to redis instance \S+|redis: error connecting): (?P<subject>.*)",
        "The registry cannot reach Redis and works without its cache: {subject}.",
        "warning",
    ),
    LogRule(  # Z02
        "notification-failing",
        b"httpSink{",
        r"^retryingsink: error writing events: httpSink\{(?:\w+://)?(?:[^@}]*@)?(?P<subject>[^}?]*)",
        "Notifications to {subject} fail; events are retried, then lost.",
        "warning",
    ),
    # --- nginx
    LogRule(  # R20, R21
        "nginx-upstream-refused",
        b"while connecting to upstream",
        r"^connect\(\) (?:to unix:\S+ )?failed \((?P<subject>\d+: [^)]*)\) while connecting to upstream",
        "nginx finds nobody at the registry's address ({subject}): it is down, or listens elsewhere.",
    ),
    LogRule(
        "nginx-upstream-refused",
        b"while connecting to upstream",
        r"^no live upstreams while connecting to upstream",
        "nginx finds nobody at the registry's addresses: it is down, or listens elsewhere.",
    ),
    LogRule(
        "nginx-upstream-closed",
        b"upstream prematurely closed connection",
        r"^upstream prematurely closed connection (?P<subject>while [\w ]+)",
        "The registry ended a connection of nginx without an answer, {subject}: it ended, or panicked.",
    ),
    LogRule(
        "nginx-upstream-closed",
        b"(104: Connection reset by peer)",
        r"^\w+\(\) failed \(104: Connection reset by peer\) (?P<subject>while [\w ]*upstream)",
        "The registry ended a connection of nginx without an answer, {subject}: it ended, or panicked.",
    ),
    LogRule(
        "nginx-temporary-files",
        b" failed (",
        # In numbered files, and directories of them (ngx_create_temp_file).
        r"^\w+\(\) \"(?P<subject>/[^\"]*?)/[0-9/]+\" failed \((?:2|13|28|30|122): [^)]*\)(?! while)",
        "nginx cannot write {subject}, where it keeps what does not fit into memory.",
    ),
    LogRule(
        "proxy-rate-limited",
        b"limiting ",
        r"^limiting (?:requests|connections)(?:, excess: \S+)? by zone \"(?P<subject>[^\"]*)\"",
        "nginx turns clients away, since they ask more often than its zone {subject} allows.",
        "warning",
    ),
    LogRule(
        "proxy-refuses",
        b"access forbidden by rule",
        r"^access forbidden by rule",
        "nginx turns clients away by a rule of its own (allow and deny).",
        "warning",
    ),
    LogRule(  # N02
        "nginx-upstream-timeout",
        b"upstream timed out",
        r"^upstream timed out \(110: Connection timed out\) (?P<subject>while [\w ]+)",
        "The registry did not answer nginx in time, {subject}.",
    ),
    LogRule(  # nginx speaks https to a registry that speaks http
        "nginx-upstream-tls",
        b"while SSL handshaking to upstream",
        r"^(?:SSL_do_handshake\(\)|peer closed connection in SSL) .*while SSL handshaking to upstream",
        "nginx and the registry do not agree on TLS between them.",
    ),
    LogRule(  # N01
        "nginx-body-too-large",
        b"client intended to send too large body",
        r"^client intended to send too large (?:chunked )?body(?:: (?P<subject>\d+) bytes)?",
        "nginx refused an upload of {subject} bytes, larger than client_max_body_size.",
    ),
    LogRule(  # N04
        "nginx-connections-exhausted",
        b"worker_connections are not enough",
        r"^(?P<subject>\d+) worker_connections are not enough",
        "nginx has used up its {subject} worker_connections and drops clients.",
    ),
    LogRule(
        "nginx-port-taken",
        b"bind() to ",
        r"^bind\(\) to (?P<subject>\S+) failed \(98: Address already in use\)",
        "nginx's address {subject} is held by another process.",
    ),
    LogRule(
        "nginx-port-forbidden",
        b"bind() to ",
        r"^bind\(\) to (?P<subject>\S+) failed \(13: Permission denied\)",
        "nginx may not listen on {subject}: ports below 1024 are for root.",
    ),
    LogRule(  # R29
        "nginx-certificate-unusable",
        b"SSL",
        r"^(?:cannot load certificate(?: key)? \"|SSL_CTX_use_PrivateKey\(\")(?P<subject>[^\"]*)\"",
        "nginx cannot use {subject}: it is missing, or damaged, or the key is another certificate's.",
    ),
    LogRule(
        "nginx-config-invalid",
        b" in /",
        r"^(?P<subject>(?:unknown |unexpected |invalid |duplicate |host not found|no |\"\w+\" directive )"
        r".* in /\S+:\d+)$",
        "nginx cannot use its configuration: {subject}.",
    ),
    # --- GitLab itself (gitlab-rails), about the registry: its code and documentation, not recorded
    LogRule(  # R19; the words of production.log, then those of newer versions
        "login-address-banned",
        b"Rack_Attack",
        r"^Rack_Attack: (?:blacklist|blocklist|throttle) (?P<subject>\S+) [A-Z]+ \S*/jwt/auth",
        "GitLab refuses logins from {subject} after too many failed ones: all of them, if that is a proxy.",
        "warning",
    ),
    LogRule(  # R18, R10
        "gitlab-registry-disabled",
        b"/jwt/auth 404",
        r"^GET /jwt/auth 404$",
        "GitLab gives out no tokens: it offers no registry, or does not know this service's name.",
    ),
    LogRule(  # R15
        "login-refused",
        b"/jwt/auth 401",
        r"^GET /jwt/auth 401$",
        "GitLab did not accept a user's password or token.",
        "info",
    ),
    LogRule(
        "login-without-rights",
        b"/jwt/auth 403",
        r"^GET /jwt/auth 403$",
        "GitLab gave a user no token: no credentials arrived, or their owner may not use the registry.",
        "info",
    ),
    LogRule(  # R16
        "token-insufficient-scope",
        b"Denied container registry permissions",
        r"^Denied container registry permissions",
        "GitLab granted a user less than the request needs: a missing scope or role.",
        "info",
    ),
    LogRule(  # G01
        "gitlab-api-url-wrong",
        b"Failed to open TCP connection",
        r"^(?:.*[:(] ?)?Failed to open TCP connection to (?P<subject>[^\s)]+)",
        "GitLab cannot reach the registry at {subject}, where it looks for it.",
    ),
    LogRule(  # G02
        "gitlab-api-url-wrong",
        b"Faraday::SSLError",
        r"^Faraday::SSLError",
        "GitLab does not accept the registry's certificate where it looks for it.",
    ),
    LogRule(  # G04
        "token-key-unusable",
        b"gitlab-registry.key",
        r"No such file or directory .*(?P<subject>/\S*gitlab-registry\.key)",
        "GitLab cannot sign tokens: {subject} is missing.",
    ),
)

NOISE: tuple[NoiseRule, ...] = (
    NoiseRule(
        b"while SSL handshaking",
        r"^(?:SSL_do_handshake\(\) failed|peer closed connection in SSL handshake) .*while SSL handshaking$",
        "A client that does not speak our TLS, a port scanner for one.",
    ),
    NoiseRule(
        b"response completed with error",
        r"^HTTP 4\d\d$",
        "The client asked for what is not there (before each first push, for one), or made a mistake.",
    ),
    NoiseRule(
        b"authorization token required",
        r"^error authorizing context: authorization token required",
        "A client's first request comes without a token; the answer tells it where to get one.",
    ),
    NoiseRule(
        b"error authorizing context: invalid token",
        r"^error authorizing context: invalid token",
        "The line before it has the reason, and a rule of its own.",
    ),
    NoiseRule(
        b"No HTTP secret provided",
        r"^No HTTP secret provided",
        "It matters only where several registries share one storage.",
    ),
    NoiseRule(
        b"encountered too many errors, backing off",
        r"^httpSink\{",
        "The line before it has the reason, and a rule of its own.",
    ),
    NoiseRule(
        b"still could not bind()",
        r"^still could not bind\(\)$",
        "The line before it has the reason, and a rule of its own.",
    ),
    NoiseRule(
        b"HTTP 50",
        r"^HTTP 50[024]$",
        "A line beside it, of the registry or in nginx's error.log, has the reason.",
    ),
)
