"""Notifications: events for GitLab and others."""

from __future__ import annotations

from glctl.findings.model import Code

_SOURCE = "distribution, notifications"

CODES = (
    Code(
        "notification-unreachable",
        "Where the registry sends events, nobody answers.",
        "a request to the server of each endpoint; no event is sent",
        "Correct the url in registry['notifications'], or start what should answer there.",
        _SOURCE,
        explains=("notification-failing", "notifications-pending"),
        severity="warning",
    ),
    Code(
        "notification-slow",
        "An endpoint takes longer for an answer than events are given: they are sent again, then lost.",
        "how long the endpoint's server takes, against its timeout",
        "registry['default_notifications_timeout'] = '5s'",
        _SOURCE,
        explains=("notification-failing", "notifications-pending"),
        severity="warning",
    ),
    Code(
        "notification-secret-wrong",
        "Events for GitLab carry another secret than GitLab wants.",
        "the endpoint's Authorization against registry.notification_secret in gitlab-secrets.json",
        "Take Authorization out of the endpoint's headers; one registry['notification_secret'] for all.",
        "GitLab, container registry notifications",
        explains=("notification-failing", "notifications-pending"),
        severity="warning",
    ),
    Code(
        "notifications-pending",
        "Events pile up in the registry, and a restart loses them.",
        "/debug/vars, registry.notifications",
        "Look at whom they are for; the log says how it refuses them:\nglctl tail-logs registry",
        _SOURCE,
        severity="warning",
    ),
)
