"""What can be asked of Ruby's libraries and of the host: one table, by the constant, and the functions that
stand alone. To add one, add its line, and a test."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from glctl.gitlabrb import codes, conversions, formats, unsupported
from glctl.gitlabrb.methods import Call
from glctl.gitlabrb.outside import UnreadableError
from glctl.gitlabrb.printing import to_json, to_s
from glctl.gitlabrb.psych import DocumentError, load_json, load_yaml
from glctl.gitlabrb.refusal import RefusedError
from glctl.gitlabrb.values import UNKNOWN, Hash, describe, is_string, truthy
from glctl.secret import mask_line

if TYPE_CHECKING:
    from tree_sitter import Node

    from glctl.gitlabrb.evaluator import Evaluator

Function = Callable[["Evaluator", "Node", list[Any]], Any]

# Of Ruby's standard library, what is harmless to load: what is used of it is looked at where it is used.
_HARMLESS = frozenset(
    "json yaml psych uri set time date ipaddr socket open3 securerandom digest base64 erb ostruct openssl "
    "pathname shellwords stringio logger timeout etc".split()
)


def _one_path(ev: Evaluator, node: Node, arguments: list[Any]) -> str:
    del ev
    if len(arguments) == 1 and is_string(arguments[0]):
        return str(arguments[0])
    raise RefusedError(
        node, codes.TYPE_ERROR, "this takes one path, as a string", "Write: ('/path/of/a/file')"
    )


def _asked(node: Node, ask: Callable[[str], Any], path: str) -> Any:
    try:
        return ask(path)
    except UnreadableError as exc:
        raise RefusedError(node, codes.UNREADABLE, str(exc), exc.hint) from None


def _read(ev: Evaluator, node: Node, arguments: list[Any]) -> str:
    """``File.read('/path')``"""
    path = _one_path(ev, node, arguments)
    text: str = _asked(node, ev.outside.text, path)
    ev.files_read[text] = ev.outside.named(path)
    return text


def _exists(ev: Evaluator, node: Node, arguments: list[Any]) -> Any:
    """``File.exist?('/path')``"""
    return _asked(node, ev.outside.exists, _one_path(ev, node, arguments))


def _is_file(ev: Evaluator, node: Node, arguments: list[Any]) -> Any:
    """``File.file?('/path')``"""
    return _asked(node, ev.outside.is_file, _one_path(ev, node, arguments))


def _is_directory(ev: Evaluator, node: Node, arguments: list[Any]) -> Any:
    """``File.directory?('/path')``"""
    return _asked(node, ev.outside.is_directory, _one_path(ev, node, arguments))


def _matching(ev: Evaluator, node: Node, arguments: list[Any]) -> list[str]:
    """``Dir.glob('/etc/gitlab/*.rb')``, ``Dir['/etc/gitlab/*.rb']``"""
    found: list[str] = _asked(node, ev.outside.matching, _one_path(ev, node, arguments))
    ev.budget.spend_values(len(found))
    return found


def _join(ev: Evaluator, node: Node, arguments: list[Any]) -> str:
    """``File.join('/a', 'b')``: one slash between two parts."""
    if not arguments or not all(is_string(part) for part in arguments):
        raise RefusedError(node, codes.TYPE_ERROR, "File.join takes strings", "Convert them: value.to_s")
    ev.budget.spend_text(sum(map(len, arguments)) + len(arguments))
    path, *others = map(str, arguments)
    for part in others:
        has = path.endswith("/"), part.startswith("/")
        path = (
            path.rstrip("/") + part if has == (True, True) else path + part if any(has) else f"{path}/{part}"
        )
    return path


def _basename(ev: Evaluator, node: Node, arguments: list[Any]) -> str:
    """``File.basename('/a/b.c')``, ``File.basename('/a/b.c', '.c')``"""
    path = _one_path(ev, node, arguments[:1])
    end = _one_path(ev, node, arguments[1:]) if len(arguments) > 1 else ""
    name = posixpath.basename(path.rstrip("/")) or path[:1]
    if end == ".*":
        return posixpath.splitext(name)[0]
    return name.removesuffix(end) if name != end else name


def _extname(ev: Evaluator, node: Node, arguments: list[Any]) -> str:
    """``File.extname('/a/b.c')``"""
    return posixpath.splitext(_one_path(ev, node, arguments))[1]


def _dirname(ev: Evaluator, node: Node, arguments: list[Any]) -> str:
    """``File.dirname('/a/b')``"""
    path = _one_path(ev, node, arguments)
    return posixpath.dirname(path.rstrip("/")) or ("/" if path.startswith("/") else ".")


def _yaml(ev: Evaluator, node: Node, arguments: list[Any]) -> Any:
    """``YAML.load(text)``"""
    return _document(ev, node, arguments, load_yaml)


def _safe_yaml(ev: Evaluator, node: Node, arguments: list[Any]) -> Any:
    """``YAML.safe_load(text)``"""
    return _document(ev, node, arguments, partial(load_yaml, safe=True))


def _json(ev: Evaluator, node: Node, arguments: list[Any]) -> Any:
    """``JSON.parse(text)``"""
    return _document(ev, node, arguments, load_json)


def _to_json(ev: Evaluator, node: Node, arguments: list[Any]) -> str:
    """``JSON.generate(value)``"""
    if len(arguments) != 1:
        raise RefusedError(node, codes.UNSUPPORTED, "this takes one value", "Write: JSON.generate(value)")
    return to_json(arguments[0], ev.budget)


def _yaml_file(ev: Evaluator, node: Node, arguments: list[Any]) -> Any:
    """``YAML.load_file('/path')``"""
    return _document(ev, node, [_read(ev, node, arguments[:1]), *arguments[1:]], load_yaml)


def _document(ev: Evaluator, node: Node, arguments: list[Any], load: Callable[..., Any]) -> Any:
    match arguments:
        case [text]:
            symbols = False
        case [text, Hash() as options] if [entry.key for entry in options] == ["symbolize_names"]:
            symbols = truthy(options.read(next(iter(options)).key))
        case _:
            raise RefusedError(
                node,
                codes.UNSUPPORTED,
                "only the text and symbolize_names: are supported here",
                "Leave the rest.",
            )
    if not is_string(text):
        raise RefusedError(
            node, codes.TYPE_ERROR, f"this takes text, and this is {describe(text)}", "Convert it: value.to_s"
        )
    try:
        return load(str(text), ev.budget, symbols=symbols)
    except DocumentError as exc:
        place = f", in line {exc.row + 1} of the text" if exc.row else ""
        raise RefusedError(
            node, codes.NO_DOCUMENT, f"{exc}{place}", "Or write it as a Ruby hash: { 'key' => 'value' }"
        ) from None


def _hostname(ev: Evaluator, node: Node, arguments: list[Any]) -> str:
    """``Socket.gethostname``"""
    if arguments or ev.outside.hostname is None:
        raise unsupported.method(node, "gethostname")
    return ev.outside.hostname


LIBRARIES: dict[str, dict[str, Function]] = {
    "File": {
        "basename": _basename,
        "directory?": _is_directory,
        "dirname": _dirname,
        "exist?": _exists,
        "extname": _extname,
        "file?": _is_file,
        "join": _join,
        "read": _read,
    },
    "IO": {"read": _read},
    "Dir": {"[]": _matching, "exist?": _is_directory, "glob": _matching},
    "JSON": {"generate": _to_json, "parse": _json},
    "Socket": {"gethostname": _hostname},
    "YAML": {"load": _yaml, "load_file": _yaml_file, "safe_load": _safe_yaml},
    "Gitlab": {},
}
LIBRARIES["Psych"] = LIBRARIES["YAML"]


def ask(ev: Evaluator, node: Node, library: str, name: str, arguments: list[Any]) -> Any:
    """``File.read('/path')``. Raises RefusedError."""
    if (function := LIBRARIES[library].get(name)) is None:
        raise unsupported.method(node, name)
    if any(argument is UNKNOWN for argument in arguments):
        return UNKNOWN
    result = function(ev, node, arguments)
    if isinstance(result, str):
        ev.budget.spend_text(len(result))
    return result


def _require(ev: Evaluator, node: Node, arguments: list[Any]) -> bool:
    """``require 'json'``: what can be used is always there."""
    if len(arguments) == 1 and arguments[0] in _HARMLESS:
        return True
    arguments_node = node.child_by_field_name("arguments") or node
    name = ev.named(arguments_node, "").strip("('\") ")
    words = f"the library {name}" if name else "this library"
    raise RefusedError(node, codes.UNSUPPORTED, f"{words} is not supported", unsupported.METHODS["require"])


def _from_file(ev: Evaluator, node: Node, arguments: list[Any]) -> None:
    """``from_file '/path/of/another.rb'``"""
    path = _one_path(ev, node, arguments)
    text = _asked(node, ev.outside.text, path)
    ev.include(node, text, path)


def _eval(ev: Evaluator, node: Node, arguments: list[Any]) -> None:
    """``eval ENV['GITLAB_OMNIBUS_CONFIG'].to_s``: evaluated as gitlab.rb itself is, never run."""
    if len(arguments) != 1 or not is_string(arguments[0]):
        raise RefusedError(
            node,
            codes.TYPE_ERROR,
            "eval takes one string",
            "Convert it: eval ENV['GITLAB_OMNIBUS_CONFIG'].to_s",
        )
    ev.include(node, str(arguments[0]), None)


def _print(_ev: Evaluator, _node: Node, _arguments: list[Any]) -> None:
    """``puts 'text'``: nothing is printed, since nothing runs."""


def _p(_ev: Evaluator, _node: Node, arguments: list[Any]) -> Any:
    """``p value``, which is the value"""
    return arguments if len(arguments) > 1 else arguments[0] if arguments else None


def _raise(ev: Evaluator, node: Node, arguments: list[Any]) -> None:
    """``raise 'text'``, ``abort 'text'``: the file's own way to say that something is wrong."""
    texts = [mask_line(to_s(argument, ev.budget)) for argument in arguments if is_string(argument)]
    message = ": ".join(["gitlab.rb stops here", *texts[-1:]])
    raise RefusedError(node, codes.STOPPED, message, "Correct what the text says, or remove the statement.")


