"""Facts: what checks need beside Observed, each made once, when first asked for, whoever asks first."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from glctl.doctor import clocks, tls
from glctl.doctor.check import NotTriedError
from glctl.doctor.once import Once, once
from glctl.settings.urls import bracketed

if TYPE_CHECKING:
    from glctl.clients.dates import DateAnswer
    from glctl.clients.distribution import Health, Ping, Vars
    from glctl.clients.http import Client
    from glctl.clients.ntp import Survey
    from glctl.converge.nginx_test import Verdict
    from glctl.converge.plan import Plan
    from glctl.doctor.build import Build
    from glctl.doctor.images import Images
    from glctl.doctor.intended import Intended
    from glctl.doctor.login import Login
    from glctl.doctor.observed import Observed
    from glctl.doctor.outside import Public
    from glctl.doctor.s3 import S3Facts
    from glctl.doctor.tls import Place
    from glctl.doctor.tokens import TokenFacts
    from glctl.doctor.virtual_host import Address
    from glctl.doctor.watch import Seen
    from glctl.logs.scan import LogMatch
    from glctl.services.accounts import Account
    from glctl.services.supervisor import Supervisor
    from glctl.settings.urls import Url


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asked for."""

    write: bool = False
    read_only: bool = False
    waiting: bool = False  # it will be looked at again: nothing logs in yet
    ntp_servers: tuple[str, ...] = ()
    login: Login | None = None  # a user's, to be tried
    image: str = ""  # whose name and access to examine
    ntp_timeout: float = 1.5  # seconds; also for a Date that takes their place
    deep: bool = False  # walk whole trees instead of samples


