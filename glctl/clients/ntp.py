"""Asks NTP servers how far this machine's clock is off, and believes only answers that pass validation.

ntplib packs, unpacks and does the arithmetic. Its own client is not used: it takes any datagram for an
answer, so that a kiss-o'-death, an unsynchronised server or a stray packet would come back as an offset.
"""

from __future__ import annotations

import os
import re
import socket
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from glctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

NTP_PORT = 123
MAX_ROOT_DISTANCE = 3.0  # seconds; chrony's default for maxdistance, chrony.conf(5)
AGREEMENT = 0.5  # seconds; a server that smears a leap second is honestly off by up to half of it

_VERSION = 4
_ANSWER_VERSIONS = (3, 4)  # a version 3 server answers with its own
_MODE_CLIENT, _MODE_SERVER = 3, 4
_LEAP_UNSYNCHRONISED = 3
_MAX_STRATUM = 15  # 16 means unsynchronised (RFC 5905, figure 11)
_NOT_YET = ("INIT", "STEP")  # kiss codes of a server whose own clock is not set yet (RFC 5905, figure 13)
_KISSES = {"RATE": "asked too often", "DENY": "access denied", "RSTR": "access denied by local policy"}
_SERVER = re.compile(
    r"(?P<open>\[)?(?P<host>(?(open)[^\s\[\]/@]+|[^\s\[\]/@:]+))(?(open)\])(?::(?P<port>[0-9]{1,5}))?"
)
_ERA = 2.0**32  # seconds until an NTP stamp wraps round, next on 2036-02-07
_ROUNDING = 0.001  # seconds; stamps are floats here, and no two clocks run at the same rate

FailureKind = Literal["dns", "refused", "unreachable", "timeout", "kiss", "unsynchronised", "invalid"]
_NO_ANSWER = ("refused", "unreachable", "timeout")


@dataclass(frozen=True, slots=True)
class NtpAnswer:
    """One server's validated answer; all times in seconds."""

    server: str  # as it was asked for
    address: str  # where the answer came from
    offset: float  # server minus this machine: positive where this machine is behind
    delay: float  # of the round trip
    root_distance: float  # the most by which offset can be wrong, if the server is honest
    stratum: int
    leap: int
    reference: str  # what the server follows: a clock's name at stratum 1, else an address or its hash


@dataclass(frozen=True, slots=True)
class NtpFailure:
    """Why a server's answer is missing or not believed."""

    server: str
    kind: FailureKind
    message: str


class Witness(Protocol):
    """Whoever says how far this machine's clock is off, and by how much that may be wrong; in seconds."""

    @property
    def offset(self) -> float:
        """The witness's clock minus this machine's."""

    @property
    def root_distance(self) -> float:
        """The most by which *offset* can be wrong."""


W = TypeVar("W", bound=Witness)


@dataclass(frozen=True, slots=True)
class Survey:
    """What several servers said. *agreeing* holds the majority, and is empty where there is none."""

    answers: tuple[NtpAnswer, ...]
    failures: tuple[NtpFailure, ...]
    agreeing: tuple[NtpAnswer, ...]

    @property
    def offset(self) -> float | None:
        """The agreed offset in seconds, or None: the clock is not verified."""
        return median(self.agreeing)

    @property
    def outvoted(self) -> tuple[NtpAnswer, ...]:
        """Answers that the majority contradicts."""
        return tuple(answer for answer in self.answers if self.agreeing and answer not in self.agreeing)

    def of(self, servers: Collection[str]) -> Survey:
        """What it would be if only *servers* had been asked."""
        outcomes: tuple[NtpAnswer | NtpFailure, ...] = (*self.answers, *self.failures)
        return _counted([outcome for outcome in outcomes if outcome.server in servers])


def split_server(text: str, port: int = NTP_PORT) -> tuple[str, int]:
    """Host and port of ``host``, ``host:port``, ``[v6]``, ``[v6]:port`` or a bare IPv6 address.

    Raises UsageError for anything else.
    """
    written = text.strip()
    if written.count(":") > 1 and "[" not in written:
        written = f"[{written}]"
    match = _SERVER.fullmatch(written)
    if match is None or not 0 < (number := int(match["port"] or port)) < 65536:
        raise UsageError(f"not an NTP server: {text!r}.", "write HOST, HOST:PORT or [IPv6]:PORT")
    return match["host"], number


