"""Whatever comes in: a sensible result or a clear sentence, never a crash and never one giant cluster."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from bench.made_tables import Made

from habitue.collect.files.errors import FileUnreadable
from habitue.identity.matching.errors import DelimiterUnknown, FileMissing, NoTable, OnlyOneColumn, RowsUneven
from habitue.identity.matching.library import Result, match
from habitue.identity.matching.outcome import Matched
from habitue.identity.matching.run import match_table
from habitue.identity.matching.tablefiles import read_table

from .conftest import quality

FIRST = "Bert Carl Dora Emil Fritz Gerda Hans Ida Jan Karla Lars Maria Nils Olga Paul Rosa Sven Tina Uwe".split()  # noqa: SIM905  # read more easily as a text
LAST = "Kern Vogel Wolf Adler Linde Busch Stein Berg Roth Lang Kurz Weiss Brandt Koch Maurer Fink Pohl Horn May".split()  # noqa: SIM905


def largest(clusters: np.ndarray) -> int:
    return int(np.unique(clusters, return_counts=True)[1].max())


def with_column(table: pa.Table, name: str, cells: list[str | None]) -> pa.Table:
    return table.append_column(name, pa.array(cells, pa.string()))


def test_empty_equal_and_structured_columns_are_left_out_and_told(shop: Made) -> None:
    rows = shop.table.num_rows
    table = with_column(shop.table, "nothing", [None] * rows)
    table = with_column(table, "club", ["yes"] * rows)
    table = with_column(table, "extra", [f'{{"a": {number}, "b": [1, 2]}}' for number in range(rows)])
    found = match_table(table)
    why = {column.name: column.why for column in found.report.columns}
    assert (why["nothing"], why["club"], why["extra"]) == ("empty", "always the same", "structured data")
    precision, recall = quality(found.clusters, shop.truth)
    assert precision > 0.9
    assert recall > 0.75


def test_junk_telephone_numbers_join_nobody(shop: Made) -> None:
    chance = random.Random(4)
    junk = ["0000000000", "+49 111 1111111", "1234567", "0123456789", "01799999999"]
    numbers = [chance.choice(junk) if chance.random() < 0.3 else cell for cell in shop.table["telefon"].to_pylist()]
    place = shop.table.column_names.index("telefon")
    found = match_table(shop.table.set_column(place, "telefon", pa.array(numbers, pa.string())))
    precision, recall = quality(found.clusters, shop.truth)
    assert precision > 0.9
    assert recall > 0.65
    assert largest(found.clusters) <= 12


@pytest.mark.parametrize("rows", [0, 1, 2, 3])
def test_tables_of_hardly_any_rows_are_answered(rows: int) -> None:
    table = pa.table({"name": ["Anna Krume", "Anna Krume", "Bert Kern"][:rows], "mail": ["a@x.example"] * rows})
    found = match_table(table)
    assert len(found.clusters) == rows
    assert found.report.rows == rows


@pytest.mark.parametrize("others", [0, 1, 2, 5, 19])
def test_two_rows_that_are_the_same_are_one_in_the_smallest_table(others: int) -> None:
    people = [(f"{first} {last}", f"{first}.{last}@x.example", f"19{50 + number}-0{1 + number % 9}-1{number % 10}")
              for number, (first, last) in enumerate(zip(FIRST, LAST, strict=True))][:others]  # fmt: skip
    same = ("Anna Krume", "anna@mail.example", "1980-02-03")
    rows = [same, *people, same]
    table = pa.table({name: [row[at] for row in rows] for at, name in enumerate(("name", "mail", "born"))})
    found = match_table(table)
    assert found.clusters[-1] == found.clusters[0] == 0
    assert found.report.clusters == others + 1


def test_a_path_without_a_file_is_a_sentence() -> None:
    with pytest.raises(FileMissing, match="missing"):
        match("missing.csv")


def test_a_table_without_anything_to_compare_leaves_everybody_alone() -> None:
    found = match_table(pa.table({"x": ["same"] * 50}))
    assert found.report.clusters == 50
    assert found.model is None


def test_a_file_without_rows_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.write_text("name,mail\n", "utf-8")
    with pytest.raises(FileUnreadable):
        read_table(path)


def test_an_empty_line_of_a_file_of_one_column_is_a_row(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("mail\na@x.example\n\nb@x.example\na@x.example\n", "utf-8")
    assert read_table(path).table["mail"].to_pylist() == ["a@x.example", "", "b@x.example", "a@x.example"]
    assert match(path).matched.clusters.tolist() == [0, 1, 2, 0]


def test_two_identical_files_become_pairs(shop: Made) -> None:
    alone = shop.table.slice(0, 500)
    found = match_table(pa.concat_tables([alone, alone]))
    twice = sum(found.clusters[row] == found.clusters[row + 500] for row in range(500))
    assert twice > 480
    assert largest(found.clusters) <= 20


def test_every_row_the_same_is_no_crash() -> None:
    found = match_table(pa.table({"name": ["Anna Krume", "Anna Krume "] * 40, "city": ["Köln"] * 79 + ["Bonn"]}))
    assert len(found.clusters) == 80


def test_any_script_emoji_and_endless_names_are_taken() -> None:
    odd = [
        "محمد علي",
        "שרה כהן",
        "李小龙",
        "😀😀",
        "🎉 Anna",
        "x" * 200,
        "Žofie Dvořáková",
        "\u202eabc",
        "a\x00b",
        "O'Neil-Smith",
    ]
    people = [f"{name} {number}" for number in range(30) for name in odd]
    mails = [f"p{number}@mail.example" for number in range(len(people))]
    rows = [*zip(people, mails, strict=True), *zip(people, mails, strict=True)]
    found = match([{"name": name, "mail": mail, "list": [1, 2]} for name, mail in rows])
    assert found.report.rows == 600
    assert found.report.largest_cluster <= 20
    half = len(people)
    assert sum(found.matched.clusters[row] == found.matched.clusters[row + half] for row in range(half)) > 0.9 * half


def test_numbers_dates_and_bytes_of_a_data_frame_are_read_as_text() -> None:
    import pandas as pd

    frame = pd.DataFrame(
        {
            "name": ["Anna Krume", "Anna Krume", "Bert Kern"] * 20,
            "born": pd.to_datetime(["1980-02-03", "1980-02-03", "1990-05-06"] * 20),
            "zip": [50667.0, 50667.0, None] * 20,
            "raw": [b"x", b"y", None] * 20,
        }
    )
    assert match(frame).report.rows == 60


class Stream:
    """A table of another library: it hands Arrow over, and nothing else is known of it."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)


