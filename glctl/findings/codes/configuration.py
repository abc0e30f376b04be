"""gitlab.rb, what was rendered from it, and what runs: where the three differ."""

from __future__ import annotations

from glctl.findings.model import Code

_RECONFIGURE = "glctl reconfigure --dry-run    # what it would change\nglctl reconfigure"
# What a changed config.yml, virtual host or owner shows itself by: it is told with that.
_OF_REGISTRY = tuple(
    "registry- token- realm- login- gitlab- storage- s3- pull- push- upload- deletion- database- redis- "
    "notification debug- metrics- unknown-key rails- wrong-type service- port- proxy- tls- location-".split()
)
_OF_NGINX = tuple(
    "nginx- proxy- wrong-backend wrong-virtual-host location- authorization- tls- plain- certificate- "
    "private- public- port- service- token- login- image- push- pull-".split()
)
_OF_FILES = tuple(
    "storage- token- nginx- registry- service- supervisor- log- tls- certificate- private- secrets- "
    "port- push-".split()
)

CODES = (
    Code(
        "gitlab-rb-unreadable",
        "gitlab.rb cannot be read: nothing can be changed by it, whatever runs.",
        "reading it, as reconfigure does",
        "Restore it from a backup: /etc/gitlab/config_backup has some on an Omnibus host.",
        "Omnibus, gitlab-ctl reconfigure",
    ),
    Code(
        "secrets-unreadable",
        "gitlab-secrets.json cannot be read: the next reconfigure fails, or makes other keys.",
        "reading it",
        "Restore it from a backup, or copy it from another node.",
        "Omnibus, /etc/gitlab/gitlab-secrets.json",
        explains=("token-key-unusable",),
    ),
    Code(
        "registry-config-drift",
        "What the registry reads is not what gitlab.rb says: it was edited by hand, or gitlab.rb since then.",
        "config.yml and the environment directory against what gitlab.rb renders now, by their meaning",
        _RECONFIGURE,
        "Omnibus: reconfigure writes these files anew",
        told_with=_OF_REGISTRY,
        severity="warning",
        interrupts=True,
    ),
    Code(
        "nginx-config-drift",
        "nginx's files are not what gitlab.rb says: they were edited by hand, or gitlab.rb since then.",
        "their directives against those that gitlab.rb renders now",
        _RECONFIGURE,
        "Omnibus: reconfigure writes these files anew",
        told_with=_OF_NGINX,
        severity="warning",
    ),
    Code(
        "file-drift",
        "Other files and directories are not as reconfigure makes them: lost, changed, or given away.",
        "presence, content, owner and mode of each against what gitlab.rb leads to now",
        _RECONFIGURE,
        "Omnibus: reconfigure makes these files anew",
        told_with=_OF_FILES,
        severity="warning",
    ),
    Code(
        "omnibus-version-differs",
        "Another Omnibus is installed than the one whose rules glctl renders by: files may differ.",
        "version-manifest.txt",
        "What gitlab-ctl reconfigure makes is right: compare with its own output.",
        "Omnibus, /opt/gitlab/version-manifest.txt",
        severity="info",
    ),
    Code(
        "restart-owed",
        "A run changed a service's files, and ended before the service was seen up on them.",
        "the record of what the service was last seen up with is missing",
        "glctl reconfigure",
        "glctl: the record is removed before files change, and written when the service is up",
        told_with=("registry-", "token-", "nginx-", "service-", "port-", "proxy-", "debug-", "supervisor-"),
        severity="warning",
        interrupts=True,
    ),
    Code(
        "changes-unread",
        "A service runs with older files than those on disk: it reads them only when it starts or reloads.",
        "when the files were written, against when the process that reads them was started",
        "glctl restart SERVICE",
        "docker-registry reads config.yml once; nginx reads its files at a reload",
        # nginx's log tells of a reload that failed; the rest is what differs between file and process.
        told_with=(*_OF_REGISTRY, *_OF_NGINX),
        severity="warning",
        interrupts=True,
    ),
    Code(
        "registry-environment-overrides",
        "Variables of the registry's environment override its config.yml.",
        "REGISTRY_… in the environment directory",
        "registry['env'] holds them: take out what is not meant.",
        "distribution, configuration: override specific options",
        severity="info",
    ),
)
