"""Records into ``../data/CODE.log`` what a real docker-registry, nginx or chpst logs for each fault.

    python tests/unit/logs/recording [CODE…]

Needs root (it mounts small file systems and drops to nobody), and docker-registry, nginx-light and runit.
Lines that no program shows here are in test_rules.py, each with its source.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import nginx  # noqa: F401 - registers its cases, as do the others
import registry  # noqa: F401
import s3  # noqa: F401
import tokens  # noqa: F401
from lab import CASES, LAB, Lab

DATA = Path(__file__).parents[1] / "data"


def _impersonal(log: bytes) -> bytes:
    """Without the address of this machine's name server."""
    return re.sub(rb"( on |lookup \S+ on )[\d.]+:53", rb"\g<1>127.0.0.53:53", log)


def main(codes: list[str]) -> None:
    for code in codes or list(CASES):
        shutil.rmtree(LAB, ignore_errors=True)
        LAB.mkdir(mode=0o755)
        lab = Lab()
        CASES[code](lab)
        (DATA / f"{code}.log").write_bytes(_impersonal(lab.log.read_bytes()))
        sys.stderr.write(f"{code}: {lab.log.stat().st_size} bytes\n")
    shutil.rmtree(LAB, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1:])
