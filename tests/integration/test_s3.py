"""The doctor's checks of S3 against moto with IAM enforced: each action denied is found as the one cause.

The registry itself is not needed for them, but for the redirects, which moto does not serve once it asks for
rights: tests/faults/doctor has these.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from servers import free_port, wait_until
from servers_s3 import BUCKET, ON_BUCKET, ON_OBJECTS, Canned, injecting, moto

from glctl.doctor.checks import s3
from glctl.doctor.facts import Facts, Options
from glctl.doctor.observed import Observed
from glctl.doctor.runner import examine
from glctl.findings.formats import to_json
from glctl.paths import Root
from glctl.secret import wrap
from glctl.settings.platform import DEBIAN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servers_s3 import Moto

OWN = "reg/docker/registry/v2/glctl-doctor/"
WRITE, READ_ONLY = Options(write=True), Options(read_only=True)


@pytest.fixture(scope="module")
def server() -> Iterator[Moto]:
    with tempfile.TemporaryDirectory(prefix="glctl-moto-") as folder, moto(Path(folder)) as running:
        yield running


def observed(
    server: Moto, environment: dict[str, str] | None = None, driver: str = "s3", **settings: Any
) -> Observed:
    """A registry whose images lie in the server's bucket."""
    written = {
        "accesskey": server.access_key,
        "secretkey": server.secret_key,
        "bucket": server.bucket,
        "region": server.region,
        "regionendpoint": server.endpoint,
        "rootdirectory": "/reg",
        **settings,
    }
    storage = {driver: {key: value for key, value in written.items() if value is not None}}
    config = wrap({"storage": {**storage, "redirect": {"disable": True}}, "http": {"addr": "127.0.0.1:1"}})
    return Observed(
        Root(), DEBIAN, "disk", "/config.yml", config, run_as="", environment=wrap(environment or {})
    )


def doctor(seen: Observed, options: Options = Options()) -> dict[str, Any]:  # noqa: B008 - frozen
    with Facts(seen, options) as facts:
        report: dict[str, Any] = json.loads(to_json(examine("registry", s3.CHECKS, facts, lambda _: None)))
    return report


def outcomes(report: dict[str, Any]) -> dict[str, str]:
    return {check["name"]: check["outcome"] for check in report["checks"]}


def left(server: Moto, bucket: str = BUCKET) -> tuple[int, int]:
    """How many objects (with versions and delete markers) and uploads a bucket holds."""
    with server.lifted():
        client = server.client()
        found = client.list_object_versions(Bucket=bucket)
        uploads = client.list_multipart_uploads(Bucket=bucket).get("Uploads", ())
    return len(found.get("Versions", ())) + len(found.get("DeleteMarkers", ())), len(uploads)


@pytest.mark.parametrize("options", [Options(), WRITE, READ_ONLY])
def test_all_is_well_and_nothing_stays(server: Moto, options: Options) -> None:
    report = doctor(observed(server), options)
    assert report["root_causes"] == []
    assert left(server) == (0, 0)
    tried = {name for name, outcome in outcomes(report).items() if outcome == "ok"}
    assert ("s3-create-upload" in tried) is not options.read_only
    assert ("s3-policy" in tried) is options.write


# What each permission's lack is called, and where only --write shows it.
DENIED = {
    "s3:ListBucket": "s3-list-denied",
    "s3:ListBucketMultipartUploads": "s3-list-uploads-denied",
    "s3:PutObject": "s3-put-denied",
    "s3:GetObject": "s3-get-denied",
    "s3:ListMultipartUploadParts": "s3-list-parts-denied",
    "s3:AbortMultipartUpload": "s3-abort-denied",
    "s3:DeleteObject": "s3-delete-denied",
}


@pytest.mark.parametrize(("action", "code"), DENIED.items())
def test_an_action_that_is_denied_is_the_one_cause_with_the_statement_that_allows_it(
    server: Moto, action: str, code: str
) -> None:
    with server.denied(action):
        report = doctor(observed(server), WRITE)
        by_default = doctor(observed(server))
    assert report["root_causes"] == [code]
    assert by_default["root_causes"] == ([] if action == "s3:DeleteObject" else [code])
    assert outcomes(by_default)["s3-delete"] in ("not_tried", "not_run")
    remedy = next(f for f in report["findings"] if f["code"] == code)["remedy"]
    [statement] = json.loads(remedy[remedy.index("{") :])["Statement"]
    assert statement["Action"] == [action]
    assert statement["Resource"] == f"arn:aws:s3:::{BUCKET}" + (
        "" if action in ON_BUCKET else "/reg/docker/*"
    )
    doctor(observed(server), WRITE)  # removes what a denied abort or delete has left
    assert left(server) == (0, 0)


