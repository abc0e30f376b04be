"""Names of images in GitLab's registry: what none can have, by its form alone."""

from __future__ import annotations

import re

# distribution's reference grammar: a path-component.
_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_LONGEST = 255
# The project is what is left without the last two parts at most (GitLab, ContainerRegistry::Path).
_BELOW_PROJECT = 2


def why_impossible(name: str) -> str:
    """Why no image in GitLab can be called *name* (``group/project[/name[/name]]``); empty where one can."""
    parts = name.split("/")
    if len(parts) > 1 and re.search(r"[.:]", parts[0]):
        return "it begins with a host: the name alone is meant, group/project/name"
    if re.search(r"[:@]", name):
        return "it has a tag or a digest: the name alone is meant"
    if not all(parts):
        return "it has an empty part: one slash stands between two parts, and none at the ends"
    if len(parts) < 2:
        return "it has one part only: an image lies in a project, group/project at least"
    if name != name.lower():
        return f"it has capital letters: an image's name is in lower case, {name.lower()}"
    for part in parts:
        if not re.fullmatch(_COMPONENT, part):
            return (
                f"'{part}' is no part of a name: letters a to z and digits, joined by one period, one or two "
                "underscores, or hyphens"
            )
    if len(name) > _LONGEST:
        return f"it has {len(name)} characters, and {_LONGEST} are the most"
    return ""


def projects(name: str) -> tuple[str, ...]:
    """The projects that an image of this name can lie in, the longest first."""
    parts = name.split("/")
    lengths = range(len(parts), max(2, len(parts) - _BELOW_PROJECT) - 1, -1)
    return tuple("/".join(parts[:length]) for length in lengths)