def query(server: str, port: int = NTP_PORT, timeout: float = 1.0) -> NtpAnswer | NtpFailure:
    """Ask one server, once; *port* applies where *server* names none. Raises UsageError only.

    *timeout* (seconds) bounds everything but name resolution, which only :func:`survey` can leave behind.
    """
    host, port = split_server(server, port)
    deadline = time.monotonic() + timeout
    try:
        addresses = _addresses(host, port)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "not a host name"
        return NtpFailure(server, "dns", f"{host} does not resolve: {reason}")
    outcome: NtpAnswer | NtpFailure = NtpFailure(server, "dns", f"{host} has no address")
    for index, (family, address) in enumerate(addresses):
        share = max(0.0, deadline - time.monotonic()) / (len(addresses) - index)
        outcome = _ask(server, family, address, share)
        if isinstance(outcome, NtpAnswer) or outcome.kind not in _NO_ANSWER:
            break
    return outcome


def survey(servers: Sequence[str], timeout: float = 1.0) -> Survey:
    """Ask all *servers* at the same time and let the majority tell; takes hardly more than *timeout* seconds.

    Raises UsageError where one of them is not written as a server.
    """
    asked = tuple(dict.fromkeys(servers))
    for server in asked:
        split_server(server)
    outcomes: dict[str, NtpAnswer | NtpFailure] = {}

    def ask(server: str) -> None:
        outcomes[server] = query(server, timeout=timeout)

    # Daemon threads, not a pool: a resolver that hangs for half a minute delays neither this nor the exit.
    threads = [threading.Thread(target=ask, args=(server,), daemon=True) for server in asked]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + timeout + 0.1
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    known = [
        outcomes.get(server)
        or NtpFailure(server, "timeout", f"{server} did not resolve within {timeout:g} s")
        for server in asked
    ]
    return _counted(known)


def _counted(outcomes: Sequence[NtpAnswer | NtpFailure]) -> Survey:
    """One address has one vote, under however many names it was asked."""
    votes: dict[str, NtpAnswer] = {}
    for outcome in outcomes:
        if isinstance(outcome, NtpAnswer):
            votes.setdefault(outcome.address, outcome)
    answers = tuple(votes.values())
    failures = tuple(outcome for outcome in outcomes if isinstance(outcome, NtpFailure))
    return Survey(answers, failures, majority(answers))


def median(witnesses: Sequence[Witness]) -> float | None:
    """The middle one of their offsets, of two the lower; None without any."""
    offsets = sorted(witness.offset for witness in witnesses)
    return offsets[(len(offsets) - 1) // 2] if offsets else None


def majority(answers: Sequence[W]) -> tuple[W, ...]:
    """The largest set of answers that can all be true at once, if it is more than half of them; else nothing.

    Each answer says that the true offset lies within its root distance. Where most of these intervals
    overlap, one of them begins (Marzullo; RFC 5905, section 11.2.1): only beginnings need looking at.
    """
    cliques = [tuple(a for a in answers if _low(a) <= _low(start) <= _high(a)) for start in answers]
    largest = max(cliques, key=len, default=())
    return largest if 2 * len(largest) > len(answers) else ()


def _low(answer: Witness) -> float:
    return answer.offset - max(answer.root_distance, AGREEMENT)


def _high(answer: Witness) -> float:
    return answer.offset + max(answer.root_distance, AGREEMENT)


def _addresses(host: str, port: int) -> list[tuple[socket.AddressFamily, tuple[str, int]]]:
    """The first address of each family, in the resolver's order of preference."""
    first: dict[socket.AddressFamily, tuple[str, int]] = {}
    for family, _, _, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM):
        first.setdefault(family, (str(address[0]), int(address[1])))
    return list(first.items())


def _ask(
    server: str, family: socket.AddressFamily, address: tuple[str, int], timeout: float
) -> NtpAnswer | NtpFailure:
    """One request to one address; datagrams that do not answer it are passed over until *timeout*."""
    where = "[{}]:{}".format(*address) if family == socket.AF_INET6 else "{}:{}".format(*address)
    strangers = 0
    # The stamp we send is a random number: it gives nothing away, and who is not on the path cannot guess
    # what an answer must repeat. The true time of sending stays here.
    nonce = os.urandom(8)
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as endpoint:
            endpoint.connect(address)  # the kernel then drops what comes from anywhere else
            sent, started = time.time(), time.perf_counter()
            endpoint.send(_request(nonce))
            while (left := started + timeout - time.perf_counter()) > 0:
                endpoint.settimeout(left)
                packet = endpoint.recv(1024)
                received = sent + time.perf_counter() - started
                if packet[24:32] == nonce:
                    return judge(server, where, packet, sent, received)
                strangers += 1
            raise TimeoutError
    except TimeoutError:
        if strangers:
            return NtpFailure(
                server, "invalid", f"{where} sent only packets that do not repeat our origin stamp"
            )
        return NtpFailure(server, "timeout", f"no answer from {where} within {timeout:.1f} s")
    except ConnectionRefusedError:
        return NtpFailure(server, "refused", f"nothing listens at {where} (UDP)")
    except OSError as error:
        return NtpFailure(server, "unreachable", f"{where} cannot be reached: {error.strerror}")