def test_columns_and_tables_of_other_libraries_are_taken_and_what_is_no_table_is_a_sentence() -> None:
    columns = {"name": ["Anna Krume", "Anna Krume", "Bert Kern"], "mail": ["a@x.example", "a@x.example", None]}
    table = pa.table({name: pa.array(cells, pa.large_string()) for name, cells in columns.items()})
    kinds = table.set_column(0, "name", table["name"].dictionary_encode())
    views = table.set_column(0, "name", pa.array(columns["name"], pa.string_view()).dictionary_encode())
    for given in (columns, table, Stream(table), Stream(kinds), kinds, views):
        assert match(given).matched.clusters.tolist() == [0, 0, 2]
    for given in ({"name": ["Anna"], "mail": []}, {"name": "Anna"}, 7, None):
        with pytest.raises(NoTable):
            match(given)


@pytest.mark.parametrize("cell", ["p{}@mail.example", "+49 170 12345{:02}"])
def test_a_list_of_nothing_but_addresses_is_freed_of_doubles(cell: str) -> None:
    found = match({"contact": [cell.format(number % 50) for number in range(100)]})
    assert found.report.clusters == 50
    assert found.report.largest_cluster == 2


def test_a_result_tells_what_was_done_in_a_few_lines(shop: Made, matched: Matched) -> None:
    told = str(Result(shop.table, matched))
    assert "vorname: first names" in told
    assert "Expected precision" in told
    assert len(told.splitlines()) < 60


def test_a_source_that_holds_everybody_once_is_noticed(shop: Made) -> None:
    """Records of one person by turns in three sources: of one person each source holds one record, `mixed` several."""
    seen: dict[int, int] = {}
    sources: list[str | None] = []
    for who in shop.truth:
        turn = seen[who] = seen.get(who, -1) + 1
        sources.append(("crm", "web")[turn] if turn < 2 else "mixed")
    found = match_table(with_column(shop.table, "source", sources))
    assert found.report.sources_without_duplicates == ["crm", "web"]
    names = np.array([str(each) for each in sources])
    for name in ("crm", "web"):
        inside = found.clusters[names == name]
        assert len(np.unique(inside)) == len(inside)
    precision, recall = quality(found.clusters, shop.truth)
    before = quality(match_table(shop.table).clusters, shop.truth)
    assert precision >= before[0]
    assert recall > before[1] - 0.02


def test_the_report_says_when_nothing_could_be_compared() -> None:
    told = str(match([{"name": "Anna Krume", "city": "Bonn"}] * 40))
    assert "Nothing could be compared" in told
    people = [{"name": f"Anna Krume{place % 30}", "mail": f"a{place % 30}@x.example"} for place in range(60)]
    assert "Nothing could be compared" not in str(match(people))


HEAD, QUOTE = ("name", "mail", "town"), '"'
PEOPLE = [f"{first} {last}" for first, last in zip(FIRST, LAST, strict=True)] * 4


