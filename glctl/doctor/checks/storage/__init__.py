"""Images on a file system."""

from __future__ import annotations

from glctl.doctor.checks.storage import contents, directory, place, writable

CHECKS = (
    place.MOUNTED,
    directory.CHECK,
    writable.CHECK,
    place.RIGHT,
    contents.CONTENTS,
    contents.UPLOADS,
)
