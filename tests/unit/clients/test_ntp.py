"""The NTP client against packets made byte by byte. The servers here are fakes: our own UDP sockets."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time

import pytest

from glctl.clients import ntp
from glctl.errors import UsageError

NTP_EPOCH = 2208988800  # Unix time 0 in NTP seconds
NOW = 1_790_000_000.0


def stamp(unix: float) -> bytes:
    seconds = unix + NTP_EPOCH
    return struct.pack("!II", int(seconds) % 2**32, int(seconds % 1 * 2**32))


def packet(
    *,
    origin=b"\0" * 8,
    received=NOW + 0.01,
    sent=NOW + 0.011,
    leap=0,
    version=4,
    mode=4,
    stratum=2,
    root_delay=0.01,
    root_dispersion=0.02,
    reference=bytes([192, 0, 2, 1]),
):
    """An answer as a healthy server gives it, but for what the test changes (48 bytes, RFC 5905 figure 8)."""
    head = struct.pack("!BBBb", leap << 6 | version << 3 | mode, stratum, 4, -20)
    root = struct.pack("!II", int(root_delay * 65536), int(root_dispersion * 65536))
    times = [stamp((received or NOW) - 60), origin]
    times += [b"\0" * 8 if when is None else stamp(when) for when in (received, sent)]
    return head + root + reference + b"".join(times)


def judge(**fields):
    return ntp.judge("s", "192.0.2.9:123", packet(**fields), NOW, NOW + 0.021)


def answer(offset, root_distance=0.01, server=""):
    return ntp.NtpAnswer(server or f"s{offset}", "192.0.2.1:123", offset, 0.0, root_distance, 2, 0, "")


@contextlib.contextmanager
def fake_server(*replies):
    """A fake: answers the first request with what each of *replies* makes of it; yields its ``host:port``."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as endpoint:
        endpoint.bind(("127.0.0.1", 0))

        def serve():
            endpoint.settimeout(5)
            request, client = endpoint.recvfrom(1024)
            for reply in replies:
                endpoint.sendto(reply(request), client)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{endpoint.getsockname()[1]}"
        thread.join(5)
        assert not thread.is_alive()


def truthful(request, **fields):
    now = time.time()
    return packet(**{"origin": request[40:48], "received": now, "sent": now, **fields})


def test_offset_delay_and_root_distance_of_a_good_answer():
    got = judge(received=NOW + 600.01, sent=NOW + 600.011, leap=1)
    assert isinstance(got, ntp.NtpAnswer)
    assert got.offset == pytest.approx(600.0, abs=1e-5)  # ((600.01 - 0) + (600.011 - 0.021)) / 2
    assert got.delay == pytest.approx(0.020, abs=1e-5)  # 0.021 away, of which 0.001 there
    assert got.root_distance == pytest.approx((0.01 + 0.020) / 2 + 0.02, abs=1e-4)
    assert (got.server, got.address, got.stratum, got.leap, got.reference) == (
        "s",
        "192.0.2.9:123",
        2,
        1,
        "192.0.2.1",
    )


def test_reference_of_a_primary_server_is_its_clocks_name():
    assert judge(stratum=1, reference=b"GPS\0").reference == "GPS"


@pytest.mark.parametrize(
    ("fields", "kind", "words"),
    [
        ({"mode": 3}, "invalid", "mode 3"),
        ({"mode": 5}, "invalid", "mode 5"),
        ({"version": 2}, "invalid", "version 2"),
        ({"version": 7}, "invalid", "version 7"),
        ({"leap": 3}, "unsynchronised", "leap 3"),
        ({"stratum": 16}, "unsynchronised", "stratum 16"),
        ({"stratum": 255}, "unsynchronised", "stratum 255"),
        ({"stratum": 0, "leap": 3, "reference": b"\0" * 4}, "unsynchronised", "stratum 0"),
        ({"stratum": 0, "leap": 3, "reference": b"INIT"}, "unsynchronised", "stratum 0"),
        ({"stratum": 0, "leap": 3, "reference": b"RATE"}, "kiss", "RATE: asked too often"),
        ({"stratum": 0, "leap": 3, "reference": b"DENY"}, "kiss", "DENY: access denied"),
        ({"stratum": 0, "leap": 3, "reference": b"XYZW"}, "kiss", "XYZW"),
        ({"received": None}, "invalid", "no time"),
        ({"sent": None}, "invalid", "no time"),
        ({"root_dispersion": 3.5}, "unsynchronised", "root distance"),
        ({"root_delay": 7.0}, "unsynchronised", "root distance"),
        ({"sent": NOW + 0.5}, "invalid", "cannot be"),  # held for 490 ms what was away for 21
        ({"sent": NOW - 0.5}, "invalid", "cannot be"),  # sent before it was received
    ],
    ids=str,
)
def test_answers_that_are_not_believed(fields, kind, words):
    got = judge(**fields)
    assert isinstance(got, ntp.NtpFailure)
    assert got.kind == kind
    assert words in got.message