def written(tmp_path: Path, *, head: str, lines: list[str]) -> Path:
    path = tmp_path / "people.csv"
    path.write_text("\n".join([head, *lines]) + "\n", "utf-8")
    return path


@pytest.mark.parametrize("ragged", ["cells beyond the last", "quotes never closed", "two delimiters", "few cells"])
def test_a_file_whose_lines_are_no_table_is_a_sentence_that_names_delimiter_and_line(
    tmp_path: Path, ragged: str
) -> None:
    rows = [[name, f"p{number}@x.example", "Bonn"] for number, name in enumerate(PEOPLE)]
    lines = {
        "cells beyond the last": [
            ",".join([*row, "more"] if place % 4 == 3 else row) for place, row in enumerate(rows)
        ],
        "quotes never closed": [f'"{name},{mail},"{town}' for name, mail, town in rows],
        "two delimiters": [(";" if place % 2 else ",").join(row) for place, row in enumerate(rows)],
        "few cells": [",".join(row[: 1 + (place > 2 and place % 2)]) for place, row in enumerate(rows)],
    }[ragged]
    path = written(tmp_path, head=";".join(HEAD) if ragged == "two delimiters" else ",".join(HEAD), lines=lines)
    with pytest.raises(RowsUneven) as problem:
        match(path)
    told = problem.value.params
    first = {"cells beyond the last": 5}.get(ragged, 2)
    assert (told["line"], told["width"], told["rows"]) == (first, 3, len(rows) + 1)
    assert told["delimiter"] == ("“;”" if ragged == "two delimiters" else "“,”")


def test_a_quotation_mark_that_is_not_closed_costs_its_own_line_alone(tmp_path: Path) -> None:
    lines = [f"{name},p{number}@x.example,{QUOTE * (number == 20)}Bonn" for number, name in enumerate(PEOPLE)]
    found = read_table(written(tmp_path, head=",".join(HEAD), lines=lines))
    assert (found.table.num_rows, found.lost) == (len(PEOPLE) - 1, 1)


def test_two_quotation_marks_that_are_not_closed_do_not_swallow_the_lines_between(tmp_path: Path) -> None:
    lines = [
        f"{name},p{number}@x.example,{QUOTE * (number in (20, 40))}Bonn{QUOTE * (number == 40)}"
        for number, name in enumerate(PEOPLE)
    ]
    found = read_table(written(tmp_path, head=",".join(HEAD), lines=lines))
    assert found.table.num_rows + found.lost == len(PEOPLE)
    assert found.lost <= 2


def test_a_few_lines_without_their_last_cells_are_padded_and_counted(tmp_path: Path) -> None:
    lines = [f"{name},p{number}@x.example{',Bonn' if number % 10 else ''}" for number, name in enumerate(PEOPLE)]
    found = read_table(written(tmp_path, head=",".join(HEAD), lines=lines))
    short = sum(number % 10 == 0 for number in range(len(PEOPLE)))
    assert (found.table.num_rows, found.odd) == (len(PEOPLE), short)
    assert found.table["town"].to_pylist().count("") == short


def test_a_column_of_notes_with_several_lines_stays_as_it_is(tmp_path: Path) -> None:
    lines = [f'{name},p{number}@x.example,"Hill 1\n{number} Bonn"' for number, name in enumerate(PEOPLE)]
    found = read_table(written(tmp_path, head=",".join(HEAD), lines=lines))
    assert (found.table.num_rows, found.odd, found.lost) == (len(PEOPLE), 0, 0)


@pytest.mark.parametrize("sign", ["~", "^", ":", "¦", "#"])
def test_a_delimiter_that_hardly_anybody_uses_is_found(tmp_path: Path, sign: str) -> None:
    lines = [sign.join((name, f"p{number}@x.example", "Bonn")) for number, name in enumerate(PEOPLE)]
    path = written(tmp_path, head=sign.join(HEAD), lines=lines)
    assert tuple(read_table(path).table.column_names) == HEAD


def test_a_single_column_whose_lines_all_hold_a_sign_is_asked_about_and_read_once_it_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, head="name~mail", lines=[f"{name}~{name[0]}@x.example" for name in PEOPLE])
    with pytest.raises(OnlyOneColumn) as problem:
        match(path)
    assert (problem.value.params["sign"], problem.value.params["delimiter"]) == ("~", "“,”")
    assert match(path, delimiter="~").table.column_names == ["name", "mail"]
    with pytest.raises(DelimiterUnknown):
        match(path, delimiter="~~")


def test_a_column_of_times_stays_one_column(tmp_path: Path) -> None:
    path = written(tmp_path, head="time", lines=[f"10:{number % 60:02}:00" for number in range(80)])
    assert read_table(path).table.column_names == ["time"]
