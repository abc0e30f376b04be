"""S3: uploads that nobody finished, which no listing of objects shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor import s3_policy
from glctl.doctor.check import Check
from glctl.doctor.s3_trial import age
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding

_DAY = 86400.0
_MANY = 100  # of more than a day: somebody pays for these
_KEEP_DAYS = 7  # as long as the registry itself keeps what was begun (its uploadpurging)


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Count those that are older than a push takes, on the first pages of the list."""
    s3 = facts.s3()
    uploads, complete = s3.uploads()
    ages = sorted((age(begun) for begun in uploads), reverse=True)
    old = [each for each in ages if each > _DAY]
    count = f"{len(old)}{'' if complete else ' or more'}"
    if old:
        bucket = s3.settings.bucket.name
        yield found(
            "s3-uploads-left",
            bucket,
            f"{count} unfinished uploads in {bucket} are over a day old, one {old[0] / _DAY:.0f} days.",
            evidence=[f"ListMultipartUploads: {len(ages)} uploads below {s3.settings.images}"],
            remedy=(
                "Have S3 remove them, by a rule of the bucket (this replaces the rules that it has):\n"
                f"aws s3api put-bucket-lifecycle-configuration --bucket {bucket} "
                "--lifecycle-configuration file://rule.json\n" + s3_policy.lifecycle(s3.settings, _KEEP_DAYS)
            ),
            severity="warning" if len(old) >= _MANY else "info",
        )
    return f"{count} older than a day, of {len(ages)} under way"


CHECK = Check("s3-leftovers", "No unfinished uploads pile up.", run, requires=("s3-list-uploads",))
