"""What a setting leads to: found by giving it other values and comparing what follows from each.

So it is never told from a table that could be wrong: the derivation and the Resources are those of a run, but
for files made from templates, which are compared by what the templates are given.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Literal

from glctl.errors import GlctlError
from glctl.paths import SERVICE_DIR
from glctl.render.resources import Account, Directory, File, Symlink
from glctl.secret import reveal, wrap
from glctl.settings.derive import derive
from glctl.settings.draft import lookup
from glctl.settings.effective import Effective, Resolved
from glctl.settings.keys import enclosing
from glctl.settings.kinds import why_not
from glctl.settings.schema import NAMES, OPTIONS
from glctl.settings.secrets import Placeholders, complete
from glctl.settings.validate import validate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glctl.converge.desired import Configuration
    from glctl.gitlabrb.model import Path, Settings
    from glctl.render.resources import Resource
    from glctl.settings.host import Host
    from glctl.settings.option import Option


class _Generated(Placeholders):
    """Secrets that are missing: a certificate is another one for another key."""

    def certificate(self, key: str) -> str:
        return f"of {key}"


ServiceAction = Literal["reload", "restart", "start or stop"]
_RANK: tuple[ServiceAction, ...] = ("reload", "restart", "start or stop")


@dataclass(frozen=True, slots=True)
class Effects:
    """What differs when a setting does.

    *settings* are the keys of others that follow from it, *paths* what is made of it (``/*`` stands for the
    files of a directory), *services* what a change does to which service. *overruled*: a rule decides its
    value here, whatever gitlab.rb says. *elsewhere*: nothing follows from it with this gitlab.rb, and all
    this with an example.
    """

    settings: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    services: tuple[tuple[str, ServiceAction], ...] = ()
    overruled: bool = False
    elsewhere: bool = False

    @property
    def none(self) -> bool:
        """Whether nothing at all differs."""
        return not (self.settings or self.paths)


@dataclass(frozen=True, slots=True)
class _World:
    """Effective settings, and the Resources that are made of them by their place."""

    effective: Effective
    resources: Mapping[str, Resource]


def effects(configuration: Configuration, path: Path) -> Effects:
    """What the setting at *path* leads to: an Option, or a part of the value of one. Pure.

    *configuration* must be sound: rules and templates are not asked to cope with what cannot be. Told is what
    root's run would do, where no other could: outside a sandbox.
    """
    host = configuration.host
    configuration = replace(
        configuration, host=replace(host, privileged=host.privileged or not host.root.relocated)
    )
    here = _effects(configuration, path)
    if not here.none:
        return here
    for settings in _examples():
        there = _effects(replace(configuration, settings=settings), path)
        if not there.none:
            return replace(there, elsewhere=True, overruled=here.overruled)
    return here


def without(configuration: Configuration, option: Option) -> Effective:
    """The effective settings that there would be if gitlab.rb did not set *option*. Pure."""
    settings, host = _with(configuration.settings, option.path, None), configuration.host
    return derive(settings, host, complete(settings, host, Placeholders()))


def _effects(configuration: Configuration, path: Path) -> Effects:
    """As :func:`effects`, from nothing but the settings, the host and the version of *configuration*."""
    option = OPTIONS[enclosing(path) or ""]
    base = _derived(configuration)
    values = _alternatives(option, path, lookup(base.effective.tree(), path))
    others = [_derived(replace(base, settings=_with(base.settings, path, value))) for value in values]
    sound = [other for other in others if not other.errors]
    changed = [other for other in sound if other.effective[option.key] != base.effective[option.key]]
    overruled = bool(sound) and not changed
    if overruled:  # what follows from the value that the rule gives it
        fit = [value for value in values if value is not None and not why_not(option.kind, value)]
        changed = [other for value in fit if not (other := _replaced(base, option, value)).errors]
    found = _differences(option, _world(base), list(_worlds(changed)), base.host)
    return replace(found, overruled=overruled)


def _derived(configuration: Configuration) -> Configuration:
    """*configuration* with what its settings lead to."""
    settings, host = configuration.settings, configuration.host
    secrets = complete(settings, host, _Generated())
    return _checked(replace(configuration, effective=derive(settings, host, secrets), secrets=secrets))


def _replaced(configuration: Configuration, option: Option, value: Any) -> Configuration:
    """*configuration* with another value of *option* that nobody has asked for."""
    resolved = Resolved(wrap(value, option.path[-1]))
    effective = Effective({**configuration.effective.resolved, option.key: resolved})
    return _checked(replace(configuration, effective=effective))


def _checked(configuration: Configuration) -> Configuration:
    settings, effective = configuration.settings, configuration.effective
    return replace(configuration, diagnostics=validate(settings, effective, configuration.version))


def _worlds(configurations: list[Configuration]) -> Iterator[_World]:
    """What is made of each; nginx's directives that are none are found only then."""
    for configuration in configurations:
        with suppress(GlctlError):
            yield _world(configuration)


def _world(configuration: Configuration) -> _World:
    """What is made of *configuration*."""
    from glctl.render.templating import values_only

    with values_only():
        made = configuration.resources()
    return _World(configuration.effective, {_place(resource): resource for resource in made})


def _examples() -> Iterator[Settings]:
    """A gitlab.rb with little more than it needs, and gitlab.rb.example with every line in use."""
    for options in ((OPTIONS["external_url"], OPTIONS["registry_external_url"]), OPTIONS.values()):
        yield _evaluated("\n".join(option.sample for option in options))


def _evaluated(text: str) -> Settings:
    from glctl.gitlabrb.reader import evaluate

    return evaluate(text, "example", NAMES)


def _with(settings: Settings, path: Path, value: Any) -> Settings:
    """*settings* with another value at *path*; None sets nothing there, also under the older spelling."""
    values = _put(settings.values, path, value)
    if value is None and path[:2] == ("registry", "nginx"):
        values = _put(values, ("registry_nginx", *path[2:]), None)
    return replace(settings, values=values)


def _put(tree: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    tree = tree if isinstance(tree, Mapping) else {}
    return {**tree, path[0]: _put(tree.get(path[0]), path[1:], value)}


def _alternatives(option: Option, path: Path, now: Any) -> list[Any]:
    """Other values than *now*, as different as it takes to see all that depends on them."""
    if path != option.path:
        return [_other(reveal(now)), None]
    example = _evaluated(option.sample).get(*option.path)
    by_kind = _BY_KIND.get(option.kind, (_other(reveal(now)), None))
    return [example, *(option.choices or by_kind)]


_BY_KIND: dict[str, tuple[Any, ...]] = {
    "address": ("127.0.0.1:1", None),
    "url": ("https://other.example.com", "http://other.example.com:8080"),
}


def _other(value: Any) -> Any:
    """Another value of the same type, other in all its parts."""
    if isinstance(value, Mapping):
        return {key: _other(part) for key, part in value.items()} or {"other": "other"}
    if isinstance(value, list):
        return [_other(part) for part in value] or ["other"]
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    return f"{value or ''}-other"


def _place(resource: Resource) -> str:
    if isinstance(resource, Account):
        return f"account {resource.user}"
    return f"{resource.path}/" if isinstance(resource, Directory) else resource.path


def _differences(option: Option, base: _World, others: list[_World], host: Host) -> Effects:
    """What any of *others* has that *base* has not, or otherwise."""
    settings = {key: None for key in OPTIONS if option.key in base.effective.origin(key).sources}
    places: dict[str, None] = {}
    services: dict[str, ServiceAction] = {}
    for other in others:
        keys = (key for key in OPTIONS if other.effective[key] != base.effective[key])
        settings |= dict.fromkeys(key for key in keys if key != option.key)
        for place in {**base.resources, **other.resources}:
            before, after = base.resources.get(place), other.resources.get(place)
            if before == after:
                continue
            places[place] = None
            for service, action in _told(before, after, host):
                services[service] = max(action, services.get(service, action), key=_RANK.index)
    in_order = tuple(key for key in OPTIONS if key in settings)
    return Effects(in_order, tuple(_shown(places, base, others)), tuple(services.items()))


def _shown(places: Mapping[str, None], base: _World, others: list[_World]) -> Iterator[str]:
    """The places to name, files first: those that are there now, and only else what would be new."""
    exact = [
        resource.path
        for world in (base, *others)
        for resource in world.resources.values()
        if isinstance(resource, Directory) and resource.exact
    ]

    def named(place: str) -> str:
        parent = str(PurePosixPath(place).parent)
        return f"{parent}/*" if parent in exact and not place.endswith("/") else place

    there = [place for place in places if place in base.resources] or places
    order = sorted(there, key=lambda place: place.startswith("account ") or place.endswith("/"))
    return iter(dict.fromkeys(map(named, order)))


def _told(before: Resource | None, after: Resource | None, host: Host) -> Iterator[tuple[str, ServiceAction]]:
    """Which services hear of a difference. Owner and mode alone change nothing of what a process has read."""
    links = [each for each in (before, after) if isinstance(each, Symlink)]
    if links and PurePosixPath(links[0].path).parent == PurePosixPath(host.root.relocate(SERVICE_DIR)):
        yield PurePosixPath(links[0].path).name, "start or stop"
    files = [each for each in (before, after) if isinstance(each, File)]
    if len(files) == 2 and files[0].content == files[1].content:
        return
    for notify in files[-1].notifies if files else ():
        # Chef does not reload.
        yield notify.service, notify.action if host.platform.manages_services else "restart"
