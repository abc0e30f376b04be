"""What the registry reads below registry['database'], ['redis'] and the like, which it reads as a whole.

From the configuration of GitLab's registry 4 and of distribution 2.8 and 3.0: a key counts as known if any of
them reads it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

from glctl.settings.draft import place
from glctl.settings.kinds import nearest, shown, why_not
from glctl.settings.option import ruby_name
from glctl.spans import Diagnostic

if TYPE_CHECKING:
    from glctl.gitlabrb.model import Settings
    from glctl.settings.option import Kind

# What a key takes: a value of a kind, or keys of its own.
# Texts are written with quotes, and read for no number and no truth (seen with distribution 2.8).


def _keys(text: str) -> dict[str, Any]:
    """``duration: interval timeout; bool: enabled`` as the kind of each key."""
    parts = (part.split(":") for part in text.split(";"))
    return {key: kind.strip() for kind, keys in parts for key in keys.split()}


_CONNECTION: dict[str, Any] = {
    **_keys("bool: enabled; number: db; duration: dialtimeout readtimeout writetimeout"),
    **_keys("string: addr mainname username password sentinelusername sentinelpassword; any: addrs"),
    "tls": _keys("bool: enabled insecure; string: certificate key rootcas; any: clientcas"),
    "pool": _keys("number: size maxidle maxactive; duration: maxlifetime idletimeout"),
}
_ENDPOINT: dict[str, Any] = {
    **_keys("string: name url; bool: disabled; any: headers ignoredmediatypes"),
    **_keys("duration: timeout backoff queuepurgetimeout; number: threshold maxretries queuesizelimit"),
    "ignore": _keys("any: mediatypes actions"),
}
_MIDDLEWARE = _keys("string: name; bool: disabled; any: options")
NESTED: Mapping[str, Any] = {
    "registry.database": {
        **_keys("any: enabled; string: host user password dbname sslmode sslcert sslkey sslrootcert primary"),
        **_keys("number: port; duration: connecttimeout draintimeout; bool: preparedstatements"),
        "pool": _keys("number: maxidle maxopen; duration: maxlifetime maxidletime"),
        "backgroundmigrations": _keys("bool: enabled; number: maxjobretries; duration: jobinterval"),
        "loadbalancing": _keys(
            "bool: enabled; any: hosts; string: nameserver record; number: port maxreplicalagbytes; "
            "duration: replicacheckinterval disconnecttimeout maxreplicalagtime"
        ),
        "metrics": _keys("bool: enabled; duration: interval leaseduration"),
    },
    "registry.redis": {
        **_CONNECTION,
        **dict.fromkeys(("cache", "loadbalancing", "ratelimiter"), _CONNECTION),
    },
    "registry.gc": {
        **_keys("bool: disabled noidlebackoff; duration: maxbackoff errorcooldownperiod reviewafter"),
        **_keys("duration: transactiontimeout"),
        "blobs": _keys("bool: disabled; duration: interval storagetimeout"),
        "manifests": _keys("bool: disabled; duration: interval"),
    },
    "registry.reporting": {
        "sentry": _keys("bool: enabled; string: dsn environment"),
        "bugsnag": _keys("string: apikey releasestage endpoint"),
        "newrelic": _keys("string: licensekey name; bool: verbose"),
    },
    "registry.notifications": _ENDPOINT,
    "registry.middleware": dict.fromkeys(("registry", "repository", "storage"), _MIDDLEWARE),
}


def nested(settings: Settings) -> Iterator[Diagnostic]:
    """A warning for each key that the registry passes over, an error for what it could not read."""
    for key, known in NESTED.items():
        yield from _below(known, settings.get(*key.split(".")), settings, tuple(key.split(".")))


def _below(known: Any, value: Any, settings: Settings, path: tuple[str, ...]) -> Iterator[Diagnostic]:
    """What is wrong with *value*, which stands at *path*; the elements of an array are alike."""
    if isinstance(known, str):
        yield from _one(cast("Kind", known), value, settings, path)
    elif isinstance(value, list):
        for each in value:
            yield from _below(known, each, settings, path)
    elif isinstance(value, Mapping):
        for key, below in value.items():
            if str(key) in known:
                yield from _below(known[str(key)], below, settings, (*path, str(key)))
            else:
                message = (
                    f"{ruby_name('.'.join(path))} has no key {str(key)!r}: the registry does not read it."
                )
                where = place(settings, (*path, str(key)))
                yield Diagnostic("unknown-key", "warning", message, nearest(str(key), known), where)


def _one(kind: Kind, value: Any, settings: Settings, path: tuple[str, ...]) -> Iterator[Diagnostic]:
    unitless = kind == "duration" and isinstance(value, str) and value.isdecimal() and value != "0"
    wrong = "a duration needs its unit, as in '90s'" if unitless else why_not(kind, value)
    if value is not None and wrong:
        message = f"{ruby_name('.'.join(path))} is {shown(value, path[-1])}, but {wrong}."
        hint = "The registry would not start with it."
        yield Diagnostic("wrong-type", "error", message, hint, place(settings, path))
