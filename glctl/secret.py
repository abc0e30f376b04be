"""Secrets: a string that prints as a mask, and the rules that tell which settings are secret."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from glctl.patterns import Pattern

MASK = "[MASKED]"

# Names of settings, YAML keys and environment variables whose value is a credential, wherever they stand.
# From the registry's own storage, redis, database and notification keys, and Omnibus's secrets sections.
_SECRET_NAME = Pattern(
    r"secret|passw|passphrase|credential|authorization|cookie|private_?key|internal_key|access_?key|account_?key"
    r"|session_?token|(^|_|-)(token|api[_-]?key|dsn)$",
    re.IGNORECASE,
)
# …except these, which only look like one: places and switches, and the public half of a pair.
_NOT_SECRET = Pattern(
    r"(_path|_file|_dir|_realm|_enabled|_digest|bundle|providers|errors?)$|^generate_|^tokens?_",
    re.IGNORECASE,
)
# Secret names that open a section of the registry's configuration instead (auth.token).
_SECTIONS = frozenset({"token"})

# ``key: value``, ``"key":value``, ``'key' => value``, ``['key'] = value``: the name up to its value …
# A name is looked for where a word begins only: a long word would be read again from each of its letters.
_NAMED = Pattern(r"""(?<![\w.-])[\d.-]*(?P<key>[A-Za-z_][\w.-]*)["']?\]?\s*(?:=>|[:=])\s*""")
# … and the value, whole where it is quoted or bracketed. A quote with a letter behind it has not ended it.
_VALUE = Pattern(
    r"""\[[^\]]*\]?|\{[^}]*\}?|"(?:\\.|[^"\\])*"?(?:\w.*)?|'(?:\\.|[^'\\])*'?(?:\w.*)?|[^\s,}\])][^,}\])]*"""
)
# A block of YAML: its whole value follows on the line, or below it.
_BLOCK = Pattern(r"(?P<indent>\s*(?:-\s+)*)[\"']?(?P<key>[A-Za-z_][\w.-]*)[\"']?:(?P<value>\s.*)?")
# ``proxy_set_header NAME VALUE;`` of nginx.
_DIRECTIVE = Pattern(r"(?P<start>\s*(?:proxy_set|add)_header\s+[\"']?(?P<key>[\w-]+)[\"']?\s+).+")
_USERINFO = Pattern(r"(?<=://)[^\s/@'\"]+(?=@)")
_KEY_MATERIAL = Pattern(r"[A-Za-z0-9+/=]{40,}")  # a line of PEM, a long random secret; or a path
# What is a credential by its own looks: a JWT, the parameters of a URL that sign or log in, the
# parts of S3's Authorization (which has commas), PEM. All but PEM begin where no word goes on: by that
# alone most places are passed.
_SIGNED = Pattern(
    r"(?<![\w-])(?:eyJ[\w-]+\.[\w-]+\.[\w-]*"
    r"|(?<=[?&])(?:x-amz-[\w-]+|signature|sig|_state|(?!offline_token=)[\w-]*(?:token|secret|password|api_?key))"
    r"=[^&\s\"']+"
    r"|(?<=[, ])(?:signature|credential)=[^&\s\"',]+|(?<=bearer )[\w.~+/-]{20,}=*|(?<=basic )[\w+/]{20,}=*)"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*PRIVATE KEY-----)?",
    re.IGNORECASE,
)
# Words of which a text has one (casefolded) where _SECRET_NAME, or else _SIGNED, finds anything in it: most
# texts have none, and are told at once.
_OF_NAMES = ("secret", "pass", "credential", "authorization", "cookie", "key", "token", "dsn")
_OF_LOOKS = ("eyj", "x-amz-", "sig", "_state=", "bearer ", "basic ")
_SHORT = 64  # characters of a name that is remembered: a log repeats its keys in each line


class Secret:
    """A credential. ``str()``, ``repr()`` and formatting give the mask, only :meth:`reveal` the value."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself, for the file or the request that needs it."""
        return self._value

    def __str__(self) -> str:
        return MASK

    __repr__ = __str__

    def __format__(self, _spec: str) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __bool__(self) -> bool:
        return bool(self._value)


def is_secret_name(name: str) -> bool:
    """Whether a setting, YAML key or environment variable of this name holds a credential."""
    return _is_secret(name) if len(name) <= _SHORT else _is_secret.__wrapped__(name)


@lru_cache(1024)
def _is_secret(name: str) -> bool:
    return bool(_SECRET_NAME.search(name)) and not _NOT_SECRET.search(name)


