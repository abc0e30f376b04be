"""This machine's clock, and GitLab's. S3's is among S3's own."""

from __future__ import annotations

from glctl.findings.codes.sources import SEEN
from glctl.findings.model import Code

CODES = (
    Code(
        "clock-skew",
        "This machine's clock is off: tokens are refused from 60 s on, S3 requests from 900 s on.",
        "the majority of several NTP servers, each answer validated; where none answers, of the Date headers "
        "of S3, GitLab and the registry's public address",
        "timedatectl set-ntp true    # where systemd keeps the time\n"
        "chronyc makestep            # where chrony does",
        "docker-registry's token leeway of 60 s; S3's RequestTimeTooSkewed",
        symptoms=("token not to be used before …", "RequestTimeTooSkewed"),
        explains=(
            "token-not-yet-valid",
            "token-expired",
            "gitlab-clock-skew",
            "s3-clock-skewed",
        ),
    ),
    Code(
        "clock-not-verified",
        "No independent clock could be asked: whether this machine's is right is not known.",
        "validated NTP answers are missing or contradict each other, and so do the Dates of S3, GitLab and "
        "the registry's public address; what this very machine may have made proves nothing",
        "Name a time server that this machine reaches, here or in /etc/gitlab/glctl-ntp-servers:\n"
        "glctl doctor --ntp-server HOST",
        "RFC 5905",
        severity="warning",
    ),
    Code(
        "gitlab-clock-skew",
        "GitLab's clock and this machine's disagree: the registry refuses the tokens that GitLab dates.",
        "the Date header of GitLab against this machine's clock, which others confirm",
        "On GitLab's machine:\ntimedatectl set-ntp true",
        SEEN + "; GitLab dates tokens 5 s back, the registry allows 60 s",
        symptoms=("token not to be used before …", "unauthorized: authentication required"),
        explains=("token-not-yet-valid", "token-expired", "clock-not-verified"),
    ),
)