def test_two_that_are_denied_are_both_named(server: Moto) -> None:
    with server.denied("s3:GetObject", "s3:AbortMultipartUpload"):
        assert set(doctor(observed(server))["root_causes"]) == {"s3-get-denied", "s3-abort-denied"}
    doctor(observed(server))


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"accesskey": "AKIANOBODYKNOWSTHIS0"}, "s3-access-key-unknown"),
        ({"secretkey": "PLANTED-wrong-secret"}, "s3-signature-mismatch"),
        ({"bucket": "nobodys"}, "s3-bucket-missing"),
        ({"region": "us-west-2"}, "s3-region-wrong"),
        ({"bucket": "images/reg"}, "s3-config-invalid"),
    ],
)
def test_settings_that_s3_refuses(server: Moto, settings: dict[str, str], code: str) -> None:
    report = doctor(observed(server, **settings))
    assert report["root_causes"] == [code]
    assert "PLANTED" not in json.dumps(report)


def test_an_endpoint_where_nobody_listens(server: Moto) -> None:
    report = doctor(observed(server, regionendpoint=f"http://127.0.0.1:{free_port()}"))
    assert report["root_causes"] == ["s3-unreachable"]


def test_an_endpoint_that_speaks_no_tls(server: Moto) -> None:
    report = doctor(observed(server, regionendpoint=server.endpoint.replace("http:", "https:")))
    assert report["root_causes"] == ["s3-scheme-wrong"]
    assert f"['regionendpoint'] = '{server.endpoint}'" in report["findings"][0]["remedy"]


ELSEWHERE = {"x-amz-bucket-region": "us-west-2"}
MALFORMED = "<Region>us-west-2</Region>"
KMS = {"encrypt": True, "keyid": "key-1"}
WRITES = ("POST", "?uploads")


@pytest.mark.parametrize(
    ("canned", "settings", "code"),
    [
        (Canned("GET", "prefix=reg", 301, "PermanentRedirect", headers=ELSEWHERE), {}, "s3-region-wrong"),
        (Canned("GET", "", 400, "AuthorizationHeaderMalformed", MALFORMED), {}, "s3-region-wrong"),
        (Canned("GET", "", 400, "ExpiredToken"), {}, "s3-token-expired"),
        (Canned("GET", "", 400, "InvalidToken"), {}, "s3-token-invalid"),
        (Canned("GET", "", 403, "RequestTimeTooSkewed"), {}, "s3-clock-skewed"),
        (Canned("GET", "", 503, "SlowDown"), {}, "s3-throttled"),
        (Canned("GET", "", 503, "SlowDown", times=1), {}, "s3-throttled"),
        (Canned("GET", "list-type=2", 501, "NotImplemented"), {}, "s3-not-implemented"),
        (Canned("HEAD", "absent", 403, ""), {}, ""),  # nothing is there: HEAD tells nothing
        (Canned(*WRITES, 400, "AccessControlListNotSupported", if_header="x-amz-acl"), {}, "s3-acl-refused"),
        (Canned(*WRITES, 501, "NotImplemented", if_header="x-amz-storage-class"), {}, "s3-not-implemented"),
        (
            Canned(*WRITES, 403, "AccessDenied", if_header="x-amz-server-side-encryption"),
            KMS,
            "s3-kms-denied",
        ),
        (Canned(*WRITES, 400, "KMS.DisabledException"), {}, "s3-kms-denied"),
        (Canned("DELETE", "uploadId", 403, "AccessDenied"), {}, "s3-abort-denied"),
    ],
)
def test_answers_of_amazon_that_moto_does_not_give(
    server: Moto, canned: Canned, settings: dict[str, Any], code: str
) -> None:
    with injecting(server.endpoint) as front, front.answering(canned):
        report = doctor(observed(server, regionendpoint=front.endpoint, **settings))
    assert report["root_causes"] == ([code] if code else [])
    doctor(observed(server))


def test_a_store_that_does_not_take_checksums(server: Moto) -> None:
    """GitLab's driver s3_v2 sends them, which moto takes."""
    assert doctor(observed(server, driver="s3_v2"), WRITE)["root_causes"] == []
    canned = Canned("PUT", "/put", 400, "InvalidRequest", if_header="x-amz-checksum-crc32")
    with injecting(server.endpoint) as front, front.answering(canned):
        seen = observed(server, driver="s3_v2", regionendpoint=front.endpoint)
        report = doctor(seen, WRITE)
    assert report["root_causes"] == ["s3-checksum-refused"], report
    finding = next(each for each in report["findings"] if each["code"] == "s3-checksum-refused")
    assert finding["remedy"] == "registry['storage']['s3_v2']['checksum_disabled'] = true"


