"""Where glctl differs from Omnibus on purpose, each by a rule that says why. A rule never names a case.

A rule is given what Omnibus made of a step, and what gitlab.rb sets, and turns the former into what glctl
must make of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from glctl.secret import is_secret_name
from glctl.settings.drivers import DRIVERS
from glctl.settings.option import counts_as_true
from glctl.settings.schema import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from glctl.gitlabrb.model import Settings

Step = dict[str, Any]
REFUSED: Step = {"exit": 1}
UNREADABLE = "what Omnibus wrote cannot be read back: there is nothing to compare with"


@dataclass(frozen=True, slots=True)
class Difference:
    """One rule. *apply* gives the step as glctl must make it: an equal one where it does not concern it."""

    name: str
    reason: str
    apply: Callable[[Step, Settings], Step]


def adjusted(theirs: Step, settings: Settings) -> tuple[Step, set[str]]:
    """*theirs* after all rules, and the names of those that changed it."""
    met: set[str] = set()
    for difference in DIFFERENCES:
        after = difference.apply(theirs, settings)
        if after != theirs:
            met.add(difference.name)
        theirs = after
    return theirs, met


def _private_secrets(theirs: Step, settings: Settings) -> Step:
    return (
        {**theirs, "files": sorted(_private(line) for line in theirs["files"])}
        if "files" in theirs
        else theirs
    )


def _private(line: str) -> str:
    path = line.split()[3]
    if path.endswith("/registry/config.yml"):
        return line.replace(" 644 ", " 640 ")
    if path.endswith("/gitlab-registry.key") or ("/env/" in path and is_secret_name(path.rpartition("/")[2])):
        return line.replace(" 644 ", " 600 ")
    return line


def _no_version_file(theirs: Step, settings: Settings) -> Step:
    kept = [line for line in theirs.get("files", ()) if not line.endswith("/VERSION")]
    return {**theirs, "files": kept} if "files" in theirs else theirs


def _no_stand_in(theirs: Step, settings: Settings) -> Step:
    """Only the key of a stand-in is for the eyes of root alone, and not to be written even there."""
    files = theirs.get("files", ())
    keys = [path for line in files for kind, mode, _, path in [line.split()[:4]] if mode == "400"]
    made = {path for key in keys for path in (key, key.removesuffix(".key") + ".crt")}
    kept = [line for line in files if line.split()[3] not in made]
    return {**theirs, "files": kept} if made else theirs


def _kept_accounts(theirs: Step, settings: Settings) -> Step:
    """usermod(8) ends with 8 where a process of the account runs. What it stopped is the move of the home."""
    home = settings.get("registry", "dir")
    if "received '8'" not in theirs.get("error", {}).get("message", "") or not home:
        return theirs
    token = {**theirs["registry_config"]["auth"]["token"], "rootcertbundle": f"{home}/gitlab-registry.crt"}
    services = {**theirs["sv"], "registry": {**theirs["sv"]["registry"], "directory": home}}
    finished = {key: value for key, value in theirs.items() if key != "error"}
    return _configured({**finished, "exit": 0, "sv": services}, auth={"token": token})


def _no_leaked_key(theirs: Step, settings: Settings) -> Step:
    database = _config(theirs).get("database", {})
    kept = {key: value for key, value in database.items() if not key.startswith("_")}
    return _configured(theirs, database=kept) if kept != database else theirs


# Where config.yml has what Omnibus writes without escaping what means something in YAML.
_UNQUOTED = {
    ("registry", "http_secret"): ("http", "secret"),
    ("registry", "registry_http_addr"): ("http", "addr"),
    ("registry", "debug_addr"): ("http", "debug", "addr"),
    ("registry", "rootcertbundle"): ("auth", "token", "rootcertbundle"),
    ("registry", "token_realm"): ("auth", "token", "realm"),
    ("gitlab_rails", "registry_issuer"): ("auth", "token", "issuer"),
}


def _readable(theirs: Step, settings: Settings) -> Step:
    broken = [key for key, value in theirs.items() if isinstance(value, dict) and "unparsable" in value]
    if broken:
        return theirs | dict.fromkeys(broken, UNREADABLE)
    config = _config(theirs)
    for key, path in _UNQUOTED.items():
        value = settings.get(*key)
        if config and isinstance(value, str):
            config = _replaced(config, path, f"{value}/jwt/auth" if path[-1] == "realm" else str(value))
    return theirs | {"registry_config": config} if config else theirs


# Where config.yml has what a key of gitlab_rails replaces.
_OVERLAID = {
    "log_level": ("log", "level"),
    "log_formatter": ("log", "formatter"),
    "http_draintimeout": ("http", "draintimeout"),
    "registry_http_addr": ("http", "addr"),
    "health_storagedriver_enabled": ("health", "storagedriver", "enabled"),
    "autoredirect": ("auth", "token", "autoredirect"),
    "storage": ("storage",),
    **{name: (name,) for name in ("middleware", "gc", "redis", "reporting")},
}


def _no_overlay(theirs: Step, settings: Settings) -> Step:
    config = _config(theirs)
    for key, path in _OVERLAID.items():
        if path[0] in config and settings.get("gitlab_rails", key) is not None:
            config = _replaced(config, path, _own(key, settings))
    return {**theirs, "registry_config": config} if config else theirs


def _own(key: str, settings: Settings) -> Any:
    """What registry[key] says by itself."""
    value, default = settings.get("registry", key), OPTIONS[f"registry.{key}"].default
    if key == "redis":
        return default | (value or {})
    if key != "storage":
        return default if value is None else value
    shared = settings.get("gitlab_rails", "shared_path") or OPTIONS["gitlab_rails.shared_path"].default
    directory = settings.get("gitlab_rails", "registry_path") or f"{shared}/registry"
    deletable = settings.get("registry", "storage_delete_enabled")
    beside = {
        "cache": {"blobdescriptor": "inmemory"},
        "delete": {"enabled": True if deletable is None else deletable},
    }
    return beside | (value or {"filesystem": {"rootdirectory": directory}})


def _replaced(tree: Step, path: tuple[str, ...], value: Any) -> Step:
    """*tree* with *value* at *path*; without it where the value is None."""
    key, *rest = path
    if rest:
        value = _replaced(tree[key], tuple(rest), value)
    return {**{k: v for k, v in tree.items() if k != key}, **({} if value is None else {key: value})}


def _one_slash(theirs: Step, settings: Settings) -> Step:
    auth = _config(theirs).get("auth")
    if not auth:
        return theirs
    realm = auth["token"]["realm"].removesuffix("/jwt/auth").rstrip("/") + "/jwt/auth"
    return _configured(theirs, auth={"token": {**auth["token"], "realm": realm}})


def _quoted_headers(theirs: Step, settings: Settings) -> Step:
    if not isinstance(theirs.get("nginx_registry"), list):
        return theirs
    return {**theirs, "nginx_registry": [_quoted(directive) for directive in theirs["nginx_registry"]]}


def _quoted(directive: Step) -> Step:
    if "b" in directive:
        return {**directive, "b": [_quoted(inner) for inner in directive["b"]]}
    if directive["d"] != "proxy_set_header":
        return directive
    name, *values = directive["a"]
    return {**directive, "a": [name, " ".join(values)]}


def _refused_drivers(theirs: Step, settings: Settings) -> Step:
    storage = _config(theirs).get("storage")
    if storage is None:
        return theirs
    beside = {"cache", "delete", "maintenance", "redirect"}
    drivers = storage.keys() - beside
    return theirs if len(drivers) == 1 and drivers <= DRIVERS.keys() else REFUSED


def _refused_line_breaks(theirs: Step, settings: Settings) -> Step:
    one_line = (settings.get(*option.path) for option in OPTIONS.values() if not option.lines)
    return REFUSED if any("\n" in text for value in one_line for text in _texts(value)) else theirs


def _refused_choices(theirs: Step, settings: Settings) -> Step:
    for option in OPTIONS.values():
        value = settings.get(*option.path)
        if option.choices and value is not None and str(value).lower() not in option.choices:
            return REFUSED
    return theirs


def _refused_keys(theirs: Step, settings: Settings) -> Step:
    pair = [settings.get("registry", name) for name in ("internal_key", "internal_certificate")]
    given = [str(text) for text in pair if counts_as_true(text)]
    return theirs if all("-----BEGIN " in text for text in given) else REFUSED


def _refused_ports(theirs: Step, settings: Settings) -> Step:
    taken = [port for key in ("nginx_registry", "nginx_status") for port in _ports(theirs.get(key))]
    wanted = {_port(address) for address in _addresses(theirs)}
    impossible = [port for port in taken if port.isdigit() and not 0 < int(port) < 65536]
    return REFUSED if impossible or wanted & set(taken) else theirs


def _ports(servers: Any) -> list[str]:
    """What nginx listens on."""
    known = servers if isinstance(servers, list) else []
    return [_port(d["a"][0]) for server in known for d in server["b"] if d["d"] == "listen"]


def _port(address: str) -> str:
    return address.rpartition(":")[2]


def _addresses(theirs: Step) -> list[str]:
    """What the registry is to listen on."""
    http = _config(theirs).get("http", {})
    return [str(found) for found in (http.get("addr"), http.get("debug", {}).get("addr")) if found]


def _refused_addresses(theirs: Step, settings: Settings) -> Step:
    config = _config(theirs)
    if not config:
        return theirs
    strange = [a for a in _addresses(theirs) if "://" in a or not _port(a).isdigit()]
    needed = [config["http"]["addr"], config["http"].get("debug", {}).get("addr", "none")]
    missing = None in needed or config["auth"]["token"]["realm"] == "/jwt/auth"
    return REFUSED if strange or missing else theirs


def _config(theirs: Step) -> Step:
    """config.yml, empty where there is none that can be read."""
    found = theirs.get("registry_config")
    return found if isinstance(found, dict) else {}


def _configured(theirs: Step, **sections: Any) -> Step:
    return {**theirs, "registry_config": {**theirs["registry_config"], **sections}}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for pair in value.items():
            yield from _texts(list(pair))
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str):
        yield value


DIFFERENCES = (
    Difference(
        "quoted-values",
        "Omnibus writes values without quotes, so that one like 'a: b' breaks the file. glctl quotes them.",
        _readable,
    ),
    Difference(
        "kept-accounts",
        "Omnibus moves the home of an account in use, which usermod refuses: the run stops half-way.",
        _kept_accounts,
    ),
    Difference(
        "no-overlay",
        "Keys of gitlab_rails replace the registry's own of the same name, which nobody can mean.",
        _no_overlay,
    ),
    Difference(
        "refused-storage-drivers",
        "The registry starts with exactly one driver that it knows; Omnibus writes any number and any name.",
        _refused_drivers,
    ),
    Difference(
        "refused-line-breaks",
        "Omnibus writes values without quotes, so that a line break begins a directive of nginx.",
        _refused_line_breaks,
    ),
    Difference(
        "refused-choices",
        "The registry would refuse to start with a level or format that it does not know.",
        _refused_choices,
    ),
    Difference(
        "refused-keys",
        "With a key or a certificate that is none, GitLab signs no token and the registry does not start.",
        _refused_keys,
    ),
    Difference(
        "refused-ports",
        "nginx and the registry cannot listen on one port, nor on one that does not exist.",
        _refused_ports,
    ),
    Difference(
        "refused-addresses",
        "Omnibus writes an address as it is, or nothing where it knows none: the registry does not start.",
        _refused_addresses,
    ),
    Difference(
        "private-secrets",
        "Omnibus lets every user read config.yml, the key and the environment, but for the folder above.",
        _private_secrets,
    ),
    Difference(
        "no-version-file",
        "VERSION serves Omnibus to tell that a package was upgraded. glctl does not upgrade any.",
        _no_version_file,
    ),
    Difference(
        "no-stand-in-certificate",
        "Omnibus signs a certificate itself until Let's Encrypt has made one. glctl obtains no certificates.",
        _no_stand_in,
    ),
    Difference(
        "no-leaked-key",
        "A key with which Omnibus takes a note for itself ends up in the database section.",
        _no_leaked_key,
    ),
    Difference(
        "one-slash",
        "A slash at the end of the address gives '//jwt/auth', which GitLab does not answer.",
        _one_slash,
    ),
    Difference(
        "quoted-headers",
        "Omnibus writes headers without quotes: with a blank or nothing in them nginx does not start.",
        _quoted_headers,
    ),
)
