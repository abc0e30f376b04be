"""A Change as text: what an administrator reads before and after a run. Secrets never appear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.console import harmless
from glctl.render.resources import Absent, Account, Directory, File, Symlink
from glctl.secret import MASK, mask_lines

if TYPE_CHECKING:
    from glctl.converge.plan import Change


def summary(change: Change) -> str:
    """One line: what happens to what."""
    resource, before = change.resource, change.before
    match resource:
        case Account():
            return f"create account {resource.user}:{resource.group}"
        case Absent():
            return f"delete {resource.path}"
        case Symlink():
            return f"{change.action} {resource.path} -> {resource.target}"
        case File() | Directory():
            kind = "/" if isinstance(resource, Directory) else ""
            about = f"{resource.mode:04o} {resource.owner}:{resource.group}"
            if change.action == "create":
                return f"create {resource.path}{kind} ({about})"
            notes = []
            if "mode" in change.aspects:
                notes.append(f"mode {before.mode:04o} -> {resource.mode:04o}")
            if "owner" in change.aspects:
                notes.append(f"owner {before.uid}:{before.gid} -> {resource.owner}:{resource.group}")
            if "kind" in change.aspects:
                notes.append("replaces a symbolic link")
            if "content" in change.aspects and isinstance(resource, File) and resource.secret:
                notes.append(f"content differs: {MASK}")
            return f"update {resource.path}{kind}" + (f" ({', '.join(notes)})" if notes else "")


def diff(change: Change, *, context: int = 3) -> str:
    """The unified diff of a file's content, masked; empty where there is none to show.

    Compared as it is and masked when printed: a secret that changed still shows as a changed line.
    """
    resource = change.resource
    if not isinstance(resource, File) or resource.secret:
        return ""
    return difference(change.before.content, resource.content, context=context)


def difference(old: bytes, new: bytes, *, context: int = 3) -> str:
    """As :func:`diff`, of two contents."""
    before, after = _lines(old), _lines(new)
    if before == after:
        return "" if old == new else "\\ Only its last line end differs."
    from difflib import SequenceMatcher

    shown_before, shown_after = _shown(before), _shown(after)
    lines: list[str] = []
    for group in SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(context):
        first, last = group[0], group[-1]
        lines.append(f"@@ -{_range(first[1], last[2])} +{_range(first[3], last[4])} @@")
        for tag, a1, a2, b1, b2 in group:
            if tag == "equal":
                lines += [f" {line}" for line in shown_after[b1:b2]]
            else:
                lines += [f"-{line}" for line in shown_before[a1:a2]]
                lines += [f"+{line}" for line in shown_after[b1:b2]]
    return "\n".join(lines)


def _range(start: int, stop: int) -> str:
    """Lines as the unified format counts them."""
    return str(start + 1) if stop - start == 1 else f"{start + (stop > start)},{stop - start}"


def _lines(content: bytes) -> list[str]:
    lines = content.decode(errors="backslashreplace").split("\n")
    return lines if lines[-1] else lines[:-1]


def _shown(lines: list[str]) -> list[str]:
    """Lines as they may be printed: without secrets, and without what would steer a terminal."""
    return [harmless(line) for line in mask_lines(lines)]