def _format(ev: Evaluator, node: Node, arguments: list[Any]) -> str:
    """``format('%05d', number)``"""
    if not arguments or not is_string(arguments[0]):
        raise RefusedError(
            node, codes.TYPE_ERROR, "format takes a string first", "Write: format('%d', number)"
        )
    return formats.formatted(Call(ev, node), *arguments)


def _conversion(convert: Callable[..., Any], most: int = 1) -> Function:
    def converted(ev: Evaluator, node: Node, arguments: list[Any]) -> Any:
        if not 1 <= len(arguments) <= most:
            raise unsupported.method(node, ev.source.text_of(ev.field(node, "method")))
        return convert(Call(ev, node), *arguments)

    return converted


def _this_file(ev: Evaluator, _node: Node, _arguments: list[Any]) -> str:
    """``__FILE__``"""
    return ev.source.file


def _this_directory(ev: Evaluator, _node: Node, _arguments: list[Any]) -> str:
    """``__dir__``"""
    return posixpath.dirname(ev.source.file)


FUNCTIONS: dict[str, Function] = {
    "Array": _conversion(conversions.array),
    "Float": _conversion(conversions.float_),
    "Integer": _conversion(conversions.integer, 2),
    "String": _conversion(conversions.string),
    "__FILE__": _this_file,
    "__dir__": _this_directory,
    "abort": _raise,
    "eval": _eval,
    "fail": _raise,
    "format": _format,
    "from_file": _from_file,
    "p": _p,
    "pp": _p,
    "print": _print,
    "puts": _print,
    "raise": _raise,
    "require": _require,
    "sprintf": _format,
    "warn": _print,
}


def subshell(ev: Evaluator, node: Node) -> str:
    """`` `hostname` ``, the one program whose output is known without running it."""
    from glctl.gitlabrb.program import inner_text

    if inner_text(ev, node).strip() != "hostname" or ev.outside.hostname is None:
        raise unsupported.construct(node)
    return f"{ev.outside.hostname}\n"
