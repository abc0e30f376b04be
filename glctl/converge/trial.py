"""Trying the registry's new configuration beside the one that runs, before any file is touched.

It is started as its own account, with the environment that it will have, on a socket that has no file, from a
config.yml that has none either: whatever happens to glctl, nothing is left, and the kernel ends the trial.
Where it would keep images somewhere else than now, the storage is proved, too.
"""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glctl.converge import trial_config
from glctl.converge.blame import blame
from glctl.patterns import Pattern
from glctl.render.resources import Directory, File
from glctl.services import abstract_socket
from glctl.services.accounts import Account, try_write
from glctl.services.supervisor import PATH

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Mapping

    from glctl.converge.desired import Configuration
    from glctl.converge.plan import Problem
    from glctl.converge.prepare import Prepared
    from glctl.secret import Secret
    from glctl.settings.effective import Effective

_SETPRIV = "/usr/bin/setpriv"
_FD = Pattern(rb"/proc/self/fd/\d+")
_TIMEOUT = 10.0  # seconds; a start takes 0.05, an answer of a slow object store some seconds
_POLL = 0.005
_REPOSITORY = "glctl/trial"  # asked for, and not there
_TAGS = f"/v2/{_REPOSITORY}/tags/list"
_NOBODY = 65534  # Debian's nobody and nogroup
_FAILED = 500  # the least status of a server that fails
_NEW = "The registry with the new configuration"
_WRITTEN = ("docker/registry/v2/blobs", "docker/registry/v2/repositories")  # distribution, storage paths


@dataclass(frozen=True, slots=True)
class Trial:
    """A registry that was started for a trial, and may have ended.

    *log* is a descriptor of what it says, *config* the config.yml that it was given, *places* what its files
    will be called, by the names that they have.
    """

    process: subprocess.Popen[bytes]
    name: str
    log: int
    config: bytes
    places: Mapping[bytes, bytes]

    def fault(self) -> str:
        """Waits until it listens and answers; returns what there was instead, or nothing."""
        deadline = time.monotonic() + _TIMEOUT
        while not abstract_socket.listens(self.name):
            if self.process.poll() is not None:
                return f"{_NEW} does not start"
            if time.monotonic() >= deadline:
                return f"{_NEW} does not listen within {_TIMEOUT:.0f} s"
            time.sleep(_POLL)
        return "" if self.status_of("/v2/") < _FAILED else f"{_NEW} gives no answer"

    @property
    def lines(self) -> list[bytes]:
        """What it has said, of its files as if they were in place."""
        said = os.pread(self.log, os.fstat(self.log).st_size, 0)
        return _FD.sub(lambda found: self.places.get(found[0], found[0]), said).splitlines()

    def status_of(self, path: str, token: Secret | None = None) -> int:
        """The status that it answers with."""
        return abstract_socket.status_of(self.name, path, timeout=_TIMEOUT, token=token)


def registry_problems(prepared: Prepared, last: Effective | None) -> Iterator[Problem]:
    """Why the registry would not come up, or would not reach its storage. *last*: the settings of now."""
    account = _account(prepared.configuration)
    config = _file(prepared, "config.yml")
    if account.untakable or config is None or not _can_start(prepared.configuration):
        return
    moved = _moves(prepared, config)
    if moved:
        yield from _unwritable(prepared, config, account)
        moved = not _is_put_right(prepared, config)
    key, bundle = _pair(prepared.configuration, needed=moved)
    with _started(prepared, config, account, bundle) as trial:
        what = trial.fault()
        if not what and moved and key and trial.status_of(_TAGS, _token(config, key)) >= _FAILED:
            what = "The registry does not reach its storage with the new configuration"
        if what:
            yield _problem(what, trial, config, prepared, last)


def _account(configuration: Configuration) -> Account:
    """Whom the registry will run as. One that this run makes is tried as nobody: neither owns anything yet,
    unless gitlab.rb gives it ids.
    """
    effective, host = configuration.effective, configuration.host
    user, group = effective["registry.username"], effective["registry.group"]
    if not host.has_account(user, group):
        return Account.numbered(os.geteuid())
    if user in host.users and group in host.groups:
        return Account.named(f"{user}:{group}")
    found, nobody = Account.named(user), Account.named("nobody:nogroup")
    uid = found.uid if found.uid is not None else int(effective["registry.uid"] or nobody.uid or _NOBODY)
    gid = int(effective["registry.gid"] or (*nobody.groups, _NOBODY)[0])
    return Account(user, uid, (gid,))


def _can_start(configuration: Configuration) -> bool:
    program = configuration.host.platform.registry.path
    return os.access(program, os.X_OK) and os.access(_SETPRIV, os.X_OK)


def _file(prepared: Prepared, name: str) -> File | None:
    path = f"{prepared.configuration.effective['registry.dir']}/{name}"
    files = (each for each in prepared.resources if isinstance(each, File))
    return next((file for file in files if file.path == path), None)


def _moves(prepared: Prepared, config: File) -> bool:
    """Whether images will be kept elsewhere than now."""
    change = next((change for change in prepared.plan.changes if change.path == config.path), None)
    if change is None:
        return False
    return trial_config.stores_in(change.before.content) != trial_config.stores_in(config.content)


def _unwritable(prepared: Prepared, config: File, account: Account) -> Iterator[Problem]:
    """Directories that the registry's account may not write to; those that this run puts right left out."""
    driver = trial_config.stores_in(config.content)["storage"].get("filesystem")
    if not isinstance(driver, dict) or not isinstance(driver.get("rootdirectory"), str):
        return
    top = Path(prepared.configuration.effective["registry.dir"], driver["rootdirectory"])
    ours = {each.path for each in prepared.resources if isinstance(each, Directory)}
    for place in dict.fromkeys(_nearest(top / written) for written in _WRITTEN):
        within = place == top or top in place.parents
        if str(place) in ours or (not within and str(top) in ours):
            continue
        if why := try_write(place, account):
            yield (
                f"The registry's account {account.name} cannot write in {place}: {why.lower()}.",
                f"registry['storage'] keeps images below {top}: let the account write there.",
            )


