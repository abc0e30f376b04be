from pathlib import Path

import pytest

from glctl.converge.mounts import Mount, mount_of

MOUNTINFO = r"""
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /srv rw,relatime - nfs4 server:/srv rw
31 30 0:41 / /srv/local rw - xfs /dev/sdb1 rw
32 22 0:42 / /with\040blank rw master:1 propagate_from:2 - fuse.sshfs me@there:/ rw
33 22 0:43 / /twice rw - ext4 /dev/sdc1 rw
34 33 0:44 / /twice rw - cifs //server/share rw
35 22 0:45 / /srv2 rw - fuseblk /dev/sdd1 rw
""".strip()


@pytest.mark.parametrize(
    ("path", "point", "kind", "shared"),
    [
        ("/etc", "/", "ext4", False),
        ("/srv", "/srv", "nfs4", True),
        ("/srv/images", "/srv", "nfs4", True),
        ("/srv/local/images", "/srv/local", "xfs", False),
        ("/srvother", "/", "ext4", False),
        ("/with blank/images", "/with blank", "fuse.sshfs", True),
        ("/twice/images", "/twice", "cifs", True),
        ("/srv2", "/srv2", "fuseblk", False),
    ],
)
def test_the_mount_that_a_directory_lies_on(path: str, point: str, kind: str, shared: bool) -> None:
    mount = mount_of(Path(path), MOUNTINFO)
    assert (mount, mount.is_shared) == (Mount(Path(point), kind), shared)


def test_the_kernels_own_list_is_read() -> None:
    assert mount_of(Path("/proc")) == Mount(Path("/proc"), "proc")
