import dataclasses
from pathlib import Path

import pytest

from glctl.paths import EMBEDDED_DIR, Root
from glctl.settings.platform import DEBIAN, OMNIBUS, PLATFORMS, Platform, Program, detect


def programs(platform: Platform) -> list[Program]:
    values = [getattr(platform, field.name) for field in dataclasses.fields(platform)]
    return [value for value in values if isinstance(value, Program)]


def test_the_embedded_directory_makes_an_omnibus_host(tmp_path: Path) -> None:
    assert detect(Root(tmp_path)) is DEBIAN
    Root(tmp_path).at(EMBEDDED_DIR).mkdir(parents=True)
    assert detect(Root(tmp_path)) is OMNIBUS


def test_a_file_in_its_place_does_not(tmp_path: Path) -> None:
    place = Root(tmp_path).at(EMBEDDED_DIR)
    place.parent.mkdir(parents=True)
    place.touch()
    assert detect(Root(tmp_path)) is DEBIAN


def test_only_omnibus_has_a_manager_of_its_own() -> None:
    assert DEBIAN.manages_services
    assert not OMNIBUS.manages_services


@pytest.mark.parametrize("platform", PLATFORMS.values(), ids=PLATFORMS)
def test_every_program_is_absolute_and_names_its_package(platform: Platform) -> None:
    assert len(programs(platform)) == 7
    assert all(program.path.startswith("/") and program.package for program in programs(platform))


def test_omnibus_programs_are_all_embedded() -> None:
    assert all(program.path.startswith(EMBEDDED_DIR + "/") for program in programs(OMNIBUS))


@pytest.mark.parametrize("name", PLATFORMS)
def test_the_table_is_keyed_by_name(name: str) -> None:
    assert PLATFORMS[name].name == name