def test_a_packet_too_short_for_a_header_is_invalid():
    got = ntp.judge("s", "192.0.2.9:123", packet()[:47], NOW, NOW + 0.02)
    assert got.kind == "invalid"
    assert "47 bytes" in got.message


@pytest.mark.parametrize("now", [0.0, 2_085_978_495.5, 2_085_978_496.5, 3_000_000_000.0])
def test_era_changes_do_not_matter(now):
    """NTP seconds wrap round at Unix time 2085978496 (2036-02-07); a dead clock battery means 1970."""
    got = ntp.judge("s", "a", packet(received=now + 5, sent=now + 5), now, now)
    assert got.offset == pytest.approx(5, abs=1e-5)


def test_a_machine_that_woke_up_in_1970_is_told_the_whole_offset():
    got = ntp.judge("s", "a", packet(received=NOW, sent=NOW), 0.0, 0.0)
    assert got.offset == pytest.approx(NOW, abs=1e-4)


def test_query_asks_as_a_version_4_client_and_tells_nothing_about_this_machine():
    requests = []

    def keep(request):
        requests.append(request)
        return truthful(request)

    for _ in range(2):
        with fake_server(keep) as server:
            got = ntp.query(server, timeout=5)
            assert isinstance(got, ntp.NtpAnswer), got
            assert got.offset == pytest.approx(0, abs=0.5)
            assert got.address == server
    first, second = requests
    assert len(first) == 48
    assert first[:40] == bytes([4 << 3 | 3]) + bytes(39)
    assert first[40:48] != second[40:48]


def test_query_passes_over_packets_that_do_not_repeat_its_stamp():
    stray = truthful(b"\0" * 48)
    with fake_server(lambda _: stray, lambda _: b"junk", truthful) as server:
        assert isinstance(ntp.query(server, timeout=5), ntp.NtpAnswer)


def test_query_names_a_server_that_sends_only_strangers():
    with fake_server(lambda _: truthful(b"\0" * 48)) as server:
        got = ntp.query(server, timeout=0.2)
    assert got.kind == "invalid"
    assert "origin" in got.message


