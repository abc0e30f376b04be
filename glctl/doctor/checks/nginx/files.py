"""nginx's files as a whole: that nginx takes them, and that the registry's virtual host counts in them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from glctl.doctor.check import Check, NotTriedError
from glctl.findings.found import found
from glctl.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding

_TWICE = Pattern(r'conflicting server name "(?P<name>[^"]*)" on (?P<address>\S+), ignored')
_ANY = "bind() to "  # who holds which port is another check's, which also sees who


def run_test(facts: Facts) -> Generator[Finding, None, str]:
    """``nginx -T``: what nginx would say at its next start or reload."""
    _require_nginx(facts)
    tested = facts.nginx_test()
    against = [words for words in tested.against if not words.startswith(_ANY)]
    if against:
        yield found(
            _code(against[0]),
            "nginx",
            f"nginx refuses its files as they are: {against[0]}.",
            cause="It goes on with what it read before, and will not start again.",
            remedy="Mend what it names, or have all written anew:\nglctl reconfigure",
            evidence=against[1:],
        )
    return f"{len(tested.files)} files"


def _code(words: str) -> str:
    """The Code that nginx's log would show for the same words."""
    from glctl.logs.scan import scan

    matches = scan([f"nginx: [emerg] {words}".encode()], "nginx").matches
    return matches[0].code if matches else "nginx-config-invalid"


def run_served(facts: Facts) -> Generator[Finding, None, str]:
    """That the virtual host is included, and no other has its name before it."""
    _require_nginx(facts)
    vhost, tested = facts.observed.require_vhost(), facts.nginx_test()
    path = os.path.realpath(facts.observed.root.at(vhost.path))
    included = [os.path.realpath(file) for file in tested.files]
    if path not in included:
        yield found(
            "nginx-vhost-not-included",
            vhost.path,
            f"nginx does not read {vhost.path}: no include leads to it.",
            evidence=[f"nginx reads {', '.join(tested.files)}"],
        )
    name = vhost.entrance.host if vhost.entrance else ""
    for words in tested.warnings:
        if twice := _TWICE.search(words):
            others = [file for file, text in tested.files.items() if _names(text, twice["name"])]
            # The first that nginx reads is the one that it uses.
            wins = twice["name"] != name or (others and os.path.realpath(others[0]) == path)
            yield found(
                "nginx-server-name-twice",
                twice["name"],
                f"Two of nginx's servers have the name {twice['name']} on {twice['address']}: "
                f"only the first counts{'' if wins else ', and that is not the registry'}.",
                evidence=[f"the name stands in {file}" for file in others],
                severity="warning" if wins else "error",
            )
    return f"the virtual host is one of {len(tested.files)} files"


def _names(text: str, name: str) -> bool:
    """Whether a server of this name stands in the *text* of a file."""
    from glctl.render import nginxconf

    def named(directives: tuple[nginxconf.Directive, ...]) -> bool:
        return any((d.name == "server_name" and name in d.args) or named(d.block or ()) for d in directives)

    try:
        return named(nginxconf.parse(text))
    except nginxconf.NginxSyntaxError:
        return False


def _require_nginx(facts: Facts) -> None:
    if "nginx" not in facts.observed.services:
        raise NotTriedError("nginx is not enabled here")


TEST = Check(
    "nginx-test",
    "nginx takes its files as they are on disk.",
    run_test,
    requires=("virtual-host",),
    effect="passing",
)
SERVED = Check(
    "nginx-served",
    "nginx reads the registry's virtual host, and none before it has its name.",
    run_served,
    requires=("nginx-test",),
    effect="passing",
    speaks=True,
)
