"""`habitue match`: the same rows in the same order, two columns more, and what was done."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from bench.made_tables import customers

from habitue.cli.main import run
from habitue.identity.matching import tablefiles
from habitue.identity.matching.tablefiles import read_table

TABLE = customers(120).table


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    pyarrow.csv.write_csv(TABLE, path)
    return path


def test_rows_keep_their_order_and_get_a_cluster(
    people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "clusters.csv"
    assert run(["match", str(people), "--out", str(out)]) == 0
    told = capsys.readouterr().out
    assert "Compared where these agree" in told
    assert "Expected precision" in told
    made = pyarrow.csv.read_csv(out)
    assert made.column_names == [*TABLE.column_names, "cluster_id", "match_probability"]
    assert made["vorname"].to_pylist() == [cell or "" for cell in TABLE["vorname"].to_pylist()]
    assert made["cluster_id"][0].as_py() == 1


def test_parquet_goes_in_and_out_and_json_is_plain_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given, out = tmp_path / "people.parquet", tmp_path / "clusters.parquet"
    pq.write_table(TABLE, given)
    assert run(["match", str(given), "--out", str(out), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["rows"] == TABLE.num_rows
    assert {"columns", "keys", "sessions", "expected_precision", "largest_cluster"} <= report.keys()
    made = pq.read_table(out)
    assert made.drop_columns(["cluster_id", "match_probability"]).equals(TABLE)


def test_answers_from_a_file_are_taken(people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answers, out = tmp_path / "answers.csv", tmp_path / "clusters.csv"
    answers.write_text("a,b,same\n0,1,yes\n", "utf-8")
    assert run(["match", str(people), "--out", str(out), "--answers", str(answers)]) == 0
    capsys.readouterr()
    clusters = pyarrow.csv.read_csv(out)["cluster_id"].to_pylist()
    assert clusters[0] == clusters[1]


def test_a_result_of_an_unknown_kind_is_refused_before_the_work(
    people: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["match", str(people), "--out", "clusters.pdf"]) == 1
    assert "ending_unknown" in capsys.readouterr().err


def test_a_result_in_place_of_the_file_or_in_no_folder_is_refused_before_the_work(
    people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, link = people.read_bytes(), tmp_path / "link.csv"
    link.symlink_to(people)
    for out in (people, link):
        assert run(["match", str(people), "--out", str(out)]) == 1
        assert "out_is_input" in capsys.readouterr().err
    assert people.read_bytes() == before
    missing = tmp_path / "nowhere" / "clusters.csv"
    assert run(["match", str(people), "--out", str(missing)]) == 1
    told = capsys.readouterr()
    assert str(missing) in told.err.replace("\n", "")
    assert "Column" not in told.out


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_result_whose_writing_is_stopped_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    out = tmp_path / f"clusters.{ending}"
    out.write_text("before")

    def stopped(_table: object, path: Path, **_options: object) -> None:
        path.write_text("half")
        raise KeyboardInterrupt

    monkeypatch.setattr(tablefiles.pyarrow.csv, "write_csv", stopped)
    monkeypatch.setattr(tablefiles.pq, "write_table", stopped)
    with pytest.raises(KeyboardInterrupt):
        tablefiles.write_table(TABLE, out)
    assert [path.name for path in tmp_path.iterdir()] == [out.name]
    assert out.read_text() == "before"


def test_a_column_that_is_not_there_is_named(people: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["match", str(people), "--source-column", "quelle"]) == 1
    assert "quelle" in capsys.readouterr().err


@pytest.mark.parametrize(("language", "word"), [("de", "Verglichen, wo"), ("ru", "Сравниваются, где")])
def test_it_speaks_the_readers_language(
    people: Path, capsys: pytest.CaptureFixture[str], language: str, word: str
) -> None:
    assert run(["match", str(people), "--language", language]) == 0
    assert word in capsys.readouterr().out


@pytest.mark.parametrize("heads", [("c0", "c1"), ("Artist", "Song"), ("A", "B"), ("Поле1", "Поле2")])
def test_headings_of_unknown_meaning_stay_headings(tmp_path: Path, heads: tuple[str, str]) -> None:
    given, out = tmp_path / "given.csv", tmp_path / "out.csv"
    rows = [f"Huber{number},Klein {number % 7}" for number in range(20)]
    given.write_text("\n".join([",".join(heads), *rows]) + "\n", "utf-8")
    assert run(["match", str(given), "--out", str(out)]) == 0
    made = pyarrow.csv.read_csv(out)
    assert made.column_names == [*heads, "cluster_id", "match_probability"]
    assert made[heads[0]].to_pylist() == [f"Huber{number}" for number in range(20)]


def test_columns_that_stand_apart_by_several_blanks_are_the_columns_that_they_are(tmp_path: Path) -> None:
    path = tmp_path / "orders.txt"
    rows = [f" {number:05} 199701{1 + number % 28:02}  {1 + number % 3:2}   {11 + number}.77" for number in range(40)]
    path.write_text("\n".join(rows) + "\n", "utf-8")
    table = read_table(path).table
    assert (table.num_columns, table.num_rows) == (4, 40)
    assert [column[0].as_py() for column in table.columns] == ["00000", "19970101", "1", "11.77"]


def test_a_first_row_that_comes_again_is_no_headings(tmp_path: Path) -> None:
    given, out = tmp_path / "given.csv", tmp_path / "out.csv"
    given.write_text("Anna,Köln\nBernd,Bonn\nAnna,Köln\nClara,Bonn\n", "utf-8")
    assert run(["match", str(given), "--out", str(out)]) == 0
    assert pyarrow.csv.read_csv(out).num_rows == 4


def test_a_folder_that_is_not_there_is_told_in_a_sentence(
    people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["match", str(people), "--json", "--out", str(tmp_path / "nowhere" / "x.csv")]) == 1
    error = json.loads(capsys.readouterr().err)["error"]
    assert error["code"] == "file_unusable"
    assert str(tmp_path / "nowhere" / "x.csv") in error["message"]


@pytest.mark.parametrize(
    "answers", ["x,y\n1,2\n", "a,b,same\n1,two,y\n", "a,b,same\n1,99999,y\n", "a,b,same\n1,2,who knows\n"]
)
def test_answers_that_cannot_be_read_are_told_by_their_line(
    people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], answers: str
) -> None:
    (tmp_path / "answers.csv").write_text(answers, "utf-8")
    assert run(["match", str(people), "--json", "--answers", str(tmp_path / "answers.csv")]) == 1
    error = json.loads(capsys.readouterr().err)["error"]
    assert error["code"] == "answers_unreadable"
    assert error["message"].startswith("Line 2 ")


def test_three_rows_are_too_few_to_say_how_right_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "few.csv"
    path.write_text("name,phone\nAnna Berg,030 901820\nAnna Berg,030 901820\nBoris Roth,\n", encoding="utf-8")
    assert run(["match", str(path), "--out", str(tmp_path / "out.csv")]) == 0
    told = capsys.readouterr().out
    assert "Learnt from pairs where these agree" not in told
    assert "too few rows to say" in told
    assert "almost empty" not in told


def test_what_cannot_be_compared_is_said_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = tmp_path / "same.csv"
    given.write_text("name,city\n" + 40 * "Anna Krume,Bonn\n", "utf-8")
    assert run(["match", str(given)]) == 0
    assert "Nothing could be compared" in capsys.readouterr().out


def test_rows_that_could_not_be_read_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = tmp_path / "people.jsonl"
    given.write_text('{"name": "Anna"}\n{"name": \n[1, 2]\n{"name": "Max"}\n', "utf-8")
    assert run(["match", str(given)]) == 0
    assert "2 rows of the file could not be read" in capsys.readouterr().out


def test_a_result_beside_an_older_result_says_which_columns_are_its_own(
    people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    assert run(["match", str(people), "--out", str(first)]) == 0
    assert "cluster_id_2" not in capsys.readouterr().out
    assert run(["match", str(first), "--out", str(second)]) == 0
    assert "the result stands in cluster_id_2, match_probability_2" in " ".join(capsys.readouterr().out.split())
    assert pyarrow.csv.read_csv(second).column_names[-2:] == ["cluster_id_2", "match_probability_2"]
