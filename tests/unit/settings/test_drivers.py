import pytest

from glctl.settings.drivers import BESIDE, DRIVERS, RAILS_KEYS, keys_below


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_driver_s_keys_are_written_as_the_registry_reads_them(driver) -> None:
    keys = DRIVERS[driver].keys
    assert all(key == key.lower() and key.isidentifier() for key in keys)


def test_nothing_is_a_driver_and_beside_one() -> None:
    assert not DRIVERS.keys() & BESIDE.keys()


@pytest.mark.parametrize("text", RAILS_KEYS.values())
def test_every_word_of_gitlab_s_is_told_what_to_write(text) -> None:
    assert text.endswith((".", "}"))


def test_what_may_stand_in_each_hash() -> None:
    assert keys_below(("registry", "storage")) == DRIVERS.keys() | BESIDE.keys()
    assert keys_below(("registry", "storage", "gcs")) == DRIVERS["gcs"].keys
    assert keys_below(("registry", "storage", "delete")) == {"enabled"}
    assert keys_below(("registry", "storage", "maintenance", "readonly")) == frozenset()
    assert keys_below(("registry", "redis")) == frozenset()
