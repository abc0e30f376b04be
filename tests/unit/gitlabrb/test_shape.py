from __future__ import annotations

import pytest

from glctl.gitlabrb.shape import tokens


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("", "\n"),
        ("registry['a'] = 1", "W[S]_=_N\n"),
        ("x = true if nil", "W_=_K_I_K\n"),
        ("a # b 'c", "W_\n"),
        ("[1,\n 2]", "[N,¶_N]\n"),
        ("{ a: 1, :b=>'c' }", "{_L_N,_B>S_}\n"),
        ("'it\\'s' \"a#{b['c']}d\"", "S_S\n"),
        ("'a", "U\n"),
        ("x = 'a\ny", "W_=_U\nW\n"),
        ('"a#{b" c', "P_W\n"),
        ("“a”", "TWT\n"),
        ("http://x:1/a, b", "R,_W\n"),
        ("10m 1_000 0x1f 1.5 1.2.3", "M_N_N_N_M\n"),
        ("a == b || c := -> .", "W_o_W_o_W_o_o_.\n"),
        ("f <<A, 1\n'x\nA\ny", "W_H,_N\nW\n"),
        ("f <<~A\n  A\ny", "W_H\nW\n"),
        ("f <<A\n A\ny", "W_h"),
        ("// a", "c\n"),
        ("  /* a */", "c\n"),
        ("<<<<<<< HEAD", "m\n"),
        ("if a\nend", "I_W\nE\n"),
        ("\\ a \\\nb", "\\_W_\nW\n"),
        ("(]", "Ox¶"),
        (")", "e\n"),
        ("[1", "ON¶"),
    ],
)
def test_a_text_has_its_shape(text: str, shape: str) -> None:
    lines = text.split("\n")
    assert "".join(token.letter for token in tokens(lines, 0, len(lines))) == shape


def test_tokens_know_their_place_and_bracket() -> None:
    found = tokens(["a", "b[é => {'c'", "}]"], 1, 3)
    assert [(t.letter, t.row, t.start, t.end, t.inside) for t in found if t.letter != "_"] == [
        ("W", 1, 0, 1, ""),
        ("[", 1, 1, 2, ""),
        ("W", 1, 2, 3, "["),
        (">", 1, 4, 6, "["),
        ("{", 1, 7, 8, "["),
        ("S", 1, 8, 11, "{"),
        ("¶", 1, 11, 12, "{"),
        ("}", 2, 0, 1, "["),
        ("]", 2, 1, 2, ""),
        ("\n", 2, 2, 3, ""),
    ]
