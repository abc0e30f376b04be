"""Tokens: who signs them, where clients get them, and whether they are accepted."""

from __future__ import annotations

from glctl.doctor.checks.tokens import (
    accepted,
    files,
    gitlab,
    image,
    login,
    pair,
    realm,
    secret,
    through_proxy,
)

CHECKS = (
    secret.CHECK,
    files.CHECK,
    gitlab.SERVICE_CHECK,
    gitlab.CHECK,
    pair.CHECK,
    realm.WRITTEN,
    realm.CHECK,
    accepted.CHECK,
    gitlab.API,
    through_proxy.CHECK,
    through_proxy.PUBLIC,
    login.CHECK,
    login.TOKEN,
    image.NAME,
    image.CHECK,
    image.PUSH,
)
