from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients.failures import Failure
from glctl.clients.http import Exchange
from glctl.clients.s3_credentials import NoCredentialsError, Places, find
from glctl.errors import GlctlError
from glctl.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOBODY = Failure("timeout", "169.254.169.254:80 cannot be connected to in time")
ROLE = json.dumps({"AccessKeyId": "ASIA1", "SecretAccessKey": "PLANTED-1", "Token": "PLANTED-2"}).encode()


class Metadata:
    """Answers by the end of the URL's path; nobody else is there."""

    def __init__(self, **answers: bytes) -> None:
        self.answers = {name.replace("_", "-"): body for name, body in answers.items()}
        self.asked: list[str] = []

    def request(self, method: str, url: str, *, step: str, **more: Any) -> Exchange:
        self.asked.append(f"{method} {url}")
        name = url.rstrip("/").rpartition("/")[2]
        if name not in self.answers:
            return Exchange(method, url, step, failure=NOBODY)
        return Exchange(method, url, step, 200, body=self.answers[name])


@pytest.fixture
def places(tmp_path: Path) -> Callable[..., Places]:
    def make(
        settings: dict[str, Any] | None = None, client: Metadata | None = None, **environment: str
    ) -> Places:
        return Places(settings or {}, environment, tmp_path, "eu-central-1", client or Metadata())  # type: ignore[arg-type] - a fake

    return make


def profile(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


KEYS = "aws_access_key_id = AKIA1\naws_secret_access_key = PLANTED-1\n"
STATIC = {"accesskey": Secret("AKIA1"), "secretkey": Secret("PLANTED-1")}
ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "AKIA2", "AWS_SECRET_ACCESS_KEY": "PLANTED-2"}


def test_settings_come_first(places: Callable[..., Places]) -> None:
    found = find(places(STATIC, **ENVIRONMENT))
    assert (found.access_key.reveal(), found.session_token) == ("AKIA1", None)
    assert found.origin == "accesskey and secretkey in config.yml"
    assert "PLANTED" not in repr(found)


def test_half_a_pair_counts_for_nothing(places: Callable[..., Places]) -> None:
    found = find(places({"accesskey": Secret("AKIA1")}, **ENVIRONMENT))
    assert (found.access_key.reveal(), found.origin) == ("AKIA2", "the registry's environment")


def test_a_profile_of_the_account(places: Callable[..., Places], tmp_path: Path) -> None:
    profile(tmp_path / ".aws/credentials", f"[default]\n{KEYS}aws_session_token = PLANTED-3\n")
    found = find(places())
    assert found.session_token
    assert found.origin == f"the profile default in {tmp_path}/.aws/credentials"


@pytest.mark.parametrize("header", ["profile other", "other"])
def test_another_profile_in_another_file(places: Callable[..., Places], tmp_path: Path, header: str) -> None:
    profile(tmp_path / "mine", f"[{header}]\n{KEYS}")
    found = find(places(AWS_PROFILE="other", AWS_SHARED_CREDENTIALS_FILE=f"{tmp_path}/mine"))
    assert found.origin == f"the profile other in {tmp_path}/mine"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[default]\nrole_arn = x\n", "by role_arn, which glctl does not"),
        ("[default\nPLANTED", "no file of"),
    ],
)
def test_a_profile_that_cannot_be_used(
    places: Callable[..., Places], tmp_path: Path, text: str, said: str
) -> None:
    profile(tmp_path / ".aws/credentials", text)
    with pytest.raises(GlctlError, match=said) as error:
        find(places())
    assert "PLANTED" not in str(error.value)


def test_the_role_of_the_machine(places: Callable[..., Places]) -> None:
    client = Metadata(token=b"session", security_credentials=b"registry\n", registry=ROLE)
    found = find(places(client=client))
    assert (found.access_key.reveal(), found.origin) == ("ASIA1", "the instance role registry")
    assert found.session_token
    assert client.asked[0] == "PUT http://169.254.169.254/latest/api/token"


def test_the_role_of_a_container(places: Callable[..., Places]) -> None:
    client = Metadata(task=ROLE)
    found = find(places(client=client, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI="/v2/task"))
    assert found.origin == "the container's role"
    assert client.asked == ["GET http://169.254.170.2/v2/task"]


def test_a_web_identity(places: Callable[..., Places], tmp_path: Path) -> None:
    (tmp_path / "token").write_text("PLANTED-jwt\n")
    answer = (
        b"<R xmlns='https://sts/'><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>ASIA1</AccessKeyId>"
        b"<SecretAccessKey>PLANTED</SecretAccessKey><SessionToken>t</SessionToken></Credentials>"
        b"</AssumeRoleWithWebIdentityResult></R>"
    )
    client = Metadata(**{"sts.eu-central-1.amazonaws.com": answer})
    found = find(
        places(client=client, AWS_ROLE_ARN="arn:role", AWS_WEB_IDENTITY_TOKEN_FILE=f"{tmp_path}/token")
    )
    assert found.origin == f"the web identity in {tmp_path}/token, role arn:role"


def test_where_there_are_none_it_says_where_it_looked(places: Callable[..., Places], tmp_path: Path) -> None:
    with pytest.raises(NoCredentialsError) as error:
        find(places())
    assert error.value.message == (
        "config.yml has no accesskey and secretkey; "
        "its environment has no AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; "
        f"there is no profile default in {tmp_path}/.aws/credentials or {tmp_path}/.aws/config; "
        "no instance metadata: 169.254.169.254:80 cannot be connected to in time"
    )


@pytest.mark.parametrize(
    ("client", "environment", "said"),
    [
        (Metadata(token=b"s", security_credentials=b""), {}, "this machine has no instance role"),
        (Metadata(), {"AWS_EC2_METADATA_DISABLED": "true"}, "metadata are switched off"),
        (Metadata(token=b"s", security_credentials=b"r", r=b"no JSON"), {}, "role r gives no keys: HTTP 200"),
        (
            Metadata(),
            {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://x/y"},
            "the container's role gives no keys",
        ),
    ],
)
def test_roles_that_give_nothing(
    places: Callable[..., Places], client: Metadata, environment: dict[str, str], said: str
) -> None:
    with pytest.raises(NoCredentialsError, match=said):
        find(places(client=client, **environment))
