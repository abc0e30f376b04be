"""What a user may do with one image: whether it can be called so, and what GitLab grants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.clients.image_name import projects, why_impossible
from glctl.doctor.check import Check, NotTriedError
from glctl.doctor.gitlab import REALM_PATH
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding


def run_name(facts: Facts) -> Generator[Finding, None, str]:
    """Look at the name alone."""
    image = _image(facts)
    if why := why_impossible(image):
        yield found("image-name-invalid", image, f"No image can be called '{image}': {why}.")
    return image


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Ask for what a pull needs; for a push, too, where the image is there already.

    GitLab lists an image as soon as somebody may push it: asked for one that is not there, that would stay.
    """
    known = _is_there(facts)
    yield from _ask(facts, ("pull", "push") if known else ("pull",))
    return "asked for pull and push" if known else "asked for pull; the image is not there yet"


def run_push(facts: Facts) -> Generator[Finding, None, str]:
    """Ask for what a push needs."""
    if _is_there(facts):
        return "asked already"
    yield from _ask(facts, ("pull", "push"))
    return "asked for pull and push"


def _ask(facts: Facts, actions: tuple[str, ...]) -> Iterator[Finding]:
    from glctl.clients.distribution import in_words
    from glctl.clients.keys import read_token

    image, tokens = _image(facts), facts.tokens()
    user = tokens.login.user
    answer = tokens.realm().granted(tokens.login, image, actions)
    token = answer.token and read_token(answer.token)
    granted = token.granted(image) if token else frozenset()
    if not (missing := set(actions) - granted):
        return
    evidence = [
        f"asked for {', '.join(actions)}; GitLab grants {', '.join(sorted(granted)) or 'nothing'}",
        f"{in_words(answer.exchange)} {answer.said}".rstrip(),
    ]
    remedy = ""
    if not granted:
        evidence.append(_project(facts, image))
        remedy = (
            f"Create the project {' or '.join(projects(image))}, or let {user} be a member of it; "
            "the token needs the scope read_registry."
        )
    elif "push" in missing:
        remedy = (
            "Give the token the scopes read_registry and write_registry, and the user the role Developer."
        )
    lacking = " and ".join(sorted(missing))
    yield found(
        "image-access-missing", image, f"GitLab does not let {user} {lacking} {image}.", remedy=remedy,
        evidence=evidence,
    )  # fmt: skip


def _project(facts: Facts, image: str) -> str:
    """Whether the project is there, as far as everybody may know."""
    from urllib.parse import quote

    gitlab = facts.tokens().realm().url.removesuffix(REALM_PATH)
    for project in projects(image):
        url = f"{gitlab}/api/v4/projects/{quote(project, safe='')}"
        if facts.outside().request("GET", url, step="project").status == 200:
            return f"the project {project} is there"
    return f"{' and '.join(projects(image))}: not there, or not for everybody to see"


def _is_there(facts: Facts) -> bool:
    """Whether the registry has the image; told with a token of our own."""
    from glctl.clients.distribution import knows_repository

    image = _image(facts)
    token = facts.tokens().token("pull", repository=image)
    return knows_repository(facts.client(), facts.local_base, image, token)


def _image(facts: Facts) -> str:
    if not facts.options.image:
        raise NotTriedError("no image was named: --image GROUP/PROJECT/NAME")
    return facts.options.image


NAME = Check("image-name", "An image can have this name (--image).", run_name, live=False)
CHECK = Check("image-access", "GitLab grants the user what the image needs.", run,
              requires=("login", "image-name", "token"))  # fmt: skip
PUSH = Check(
    "image-push",
    "… also to push it for the first time.",
    run_push,
    requires=("image-access",),
    effect="lasting",
)
