"""Tokens: who signs them, and whether they are accepted."""

from __future__ import annotations

from glctl.doctor.checks.tokens import accepted, pair, through_proxy

CHECKS = (pair.CHECK, accepted.CHECK, through_proxy.CHECK)
