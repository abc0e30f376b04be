"""gitlab.rb itself: what check-config says of it. Told by reading the file, remedied in it."""

from __future__ import annotations

from glctl.findings.model import Code, Severity


def _code(
    name: str,
    meaning: str,
    remedy: str,
    source: str,
    severity: Severity = "error",
    explains: tuple[str, ...] = (),
) -> Code:
    return Code(name, meaning, "reading gitlab.rb", remedy, source, severity=severity, explains=explains)


_RUBY = "Ruby 3"
_OMNIBUS = "Omnibus 19.3"
# What a registry with such settings ends with, and says.
_NO_START = ("registry-config-invalid", "registry-panic", "service-crash-loop")
_LIMIT = "a limit of glctl, so that no file can stall it"

CODES = (
    _code("not-text", "The file is not UTF-8 text.", "Save it as UTF-8.", _RUBY),
    _code("ruby-syntax", "Ruby would refuse the file.", "Mend what the message names.", _RUBY),
    _code(
        "ruby-unsupported",
        "The file uses Ruby that glctl does not evaluate: it never runs the file.",
        "Write the value itself.",
        "glctl's whitelist",
    ),
    _code(
        "ruby-type-error",
        "Ruby would stop here: the value is of the wrong kind.",
        "Mend the expression.",
        _RUBY,
    ),
    _code(
        "unreadable-file",
        "A file that gitlab.rb reads cannot be read.",
        "Make it readable for the user who runs glctl.",
        _RUBY,
    ),
    _code("no-yaml-or-json", "Ruby would refuse this YAML or JSON.", "Mend the text.", _RUBY),
    _code(
        "unknown-setting", "Omnibus knows no setting of this name.", "Use the name that is offered.", _OMNIBUS
    ),
    _code(
        "wrong-type",
        "A value of another kind belongs here.",
        "Write it as the example does.",
        _OMNIBUS,
        explains=_NO_START,
    ),
    _code(
        "wrong-value", "The value is none of those that are possible.", "Use one that is listed.", _OMNIBUS
    ),
    _code("wrong-url", "The address cannot be one.", "Write it as the example does.", _OMNIBUS),
    _code("url-missing", "An address that is needed is not set.", "Add the line that is named.", _OMNIBUS),
    _code("port-collision", "Two of our own services want one port.", "Change one of them.", "ip(7)"),
    _code(
        "storage-driver-missing",
        "No storage driver is named.",
        "Name one.",
        "distribution, configuration",
        explains=_NO_START,
    ),
    _code(
        "storage-driver-several",
        "Several storage drivers are named.",
        "Keep one.",
        "distribution, configuration",
        # Whether S3 is meant at all is open.
        explains=(
            *_NO_START,
            "s3-config-invalid",
            "s3-no-credentials",
            "s3-bucket-missing",
            "s3-unreachable",
        ),
    ),
    _code(
        "storage-key-missing",
        "The storage driver lacks a key without which the registry does not start.",
        "Add the key that is named.",
        "distribution 2.8, GitLab's registry 4",
        "warning",
    ),
    _code(
        "rails-storage-key",
        "A key of GitLab's own object storage stands where the registry reads another.",
        "Write the registry's key.",
        "distribution 2.8, GitLab's registry 4",
        "warning",
    ),
    _code(
        "shared-address",
        "GitLab and the registry are to be served under one host and port.",
        "Give the registry a name or a port of its own.",
        _OMNIBUS,
        "warning",
    ),
    _code(
        "plain-realm",
        "Clients are sent to an http address for their tokens, though GitLab has https.",
        "Begin registry['token_realm'] with https://.",
        "distribution, token authentication",
        "warning",
    ),
    _code(
        "debug-server-exposed",
        "The registry's debug server listens on every address.",
        "Listen on 127.0.0.1.",
        "distribution, configuration",
        "warning",
    ),
    _code(
        "letsencrypt-without-https",
        "Let's Encrypt is enabled for an http address.",
        "Make external_url https.",
        _OMNIBUS,
        "warning",
    ),
    _code("redis-roles", "One host is Redis's master and replica.", "Keep one role.", _OMNIBUS),
    _code(
        "token-certificate-elsewhere",
        "The registry reads another file than that into which gitlab.rb's certificate is written.",
        "Take registry['rootcertbundle'] out.",
        _OMNIBUS,
        "warning",
    ),
    _code(
        "database-left-out",
        "The registry goes without its metadata database: PostgreSQL does not run on its host.",
        "Say true or false in registry['database']['enabled'].",
        _OMNIBUS,
        "warning",
    ),
    _code(
        "secrets-not-kept",
        "Each run makes other secrets, since none may be kept.",
        "Set them, or let gitlab-secrets.json be written.",
        _OMNIBUS,
        "warning",
    ),
    _code(
        "stopped-by-file",
        "The file itself stops the run (raise, abort).",
        "Correct what its text says, or remove the statement.",
        _RUBY,
    ),
    _code("too-deep", "The file is nested too deeply.", "Write it flatter.", _LIMIT),
    _code("too-large", "The file, or a value in it, is too large.", "Shorten it.", _LIMIT),
    _code("too-slow", "Reading the file takes too long.", "Look for unbalanced quotes.", _LIMIT),
    _code("too-many", "There are too many errors to go on.", "Mend the first ones.", _LIMIT),
    _code(
        "local-variable",
        "The line makes a local variable of Ruby's and sets nothing.",
        "Leave out the =.",
        _OMNIBUS,
        "warning",
    ),
    _code("no-effect", "Nothing is done with the value.", "Remove the line.", _RUBY, "warning"),
    _code(
        "value-on-next-line", "The value is taken from the next line.", "Complete the line.", _RUBY, "warning"
    ),
    _code("hash-in-text", "An unset setting becomes {} in a text.", "Set it first.", _OMNIBUS, "warning"),
    _code("duplicate-key", "A key stands twice in one hash.", "Remove one.", _RUBY, "warning"),
    _code("removed-setting", "Omnibus has removed a setting.", "Write what replaces it.", _OMNIBUS),
    _code(
        "deprecated-setting",
        "Omnibus is about to remove a setting.",
        "Write what replaces it.",
        _OMNIBUS,
        "warning",
    ),
    _code("set-twice", "A later line sets the same again.", "Remove one.", _RUBY, "warning"),
    _code(
        "unknown-key", "Omnibus passes over a key that it does not know.", "Correct it.", _OMNIBUS, "warning"
    ),
    _code("without-effect", "The setting has no effect here.", "Remove it.", _OMNIBUS, "warning"),
    _code(
        "foreign-service",
        "The setting is of a service that glctl does not run.",
        "Leave it.",
        "glctl",
        "info",
    ),
    _code(
        "odd-address",
        "An address has a part that leads nowhere, or the port of the other scheme.",
        "Write it as clients shall use it.",
        _OMNIBUS,
        "warning",
    ),
    _code(
        "registry-not-enabled",
        "gitlab.rb enables no registry: what only it would read is not judged.",
        "Set registry_external_url where there is to be one.",
        _OMNIBUS,
        "info",
    ),
    _code(
        "environment-unread",
        "GITLAB_OMNIBUS_CONFIG holds settings, and no file that was read asks for them.",
        "Look from within the container, or put them into gitlab.rb.",
        _OMNIBUS,
        "warning",
    ),
)
