from __future__ import annotations

from glctl.gitlabrb.grammar import KINDS
from glctl.gitlabrb.unsupported import CONSTRUCTS


def grammar() -> set[str]:
    """The kinds of nodes that the parser knows."""
    import tree_sitter
    import tree_sitter_ruby

    language = tree_sitter.Language(tree_sitter_ruby.language())
    return {language.node_kind_for_id(number) or "" for number in range(language.node_kind_count)}


def test_every_kind_is_one_of_the_parser() -> None:
    assert set(KINDS) <= grammar()
    assert set(CONSTRUCTS) <= grammar()


def test_every_meaning_says_what_it_reads() -> None:
    assert [kind for kind, meaning in KINDS.items() if not meaning.__doc__] == []
