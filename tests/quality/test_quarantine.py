from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy.engine import Connection

from habitue.kernel.register import Register
from habitue.quality import quarantine
from habitue.quality.quarantine import Quarantined

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def conn() -> Iterator[Connection]:
    register = Register("sqlite://")
    with register.write() as conn:
        quarantine.quarantined.create(conn)
        yield conn
    register.close()


def row(
    number: int, *cells: str, code: str = "email_unreadable", import_id: str = "i1", state: str = "open"
) -> Quarantined:
    return Quarantined(
        quarantine_id=f"q{number}",
        source_id="s1",
        import_id=import_id,
        line=number,
        columns=("E-Mail", "Telefon", "Nr"),
        cells=cells or ("hans(at)web.de", "", ""),
        code=code,
        message="“%(value)s” is not an e-mail address.",
        params={"value": "hans(at)web.de"},
        at=AT,
        state=state,
    )


def test_what_is_added_is_listed_in_the_order_of_the_file(conn: Connection) -> None:
    rows = [row(number) for number in (10, 2, 7)]
    quarantine.add(conn, rows)
    listed = quarantine.listing(conn, import_id="i1", offset=0, limit=10)
    assert listed == sorted(rows, key=lambda each: each.line or 0)


def test_a_page_of_rows_is_a_part_of_them(conn: Connection) -> None:
    quarantine.add(conn, [row(number) for number in range(10)])
    page = quarantine.listing(conn, import_id="i1", offset=4, limit=3)
    assert [each.line for each in page] == [4, 5, 6]


def test_rows_are_counted_by_reason_the_most_frequent_first(conn: Connection) -> None:
    quarantine.add(conn, [row(1), row(2, code="row_short"), row(3, code="row_short"), row(4, import_id="i2")])
    assert list(quarantine.count_by_code(conn, import_id="i1").items()) == [("row_short", 2), ("email_unreadable", 1)]


def test_a_state_narrows_what_is_listed_and_counted(conn: Connection) -> None:
    quarantine.add(conn, [row(1), row(2, state="noted")])
    assert [each.line for each in quarantine.listing(conn, import_id="i1", state="noted")] == [2]
    assert quarantine.count_by_code(conn, import_id="i1", state="open") == {"email_unreadable": 1}


def test_a_row_can_be_decided_once_it_exists(conn: Connection) -> None:
    quarantine.add(conn, [row(1)])
    assert quarantine.decide(conn, "q1", state="fixed")
    assert not quarantine.decide(conn, "q2", state="fixed")
    assert quarantine.listing(conn, import_id="i1", state="open") == []


def test_an_import_that_is_undone_leaves_nothing(conn: Connection) -> None:
    quarantine.add(conn, [row(1), row(2, import_id="i2")])
    assert quarantine.forget(conn, import_id="i1") == 1
    assert quarantine.listing(conn, import_id="i1") == []
    assert len(quarantine.listing(conn, import_id="i2")) == 1


@pytest.mark.parametrize(
    ("cell", "needle"),
    [
        ("Hans Müller <Hans.Mueller@GMX.de>", "hans.mueller@gmx.de"),
        ("müller@bücher.de", "müller@xn--bcher-kva.de"),
        ("0171 / 555 43 21 oder abends", "+491715554321"),
        ("8 (916) 123-45-67", "+79161234567"),
        ("030 1234", "+49301234"),
        ("K-1001", "K-1001"),
        ("Karte 4711 0815 0000 1234", "4711081500001234"),
    ],
)
def test_an_erased_person_is_found_in_every_spelling(conn: Connection, cell: str, needle: str) -> None:
    quarantine.add(conn, [row(1, "x", cell, "y"), row(2, "someone@web.de", "0160 1112233", "K-10012")])
    assert quarantine.erase_matching(conn, [needle]) == 1
    assert [each.line for each in quarantine.listing(conn, import_id="i1")] == [2]


def test_erasing_many_identifiers_touches_each_row_once_and_no_other(conn: Connection) -> None:
    quarantine.add(conn, [row(1, "a@web.de", "", "1001"), row(2, "100%", "", "b_c@web.de")])
    needles = ["a@web.de", "1001", "%", "bxc@web.de", "", *(f"k{number}" for number in range(120))]
    assert quarantine.erase_matching(conn, needles) == 1
