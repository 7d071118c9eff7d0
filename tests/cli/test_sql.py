"""`habitue sql`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.conftest import Call


def test_a_wide_answer_is_printed_row_by_row_and_a_narrow_one_as_a_table(call: Call, shop: Path) -> None:
    wide = call("sql", "select * from users order by name limit 2").out
    assert "Row 1" in wide
    assert "Row 2" in wide
    assert any(line.split() == ["name", "Anna", "Krume"] for line in wide.splitlines())
    narrow = call("sql", "select name, country from users order by name limit 2").out
    assert "Row 1" not in narrow
    assert narrow.split()[:2] == ["name", "country"]


def test_a_query_is_saved_and_asked_again_by_its_name(call: Call, shop: Path) -> None:
    call("sql", "select count(*) as people from users", "--save", "How many")
    assert call("sql", "--saved", "how many").out.split()[0] == "people"
    assert "select count(*) as people from users" in call("lake", "queries").out
    assert call("sql").code == 2
