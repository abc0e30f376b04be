"""This machine's clock."""

from __future__ import annotations

from glctl.findings.model import Code

CODES = (
    Code(
        "clock-skew",
        "This machine's clock is off: tokens are refused from 60 s on, S3 requests from 900 s on.",
        "the majority of several NTP servers, each answer validated",
        "timedatectl set-ntp true    # where systemd keeps the time\n"
        "systemctl restart chrony    # where chrony does",
        "docker-registry's token leeway of 60 s; S3's RequestTimeTooSkewed",
        symptoms=("token not to be used before …", "RequestTimeTooSkewed"),
        explains=("token-not-yet-valid", "token-expired", "s3-clock-skewed"),
    ),
    Code(
        "clock-not-verified",
        "No majority of NTP servers could be asked: whether the clock is right is not known.",
        "validated NTP answers are missing or contradict each other",
        "Name a time server that this machine reaches:\nglctl doctor --ntp-server HOST",
        "RFC 5905",
        severity="warning",
    ),
)
