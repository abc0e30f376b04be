"""Storage on a file system."""

from __future__ import annotations

from glctl.findings.codes.sources import SEEN
from glctl.findings.model import Code

CODES = (
    Code(
        "storage-missing",
        "The directory that images are kept in is not there.",
        "stat of storage.filesystem.rootdirectory",
        "Mount or restore it. An empty one is made by:\nglctl reconfigure",
        SEEN,
        symptoms=("manifest unknown", "received unexpected HTTP status: 500"),
        explains=(
            "push-failed",
            "registry-unhealthy",
            "storage-not-writable",
            "storage-permission-denied",
            "storage-not-a-directory",
        ),
    ),
    Code(
        "storage-not-writable",
        "The registry's account may not write where images are kept; its own health check does not notice.",
        "a file made there, as that account, and removed again",
        "chown USER DIRECTORY",
        "gitlab issues 15935, 20412; " + SEEN,
        symptoms=("received unexpected HTTP status: 500", "mkdir …: permission denied"),
        explains=("push-failed", "storage-permission-denied", "registry-unhealthy"),
    ),
    Code(
        "storage-read-only",
        "The file system that images are kept on is mounted read-only.",
        "statvfs",
        "Look for disk errors (dmesg), then: mount -o remount,rw MOUNTPOINT",
        SEEN,
        symptoms=("read-only file system",),
        explains=("storage-not-writable", "push-failed"),
        disproved_by=("storage-writable",),
    ),
    Code(
        "storage-full",
        "The file system that images are kept on is full, or nearly so.",
        "statvfs: free bytes and free inodes for unprivileged users",
        "Make room: delete unused tags and collect garbage, or grow the file system.",
        SEEN,
        symptoms=("no space left on device", "received unexpected HTTP status: 500"),
        explains=("push-failed", "storage-not-writable", "storage-no-space"),
    ),
    # --- what the registry's log says of its storage
    Code(
        "storage-permission-denied",
        "The registry's account was refused by the file system.",
        "a line of the registry's log",
        "See what it may not write, and how to give it back:\nglctl doctor",
        SEEN,
        symptoms=("filesystem: mkdir …: permission denied",),
        explains=("push-failed",),
        disproved_by=("storage-writable",),
    ),
    Code(
        "storage-no-space",
        "The file system of images had no space or no inodes left.",
        "a line of the registry's log",
        "Make room: delete unused tags and collect garbage, or grow it.",
        SEEN,
        symptoms=("no space left on device",),
        explains=("push-failed",),
        disproved_by=("storage-writable",),
    ),
    Code(
        "storage-not-a-directory",
        "A file stands where the registry needs a directory.",
        "a line of the registry's log",
        "Move the file away.",
        SEEN,
        explains=("push-failed",),
        disproved_by=("storage-writable", "push"),
    ),
    Code(
        "storage-io-error",
        "The disk fails to read or write.",
        "a line of the registry's log",
        "Look at dmesg and the disk; restore from a backup.",
        "the kernel's EIO",
        explains=("push-failed", "registry-unhealthy"),
    ),
    Code(
        "storage-driver-unknown",
        "This build of the registry has no such storage driver.",
        "gitlab.rb, or the registry's last words",
        "registry['storage'] = { 'filesystem' => { … } }",
        SEEN,
        symptoms=("panic: StorageDriver not registered",),
        explains=("service-crash-loop",),
        disproved_by=("local",),
    ),
)
