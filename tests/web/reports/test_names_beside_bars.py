"""Long names beside bars are cut, and stay different."""

from __future__ import annotations

from babel import Locale

from habitue.web.drawing import NARROW
from habitue.web.reports.drawings import short_names
from habitue.web.reports.writing import short_month

PAIRS = [f"LUNCH BAG RED RETROSPOT + LUNCH BAG {colour}" for colour in ("PINK POLKADOT", "BLACK SKULL", "SUKI DESIGN")]
WIDE = 900


def test_names_that_begin_alike_stay_apart_when_they_are_cut() -> None:
    for width in (WIDE, NARROW):
        found = short_names(PAIRS, width)
        assert len(set(found)) == len(PAIRS)
        assert [name[-5:] for name in found] == [name[-5:] for name in PAIRS]
        assert all(len(name.split("\n")) == 2 for name in found)
    assert all(len(name) < len(PAIRS[0]) for name in short_names(PAIRS, NARROW))


def test_a_pair_of_long_names_stands_on_two_lines_uncut() -> None:
    (found,) = short_names(["Darjeeling First Flush 100 g + Ceylon Orange Pekoe 250 g"], WIDE)
    assert found == "Darjeeling First Flush 100 g +\nCeylon Orange Pekoe 250 g"


def test_names_that_also_end_alike_get_a_number() -> None:
    names = [f"{'Teapot of clay with a lid ' * 3}{middle}{' and two small cups' * 3}" for middle in ("red", "blue")]
    found = short_names([*names, "Cup", "Cup"], WIDE)
    assert len(set(found)) == 4
    assert found[2] == "Cup"


def test_short_names_are_left_as_they_are() -> None:
    assert short_names(["Cup", "Pot"], NARROW) == ["Cup", "Pot"]


def test_months_are_written_short_below_columns() -> None:
    assert [short_month(number, Locale("de")) for number in (1, 9, 12)] == ["Jan", "Sep", "Dez"]
