"""registry['storage']; its errors are also in test_sense.py."""

import pytest

LINE = 1


@pytest.fixture
def told(configure):
    """Severity, code, message and hint of what is said of a storage, whose line is the first."""

    def told_of(storage: str, more: str = ""):
        found = configure(f"registry['storage'] = {{ {storage} }}\n{more}").diagnostics
        assert all(d.span.line == LINE for d in found)
        return [(d.severity, d.code, d.message.removeprefix("registry['storage']"), d.hint) for d in found]

    return told_of


@pytest.mark.parametrize(
    "storage",
    [
        "'s3' => { 'bucket' => 'b', 'region' => 'r', 'regionendpoint' => 'http://minio:9000' }",
        "'s3_v2' => { 'bucket' => 'b', 'region' => 'r', 'pathstyle' => true, 'loglevel' => 'logretries' }",
        "s3aws: { bucket: 'b', region: 'r' }, redirect: { disable: true }",
        "'azure' => { 'accountname' => 'a', 'accountkey' => 'k', 'container' => 'c' }",
        "'azure_v2' => { 'credentials_type' => 'client_secret', 'tenant_id' => 't', 'container' => 'c' }",
        "'gcs' => { 'bucket' => 'b', 'keyfile' => '/k.json' }",
        "'swift' => { 'username' => 'u', 'password' => 'p', 'authURL' => 'https://k', 'container' => 'c' }",
        "'oss' => { 'accesskeyid' => 'i', 'accesskeysecret' => 's', 'region' => 'r', 'bucket' => 'b' }",
        "'filesystem' => { 'rootdirectory' => '/s' }, 'maintenance' => { 'readonly' => { 'enabled' => 1 } }",
        "'inmemory' => {}, 'cache' => { 'blobdescriptor' => 'redis' }, 'delete' => { 'enabled' => false }",
    ],
)
def test_what_a_driver_knows_is_left_alone(told, storage) -> None:
    assert told(storage) == []


@pytest.mark.parametrize(
    ("storage", "message", "hint"),
    [
        ("'s3' => { 'bucket' => 'b' }", "['s3'] has no 'region'", "'region' => 'eu-central-1'"),
        ("'s3' => { 'bucket' => '', 'region' => 'r' }", "['s3'] has no 'bucket'", "'bucket' => 'images'"),
        ("'azure' => { 'accountname' => 'a' }", "['azure'] has no 'container'", "'container' => 'images'"),
        ("'gcs' => {}", "['gcs'] has no 'bucket'", "'bucket' => 'images'"),
        (
            "'swift' => { 'username' => 'u', 'password' => 'p', 'authurl' => 'a' }",
            "['swift'] has no 'container'",
            "'container' => 'images'",
        ),
    ],
)
def test_what_a_driver_needs_is_missed(told, storage, message, hint) -> None:
    why = ": the registry would not start."
    assert told(storage) == [("warning", "storage-key-missing", message + why, f"Add: {hint}")]


def test_the_filesystem_driver_s_own_directory_is_named(told) -> None:
    [(severity, code, message, hint)] = told("'filesystem' => {}")
    assert (severity, code) == ("warning", "storage-key-missing")
    assert message == "['filesystem'] has no 'rootdirectory': images would lie in /var/lib/registry."
    assert hint.startswith("Say where: 'rootdirectory' => '/")


def test_the_environment_may_hold_what_a_driver_needs(told) -> None:
    more = "registry['env'] = { 'REGISTRY_STORAGE_S3_REGION' => 'r', 'REGISTRY_STORAGE_S3_BUCKET' => 'b' }"
    assert told("'s3' => {}", more) == []