def test_query_hears_only_the_address_it_asked():
    """A fake answers from another socket than the one that was asked."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked,
        socket.socket(type=socket.SOCK_DGRAM) as other,
    ):
        asked.bind(("127.0.0.1", 0))
        asked.settimeout(5)

        def serve():
            request, client = asked.recvfrom(1024)
            other.sendto(truthful(request), client)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        got = ntp.query("127.0.0.1", asked.getsockname()[1], timeout=0.3)
        thread.join(5)
    assert got.kind == "timeout"


def test_query_of_a_closed_port_is_refused_at_once():
    with socket.socket(type=socket.SOCK_DGRAM) as endpoint:
        endpoint.bind(("127.0.0.1", 0))
        port = endpoint.getsockname()[1]
    started = time.monotonic()
    got = ntp.query(f"127.0.0.1:{port}", timeout=10)
    assert got.kind == "refused"
    assert f"127.0.0.1:{port}" in got.message
    assert time.monotonic() - started < 5


def test_query_of_a_silent_server_takes_its_timeout():
    with socket.socket(type=socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        got = ntp.query("127.0.0.1", silent.getsockname()[1], timeout=0.1)
    assert got.kind == "timeout"
    assert "no answer from 127.0.0.1" in got.message


def test_query_goes_on_to_the_other_address_family(monkeypatch):
    with fake_server(truthful) as server:
        port = int(server.rpartition(":")[2])
        found = [
            (socket.AF_INET6, socket.SOCK_DGRAM, 17, "", ("::1", port, 0, 0)),
            (socket.AF_INET, socket.SOCK_DGRAM, 17, "", ("127.0.0.1", port)),
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        got = ntp.query("dual.example", port, timeout=5)
    assert isinstance(got, ntp.NtpAnswer), got
    assert got.address == server


@pytest.mark.parametrize("host", ["name.invalid", "a..b", "x" * 70])
def test_query_of_a_name_that_does_not_resolve(host, monkeypatch):
    resolve = socket.getaddrinfo

    def offline(name, *args, **options):
        if name.endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return resolve(name, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", offline)
    got = ntp.query(host, timeout=0.2)
    assert got.kind == "dns"
    assert host in got.message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ntp.example.com", ("ntp.example.com", 123)),
        (" ntp.example.com:1123 ", ("ntp.example.com", 1123)),
        ("192.0.2.1", ("192.0.2.1", 123)),
        ("192.0.2.1:65535", ("192.0.2.1", 65535)),
        ("2001:db8::1", ("2001:db8::1", 123)),
        ("[2001:db8::1]", ("2001:db8::1", 123)),
        ("[2001:db8::1]:1123", ("2001:db8::1", 1123)),
    ],
)
def test_servers_as_people_write_them(text, expected):
    assert ntp.split_server(text) == expected


def test_a_servers_own_port_beats_the_default():
    assert ntp.split_server("h:5", 7) == ("h", 5)
    assert ntp.split_server("h", 7) == ("h", 7)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        ":123",
        "h:",
        "h:0",
        "h:65536",
        "h:x",
        "h:١",
        "[::1",
        "[::1]x",
        "[]:1",
        "a b",
        "http://h",
        "u@h",
    ],
)
def test_what_is_no_server(text):
    with pytest.raises(UsageError, match="not an NTP server"):
        ntp.split_server(text)


@pytest.mark.parametrize(
    ("offsets", "agreed"),
    [
        ([], None),
        ([0.2], 0.2),
        ([0.0, 0.1], 0.0),
        ([0.0, 600.0], None),
        ([0.0, 600.0, 0.1], 0.0),
        ([600.0, -960.0, 0.1], None),
        ([0.0, 0.1, 600.0, 600.1], None),
        ([0.0, 0.1, 0.2, 600.0, 600.1], 0.1),
        ([0.0, 0.9], 0.0),  # one of them smears a leap second
        ([0.0, 1.1], None),
    ],
)
def test_the_majority_tells_the_offset(offsets, agreed):
    answers = tuple(answer(offset) for offset in offsets)
    agreeing = ntp.majority(answers)
    survey = ntp.Survey(answers, (), agreeing)
    assert survey.offset == agreed
    if agreed is not None:
        assert [a.offset for a in survey.outvoted] == [o for o in offsets if abs(o) > 100]


def test_servers_far_from_their_reference_agree_more_easily():
    assert len(ntp.majority((answer(0.0, 2.5), answer(2.9)))) == 2


def test_survey_outvotes_a_liar_and_keeps_each_failure():
    with (
        fake_server(truthful) as one,
        fake_server(truthful) as two,
        socket.socket(type=socket.SOCK_DGRAM) as silent,
    ):
        silent.bind(("127.0.0.1", 0))
        quiet = f"127.0.0.1:{silent.getsockname()[1]}"
        later = time.time() + 600
        with fake_server(lambda r: truthful(r, received=later, sent=later)) as liar:
            survey = ntp.survey([one, liar, two, quiet, one], timeout=0.5)
    assert survey.offset == pytest.approx(0, abs=0.5)
    assert [a.server for a in survey.agreeing] == [one, two]
    assert [a.server for a in survey.outvoted] == [liar]
    assert [(f.server, f.kind) for f in survey.failures] == [(quiet, "timeout")]


def test_survey_does_not_wait_for_a_resolver_that_hangs(monkeypatch):
    released = threading.Event()

    def hang(*_, **__):
        released.wait(30)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    started = time.monotonic()
    survey = ntp.survey(["a.example", "b.example"], timeout=0.1)
    assert time.monotonic() - started < 5
    released.set()
    assert [(f.server, f.kind) for f in survey.failures] == [
        ("a.example", "timeout"),
        ("b.example", "timeout"),
    ]
    assert survey.offset is None


def test_survey_refuses_a_misspelt_server_before_asking_any():
    with pytest.raises(UsageError):
        ntp.survey(["127.0.0.1:1", "h:port"])


# --- what one server may not do twice


def test_a_server_asked_under_two_names_has_one_vote(monkeypatch):
    offsets = {"liar": 600.0, "liar.example.com": 600.0, "honest": 0.0}
    addresses = {"liar": "a", "liar.example.com": "a", "honest": "b"}

    def answer_of(server, timeout):
        return ntp.NtpAnswer(server, addresses[server], offsets[server], 0.0, 0.01, 2, 0, "")

    monkeypatch.setattr(ntp, "query", answer_of)
    survey = ntp.survey(list(offsets))
    assert [answer.server for answer in survey.answers] == ["liar", "honest"]
    assert survey.offset is None


def test_a_server_that_was_last_set_in_the_future_is_not_believed():
    good, late = packet(), bytearray(packet())
    late[16:24] = stamp(NOW + 60)
    assert isinstance(ntp.judge("s", "a", good, NOW, NOW + 0.021), ntp.NtpAnswer)
    got = ntp.judge("s", "a", bytes(late), NOW, NOW + 0.021)
    assert (got.kind, "yet to come" in got.message) == ("invalid", True)


def test_a_survey_of_some_of_those_asked():
    answers = (answer(0.0, server="a"), ntp.NtpAnswer("b", "192.0.2.2:123", 600.0, 0.0, 0.01, 2, 0, ""))
    whole = ntp.Survey(answers, (ntp.NtpFailure("c", "timeout", "no"),), ())
    assert whole.of(["b", "c"]) == ntp.Survey(answers[1:], whole.failures, answers[1:])