def wrap(value: Any, name: str = "") -> Any:
    """*value* with every string under a secret name turned into a Secret, at any depth."""
    if isinstance(value, Mapping):
        inherited = name if is_secret_name(name) and name not in _SECTIONS else ""
        return {k: wrap(v, inherited or str(k)) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [wrap(item, name) for item in value]
    if isinstance(value, str) and value and is_secret_name(name):
        return Secret(value)
    return value


def reveal(value: Any) -> Any:
    """*value* with every Secret replaced by what it holds, at any depth; only for a file or a request."""
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, Mapping):
        return {k: reveal(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [reveal(item) for item in value]
    return value


def mask(value: Any) -> Any:
    """*value* with every Secret, and what stands before a URL's @, masked at any depth: safe to print."""
    if isinstance(value, Secret):
        return MASK
    if isinstance(value, str):
        return _USERINFO.sub(MASK, value)
    if isinstance(value, Mapping):
        return {k: mask(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [mask(item) for item in value]
    return value


def mask_line(line: str) -> str:
    """A line of a configuration file (Ruby, YAML, JSON, nginx) with every credential in it masked."""
    if (block := _BLOCK.fullmatch(line)) and is_secret_name(block["key"]) and (block["value"] or "").strip():
        return f"{line[: block.start('value')]} {MASK}"
    if (directive := _DIRECTIVE.fullmatch(line)) and is_secret_name(directive["key"]):
        return f"{directive['start']}{MASK};"
    return _KEY_MATERIAL.sub(_mask_material, _USERINFO.sub(MASK, _mask_named(line)))


def credentials_in(line: str) -> Iterator[tuple[int, int]]:
    """Where *line* holds what is a credential by its own looks, whatever it is called: (start, end) each."""
    if (directive := _DIRECTIVE.fullmatch(line)) and is_secret_name(directive["key"]):
        yield directive.end("start"), len(line)
    for pattern in (_USERINFO, _SIGNED):
        yield from (match.span() for match in pattern.finditer(line))
    yield from (match.span() for match in _KEY_MATERIAL.finditer(line) if _mask_material(match) == MASK)


def _mask_material(match: re.Match[str]) -> str:
    """Base64 has a slash in 64 letters and a digit in six; a path of that length has more, or none."""
    text = match[0]
    is_path = text.count("/") * 10 > len(text) or not any(c.isdigit() for c in text)
    return text if is_path else MASK


def _mask_named(line: str) -> str:
    parts: list[str] = []
    at = 0
    for name in _NAMED.finditer(line):
        if name.start("key") < at or not is_secret_name(name["key"]):
            continue
        if value := _VALUE.match(line, name.end()):
            parts += [line[at : name.end()], MASK]
            at = value.end()
    return "".join(parts) + line[at:]


def mask_text(text: str) -> str:
    """Foreign text (a log line, an answer) with credentials masked; paths and digests stay readable."""
    folded = text.casefold()
    if any(word in folded for word in _OF_NAMES):
        return mask_by_looks(_mask_named(text))
    if any(word in folded for word in _OF_LOOKS):
        return mask_by_looks(text)
    return _USERINFO.sub(MASK, text) if "@" in text else text


def mask_by_looks(text: str) -> str:
    """Text of our own, which may name secret settings, with what looks like a credential in it masked."""
    return _SIGNED.sub(MASK, _USERINFO.sub(MASK, text))


def mask_lines(lines: Iterable[str]) -> list[str]:
    """As :meth:`mask_line`, for a whole file: also what stands below a secret name of a YAML block."""
    masked: list[str] = []
    below: int | None = None  # the indentation of a secret name whose value is being passed
    for line in lines:
        indent = len(line) - len(line.lstrip())
        inside = below is not None and (
            indent > below or (indent == below and line.lstrip().startswith("- "))
        )
        if inside and line.strip():
            masked.append(f"{' ' * indent}{MASK}")
            continue
        if line.strip():
            below = None
        block = _BLOCK.fullmatch(line)
        if block and _opens_secret_block(block["key"], block["value"]):
            below = len(block["indent"])
        masked.append(mask_line(line))
    return masked


def _opens_secret_block(key: str, value: str | None) -> bool:
    """Whether a line of YAML names a secret whose value stands on the lines below."""
    follows = (value or "").strip() in ("", "|", "|-", ">", ">-")
    return follows and is_secret_name(key) and key not in _SECTIONS
