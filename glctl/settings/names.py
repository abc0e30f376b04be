"""The top-level names that gitlab.rb may assign, in each version of Omnibus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.gitlabrb.model import Names
from glctl.settings.removals import REMOVALS
from glctl.settings.schema import NAMES
from glctl.settings.versions import shown_version

if TYPE_CHECKING:
    from glctl.settings.versions import Version

# Names that other versions know: the first with them, the first without them.
_SINCE: dict[str, Version] = {
    "patroni": (13, 1),
    "gitlab_kas": (13, 5),
    "pages_role": (13, 6),
    "patroni_role": (13, 8),
    "sidekiq_role": (14, 1),
    "spamcheck": (14, 8),
    "gitlab_sshd": (15, 9),
    "gitlab_kas_external_url": (15, 10),
    "gitlab_kas_nginx": (15, 10),
    "gitlab_backup_cli": (17, 2),
    "gitaly_role": (17, 6),
    "gitaly_client": (18, 10),
    "backup_role": (18, 11),
    "oak": (18, 11),
}
_UNTIL: dict[str, Version] = {
    "gitlab_monitor": (13, 0),
    "redis_slave_role": (14, 0),
    "sidekiq_cluster": (14, 0),
    "grafana": (17, 1),
    "omnibus_gitconfig": (18, 2),
    "suggested_reviewers": (18, 9),
    "spamcheck_role": (19, 0),
}
_TAKE_OUT = "Take it out."
# Of before 13.0, the oldest that is known here: GitLab CI by itself, and the first name of Workhorse.
_LONG_GONE = "ci_external_url ci_nginx ci_unicorn ci_redis ci_sidekiq gitlab_git_http_server".split()


def names_of(version: Version) -> Names:
    """The top-level names that Omnibus *version* knows, and those that only others do."""
    too_new = {name: first for name, first in _SINCE.items() if version < first}
    gone = {name: end for name, end in _UNTIL.items() if version >= end}
    return Names(
        values=NAMES.values - too_new.keys(),
        hashes=(NAMES.hashes | (_UNTIL.keys() - gone.keys())) - too_new.keys(),
        others=dict.fromkeys(_LONG_GONE, ("was removed before GitLab 13.0", _TAKE_OUT))
        | {
            name: (f"was removed in GitLab {shown_version(end)}", _instead(name))
            for name, end in gone.items()
        }
        | {name: (f"comes with GitLab {shown_version(first)}", _TAKE_OUT) for name, first in too_new.items()},
    )


def _instead(name: str) -> str:
    """What replaces the whole section *name*, where the table of removed settings says so."""
    found = (each.instead for each in REMOVALS if each.key in (name, f"{name}.enable") and not each.names)
    return next(found, _TAKE_OUT)
