from glctl.converge.plan import Change
from glctl.converge.read_only import READ_ONLY, is_taken_away, variable_in
from glctl.converge.tree import ABSENT, Actual
from glctl.render.resources import Absent, File

PATH = variable_in("/env")
THERE = Actual("file", content=READ_ONLY)


def test_the_variable_lies_in_the_registrys_environment() -> None:
    assert PATH == "/env/REGISTRY_STORAGE_MAINTENANCE_READONLY"


def test_only_its_removal_lets_pushes_in_again() -> None:
    assert is_taken_away(
        [Change("delete", Absent("/env/OTHER"), THERE), Change("delete", Absent(PATH), THERE)]
    )
    assert not is_taken_away([Change("create", File(PATH, READ_ONLY), ABSENT)])
    assert not is_taken_away([Change("delete", Absent("/env/OTHER"), THERE)])