def _is_put_right(prepared: Prepared, config: File) -> bool:
    """Whether this run is yet to give a directory on the way to the images its owner or mode."""
    driver = trial_config.stores_in(config.content)["storage"].get("filesystem")
    if not isinstance(driver, dict):
        return False
    top = Path(prepared.configuration.effective["registry.dir"], str(driver.get("rootdirectory", "")))
    way = {str(place) for place in (top, *top.parents)}
    return any(change.path in way and change.before.kind == "directory" for change in prepared.plan.changes)


def _nearest(place: Path) -> Path:
    """*place*, or what is there of the way to it, a file perhaps."""
    return next(each for each in (place, *place.parents) if os.path.lexists(each))


def _pair(configuration: Configuration, *, needed: bool) -> tuple[Secret | None, str]:
    """The key that signs tokens, and the certificate for it; a pair of our own where this run makes one."""
    values = configuration.secrets.values
    if "internal_key" not in configuration.secrets.generated:
        if "internal_certificate" not in configuration.secrets.generated:
            return values["internal_key"].value, values["internal_certificate"].value.reveal()
        key = values["internal_key"].value
    else:
        from glctl.clients.keys import generate_key

        key = generate_key(bits=2048)  # a tenth of a second; it serves for one
    from glctl.clients.keys import certify

    return key if needed else None, certify(key, time.time() - 60)


def _token(config: File, key: Secret) -> Secret:
    from glctl.clients.distribution import grant
    from glctl.clients.keys import read_private_key, sign_token

    settings: dict[str, Any] = trial_config.parse(config.content)["auth"]["token"]
    return sign_token(
        read_private_key(key, "registry['internal_key']"),
        issuer=str(settings["issuer"]),
        audience=str(settings["service"]),
        access=[grant(_REPOSITORY, "pull")],
        now=time.time(),
    )


@contextmanager
def _started(prepared: Prepared, config: File, account: Account, bundle: str) -> Iterator[Trial]:
    """A registry on trial, ended when this is left. Its files are memory (memfd_create(2))."""
    import subprocess

    effective, platform = prepared.configuration.effective, prepared.configuration.host.platform
    name = f"glctl-trial-{os.urandom(16).hex()}"
    certificates = _file(prepared, "gitlab-registry.crt")
    ours = certificates is not None and effective["registry.rootcertbundle"] == certificates.path
    with _memory(bundle.encode()) as crt, _memory() as log:
        content = trial_config.for_trial(config.content, f"@{name}", _place(crt) if ours else "")
        with _memory(content) as yml:
            command = [_SETPRIV, "--pdeathsig", "KILL", "--", platform.registry.path]
            process = subprocess.Popen(
                [*command, *platform.registry_args, _place(yml)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=_home(effective, account),
                env=_environment(prepared),
                pass_fds=(yml, crt),
                **_identity(account),
            )
            places = {_place(yml): config.path} | ({_place(crt): certificates.path} if certificates else {})
            encoded = {fd.encode(): path.encode() for fd, path in places.items()}
            try:
                yield Trial(process, name, log, content, encoded)
            finally:
                process.kill()
                process.wait()


@contextmanager
def _memory(content: bytes = b"") -> Iterator[int]:
    fd = os.memfd_create("glctl-trial")
    try:
        with open(fd, "wb", closefd=False) as file:
            file.write(content)
        yield fd
    finally:
        os.close(fd)


def _place(fd: int) -> str:
    """The path under which another account may open a descriptor that it has inherited (proc(5))."""
    return f"/proc/self/fd/{fd}"


def _home(effective: Effective, account: Account) -> str:
    """Where the registry is started: elsewhere while *account* may not yet be there."""
    directory: str = effective["registry.dir"]
    try:
        return directory if account.may(os.stat(directory), os.X_OK) else "/"  # noqa: PTH116 - text
    except OSError:
        return "/"


def _environment(prepared: Prepared) -> dict[str, str]:
    """What the run script's ``chpst -e`` makes of the new files; an empty one unsets (chpst(8))."""
    directory = prepared.configuration.effective["registry.env_directory"]
    found = {"PATH": PATH}
    for resource in prepared.resources:
        if isinstance(resource, File) and os.path.dirname(resource.path) == directory:  # noqa: PTH120 - text
            line = resource.content.split(b"\n")[0].rstrip(b" \t").replace(b"\0", b"\n")
            found[os.path.basename(resource.path)] = line.decode(errors="surrogateescape")  # noqa: PTH119
    return {name: value for name, value in found.items() if value}


def _identity(account: Account) -> dict[str, Any]:
    if account.uid == os.geteuid():
        return {}
    return {"user": account.uid, "group": account.groups[0], "extra_groups": account.groups[1:]}


def _problem(what: str, trial: Trial, config: File, prepared: Prepared, last: Effective | None) -> Problem:
    from glctl.console import harmless
    from glctl.logs.recent import understood
    from glctl.secret import mask_line

    faults = trial_config.faults(trial.lines, trial.config)
    words = understood(trial_config.in_place(trial.lines, faults, config.content), "registry")
    said = "\n    ".join(harmless(mask_line(line)) for line in words.lines)
    suspect = blame(words, prepared.configuration.effective, last, faults.values())
    return f"{what}: {said}" if said else f"{what}.", suspect or "Look at registry[…] in gitlab.rb."
