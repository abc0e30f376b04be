"""Where the registry finds its credentials for S3, in the order in which its SDK looks (AWS SDK for Go).

config.yml, its environment, a web identity, the shared files of its account, the container's or the machine's
role. What is found is named by its origin and never shown.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from glctl.clients.s3 import Credentials, understood
from glctl.errors import GlctlError
from glctl.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from glctl.clients.http import Client, Exchange

CONTAINER = "http://169.254.170.2"  # ECS task metadata
INSTANCE = "http://169.254.169.254"  # EC2 instance metadata
_ROLES = "/latest/meta-data/iam/security-credentials/"


class NoCredentialsError(GlctlError):
    """There are none: its message lists where was looked, each with what was missing."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where credentials may be. *settings* are the driver's, *environment* the registry's variables.

    *home* is of the registry's account; *client* asks metadata servers, with short time-outs.
    """

    settings: Mapping[str, Any]
    environment: Mapping[str, Any]
    home: Path | None
    region: str
    client: Client

    def variable(self, name: str) -> str:
        """An environment variable of the registry, or nothing."""
        return _plain(self.environment.get(name))


def find(places: Places) -> Credentials:
    """The first credentials there are. Raises NoCredentialsError, or GlctlError where some are unusable."""
    missing = []
    for look in (_static, _environment, _web_identity, _shared_file, _container, _instance):
        found = look(places)
        if isinstance(found, Credentials):
            return found
        missing.append(found)
    raise NoCredentialsError("; ".join(filter(None, missing)))


def _static(places: Places) -> Credentials | str:
    given = [_plain(places.settings.get(key)) for key in ("accesskey", "secretkey", "sessiontoken")]
    if given[0] and given[1]:
        return _credentials("accesskey and secretkey in config.yml", *given)
    return "config.yml has no accesskey and secretkey"


def _environment(places: Places) -> Credentials | str:
    key = places.variable("AWS_ACCESS_KEY_ID") or places.variable("AWS_ACCESS_KEY")
    secret = places.variable("AWS_SECRET_ACCESS_KEY") or places.variable("AWS_SECRET_KEY")
    if key and secret:
        return _credentials("the registry's environment", key, secret, places.variable("AWS_SESSION_TOKEN"))
    return "its environment has no AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"


def _shared_file(places: Places) -> Credentials | str:
    """~/.aws/credentials, then ~/.aws/config, of the registry's account."""
    profile = places.variable("AWS_PROFILE") or "default"
    paths = [_aws_file(places, "AWS_SHARED_CREDENTIALS_FILE", "credentials")]
    paths.append(_aws_file(places, "AWS_CONFIG_FILE", "config"))
    for path in filter(None, paths):
        section = _section(path, profile)
        if section.get("aws_access_key_id") and section.get("aws_secret_access_key"):
            names = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
            given = [section.get(name, "") for name in names]
            return _credentials(f"the profile {profile} in {path}", *given)
        if how := next(
            (key for key in ("role_arn", "credential_process", "sso_session") if key in section), ""
        ):
            raise GlctlError(
                f"The profile {profile} in {path} gets its keys by {how}, which glctl does not follow.",
                "Give glctl's checks keys of the same role through registry['env'], or try without them.",
            )
    return f"there is no profile {profile} in {' or '.join(str(path) for path in paths if path)}"


def _aws_file(places: Places, variable: str, name: str) -> Path | None:
    named = places.variable(variable)
    if named:
        return Path(named)
    return places.home / ".aws" / name if places.home else None


