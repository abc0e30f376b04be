"""The NTP client against real chronyds."""

from __future__ import annotations

import pytest
import servers

from glctl.clients import ntp


@pytest.fixture(scope="module")
def honest(tmp_path_factory):
    with servers.chronyd(tmp_path_factory.mktemp("honest")) as server:
        yield server


@pytest.fixture(scope="module")
def honest_too(tmp_path_factory):
    with servers.chronyd(tmp_path_factory.mktemp("honest-too")) as server:
        yield server


@pytest.fixture(scope="module")
def ahead(tmp_path_factory):
    with servers.chronyd(tmp_path_factory.mktemp("ahead"), ahead=600) as server:
        yield server


@pytest.fixture(scope="module")
def unsynchronised(tmp_path_factory):
    with servers.chronyd(tmp_path_factory.mktemp("unsynchronised"), synchronised=False) as server:
        yield server


def test_a_server_of_this_machine_agrees_with_it(honest):
    got = ntp.query(honest, timeout=5)
    assert isinstance(got, ntp.NtpAnswer), got
    assert got.offset == pytest.approx(0, abs=0.1)
    assert 0 <= got.delay < 1
    assert (got.stratum, got.leap, got.address) == (3, 0, honest)
    assert got.root_distance < 0.5


def test_a_server_ten_minutes_ahead(ahead):
    got = ntp.query(ahead, timeout=5)
    assert isinstance(got, ntp.NtpAnswer), got
    assert got.offset == pytest.approx(600, abs=0.1)


def test_an_unsynchronised_server_is_not_believed(unsynchronised):
    got = ntp.query(unsynchronised, timeout=5)
    assert isinstance(got, ntp.NtpFailure)
    assert got.kind == "unsynchronised"


def test_a_survey_outvotes_the_server_that_is_ahead(honest, honest_too, ahead, unsynchronised):
    survey = ntp.survey([ahead, honest, unsynchronised, honest_too], timeout=5)
    assert survey.offset == pytest.approx(0, abs=0.1)
    assert {answer.server for answer in survey.agreeing} == {honest, honest_too}
    assert [answer.server for answer in survey.outvoted] == [ahead]
    assert [failure.server for failure in survey.failures] == [unsynchronised]


def test_two_servers_that_disagree_verify_nothing(honest, ahead):
    survey = ntp.survey([honest, ahead], timeout=5)
    assert len(survey.answers) == 2
    assert survey.offset is None
