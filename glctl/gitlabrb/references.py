"""What a word means: a local variable, a setting, ENV; and keys: ``registry['dir']``, ``ENV['X']``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glctl.gitlabrb import codes, unsupported
from glctl.gitlabrb.classes import CLASSES
from glctl.gitlabrb.kinds import kind_of
from glctl.gitlabrb.libraries import FUNCTIONS, LIBRARIES, ask
from glctl.gitlabrb.literals import collected, listed
from glctl.gitlabrb.methods import METHODS, invoke
from glctl.gitlabrb.refusal import RefusedError
from glctl.gitlabrb.values import (
    KEY_TYPES,
    UNKNOWN,
    Class,
    Environment,
    Facts,
    Hash,
    Library,
    Mash,
    describe,
    is_string,
)

if TYPE_CHECKING:
    from tree_sitter import Node

    from glctl.gitlabrb.evaluator import Evaluator
    from glctl.gitlabrb.model import Names

# Words of other languages for what Ruby writes in one way only.
_FOREIGN = {
    **dict.fromkeys(("True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"), "true"),
    **dict.fromkeys(("False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"), "false"),
    **dict.fromkeys(("None", "Nil", "NIL", "null", "Null", "NULL", "undefined"), "nil"),
}
_ALSO_TEXT = frozenset({"yes", "no", "on", "off"})
# The parser takes a stray one of these for a name.
_KEYWORDS = frozenset(
    "BEGIN END alias and begin break case class def do else elsif end ensure for if in module next not or "
    "redo rescue retry return super then undef unless until when while yield".split()
)
_BODIES = frozenset({"program", "then", "else", "body_statement", "block_body"})
_WITH_BRACKETS = frozenset(kind for kind, methods in METHODS.items() if "[]" in methods)
_NUMBERS = frozenset("123456789")
_MAX_NAME = 80  # characters of a name that are looked at
# Characters that word processors and web pages put in the place of quotes and spaces.
TYPOGRAPHIC = "‘’‚‛“”„‟«»′″´`\u00a0\u2007\u202f\u200b\u200c\u200d\u2060\ufeff\u3000"


def identifier(ev: Evaluator, node: Node) -> Any:
    """A word that begins with a lower-case letter: a local variable or a setting."""
    name = ev.source.text_of(node)
    if name in ev.locals:
        return ev.locals[name]
    if name in ev.configuration.names:
        return ev.configuration.read(name)
    if name == "node":
        return Facts(ev.outside.facts)
    if name in FUNCTIONS:
        return FUNCTIONS[name](ev, node, [])
    if name in unsupported.METHODS:
        raise unsupported.method(node, name)
    return unknown_name(ev, node, name)


def unknown_name(ev: Evaluator, node: Node, name: str) -> Any:
    """What *name* is, which is no setting: behind a from_file, Omnibus takes it for one all the same."""
    refused = unknown_word(ev, node, name)
    if ev.strict or refused.code != codes.UNKNOWN_SETTING:
        raise refused
    message = f"{refused.message}, which Omnibus does not say behind from_file"
    ev.warn(node, refused.code, message, refused.hint)
    return ev.loose.get(name)


def constant(ev: Evaluator, node: Node) -> Any:
    """A word that begins with an upper-case letter: ENV, a library, a class, one that gitlab.rb has set."""
    name = ev.source.text_of(node)
    if name == "ENV":
        return ev.env
    if name in ev.constants:
        return ev.constants[name]
    if name in CLASSES:
        return Class(name)
    if name in LIBRARIES:
        return Library(name)
    if name in unsupported.LIBRARIES:
        raise unsupported.library(node, name)
    raise unknown_word(ev, node, name)


def global_variable(ev: Evaluator, node: Node) -> str | None:
    """``$1``: a part of the last match"""
    name = ev.source.text_of(node)[1:]
    if not name.isdigit() or name == "0":
        raise unsupported.construct(node)
    if ev.match is None or int(name) > ev.match.re.groups:
        return None
    return ev.match[int(name)]


def unknown_word(ev: Evaluator, node: Node, name: str) -> RefusedError:
    """The refusal of a word that means nothing here, with what may have been meant."""
    names = ev.configuration.names
    if name in _FOREIGN:
        text = ", or put the word in quotes if it is meant as text" if name.lower() in _ALSO_TEXT else ""
        return RefusedError(
            node, codes.SYNTAX, f"Ruby does not know {name}", f"Write: {_FOREIGN[name]}{text}"
        )
    if refused := never_a_name(node, name):
        return refused
    if name in names.others:
        why, instead = names.others[name]
        return RefusedError(node, codes.UNKNOWN_SETTING, f"{name} {why}", instead)
    offer = _nearest(name[:_MAX_NAME], names)
    if _begins_statement(node):
        unknown = f"{name[:_MAX_NAME]} is not a setting of Omnibus"
        return RefusedError(node, codes.UNKNOWN_SETTING, unknown, offer or "Correct or remove it.")
    # The word itself is not repeated where it may be a secret that lacks its quotes.
    unknown = f"{ev.named(node, 'this word')} is neither a setting nor a variable"
    return RefusedError(node, codes.UNKNOWN_SETTING, unknown, f"Text needs quotes: '…'. {offer}".rstrip())


def never_a_name(node: Node, name: str) -> RefusedError | None:
    """The refusal of what the parser takes for a name and Ruby does not, or no one means as one."""
    if name in _KEYWORDS:
        return RefusedError(node, codes.SYNTAX, f"{name} does not belong here", "Remove it.")
    if any(character in TYPOGRAPHIC for character in name):
        return RefusedError(
            node,
            codes.SYNTAX,
            "a typographic quote or space, which is a letter to Ruby",
            "Write a straight quote ' or \" or an ordinary space.",
        )
    if any(character < " " or character == "\x7f" for character in name):
        return RefusedError(node, codes.SYNTAX, "a control character", "Remove it.")
    return None


def reserved(node: Node, name: str) -> RefusedError | None:
    """The refusal of what no variable may be called."""
    if name[0] == "_" and name[1:] in _NUMBERS:
        return RefusedError(node, codes.SYNTAX, f"{name} is a parameter of a block", "Choose another name.")
    return never_a_name(node, name)


def _begins_statement(node: Node) -> bool:
    while (parent := node.parent) is not None and parent.type not in _BODIES:
        if next(child for child in parent.children if child.type not in ("self", ".")) != node:
            return False
        node = parent
    return True


def _nearest(name: str, names: Names) -> str:
    from difflib import get_close_matches

    nearest = get_close_matches(name.lower(), sorted(names.values | names.hashes), n=1, cutoff=0.75)
    return f"Did you mean {nearest[0]}?" if nearest else ""


def element_reference(ev: Evaluator, node: Node) -> Any:
    """``registry['dir']``, ``text[0, 2]``"""
    container, *keys = container_and_keys(ev, node)
    if container is UNKNOWN or any(key is UNKNOWN for key in keys):
        return UNKNOWN
    return read_element(ev, node, container, keys)


def container_and_keys(ev: Evaluator, node: Node) -> list[Any]:
    """What stands before and inside of the brackets of an element reference."""
    before, opening, *inside = ev.parts(node)
    if before.type == "identifier" and before.end_byte != opening.start_byte:
        raise RefusedError(
            opening, codes.SYNTAX, "no space belongs before this bracket", "Write: registry['key'] = value"
        )
    keys = listed(inside[:-1])
    if opening.type != "[" or not keys:
        raise RefusedError(
            node,
            codes.UNSUPPORTED,
            "brackets must hold a key here",
            "Write: registry['key'] or registry['a']['b']",
        )
    return [ev.value(before), *collected(ev, keys)]


def read_element(ev: Evaluator, node: Node, container: Any, keys: list[Any]) -> Any:
    """``container[key]``"""
    if isinstance(container, list) and is_string(keys[0]):
        raise no_keys(ev, node, container)
    if kind_of(container) in _WITH_BRACKETS:
        return invoke(ev, node, container, "[]", keys)
    if len(keys) != 1:
        raise no_keys(ev, node, container)
    (key,) = keys
    if isinstance(container, Mash) and not ev.strict:
        return Hash.read(container, hash_key(node, key))
    if isinstance(container, Mash) and container.find(hash_key(node, key)) is None:
        ev.configuration.note_read(container, key, ev.source.span(node))
    if isinstance(container, Hash):
        return container.read(hash_key(node, key))
    if isinstance(container, Facts):
        return _fact(ev, node, container, key)
    if isinstance(container, Library) and "[]" in LIBRARIES[container.name]:
        return ask(ev, node, container.name, "[]", keys)
    if isinstance(container, Library):
        return ev.configuration.read(setting_name(ev, node, container, key))
    if isinstance(container, Environment):
        return _variable(node, container, key)
    raise no_keys(ev, node, container)


def setting_name(ev: Evaluator, node: Node, library: Library, key: Any) -> str:
    """The setting that ``Gitlab['external_url']`` names."""
    if library.name != "Gitlab" or not isinstance(key, str):
        raise no_keys(ev, node, library)
    if str(key) not in ev.configuration.names:
        raise unknown_word(ev, node, str(key))
    return str(key)


def _fact(ev: Evaluator, node: Node, facts: Facts, key: Any) -> str:
    if not isinstance(key, str) or key not in facts.known:
        raise RefusedError(
            node,
            codes.UNSUPPORTED,
            f"{ev.named(node, 'this fact')} is not known here",
            "Write the value for this host.",
        )
    return facts.known[str(key)]


def hash_key(node: Node, key: Any) -> Any:
    """*key*, if it is of a kind that hashes are looked up by."""
    if isinstance(key, KEY_TYPES):
        return key
    raise RefusedError(node, codes.UNSUPPORTED, f"{describe(key)} is not supported as a key", "Use a string.")


def no_keys(ev: Evaluator, node: Node, container: Any) -> RefusedError:
    """The refusal of a key of what has none."""
    kind = describe(container)
    name = ev.named(node.children[0], kind) if node.type == "element_reference" else kind
    return RefusedError(
        node,
        codes.TYPE_ERROR,
        f"{kind} has no keys" if name == kind else f"{name} is {kind}, which has no keys",
        "A hash has keys: registry['key'] = value. A single value has none: external_url 'https://…'",
    )


def _variable(node: Node, env: Environment, name: Any) -> str | None:
    if not is_string(name):
        raise RefusedError(
            node, codes.TYPE_ERROR, "the name of an environment variable is a string", "Write: ENV['NAME']"
        )
    value = env.variables.get(name)
    if value is not None and not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value):
        raise RefusedError(
            node, codes.NOT_TEXT, f"the environment variable {name} is not UTF-8", "Set it to UTF-8 text."
        )
    return value
