"""Why glctl refuses a case: as Omnibus does, or because a difference says so. Never for another reason."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from compare import CASES, compare
from outcome import converge, gitlab_rbs, omnibus_version, prepared

NO_DRIVER = "names no driver"
NO_SCHEME = "it has no scheme"
# The case, and what its one message says.
REASONS = {
    "cfg-internal-key-only": "registry['internal_key'] holds no PEM",
    "cfg-yaml-unsafe-scalar": "registry['log_level'] is 'debug # x', not one of",
    "err-bad-role": "There is no role 'nosuch_role'",
    "err-database-string": "registry['database'] is 'postgres', but a hash belongs here",
    "err-env-string": "registry['env'] is 'A=b', but a hash belongs here",
    "err-external-url-no-scheme": NO_SCHEME,
    "err-hsts-string": "registry['nginx']['hsts_max_age'] is '0', but a number belongs here",
    "err-notifications-hash": "registry['notifications'] is a hash, but an array belongs here",
    "err-real-ip-trusted-string": "registry['nginx']['real_ip_trusted_addresses'] is '1.2.3.4', but an array",
    "err-redis-string": "registry['redis'] is 'localhost:6379', but a hash belongs here",
    "err-registry-nil": "registry takes a hash",
    "err-removed-git-data-dirs": "git_data_dirs was removed in GitLab 18.0",
    "err-symbol-url": NO_SCHEME,
    "err-unknown-top-level-hash": "registri is not a setting",
    "err-url-bad-scheme": "its scheme is ftp",
    "err-url-empty": NO_SCHEME,
    "err-url-no-scheme": NO_SCHEME,
    "err-url-no-scheme-port": NO_SCHEME,
    "err-url-path": "it has a path",
    "err-url-port-text": "its port is not a number",
    "err-url-space": "it contains white space",
    "misc-secrets-empty-file": "the secrets file is empty",
    "ngx-injection-newline": "registry['nginx']['ssl_protocols'] holds a line break",
    "not-geo-event-string-header": "its Authorization header is no array",
    "not-threshold-removed-23": "The threshold of an endpoint was removed in GitLab 23.0",
    "sto-cache-delete-override": NO_DRIVER,
    "sto-inmemory": NO_DRIVER,
    "sto-redirect-only": NO_DRIVER,
    "sto-two-drivers": "names 2 drivers (gcs, s3)",
    "then-error": "its scheme is ftp",
    "url-ipv4": "both want port 5000",
    "url-registry-enable-true-no-url": "registry_external_url is not set",
}


def refused(case: Path) -> bool:
    return any(step["exit"] for step in compare(case)[1])


def test_these_are_all_that_are_refused() -> None:
    assert [case.name for case in CASES if refused(case)] == list(REASONS)


@pytest.mark.parametrize("name", REASONS)
def test_it_is_refused_for_the_reason_that_it_is_there_for(name: str) -> None:
    case = CASES[0].with_name(name)
    disk = prepared(case)
    with TemporaryDirectory() as folder:
        steps = [converge(text, disk, Path(folder), omnibus_version(case))[1] for text in gitlab_rbs(case)]
    ((why,),) = [step["why"] for step in steps if step["exit"]]
    assert REASONS[name] in why