def test_a_put_without_the_right_to_copy_or_complete(server: Moto) -> None:
    copy = Canned("PUT", "/copy", 403, "AccessDenied")
    complete = Canned("POST", "complete?uploadId", 403, "AccessDenied")
    with injecting(server.endpoint) as front, front.answering(copy, complete):
        report = doctor(observed(server, regionendpoint=front.endpoint), WRITE)
    assert set(report["root_causes"]) == {"s3-copy-denied", "s3-complete-denied"}
    assert left(server) == (0, 0)


def test_credentials_of_the_environment_and_of_a_profile(server: Moto, tmp_path: Path) -> None:
    keys = {"accesskey": None, "secretkey": None}
    variables = {"AWS_ACCESS_KEY_ID": server.access_key, "AWS_SECRET_ACCESS_KEY": server.secret_key}
    assert doctor(observed(server, variables, **keys))["root_causes"] == []
    lines = [f"{name.lower()} = {value}" for name, value in variables.items()]
    (tmp_path / "credentials").write_text("\n".join(["[images]", *lines]))
    profile = {"AWS_PROFILE": "images", "AWS_SHARED_CREDENTIALS_FILE": f"{tmp_path}/credentials"}
    report = doctor(observed(server, profile, **keys))
    assert report["root_causes"] == []
    said = next(check["because"] for check in report["checks"] if check["name"] == "s3-credentials")
    assert said == f"lasting, from the profile images in {tmp_path}/credentials"
    for shown in (json.dumps(report), said):
        assert server.access_key not in shown
        assert server.secret_key not in shown


def test_no_credentials_at_all(server: Moto) -> None:
    nowhere = {"AWS_EC2_METADATA_DISABLED": "true", "HOME": "/nonexistent"}
    report = doctor(observed(server, nowhere, accesskey=None, secretkey=None))
    assert report["root_causes"] == ["s3-no-credentials"]


def test_nothing_is_made_by_default_in_a_bucket_that_keeps_versions(server: Moto) -> None:
    with server.lifted():
        server.make_bucket("versioned")
        server.client().put_bucket_versioning(
            Bucket="versioned", VersioningConfiguration={"Status": "Enabled"}
        )
    seen = observed(server, bucket="versioned")
    assert doctor(seen)["root_causes"] == []
    assert left(server, "versioned") == (0, 0)
    report = doctor(seen, WRITE)
    note = next(check["because"] for check in report["checks"] if check["name"] == "s3-delete")
    assert "the bucket keeps 4 versions" in note
    assert left(server, "versioned")[1] == 0


def test_what_a_killed_run_has_left_is_swept_by_the_next(server: Moto) -> None:
    """A process that begins an upload and an object under its own name, and is killed."""
    script = """
import sys
from glctl.clients.http import Client
from glctl.clients.s3 import Bucket, Credentials, Store
from glctl.doctor import s3_trial
from glctl.doctor.s3_settings import S3Settings
from glctl.secret import Secret
endpoint, key, secret = sys.argv[1:]
bucket = Bucket("images", endpoint, "eu-central-1", path_style=True)
store = Store(Client(), bucket, Credentials(Secret(key), Secret(secret)))
own = s3_trial._own(S3Settings("s3", bucket, "reg/"))
assert store.send("PUT", own + "put", body=b"x").ok
assert store.send("POST", own + "upload", query={"uploads": ""}).ok
print("begun", flush=True)
sys.stdin.read()
"""
    command = [sys.executable, "-c", script, server.endpoint, server.access_key, server.secret_key]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=dict(os.environ))
    assert process.stdout
    assert process.stdout.readline() == b"begun\n"
    doctor(observed(server), WRITE)
    assert left(server) == (1, 1)  # it is at work
    process.kill()
    process.communicate()
    wait_until(lambda: not Path(f"/proc/{process.pid}").exists(), "it is gone")
    doctor(observed(server))
    assert left(server) == (1, 0)  # by default no object is deleted
    doctor(observed(server), WRITE)
    assert left(server) == (0, 0)


def test_every_documented_permission_is_tried(server: Moto) -> None:
    assert set(DENIED) | {"s3:GetBucketLocation"} == {*ON_BUCKET, *ON_OBJECTS}
    with server.denied("s3:GetBucketLocation"):  # the registry never asks for it
        assert doctor(observed(server), WRITE)["root_causes"] == []
