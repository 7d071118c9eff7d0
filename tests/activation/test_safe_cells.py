"""No cell that we write is taken for a formula, and telephones stay telephones."""

from __future__ import annotations

import csv
import io
import re
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from habitue.activation.safe_cells import csv_text

_SIGNS = "=+-@＝＋－＠﹦﹢﹣﹫⁼⁺"
_LETTERS = st.sampled_from([*_SIGNS, *"\t\r\n '\"“„,;|0189.a\u200b\ufeff\u00a0\u2028\x00", "cmd", "=1"])
_TEXTS = st.one_of(st.text(max_size=12), st.lists(_LETTERS, max_size=8).map("".join))
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")


def _begins_with_a_sign(cell: str) -> bool:
    """A second idea of danger: drop what a program may skip, look at the first character that is left."""
    bare = "".join(c for c in cell if c.isprintable() and not c.isspace() and unicodedata.category(c) != "Mn")
    bare = bare.lstrip("\"“”„‟`´‘’‚‛«»‹›'")
    return unicodedata.normalize("NFKC", bare)[:1] in tuple("=+-@")


@settings(max_examples=1500, deadline=None)
@given(_TEXTS)
@example("=HYPERLINK(1)")
@example("a;=1")
@example('"\u200b ＝1')
def test_no_cell_begins_with_a_sign_unless_it_is_only_a_number_or_has_an_apostrophe_first(text: str) -> None:
    cell = csv_text(text)
    assert not set(cell) & set("\t\r\n\v\f\u2028\u2029")
    if _NUMBER.fullmatch(cell):
        return
    for part in re.split("[,;|]", cell):
        assert part.startswith("'") or not _begins_with_a_sign(part)


@settings(max_examples=300, deadline=None)
@given(st.lists(_TEXTS, min_size=1, max_size=4), st.sampled_from([",", ";"]), st.sampled_from([",", ";", "\t"]))
def test_a_reader_with_another_separator_sees_no_formula_either(cells: list[str], ours: str, theirs: str) -> None:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=ours, lineterminator="\r\n").writerow([csv_text(cell) for cell in cells])
    for seen in csv.reader(io.StringIO(buffer.getvalue()), delimiter=theirs, quoting=csv.QUOTE_NONE):
        for cell in (part for whole in seen for part in whole.split(ours)):
            assert "'" in cell or _NUMBER.fullmatch(cell.strip('"')) or not _begins_with_a_sign(cell)


@pytest.mark.parametrize("kept", ["+4915112345678", "-12,50", "-3", "Anna-Maria", "a@example.org", "10 = ten", "'s"])
def test_numbers_telephones_and_usual_texts_stay_as_they_are(kept: str) -> None:
    assert csv_text(kept) == kept


@pytest.mark.parametrize(
    "bad", ["=1+1", "+49 151 1", "-1+cmd|' /C calc'!A0", "@SUM(1)", " =1", '"=1', "＝1", "\t=1", "\u200b=1"]
)
def test_formulas_get_an_apostrophe_first(bad: str) -> None:
    assert csv_text(bad).startswith("'")
