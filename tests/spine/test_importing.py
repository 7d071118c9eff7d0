"""A file becomes people: imported, imported again, changed, cancelled, undone. On both databases."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from habitue import flow
from habitue.collect.files.mapping import Mapping
from habitue.kernel import jobs
from habitue.quality.importing import ImportUndone, NothingMapped
from habitue.workspace import Workspace
from tests.sending import names, state_of

PEOPLE = (
    "Kundennr;Name;E-Mail;Telefon;Ort\n1;Anna Berg;anna@web.example;030 901820;Bonn\n2;Peter Holm;peter(at)web;;Köln\n"
)
ORDERS = (
    "Bestellnr;Kundennr;Bestelldatum;Artikel;Menge;Einzelpreis\n"
    "A1;1;01.05.2026;Tee;2;4,50\nA1;1;01.05.2026;Kanne;1;29,90\nA2;;02.05.2026;Tee;1;4,50\n"
)


def write(folder: Path, name: str, text: str) -> Path:
    """A file in cp1252, as German Excel writes it."""
    path = folder / name
    path.write_bytes(text.encode("cp1252"))
    return path


def test_rows_become_people_and_bad_values_are_left_out(ws: Workspace, tmp_path: Path) -> None:
    done = ws.imports.run(write(tmp_path, "kunden.csv", PEOPLE))
    assert (done.state, done.rows_read, done.rows_taken, done.people_new) == ("done", 2, 2, 2)
    assert names(ws) == ["Anna Berg", "Peter Holm"]
    (noted,) = ws.imports.set_aside(done.import_id, state="noted")
    assert noted.params["value"] == "peter(at)web"
    assert done.values_left_out == 1


def test_order_lines_become_one_order_with_its_money(ws: Workspace, tmp_path: Path) -> None:
    ws.imports.run(write(tmp_path, "kunden.csv", PEOPLE), source_name="Shop")
    done = ws.imports.run(write(tmp_path, "orders.csv", ORDERS), source_name="Shop")
    (anna,) = ws.people.search("anna")
    (order,) = ws.people.timeline(anna.profile_id, names=["Order Completed"])
    assert (str(order.amount), order.currency, len(order.facts["products"])) == ("38.9", "EUR", 2)  # type: ignore[arg-type]  # a list
    assert ws.people.search("A1")[0].profile_id == anna.profile_id
    assert done.rows_set_aside == 1
    (aside,) = ws.imports.set_aside(done.import_id)
    assert aside.cells[0] == "A2"


def test_the_same_file_again_changes_nothing(ws: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path, "kunden.csv", PEOPLE)
    ws.imports.run(path)
    before = state_of(ws)
    again = ws.imports.run(path)
    assert (again.rows_taken, again.rows_unchanged, again.events) == (0, 2, 0)
    assert state_of(ws) == before


def test_a_changed_file_updates_and_its_undo_brings_the_former_values_back(ws: Workspace, tmp_path: Path) -> None:
    for name, text in (("kunden.csv", PEOPLE), ("orders.csv", ORDERS)):
        ws.imports.run(write(tmp_path, name, text), source_name="Shop")
    before = state_of(ws)
    changed = ws.imports.run(write(tmp_path, "orders.csv", ORDERS.replace("29,90", "31,00")), source_name="Shop")
    (anna,) = ws.people.search("anna")
    (order,) = ws.people.timeline(anna.profile_id, names=["Order Completed"])
    assert str(order.amount) == "40"
    moved = ws.imports.run(write(tmp_path, "kunden.csv", PEOPLE.replace("Bonn", "Jena")), source_name="Shop")
    assert (moved.rows_taken, moved.rows_unchanged) == (1, 1)
    assert ws.people.search("anna")[0].city == "Jena"
    ws.imports.undo(moved.import_id)
    ws.imports.undo(changed.import_id)
    assert ws.people.search("anna")[0].city == "Bonn"
    assert state_of(ws) == before


def test_an_undone_import_can_be_imported_again(ws: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path, "kunden.csv", PEOPLE)
    first = ws.imports.run(path)
    before = {row.profile_id for row in ws.people.listing().rows}
    ws.imports.undo(first.import_id)
    assert ws.people.count() == 0
    assert ws.context.lake.con.to_pyarrow(ws.context.lake.table("people").count()).as_py() == 0
    again = ws.imports.run(path)
    assert again.people_new == 2
    assert {row.profile_id for row in ws.people.listing().rows} == before


def test_an_import_that_was_undone_cannot_be_undone_twice(sqlite_ws: Workspace, tmp_path: Path) -> None:
    done = sqlite_ws.imports.run(write(tmp_path, "kunden.csv", PEOPLE))
    sqlite_ws.imports.undo(done.import_id)
    with pytest.raises(ImportUndone):
        sqlite_ws.imports.undo(done.import_id)


def test_a_cancelled_job_stops_and_says_so(sqlite_ws: Workspace, tmp_path: Path) -> None:
    import_id, job = sqlite_ws.imports.start(write(tmp_path, "kunden.csv", PEOPLE))
    sqlite_ws.imports.cancel(import_id)
    assert sqlite_ws.jobs.get(job.job_id).state == "cancelled"
    assert jobs.claim(sqlite_ws.context, ["import"]) is None


def test_a_running_import_that_is_cancelled_keeps_what_it_took_and_can_be_undone(
    sqlite_ws: Workspace, tmp_path: Path
) -> None:
    rows = "".join(f"{i};Anna{i} Berg;anna{i}@web.example;;Bonn\n" for i in range(9000))
    import_id, _ = sqlite_ws.imports.start(write(tmp_path, "kunden.csv", PEOPLE.splitlines()[0] + "\n" + rows))
    job = jobs.claim(sqlite_ws.context, ["import"])
    assert job is not None
    flow.run_import(sqlite_ws.context, job, progress=lambda *_: jobs.cancel(sqlite_ws.context, job.job_id))
    done = sqlite_ws.imports.get(import_id)
    assert done.state == "cancelled"
    assert 0 < done.rows_taken < 9000
    assert sqlite_ws.people.count() == done.people_new > 0
    sqlite_ws.imports.undo(import_id)
    assert sqlite_ws.people.count() == 0


def test_the_rows_set_aside_come_back_as_a_workbook_that_can_be_imported(sqlite_ws: Workspace, tmp_path: Path) -> None:
    sqlite_ws.imports.run(write(tmp_path, "kunden.csv", PEOPLE), source_name="Shop")
    done = sqlite_ws.imports.run(write(tmp_path, "orders.csv", ORDERS), source_name="Shop")
    path = tmp_path / "aside.xlsx"
    path.write_bytes(sqlite_ws.imports.set_aside_file(done.import_id, str))
    book = openpyxl.load_workbook(path)
    sheet = book.active
    assert [cell.value for cell in sheet[1]][-1] == "Why it was set aside"
    sheet["B2"] = "2"
    book.save(path)
    fixed = sqlite_ws.imports.run(path, source_name="Shop")
    assert (fixed.rows_taken, fixed.rows_set_aside) == (1, 0)
    (peter,) = sqlite_ws.people.search("peter")
    assert [m.order_id for m in sqlite_ws.people.timeline(peter.profile_id, names=["Order Completed"])] == ["A2"]


def test_the_mapping_is_remembered_for_the_source(sqlite_ws: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path, "kunden.csv", PEOPLE)
    guessed = sqlite_ws.imports.preview(path)
    chosen = Mapping(targets=(*guessed.mapping.targets[:4], None), constants=guessed.mapping.constants)
    sqlite_ws.imports.run(path, mapping=chosen, source_name="Shop")
    again = sqlite_ws.imports.preview(path, source_name="Shop")
    assert again.is_remembered
    assert again.mapping.targets == chosen.targets


def test_a_file_in_which_nothing_is_chosen_is_refused(sqlite_ws: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path, "kunden.csv", PEOPLE)
    with pytest.raises(NothingMapped):
        sqlite_ws.imports.run(path, mapping=Mapping(targets=(None,) * 5, constants={}))


def test_a_broken_file_leaves_nothing_behind(sqlite_ws: Workspace, tmp_path: Path) -> None:
    from habitue.kernel.errors import HabitueError

    picture = tmp_path / "kunden.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    with pytest.raises(HabitueError) as told:
        sqlite_ws.imports.run(picture)
    assert told.value.next_step
    assert sqlite_ws.imports.listing() == []


def test_a_file_imported_here_is_not_taken_by_a_worker_as_well(ws: Workspace, tmp_path: Path) -> None:
    taken: list[jobs.Job | None] = []
    progress = lambda *_: taken.append(jobs.claim(ws.context, ["import"]))  # noqa: E731  # one line says it all
    done = ws.imports.run(write(tmp_path, "kunden.csv", PEOPLE), progress=progress)
    assert taken
    assert set(taken) == {None}
    assert done.events == 2


def test_an_import_whose_process_died_is_taken_up_and_counts_nothing_twice(ws: Workspace, tmp_path: Path) -> None:
    rows = "".join(f"{i};Anna{i} Berg;anna{i}@web.example;;Bonn\n" for i in range(9000))
    path = write(tmp_path, "kunden.csv", PEOPLE.splitlines()[0] + "\n" + rows)
    import_id, _ = ws.imports.start(path)
    kept = ws.folder / "imports" / import_id
    job = jobs.claim(ws.context, ["import"])
    assert job is not None

    def die(*_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        flow.run_import(ws.context, job, progress=die)
    assert ws.imports.get(import_id).state == "running"
    assert kept.exists(), "the file stays until the import has ended"
    assert 0 < ws.people.count() < 9000
    flow.run_import(ws.context, job)
    done = ws.imports.get(import_id)
    assert (done.state, done.rows_read, done.rows_taken, done.people_new) == ("done", 9000, 9000, 9000)
    assert ws.people.count() == 9000
    (anna,) = ws.people.search("anna17@web")
    assert len(ws.people.timeline(anna.profile_id)) == 1


def test_a_row_in_which_nobody_can_be_read_is_set_aside(sqlite_ws: Workspace, tmp_path: Path) -> None:
    text = "email,newsletter\nanna@web.example,yes\nhedda(at)web,yes\n"
    done = sqlite_ws.imports.run(write(tmp_path, "newsletter.csv", text))
    assert (done.rows_read, done.rows_taken, done.rows_set_aside) == (2, 1, 1)
    assert sqlite_ws.people.count() == 1
    assert sqlite_ws.imports.reasons(done.import_id) == {"email_unreadable": 1}


def test_what_one_row_says_stays_with_one_person(sqlite_ws: Workspace, tmp_path: Path) -> None:
    text = "email,first_name,newsletter\ntest@test.de,Hedda,yes\nnoreply@web.example,Bo,no\n"
    sqlite_ws.imports.run(write(tmp_path, "newsletter.csv", text))
    assert names(sqlite_ws) == ["Bo", "Hedda"]
    (hedda,) = sqlite_ws.people.search("hedda")
    assert {m.name for m in sqlite_ws.people.timeline(hedda.profile_id)} == {"identify", "Consent Given"}


def test_a_list_of_companies_gives_companies_and_a_contact_makes_hers_known(
    sqlite_ws: Workspace, tmp_path: Path
) -> None:
    firms = "Firma;Branche;Telefon;E-Mail;Ort\nWendt GmbH;Handel;030 901820;info@wendt.example;Berlin\n"
    sqlite_ws.imports.run(write(tmp_path, "firmen.csv", firms))
    assert sqlite_ws.people.count() == 0
    sqlite_ws.imports.run(write(tmp_path, "kontakte.csv", "Name;Firma;E-Mail\nEva Kurz;Wendt GmbH;eva@wendt.example\n"))
    (company,) = sqlite_ws.people.listing(kind="company").rows
    assert (company.name, company.phone, company.city) == ("Wendt GmbH", "+4930901820", "Berlin")
    assert [row.name for row in sqlite_ws.people.contacts_of_company("Wendt GmbH")] == ["Eva Kurz"]


def test_an_address_without_a_country_is_one_of_the_workspace(sqlite_ws: Workspace, tmp_path: Path) -> None:
    sqlite_ws.imports.run(write(tmp_path, "kunden.csv", PEOPLE))
    assert {row.country for row in sqlite_ws.people.listing().rows} == {"DE"}


def test_a_supposed_country_never_beats_one_that_was_said_or_dialled(sqlite_ws: Workspace, tmp_path: Path) -> None:
    text = "email;Name;Ort;Land\nm@web.example;Mila Bek;Linz;AT\n"
    sqlite_ws.imports.run(write(tmp_path, "kunden.csv", text), source_name="Shop")
    text = "email;Name;Telefon;Ort\nm@web.example;Mila Bek;;Linz\nz@web.example;Zoe Lau;+41 44 668 18 00;Zug\n"
    sqlite_ws.imports.run(write(tmp_path, "neu.csv", text), source_name="News")
    assert {row.name: row.country for row in sqlite_ws.people.listing().rows} == {"Mila Bek": "AT", "Zoe Lau": "CH"}


def test_after_a_resumed_import_the_same_file_changes_nothing(sqlite_ws: Workspace, tmp_path: Path) -> None:
    rows = "".join(f"A{i};{i};01.05.2026;Tee;1;4,50\n" for i in range(5000))
    path = write(tmp_path, "orders.csv", ORDERS.splitlines()[0] + "\n" + rows)
    sqlite_ws.imports.start(path)
    job = jobs.claim(sqlite_ws.context, ["import"])
    assert job is not None

    def die(*_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        flow.run_import(sqlite_ws.context, job, progress=die)
    flow.run_import(sqlite_ws.context, job)
    again = sqlite_ws.imports.run(path)
    assert (again.rows_taken, again.rows_unchanged, again.events) == (0, 5000, 0)
    orders = sqlite_ws.context.lake.table("events").filter(lambda t: t.name == "Order Completed")
    assert sqlite_ws.lake.con.to_pyarrow(orders.count()).as_py() == 5000


@pytest.mark.parametrize("total", ["999999999999999,00", "500000000000000,00", "1" + "0" * 40])
def test_an_impossible_amount_stops_nothing(ws: Workspace, tmp_path: Path, total: str) -> None:
    text = f"Bestellnr;Kundennr;Bestelldatum;Gesamtbetrag\nA1;1;01.05.2026;{total}\nA2;2;01.05.2026;5,00\n"
    ws.imports.run(write(tmp_path, "orders.csv", text))
    done = ws.imports.run(write(tmp_path, "kunden.csv", PEOPLE))
    assert done.state == "done"
    assert ws.people.search("anna")


def test_endless_and_broken_identifiers_stop_nothing(ws: Workspace) -> None:
    import os

    from tests.sending import identify, send

    send(ws, identify(number=os.urandom(6000).hex(), name="Long Number"))
    send(ws, identify(number="K\0X1", name="Nul Number"))
    send(ws, identify("u1", name="Old Time", at="0001-01-01T00:00:00+14:00"))
    send(ws, identify("u2", name="Far Time", at="9999-12-31T23:59:59-14:00"))
    assert names(ws) == ["Far Time", "Long Number", "Nul Number", "Old Time"]


def test_an_undo_that_breaks_off_can_be_repeated(
    sqlite_ws: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = sqlite_ws.imports.run(write(tmp_path, "kunden.csv", PEOPLE))

    def full(*_: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("habitue.collect.journal.Journal.append", full)
        with pytest.raises(OSError, match="disk"):
            sqlite_ws.imports.undo(done.import_id)
    assert sqlite_ws.people.count() == 2
    sqlite_ws.imports.undo(done.import_id)
    assert sqlite_ws.people.count() == 0