@pytest.mark.parametrize(
    ("storage", "key", "hint"),
    [
        (
            "'s3' => { 'bucket' => 'b', 'region' => 'r', 'regionendpoints' => 'x' }",
            "['s3'] has no key 'region",
            "endpoint'?",
        ),
        (
            "'inmemory' => {}, 'delete' => { 'enable' => true }",
            "['delete'] has no key 'enable'",
            "'enabled'?",
        ),
        (
            "'inmemory' => {}, 'cache' => { 'blobdescriptors' => 'x' }",
            "['cache'] has no key 'blob",
            "descriptor'?",
        ),
    ],
)
def test_a_key_that_is_not_read_gets_the_nearest_offered(told, storage, key, hint) -> None:
    [(severity, code, message, offered)] = told(storage)
    assert (severity, code) == ("warning", "unknown-key")
    assert message.startswith(key)
    assert offered.endswith(hint)


def test_a_key_of_gitlab_s_own_object_storage_is_translated(told) -> None:
    storage = "'s3' => { 'bucket' => 'b', 'region' => 'r', 'provider' => 'AWS', 'aws_access_key_id' => 'x' }"
    assert [(code, message, hint) for _, code, message, hint in told(storage)] == [
        (
            "rails-storage-key",
            "['s3'] has 'provider', a word of GitLab's own object storage.",
            "The driver's own name says it: 's3' for AWS, 'gcs' for Google, 'azure' for AzureRM.",
        ),
        (
            "rails-storage-key",
            "['s3'] has 'aws_access_key_id', a word of GitLab's own object storage.",
            "It is 'accesskey' in 's3'.",
        ),
    ]


def test_a_whole_block_of_gitlab_s_own_object_storage_is_translated(told) -> None:
    storage = "'remote_directory' => 'b', 'connection' => { 'provider' => 'AWS' }"
    misplaced, unknown = told(storage)
    assert misplaced[:2] == ("error", "storage-driver-missing")
    assert misplaced[3].startswith("remote_directory: It is 'bucket' in 's3' and 'gcs'")
    assert unknown[:2] == ("error", "storage-driver-unknown")
    assert unknown[3].startswith("Its keys stand in the driver's own hash")


def test_what_nobody_reads_is_worth_a_warning_at_most(configure) -> None:
    text = (
        "registry['enable'] = false\nregistry['storage'] = { 's3' => { 'bucket' => 'x', 'regoin' => 'y' } }"
    )
    found = [(d.severity, d.code) for d in configure(text).diagnostics]
    assert found == [
        ("info", "registry-not-enabled"),
        ("warning", "storage-key-missing"),
        ("warning", "unknown-key"),
    ]


S3 = "'s3' => { 'bucket' => 'b', 'region' => 'r', "


@pytest.mark.parametrize(
    ("storage", "severity", "message"),
    [
        (S3 + "'chunksize' => 'abc' }", "error", "['s3']['chunksize'] is 'abc', but a number belongs here."),
        (S3 + "'secure' => 'nope' }", "error", "['s3']['secure'] is 'nope', but true or false belongs here."),
        (S3 + "'encrypt' => 'yes' }", "error", "['s3']['encrypt'] is 'yes', but true or false belongs here."),
        (
            "'filesystem' => { 'rootdirectory' => '/s', 'maxthreads' => 'x' }",
            "error",
            "['filesystem']['maxthreads'] is 'x', but a number belongs here.",
        ),
        (
            "'inmemory' => {}, 'redirect' => { 'disable' => 'true' }",
            "error",
            "['redirect']['disable'] is 'true', but true or false belongs here.",
        ),
        (
            "'filesystem' => { 'rootdirectory' => 'rel' }",
            "warning",
            "['filesystem']['rootdirectory'] is 'rel', below wherever the registry starts.",
        ),
    ],
)
def test_a_value_that_the_driver_cannot_read_is_told(told, storage, severity, message) -> None:
    assert [(found[0], found[2]) for found in told(storage)] == [(severity, message)]


def test_text_that_the_driver_reads_will_do(told) -> None:
    assert (
        told(S3 + "'secure' => 'false', 'encrypt' => true, 'chunksize' => '5242880', 'v4auth' => nil }") == []
    )
