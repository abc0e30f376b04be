"""What makes no sense in gitlab.rb, told before anything is written: every mistake, each at its line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from glctl.paths import DOCKER_FILE
from glctl.patterns import Pattern
from glctl.settings.draft import given, place
from glctl.settings.kinds import nearest, shown, why_not
from glctl.settings.option import ruby_name
from glctl.settings.options.nginx import GITLABS_OWN
from glctl.settings.removals import REMOVALS, removal_of, removed
from glctl.settings.schema import COMPLETE_SECTIONS, NAMES, OPTIONS, READ_NAMES
from glctl.settings.sense import sense
from glctl.settings.versions import NEWEST
from glctl.spans import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from glctl.gitlabrb.model import Settings
    from glctl.settings.effective import Effective
    from glctl.settings.option import Kind, Option
    from glctl.settings.versions import Version
    from glctl.spans import Severity, Span

# Omnibus takes any value for truth and writes it as it is: worth a word, no reason to stop.
_LENIENT: frozenset[Kind] = frozenset({"bool"})


# What these tell of is missing, or is a default: a line that could not be evaluated may have set it.
_ONLY_OF_THE_WHOLE = frozenset(
    {
        "url-missing",
        "storage-driver-missing",
        "storage-key-missing",
        "port-collision",
        "registry-not-enabled",
    }
)


_CONTROL = Pattern(r"[\x00-\x08\x0a-\x1f\x7f]")
_SURROGATE = Pattern(r"[\ud800-\udfff]")


def validate(
    settings: Settings, effective: Effective, version: Version = NEWEST, *, whole: bool = True
) -> tuple[Diagnostic, ...]:
    """All errors and warnings, in the order of their lines. *version* is the Omnibus's. Pure.

    *whole* is false where gitlab.rb could be evaluated only in part.
    """
    found = [
        *settings.warnings,
        *removed(settings, version),
        *(d for option in OPTIONS.values() for d in _setting(option, settings, effective)),
        *_sections(settings),
        *_unknown_keys(settings),
        *_typos(settings),
        *_foreign(settings, version),
        *_overwritten(settings),
        *sense(settings, effective, whole=whole),
    ]
    return in_order(d for d in found if whole or d.code not in _ONLY_OF_THE_WHOLE)


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """In the order of the lines that they are about."""
    return tuple(sorted(diagnostics, key=_place))


def _place(diagnostic: Diagnostic) -> tuple[int, str, int, int]:
    """What has no line is told last."""
    span = diagnostic.span
    return (0, span.file, span.line, span.column) if span else (1, "", 0, 0)


def _sections(settings: Settings) -> Iterator[Diagnostic]:
    """Sections within sections, whose keys are settings of their own, must be hashes."""
    for section in COMPLETE_SECTIONS:
        path = tuple(section.split("."))
        value = settings.get(*path)
        if value is not None and not isinstance(value, Mapping):
            message = f"{ruby_name(section)} is {shown(value)}, but a hash belongs here."
            yield Diagnostic("wrong-type", "error", message, "", settings.span(*path))


def _setting(option: Option, settings: Settings, effective: Effective) -> Iterator[Diagnostic]:
    """What is wrong with one setting by itself."""
    value, path = given(settings, option)
    if value is None or option.kind == "url":  # addresses: sense.py
        return
    name, span = ruby_name(".".join(path)), settings.span(*path)
    if option.foreign:  # named once: _foreign
        return
    if option.ignored:
        if any(option.key in removal.keys for removal in REMOVALS):
            return  # removals.py says more
        yield Diagnostic("without-effect", "warning", f"{name} has no effect.", option.doc, span)
    elif wrong := why_not(option.kind, value):
        severity = "warning" if option.kind in _LENIENT else "error"
        message = f"{name} is {shown(value, path[-1])}, but {wrong}."
        if value == {} and span is None:
            span = settings.reads.get(path)
            message = f"{name} is read and nowhere set, which makes it an empty hash, but {wrong}."
        hint = f"For example: {option.sample}" if option.sample else ""
        if option.kind in _LENIENT:
            hint = f"Omnibus takes it for {str(effective[option.key]).lower()}: write that, without quotes."
        yield Diagnostic("wrong-type", severity, message, hint, span)  # type: ignore[arg-type]  # one of two
    elif option.choices and str(value).lower() not in option.choices:
        message = f"{name} is {shown(value)}, not one of {', '.join(option.choices)}."
        yield Diagnostic("wrong-value", "error", message, nearest(str(value), option.choices), span)
    elif not option.lines and _holds(value, _CONTROL):
        message = f"{name} holds a line break or another control character; it must be one line of text."
        yield Diagnostic("wrong-value", "error", message, "Take it out; .strip does so at the ends.", span)
    elif _holds(value, _SURROGATE):
        message = f"{name} holds half a character (a lone surrogate), which no file can hold."
        yield Diagnostic("wrong-value", "error", message, "Write the whole character.", span)
    elif _is_overruled(value, effective, option):
        message = f"{name} = {shown(value, path[-1])} has no effect."
        yield Diagnostic("without-effect", "warning", message, f"It is {effective.origin(option.key)}.", span)


def _holds(value: Any, unfit: Pattern[str]) -> bool:
    """Whether a text in *value*, at any depth, has one of the *unfit* characters."""
    if isinstance(value, Mapping):
        return any(_holds(item, unfit) for pair in value.items() for item in pair)
    if isinstance(value, list):
        return any(_holds(item, unfit) for item in value)
    return isinstance(value, str) and unfit.search(value) is not None


def _is_overruled(value: Any, effective: Effective, option: Option) -> bool:
    """Whether a rule or gitlab-cluster.json has put something else in place of what gitlab.rb says.

    Digits say the same with quotes and without.
    """
    replaced = effective.origin(option.key).kind in ("derived", "cluster")
    return replaced and str(effective[option.key]) != str(value)


def _unknown_keys(settings: Settings) -> Iterator[Diagnostic]:
    """Typos below the first level, which Omnibus passes over in silence."""
    for section in COMPLETE_SECTIONS:
        known = _known_below(section)
        written = [tuple(section.split("."))]
        if section == "registry.nginx":
            written.append(("registry_nginx",))
        for path in written:
            keys = settings.get(*path)
            for key in map(str, keys if isinstance(keys, Mapping) else ()):
                if key not in known:
                    message = f"{ruby_name('.'.join(path))} has no setting {key!r}: it has no effect."
                    span, hint = place(settings, (*path, key)), _meant(section, key) or nearest(key, known)
                    yield Diagnostic("unknown-key", "warning", message, hint, span)


# All that Omnibus reads of letsencrypt[…]; of gitlab_rails[…] it reads too much to list here.
_LETSENCRYPT = frozenset(
    """
    enable auto_enabled acme_production_endpoint acme_staging_endpoint alt_names authorization_method
    auto_renew auto_renew_day_of_month auto_renew_hour auto_renew_log_directory auto_renew_minute chain
    contact_emails crt ec_curve group key_size key_type owner wwwroot
    """.split()
)


def _typos(settings: Settings) -> Iterator[Diagnostic]:
    """Keys that are almost one of Let's Encrypt's, or one with which GitLab finds the registry."""
    prefix = "gitlab_rails."
    rails = frozenset(key[len(prefix) :] for key in OPTIONS if key.startswith(f"{prefix}registry_"))
    for section, known, likeness in (("letsencrypt", _LETSENCRYPT, 0.6), ("gitlab_rails", rails, 0.85)):
        keys = settings.get(section)
        for key in map(str, keys if isinstance(keys, Mapping) else ()):
            if key not in known and (near := nearest(key, known, likeness)):
                message = f"{section} has no setting {key!r}: it has no effect."
                yield Diagnostic("unknown-key", "warning", message, near, place(settings, (section, key)))


def _meant(section: str, key: str) -> str:
    """What GitLab itself calls it: ``registry['host']`` is ``gitlab_rails['registry_host']``."""
    rails = f"gitlab_rails.{section}_{key}"
    return f"Did you mean {ruby_name(rails)}?" if rails in OPTIONS else ""


def _known_below(section: str) -> frozenset[str]:
    prefix = section + "."
    return frozenset(key[len(prefix) :].split(".")[0] for key in OPTIONS if key.startswith(prefix))


def _foreign(settings: Settings, version: Version) -> Iterator[Diagnostic]:
    """Settings of services that glctl does not run: named once, not one by one."""
    foreign_names = (name for name in settings.values if name in NAMES and name not in READ_NAMES)
    names = [name for name in foreign_names if removal_of((name,), version) is None]  # removals.py says more
    keys = [o.key for o in OPTIONS.values() if o.foreign and given(settings, o)[0] is not None]
    foreign = ", ".join(sorted([*names, *map(ruby_name, keys)]))
    if foreign:
        message = f"Settings of services that glctl does not run are left alone: {foreign}."
        own = any(f"nginx.{name}" in keys for name in GITLABS_OWN)
        yield Diagnostic("foreign-service", "info", message, _NGINX_IS_GITLABS if own else _STAYS)


_STAYS = "They may stay; nothing that glctl does depends on them."
_NGINX_IS_GITLABS = "These of nginx are for GitLab's own virtual host; the registry's has registry['nginx']."


def _overwritten(settings: Settings) -> Iterator[Diagnostic]:
    for setting in settings.overwritten:
        later = settings.span(*setting.path)
        message = f"{ruby_name('.'.join(setting.path))} is set again later: this value has no effect."
        hint = f"The one that counts is {_where(later, setting.span)}." if later else ""
        option = OPTIONS.get(".".join(setting.path))
        if option and setting.value is not None and (wrong := why_not(option.kind, setting.value)):
            message += f" Nor would it do: {wrong}."
        # GitLab's Docker image sets defaults in a file of its own, which gitlab.rb is there to replace.
        severity: Severity = "info" if setting.span.file.endswith(DOCKER_FILE) else "warning"
        yield Diagnostic("set-twice", severity, message, hint, setting.span)


def _where(span: Span, near: Span) -> str:
    """The place of *span* for someone who looks at *near*."""
    return f"on line {span.line}" if span.file == near.file else f"at {span}"