def _request(nonce: bytes) -> bytes:
    import ntplib

    packet: bytes = ntplib.NTPPacket(version=_VERSION, mode=_MODE_CLIENT).to_data()
    return packet[:40] + nonce


def judge(server: str, address: str, packet: bytes, sent: float, received: float) -> NtpAnswer | NtpFailure:
    """What *packet* says, if it can be believed (RFC 5905, sections 7.3, 7.4, 8 and A.5.1).

    *sent* and *received* are Unix times of this machine. The origin stamp must have been compared before.
    """
    import ntplib

    stats = ntplib.NTPStats()
    try:
        stats.from_data(packet)
    except ntplib.NTPException:
        return NtpFailure(server, "invalid", f"{address} sent {len(packet)} bytes, less than an NTP header")
    if refused := _refused_header(stats, _letters(packet[12:16])):
        kind, reason = refused
        return NtpFailure(server, kind, f"{address} {reason}")

    stats.orig_timestamp = ntplib.system_to_ntp_time(sent)
    stats.dest_timestamp = ntplib.system_to_ntp_time(received)
    stats.recv_timestamp = _unfolded(stats.recv_timestamp, stats.dest_timestamp)
    stats.tx_timestamp = _unfolded(stats.tx_timestamp, stats.dest_timestamp)
    if stats.tx_timestamp < stats.recv_timestamp - _ROUNDING or stats.delay < -_ROUNDING:
        return NtpFailure(server, "invalid", f"{address} sent times of receiving and sending that cannot be")
    if stats.ref_timestamp and _unfolded(stats.ref_timestamp, stats.tx_timestamp) > stats.tx_timestamp + 1:
        return NtpFailure(server, "invalid", f"{address} says that it was last set at a time yet to come")
    delay = max(0.0, stats.delay)
    distance = (stats.root_delay + delay) / 2 + stats.root_dispersion
    if distance > MAX_ROOT_DISTANCE:
        reason = f"may be {distance:.1f} s off itself (root distance; {MAX_ROOT_DISTANCE:g} s is the limit)"
        return NtpFailure(server, "unsynchronised", f"{address} {reason}")
    reference = _letters(packet[12:16]) if stats.stratum == 1 else ".".join(map(str, packet[12:16]))
    return NtpAnswer(server, address, stats.offset, delay, distance, stats.stratum, stats.leap, reference)


def _refused_header(stats: Any, code: str) -> tuple[FailureKind, str] | None:
    """What disqualifies the header of an ``ntplib.NTPStats``, or None; *code* is its reference as letters."""
    if stats.mode != _MODE_SERVER:
        return "invalid", f"answers in mode {stats.mode}, not as a server (mode {_MODE_SERVER})"
    if stats.version not in _ANSWER_VERSIONS:
        return "invalid", f"answers with NTP version {stats.version}"
    if stats.stratum == 0 and code and code not in _NOT_YET:
        return "kiss", f"sent the kiss-o'-death {code}: {_KISSES.get(code, 'it will not tell the time')}"
    if not 1 <= stats.stratum <= _MAX_STRATUM or stats.leap == _LEAP_UNSYNCHRONISED:
        return "unsynchronised", f"is not synchronised itself (stratum {stats.stratum}, leap {stats.leap})"
    if not stats.recv_timestamp or not stats.tx_timestamp:
        return "invalid", "sent no time of receiving or of sending"
    return None


def _letters(reference: bytes) -> str:
    """The reference as the code it may be (a kiss, a clock's name), or nothing where it is no text."""
    text = reference.rstrip(b"\0").decode("ascii", "replace")
    return text if text.isascii() and text.isprintable() else ""


def _unfolded(stamp: float, near: float) -> float:
    """*stamp* in the era that brings it nearest to *near* (RFC 5905, section 6); ntplib knows one era."""
    return stamp + _ERA * round((near - stamp) / _ERA)