def _section(path: Path, profile: str) -> dict[str, str]:
    """A profile of a shared file, as ``[name]`` or ``[profile name]``; empty where it is not there."""
    import configparser

    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(path.read_text(encoding="utf-8", errors="replace"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as exc:
        raise GlctlError(f"{path} cannot be read: {(exc.strerror or str(exc)).lower()}.") from exc
    except configparser.Error:
        raise GlctlError(f"{path} is no file of profiles.") from None  # its own text quotes the line
    for name in (profile, f"profile {profile}"):
        if parser.has_section(name):
            return dict(parser.items(name))
    return {}


def _web_identity(places: Places) -> Credentials | str:
    """A role by the token that the cluster gives a pod (EKS)."""
    role, file = places.variable("AWS_ROLE_ARN"), places.variable("AWS_WEB_IDENTITY_TOKEN_FILE")
    if not role or not file:
        return ""
    origin = f"the web identity in {file}, role {role}"
    try:
        token = Path(file).read_text(encoding="utf-8").strip()
    except OSError as exc:
        raise GlctlError(f"{file} cannot be read: {(exc.strerror or str(exc)).lower()}.") from exc
    question = {
        "Action": "AssumeRoleWithWebIdentity",
        "Version": "2011-06-15",
        "RoleArn": role,
        "RoleSessionName": places.variable("AWS_ROLE_SESSION_NAME") or "glctl-doctor",
        "WebIdentityToken": token,
    }
    endpoint = places.variable("AWS_ENDPOINT_URL_STS") or f"https://sts.{places.region}.amazonaws.com"
    answer = understood(
        places.client.request(
            "POST",
            endpoint,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            body=urlencode(question).encode(),
            step="AssumeRoleWithWebIdentity",
        )
    )
    at = "AssumeRoleWithWebIdentityResult/Credentials"
    given = [answer.text(f"{at}/{name}") for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")]
    if not given[0]:
        why = answer.exchange.failure.message if answer.exchange.failure else f"HTTP {answer.exchange.status}"
        return f"{origin}: {why}"
    return _credentials(origin, *given)


def _container(places: Places) -> Credentials | str:
    """The role of an ECS task or EKS pod."""
    relative = places.variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
    url = f"{CONTAINER}{relative}" if relative else places.variable("AWS_CONTAINER_CREDENTIALS_FULL_URI")
    if not url:
        return ""
    token = places.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN")
    if file := places.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"):
        try:
            token = Path(file).read_text(encoding="utf-8").strip()
        except OSError as exc:
            raise GlctlError(f"{file} cannot be read: {(exc.strerror or str(exc)).lower()}.") from exc
    headers = {"Authorization": Secret(token)} if token else {}
    answer = places.client.request("GET", url, headers=headers, step="container credentials")
    return _of_a_role(answer, "the container's role")


def _instance(places: Places) -> Credentials | str:
    """The role of the machine: version 2 of its metadata service, which wants a token first."""
    if places.variable("AWS_EC2_METADATA_DISABLED").lower() == "true":
        return "the instance's metadata are switched off (AWS_EC2_METADATA_DISABLED)"
    base = (places.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT") or INSTANCE).rstrip("/")
    asked = _asking(places.client, base)
    session = asked("PUT", "/latest/api/token", {"X-aws-ec2-metadata-token-ttl-seconds": "60"})
    if session.failure:
        # Behind a hop limit of 1 a container's question gets no answer at all.
        return f"no instance metadata: {session.failure.message}"
    headers = {"X-aws-ec2-metadata-token": Secret(_text(session))} if session.status == 200 else {}
    roles = asked("GET", _ROLES, headers)
    role = _text(roles).partition("\n")[0] if roles.status == 200 else ""
    if not role:
        return "this machine has no instance role"
    return _of_a_role(asked("GET", _ROLES + role, headers), f"the instance role {role}")


def _asking(client: Client, base: str) -> Callable[[str, str, Mapping[str, Any]], Exchange]:
    return lambda method, path, headers: client.request(
        method, base + path, headers=headers, step="instance metadata"
    )


def _of_a_role(exchange: Exchange, origin: str) -> Credentials | str:
    try:
        found = json.loads(exchange.body) if exchange.status == 200 else None
    except ValueError:
        found = None
    if not isinstance(found, dict) or not found.get("AccessKeyId"):
        why = exchange.failure.message if exchange.failure else f"HTTP {exchange.status}"
        return f"{origin} gives no keys: {why}"
    names = ("AccessKeyId", "SecretAccessKey", "Token")
    return _credentials(origin, *(str(found.get(name) or "") for name in names))


def _credentials(origin: str, access_key: str, secret_key: str, token: str) -> Credentials:
    return Credentials(Secret(access_key), Secret(secret_key), Secret(token) if token else None, origin)


def _plain(value: Any) -> str:
    if isinstance(value, Secret):
        return value.reveal()
    return "" if value is None else str(value)


def _text(exchange: Exchange) -> str:
    return exchange.body.decode(errors="replace").strip()
