"""Images in S3: from the way there to each thing that the registry does in its bucket."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from glctl.doctor.checks.s3 import (
    allowed,
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

if TYPE_CHECKING:
    from glctl.doctor.observed import Observed


def _elsewhere(observed: Observed) -> str:
    """Why none of this makes sense; empty where images are in S3."""
    from glctl.doctor.s3_settings import DRIVERS

    return "" if set(DRIVERS) & set(observed.setting("storage") or ()) else "images are not kept in S3"


_CHECKS = (
    settings.CHECK,
    credentials.CHECK,
    endpoint.CHECK,
    signed.CHECK,
    region.CHECK,
    allowed.CHECK,
    *listing.CHECKS,
    *reading.CHECKS,
    leftovers.CHECK,
    *uploads.CHECKS,
    *objects.CHECKS,
    *redirect.CHECKS,
)
CHECKS = tuple(replace(check, pointless=_elsewhere) for check in _CHECKS)
