"""Whatever dialect a table is written in, its cells come back as they were."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

from hypothesis import event, given, settings
from hypothesis import strategies as st

from habitue.collect.files.reading import read
from habitue.collect.files.sniff import sniff
from tests.collect.files.making import csv_bytes

WORDS = ["Anna", "Müller", "Nord Süd", "Иван", "12", "3.5", "31.12.2024", "a@example.com", "", "O'Neil", "x-1", "№ 5"]
TRICKY = ['say "hi"', "a, b", "a; b", "two\nlines", "tab\there", "a | b", "it's", '"', ", ,"]
HEADINGS = ["Kundennummer", "Vorname", "Nachname", "E-Mail", "Ort", "Notizen", "Telefon"]


@st.composite
def dialects(draw: st.DrawFn) -> dict[str, object]:
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    # Python's writer leaves a line feed inside a cell bare when lines end with a carriage return alone.
    quotings = [csv.QUOTE_ALL] if end == "\r" else [csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]
    return {
        "delimiter": draw(st.sampled_from([",", ";", "\t", "|"])),
        "quotechar": draw(st.sampled_from(['"', '"', "'"])),
        "quoting": draw(st.sampled_from(quotings)),
        "lineterminator": end,
    }


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    width = draw(st.integers(2, len(HEADINGS)))
    cell = st.sampled_from(WORDS * 4 + TRICKY)
    rows = draw(st.lists(st.lists(cell, min_size=width, max_size=width), min_size=3, max_size=25))
    number = [[str(1000 + index), *row[1:]] for index, row in enumerate(rows)]
    return [HEADINGS[:width], *number]


@settings(max_examples=300, deadline=None)
@given(table=tables(), dialect=dialects(), encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_a_table_comes_back_from_any_dialect(table: list[list[str]], dialect: dict[str, object], encoding: str) -> None:
    text = csv_bytes(table, encoding="utf-8", **dialect).decode()
    if dialect["quotechar"] == "'" and dialect["quoting"] == csv.QUOTE_MINIMAL:
        # Without quotes around every cell, one apostrophe in a list is an apostrophe.
        dialect = {**dialect, "quotechar": '"'}
        text = csv_bytes(table, encoding="utf-8", **dialect).decode()
    event(f"delimiter {dialect['delimiter']!r}")
    event(f"quote {dialect['quotechar']} quoting {dialect['quoting']}")
    event(f"line end {dialect['lineterminator']!r}")
    event(f"encoding {encoding}")
    event(f"quoted line breaks: {any(chr(10) in cell for row in table for cell in row)}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_bytes(text.encode(encoding))
        fmt = sniff(path, filename="table.csv")
        batches = list(read(path, fmt))
    assert fmt.delimiter == dialect["delimiter"]
    assert [name for batch in batches[:1] for name in batch.columns] == table[0]
    assert [list(row) for batch in batches for row in batch.rows] == table[1:]
    assert not any(batch.rejected for batch in batches)
