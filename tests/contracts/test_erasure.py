"""Who stores personal data ships its eraser: after an erasure no table, file or replica holds the person."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from habitue.audiences import part
from habitue.audiences.rule import Trait
from habitue.kernel.context import Context
from habitue.profiles import replica
from habitue.workspace import Workspace
from tests.large_lake import as_large

NEEDLES = ("grimm", "30901820", "zaubermüller")
PEOPLE = (
    "Kundennr;Vorname;Nachname;E-Mail;Telefon;Ort;Newsletter;Geburtsdatum\n"
    "77;Zaubermüller;Grimm;grimm@web.example;030 901820;Bonn;ja;keins\n"
    "78;Eva;Kurz;eva@web.example;030 901821;Köln;ja;01.02.1980\n"
)
ORDERS = (
    "Bestellnr;Kundennr;Name;Bestelldatum;Artikel;Menge;Einzelpreis\n"
    "A1;77;Grimm;01.05.2026;Tee;2;4,50\nA2;;Grimm, grimm@web.example;;Tee;1;4\n"
)


def test_an_erased_person_is_nowhere_and_the_others_stay(ws: Workspace, tmp_path: Path) -> None:
    for name, text in (("kunden.csv", PEOPLE), ("orders.csv", ORDERS)):
        (tmp_path / name).write_text(text, "utf-8")
        ws.imports.run(tmp_path / name, source_name="Shop")
        (tmp_path / name).unlink()
    audience = ws.audiences.create("All", Trait(field="email", op="is_known"))
    made = ws.exports.run(audience.audience_id, purpose="newsletter", target="csv")
    assert made.people == 2
    assert part.renew(as_large(ws.context), events=10**9)
    (grimm,) = ws.people.search("grimm@web")
    assert _tables_with(ws), "the search for traces finds them before the erasure"
    assert _register_files_with(ws.folder) or not ws.register.is_sqlite
    erased = ws.people.erase(grimm.profile_id)
    assert erased.events >= 3
    assert erased.exports == 1
    assert _tables_with(ws) == []
    assert _files_with(ws.folder) == []
    assert _register_files_with(ws.folder) == []
    assert [row.name for row in ws.people.listing().rows] == ["Eva Kurz"]
    assert ws.ledger.listing(limit=1)[0].verb == "person.erased"
    assert ws.ledger.first_broken() is None


def test_a_part_that_another_process_copies_meanwhile_is_not_left(
    ws: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kunden.csv").write_text(PEOPLE, "utf-8")
    ws.imports.run(tmp_path / "kunden.csv", source_name="Shop")
    (tmp_path / "kunden.csv").unlink()
    real = replica.refresh

    def refresh(context: Context) -> bool:
        part.forget(context)
        assert part.renew(as_large(context), events=10**9)
        assert _files_with(ws.folder)
        return real(context)

    (grimm,) = ws.people.search("grimm@web")
    monkeypatch.setattr(replica, "refresh", refresh)
    ws.people.erase(grimm.profile_id)
    assert _files_with(ws.folder) == []


def _tables_with(ws: Workspace) -> list[str]:
    """Every table of the register in which a cell holds one of the needles."""
    found = []
    with ws.register.read() as conn:
        for table in sa.inspect(conn).get_table_names():
            if table.startswith("profiles_search_"):
                continue
            rows = conn.execute(sa.text(f'SELECT * FROM "{table}"')).all()
            if any(needle in str(cell).lower() for row in rows for cell in row for needle in NEEDLES):
                found.append(table)
    return found


def _register_files_with(folder: Path) -> list[str]:
    """Every file of a SQLite register whose bytes hold one of the needles, its log and freed pages included."""
    needles = [needle.encode() for needle in NEEDLES]
    files = [(path.name, path.read_bytes().lower()) for path in folder.glob("register.db*")]
    return [name for name, data in files if any(needle in data for needle in needles)]


def _files_with(folder: Path) -> list[str]:
    """Every file beside the register that holds one of the needles; Parquet is read, since it is compressed."""
    import pyarrow.parquet as pq

    found = []
    for path in folder.rglob("*"):
        if not path.is_file() or path.name.startswith("register.db"):
            continue
        text = (
            str(pq.read_table(path).to_pylist())
            if path.suffix == ".parquet"
            else path.read_bytes().decode("utf-8", "replace")
        )
        if any(needle in text.lower() for needle in NEEDLES):
            found.append(str(path.relative_to(folder)))
    return found
