from glctl.gitlabrb.reader import evaluate
from glctl.settings.kinds import why_not
from glctl.settings.option import Option
from glctl.settings.schema import COMPLETE_SECTIONS, NAMES, OPTIONS, READ_NAMES

ALL = list(OPTIONS.values())
READ = [option for option in ALL if not option.ignored]


def sample_value(option: Option) -> object:
    """What gitlab.rb sets with the option's sample."""
    return evaluate(option.sample, "sample", NAMES, environ={}).get(*option.path)


def fits(option: Option, value: object) -> bool:
    return not why_not(option.kind, value) and (not option.choices or value in option.choices)


def test_gitlab_rb_may_assign_every_option() -> None:
    tops = [(option.path[0], len(option.path)) for option in ALL]
    assert [top for top, depth in tops if top not in (NAMES.values if depth == 1 else NAMES.hashes)] == []
    assert [top for top, _ in tops if top not in READ_NAMES] == []


def test_every_option_is_documented_in_a_sentence() -> None:
    assert [o.key for o in ALL if not o.doc.endswith(".") or not o.doc.isprintable()] == []


def test_every_default_fits_its_option() -> None:
    assert [o.key for o in ALL if o.default is not None and not fits(o, o.default)] == []


def test_every_option_that_counts_has_an_example_that_fits() -> None:
    assert [o.key for o in READ if not fits(o, sample_value(o))] == []


def test_an_ignored_option_promises_nothing() -> None:
    assert [o.key for o in ALL if o.ignored and (o.default is not None or o.example)] == []


def test_complete_sections_have_options() -> None:
    assert [s for s in COMPLETE_SECTIONS if not any(key.startswith(f"{s}.") for key in OPTIONS)] == []


def test_names_are_either_values_or_hashes() -> None:
    assert not NAMES.values & NAMES.hashes
    assert NAMES.values | NAMES.hashes >= READ_NAMES
