"""Every kind of wrong file gets its own sentence and next step, and a broken line costs only itself."""

from __future__ import annotations

import gzip
import io
import random
import zipfile
from typing import TYPE_CHECKING

import pytest

from habitue.collect.files import container, errors
from habitue.collect.files.reading import read
from habitue.collect.files.sniff import sniff
from tests.collect.files.making import csv_bytes, import_file, import_text, parquet_bytes, xlsx_bytes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
TABLE = [["Name", "E-Mail"], *([f"Anna Nr {number}", f"a{number}@example.com"] for number in range(500))]


def zipped(entries: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def corrupted(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[: middle - 200] + b"\xff" * 400 + data[middle + 200 :]


CASES: dict[str, tuple[Callable[[], bytes], type[errors.FileUnreadable]]] = {
    "empty.csv": (lambda: b"", errors.FileEmpty),
    "blank.csv": (lambda: b"\xef\xbb\xbf\r\n \r\n", errors.FileEmpty),
    "empty.csv.gz": (lambda: gzip.compress(b""), errors.FileEmpty),
    "empty.xlsx": (lambda: xlsx_bytes([]), errors.FileEmpty),
    "headings.csv": (lambda: b"Vorname;Nachname;E-Mail\r\n", errors.FileOnlyHeadings),
    "headings.xlsx": (lambda: xlsx_bytes([["Vorname", "Nachname", "E-Mail"]]), errors.FileOnlyHeadings),
    "headings.parquet": (lambda: parquet_bytes([["name", "email"]]), errors.FileOnlyHeadings),
    "secret.xlsx": (
        lambda: OLE + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(512),
        errors.FileEncrypted,
    ),
    "old.xls": (lambda: OLE + bytes(504) + "Workbook".encode("utf-16-le") + bytes(512), errors.FileOldOffice),
    "half.csv.gz": (lambda: gzip.compress(csv_bytes(TABLE))[:-900], errors.FileTruncated),
    "bomb.csv.gz": (lambda: gzip.compress(bytes(24 << 20)), errors.FileTooBigUnpacked),
    "bomb.xlsx": (
        lambda: zipped({"xl/workbook.xml": b"", "xl/worksheets/sheet1.xml": bytes(80 << 20)}),
        errors.FileTooBigUnpacked,
    ),
    "picture.csv": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(100), errors.FileIsPicture),
    "photo.csv": (lambda: b"\xff\xd8\xff\xe0" + bytes(100), errors.FileIsPicture),
    "print.csv": (lambda: b"%PDF-1.7\n" + bytes(100), errors.FileIsPdf),
    "page.csv": (lambda: b"<!DOCTYPE html><html><body>Login</body></html>", errors.FileIsWebPage),
    "page.xls": (lambda: b"\n<html><table><tr><td>1</td></tr></table>", errors.FileIsWebPage),
    "files.csv": (lambda: zipped({"a.csv": b"a,b", "b.csv": b"a,b"}), errors.FileIsArchive),
    "files.7z": (lambda: b"7z\xbc\xaf\x27\x1c" + bytes(100), errors.FileIsArchive),
    "letter.docx": (lambda: zipped({"word/document.xml": b"<w/>"}), errors.FileIsDocument),
    "junk.csv": (lambda: random.Random(4).randbytes(20_000), errors.FileNotText),
    "damaged.parquet": (lambda: b"PAR1" + bytes(300) + b"PAR1", errors.FileDamaged),
    "damaged.xlsx": (lambda: corrupted(xlsx_bytes(TABLE)), errors.FileDamaged),
    "half.xlsx": (lambda: xlsx_bytes(TABLE)[:3000], errors.FileDamaged),
    "objects.jsonl": (lambda: b'{"a": \n{"b": \n', errors.FileDamaged),
    "wide.csv": (lambda: csv_bytes([[f"c{n}" for n in range(2001)], ["1"] * 2001]), errors.FileTooManyColumns),
    "wide.xlsx": (lambda: xlsx_bytes([[f"c{n}" for n in range(2001)], ["1"] * 2001]), errors.FileTooManyColumns),
}


@pytest.mark.parametrize("name", CASES)
def test_a_wrong_file_is_refused_with_its_own_reason(tmp_path: Path, name: str) -> None:
    make, expected = CASES[name]
    path = tmp_path / name
    path.write_bytes(make())
    with pytest.raises(errors.FileUnreadable) as caught:
        for _batch in read(path, sniff(path, filename=name)):
            pass
    assert type(caught.value) is expected
    assert name in str(caught.value)
    assert caught.value.next_step


def test_every_error_has_its_own_code() -> None:
    kinds = errors.FileUnreadable.__subclasses__()
    assert len({kind.code for kind in kinds}) == len(kinds)


def test_a_sheet_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(xlsx_bytes(TABLE))
    with pytest.raises(errors.SheetMissing, match="Kunden"):
        sniff(path, filename="list.xlsx", sheet="Kunden")


def test_a_workbook_beyond_the_memory_of_its_reader_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    far = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    far += b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    path = tmp_path / "far.xlsx"
    with zipfile.ZipFile(io.BytesIO(xlsx_bytes(TABLE))) as source, zipfile.ZipFile(path, "w") as target:
        for entry in source.infolist():
            data = source.read(entry)
            target.writestr(entry, far + b"</sheetData></worksheet>" if "sheet1" in entry.filename else data)
    with pytest.raises(errors.SheetTooBig):
        sniff(path, filename="far.xlsx")


def test_a_line_of_ten_megabytes_costs_only_itself(tmp_path: Path) -> None:
    lines = ["Name,E-Mail", "Anna Bach,anna@example.com", "x" * 10_000_000, "Otto Bach,otto@example.com"]
    found = import_text(tmp_path, "\n".join(lines))
    assert [traits["email"] for traits in found.traits] == ["anna@example.com", "otto@example.com"]
    assert [(item.line, item.code, item.params["length"]) for item in found.rejected] == [
        (3, "line_too_long", 10_000_001)
    ]


def test_a_quotation_mark_that_is_never_closed_costs_only_its_line(tmp_path: Path) -> None:
    lines = ["Name,E-Mail", *(f'"P{number}",p{number}@example.com' for number in range(2000))]
    lines[50] = '"Anna "the Bear" Bach",anna@example.com'
    lines[100] = '"Anna "the Bear Bach,anna@example.com'
    lines[700] = 'Otto,"otto@example.com'
    found = import_text(tmp_path, "\n".join(lines))
    assert len(found.records) == 1998
    assert found.traits[49]["name"] == 'Anna "the Bear" Bach'
    assert [(item.line, item.code, item.raw) for item in found.rejected] == [
        (101, "quotes_broken", lines[100]),
        (701, "quotes_broken", lines[700]),
    ]


def test_a_line_with_too_many_cells_is_kept_aside(tmp_path: Path) -> None:
    text = (
        "Vorname;E-Mail;Ort\n"
        "Anna;anna@example.com;Ulm\n"
        "Otto;otto@example.com;Ulm;;\n"
        "Ida;ida@example.com;Ulm;x;y\n"
        "Eva;eva@example.com\n"
    )
    found = import_text(tmp_path, text)
    assert [record.line for record in found.records] == [2, 3, 5]
    assert [(item.line, item.code, item.rows) for item in found.rejected] == [
        (4, "too_many_cells", (("Ida", "ida@example.com", "Ulm", "x", "y"),))
    ]


def test_zero_bytes_are_left_out_and_said_so(tmp_path: Path) -> None:
    found = import_text(tmp_path, "Name,E-Mail\nAnna\0 Bach,anna@example.com\n")
    assert found.traits == [{"name": "Anna Bach", "email": "anna@example.com"}]
    assert [note.code for note in found.format.notes] == ["nul_removed"]


def test_a_few_bytes_of_another_encoding_are_mended_and_said_so(tmp_path: Path) -> None:
    path = tmp_path / "mixed.csv"
    good = "".join(f"Jörg{n} Müßig,joerg{n}@example.com\n" for n in range(200)).encode()
    path.write_bytes(b"Name,E-Mail\n" + good + "Käthe Groß,kaethe@example.com\n".encode("cp1252"))
    found = import_file(path)
    assert found.format.encoding == "utf-8"
    assert [note.code for note in found.format.notes] == ["mixed_encodings"]
    assert found.traits[-1]["name"] == "Käthe Groß"


def test_an_undecodable_line_is_kept_aside(tmp_path: Path) -> None:
    path = tmp_path / "mixed.csv"
    good = "".join(f"Jörg{n} Müßig,joerg{n}@example.com\n" for n in range(3000)).encode()
    path.write_bytes(b"Name,E-Mail\n" + good + bytes(range(128, 190)) + b"\nIda Bach,ida@example.com\n")
    found = import_file(path)
    assert [(item.line, item.code) for item in found.rejected] == [(3002, "line_undecodable")]
    assert len(found.records) == 3001


def test_the_limit_of_an_unpacked_file_holds(tmp_path: Path) -> None:
    path = tmp_path / "list.csv.gz"
    path.write_bytes(gzip.compress(random.Random(1).randbytes(200_000)))
    with container.BoundedGzip(path, name="list", limit=100_000) as file:
        assert len(file.read(100_000)) == 100_000
        with pytest.raises(errors.FileTooBigUnpacked):
            file.read(1)