class Facts(Once):
    """The facts of one examination; leaving it closes what they hold open."""

    def __init__(self, observed: Observed, options: Options) -> None:
        super().__init__()
        self.began = time.time()
        self.observed = observed
        self.options = options

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for name in ("client", "outside", "s3"):
            made = self._made.get(name)
            if made and made[0]:
                made[0].close()

    # --- gitlab.rb

    @once
    def intended(self) -> Intended:
        """This host's gitlab.rb as it stands."""
        from glctl.doctor.intended import intend

        return intend(self.observed)

    @once
    def plan(self) -> Plan:
        """What reconfigure would change. Not tried where gitlab.rb cannot be used."""
        from glctl.converge.prepare import prepare

        if (configuration := self.intended().configuration) is None:
            raise NotTriedError("gitlab.rb cannot be used")
        return prepare(configuration).plan

    # --- the time

    @once
    def time_servers(self) -> tuple[Survey, Survey]:
        """What NTP servers say, and what those say that this machine follows."""
        return clocks.ask_time_servers(self.options.ntp_servers, self.options.ntp_timeout)

    @once
    def s3_date(self) -> DateAnswer | str:
        """The object store's Date, or why there is none."""
        return clocks.s3_date(self)

    @once
    def gitlab_date(self) -> DateAnswer | str:
        """GitLab's Date, or why there is none."""
        return clocks.gitlab_date(self)

    @once
    def registry_date(self) -> DateAnswer | str:
        """The Date under the registry's public name, or why there is none."""
        return clocks.registry_date(self)

    @once
    def clock(self) -> clocks.Clock:
        """How far this machine's clock is off."""
        return clocks.judge_clock(self)

    # --- services

    @once
    def supervisor(self) -> Supervisor | None:
        """The runsvdir of this root."""
        from glctl.services.supervisor import find

        return find(self.observed.root)

    @once
    def services(self) -> dict[str, Seen]:
        """How each enabled service does."""
        from glctl.doctor.watch import watch

        return watch({name: self.directory_of(name) for name in self.observed.services})

    def directory_of(self, service: str) -> Path:
        """Where runit has the service *service*."""
        from glctl.services.catalog import SERVICES

        return next(s for s in SERVICES if s.name == service).directory(self.observed.root)

    def is_up(self, service: str) -> bool:
        """Whether a service is enabled and runs."""
        seen = self.services().get(service)
        return seen is not None and seen.status.is_up and not seen.looping

    @once
    def account(self) -> Account:
        """Whom the registry runs as: as its run script says, else as its process, else as whoever asks."""
        from glctl.services.accounts import Account

        if self.observed.run_as:
            return Account.named(self.observed.run_as)
        seen = self.services().get("registry")
        try:
            uid = Path(f"/proc/{seen.status.pid if seen else None}").stat().st_uid
        except FileNotFoundError:
            uid = os.geteuid()
        return Account.numbered(uid)

    @once
    def unread_changes(self) -> tuple[str, ...]:
        """Files that the registry reads only when it starts, and that changed after it did; as evidence."""
        from glctl.services.runit import in_words

        if not self.is_up("registry"):
            return ()
        since = self.services()["registry"].status.since
        bundle = self.observed.setting("auth", "token", "rootcertbundle")
        paths = [self.observed.path(path) for path in (self.observed.config_path, bundle) if path]
        return tuple(
            f"{path} changed {in_words(age)} after the registry had started, which has not read it since"
            for path in paths
            if (age := _changed(path) - since) > 0
        )

    @once
    def unread_by_nginx(self) -> tuple[str, ...]:
        """Files of nginx's that changed after it had last read them; as evidence."""
        from glctl.doctor.nginx_files import unread

        pid = self.services()["nginx"].status.pid if self.is_up("nginx") else None
        return unread(self.observed, pid) if pid else ()

    @once
    def nginx_test(self) -> Verdict:
        """What nginx says of its files."""
        from glctl.doctor.nginx_files import test

        return test(self.observed)

    @once
    def build(self) -> Build:
        """Which registry this is."""
        from glctl.doctor.build import ask

        return ask(self.observed)

    # --- storage

    @once
    def images(self) -> Images:
        """What lies where the filesystem driver keeps images; all of it with ``deep``, else a sample."""
        from glctl.doctor.images import look

        directory = self.observed.storage_directory
        if directory is None:
            raise NotTriedError("images are not kept on a file system")
        return look(directory, deep=self.options.deep, account=self.account())

    # --- logs

    def last_words(self, service: str) -> list[str]:
        """What a service that does not stay up said at last."""
        from glctl.logs.recent import last_words

        return last_words(self.observed.root, service)

    @once
    def log_matches(self) -> tuple[LogMatch, ...]:
        """What the rules find at the end of the logs; what one log says now, no other one says had ended."""
        from glctl.doctor.log_window import find

        return find(self)

    @once
    def s3(self) -> S3Facts:
        """What is known of the bucket that images are kept in."""
        from glctl.doctor.s3 import S3Facts

        return S3Facts(self)

    # --- requests

    @once
    def client(self) -> Client:
        """For requests to this host: what is meant for the public name goes to the local nginx.

        Certificates are not verified here: this asks whether the way is open, not whether others trust it.
        """
        from glctl.clients.http import Client

        vhost = self.observed.vhost
        via: dict[Address, Address] = {}
        if vhost and vhost.entrance and vhost.address:
            via[vhost.entrance.host.strip("[]"), vhost.entrance.port] = vhost.address
        return Client(connect_to=via, verify=False, connect_timeout=2.0, read_timeout=7.0)

    @property
    def local_base(self) -> str:
        """The registry itself, past the proxy."""
        scheme = "https" if self.observed.setting("http", "tls", "certificate") else "http"
        return _base(scheme, self.observed.registry, "the registry")

    @property
    def debug_base(self) -> str:
        """The registry's debug server."""
        if not self.observed.setting("http", "debug", "addr"):
            raise NotTriedError("the registry has none: registry['debug_addr'] is not set")
        return _base("http", self.observed.debug, "the debug server")

    @property
    def entrance(self) -> Url:
        """How nginx itself is addressed for the registry, if it can be asked at all."""
        vhost = self.observed.require_vhost()
        if vhost.proxy_protocol:
            raise NotTriedError("nginx only answers a load balancer here, in the PROXY protocol")
        if vhost.entrance is None:
            raise NotTriedError(f"nginx listens on no TCP address in {vhost.path}")
        return vhost.entrance

    @property
    def proxy_base(self) -> str:
        """The registry through nginx."""
        return self.entrance.origin

    @once
    def ping_local(self) -> Ping:
        """``GET /v2/`` of the registry itself, without a token."""
        from glctl.clients.distribution import ping

        return ping(self.client(), self.local_base)

    @once
    def ping_proxy(self) -> Ping:
        """``GET /v2/`` through nginx, without a token."""
        from glctl.clients.distribution import ping

        return ping(self.client(), self.proxy_base)

    @once
    def health(self) -> Health:
        """``/debug/health``."""
        from glctl.clients.distribution import debug_health

        return debug_health(self.client(), self.debug_base)

    @once
    def vars(self) -> Vars:
        """``/debug/vars``."""
        from glctl.clients.distribution import debug_vars

        return debug_vars(self.client(), self.debug_base)

    @once
    def outside(self) -> Client:
        """For requests as clients send them: names lead where this host resolves them to."""
        from glctl.clients.http import Client

        return Client(verify=False, resolve_timeout=1.5, connect_timeout=2.0, read_timeout=7.0)

    @once
    def public(self) -> Public:
        """The public address, and what clients meet there."""
        from glctl.doctor.outside import look

        return look(self)

    @once
    def tls_here(self) -> tuple[Place, ...]:
        """What this machine shows in TLS handshakes."""
        return tls.here(self)

    @once
    def tls_elsewhere(self) -> Place:
        """What another machine shows under the registry's public name."""
        return tls.elsewhere(self)

    @once
    def tokens(self) -> TokenFacts:
        """What is known of tokens: who gives them, and who signs them."""
        from glctl.doctor.tokens import TokenFacts

        return TokenFacts(self)


def _base(scheme: str, address: Address | None, what: str) -> str:
    if address is None:
        raise NotTriedError(f"{what} listens on no TCP address that config.yml names")
    host, port = address
    return f"{scheme}://{bracketed(host)}:{port}"


def _changed(path: Path) -> float:
    """When *path* was written last (Unix time); 0 where that cannot be seen."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
