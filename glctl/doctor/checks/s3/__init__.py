"""Images in S3: from the way there to each thing that the registry does in its bucket."""

from __future__ import annotations

from glctl.doctor.checks.s3 import (
    credentials,
    endpoint,
    leftovers,
    listing,
    objects,
    reading,
    redirect,
    region,
    settings,
    signed,
    uploads,
)

CHECKS = (
    settings.CHECK,
    credentials.CHECK,
    endpoint.CHECK,
    signed.CHECK,
    region.CHECK,
    *listing.CHECKS,
    *reading.CHECKS,
    leftovers.CHECK,
    *uploads.CHECKS,
    *objects.CHECKS,
    *redirect.CHECKS,
)
