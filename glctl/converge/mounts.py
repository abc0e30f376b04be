"""What is mounted where, as the kernel lists it (proc(5), mountinfo)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

# File systems that other hosts may have mounted, too; so may be what FUSE serves (fuse.sshfs).
_SHARED = frozenset(
    "9p afs beegfs ceph cifs coda gfs2 glusterfs gpfs lustre nfs nfs4 ocfs2 orangefs smb3 virtiofs".split()
)


@dataclass(frozen=True, slots=True)
class Mount:
    """A mounted file system: where, and of what kind (``ext4``, ``nfs4``, ``fuse.sshfs``)."""

    point: Path
    kind: str

    @property
    def is_shared(self) -> bool:
        """Whether other hosts may write there, too."""
        return self.kind in _SHARED or self.kind.startswith("fuse.")


def mount_of(directory: Path, mountinfo: str | None = None) -> Mount:
    """The mount that *directory* lies on. Path.is_mount() would not see a bind mount."""
    text = Path("/proc/self/mountinfo").read_text() if mountinfo is None else mountinfo
    # Of several on one place the last covers the others.
    around = [mount for mount in map(_mount, text.splitlines()) if directory.is_relative_to(mount.point)]
    return max(reversed(around), key=lambda mount: len(mount.point.parts), default=Mount(Path("/"), ""))


def _mount(line: str) -> Mount:
    point = re.sub(r"\\(\d{3})", lambda match: chr(int(match[1], 8)), line.split()[4])
    return Mount(Path(point), line.partition(" - ")[2].split()[0])
