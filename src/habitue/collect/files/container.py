"""Tells by its first bytes what a file is, and unpacks gzip within bounds."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from pathlib import Path
from typing import IO, Any

from habitue.collect.files.errors import (
    FileDamaged,
    FileEmpty,
    FileEncrypted,
    FileIsArchive,
    FileIsDocument,
    FileIsPdf,
    FileIsPicture,
    FileIsWebPage,
    FileOldOffice,
    FileTooBigUnpacked,
    FileTruncated,
)

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = {b"\x89PNG\r\n\x1a\n": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF8": "GIF", b"II*\x00": "TIFF"}
_ARCHIVES = (b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"BZh9", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd")
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
UNPACKED_LIMIT = 8 << 30
_SHEET_LIMIT = 1 << 30
_SUSPICIOUS_FROM = 16 << 20
_SUSPICIOUS_RATIO = 200
_SHEET_RATIO_FROM = 64 << 20
_ZIP_ENTRIES = 10_000


class BoundedGzip(io.RawIOBase):
    """The unpacked bytes of a gzip file; refuses one that ends early, is damaged or grows without measure."""

    def __init__(self, path: Path, *, name: str, limit: int = UNPACKED_LIMIT) -> None:
        self._inner = gzip.GzipFile(path, "rb")
        self._packed = path.stat().st_size
        self._name = name
        self._limit = limit
        self._done = 0

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer with unpacked bytes; raises FileTruncated, FileDamaged or FileTooBigUnpacked."""
        view = memoryview(buffer)
        try:
            data = self._inner.read(len(view))
        except EOFError:
            raise FileTruncated(name=self._name) from None
        except (OSError, zlib.error):
            raise FileDamaged(name=self._name, kind="gzip") from None
        self._done += len(data)
        grown = self._done > _SUSPICIOUS_FROM and self._done > self._packed * _SUSPICIOUS_RATIO
        if grown or self._done > self._limit:
            bound = self._limit if self._done > self._limit else self._packed * _SUSPICIOUS_RATIO
            raise FileTooBigUnpacked(name=self._name, limit=f"{bound >> 20} MB")
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close the packed file."""
        self._inner.close()
        super().close()


def open_bytes(path: Path, *, name: str, packed: bool) -> IO[bytes]:
    """The file's bytes, unpacked on the way when it is gzip."""
    if packed:
        return io.BufferedReader(BoundedGzip(path, name=name), buffer_size=1 << 20)
    return path.open("rb", buffering=1 << 20)


def is_gzip(path: Path) -> bool:
    """Whether the file starts as gzip does."""
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


def kind_of(path: Path, *, name: str, packed: bool) -> str:
    """What the bytes are: text, xlsx, ods or parquet; everything else raises its own error."""
    with open_bytes(path, name=name, packed=packed) as file:
        head = file.read(4096)
        if not head:
            raise FileEmpty(name=name)
        if head.startswith(_OLE):
            rest = head + file.read(8 << 20)
            raise FileEncrypted(name=name) if _ENCRYPTED_STREAM in rest else FileOldOffice(name=name)
    _refuse_other_kinds(head, name)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    return "text"


def _refuse_other_kinds(head: bytes, name: str) -> None:
    for start, kind in _PICTURES.items():
        if head.startswith(start):
            raise FileIsPicture(name=name, kind=kind)
    if head.startswith((b"RIFF", b"BM")) and (b"WEBP" in head[:16] or b"\x00\x00\x00\x00" in head[6:10]):
        raise FileIsPicture(name=name, kind="WebP" if b"WEBP" in head[:16] else "BMP")
    if b"%PDF-" in head[:1024]:
        raise FileIsPdf(name=name)
    if head.startswith(_ARCHIVES) or head.startswith(b"\x1f\x8b"):
        raise FileIsArchive(name=name)
    if head.startswith(b"{\\rtf"):
        raise FileIsDocument(name=name)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<svg", b"<?xml", b"<table", b"<head")):
        raise FileIsWebPage(name=name)


def workbook_kind(path: Path, *, name: str) -> str:
    """xlsx or ods, from the directory of the ZIP; nothing is unpacked before its size is known to be sane."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            _refuse_bomb(entries, path.stat().st_size, name)
            if "mimetype" in names:
                with archive.open("mimetype") as file:
                    return _open_document(file.read(200).decode("ascii", "replace"), archive, name)
    except (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, RuntimeError):
        raise FileDamaged(name=name, kind="XLSX") from None
    if any(entry.startswith("xl/") for entry in names):
        return "xlsx"
    if any(entry.startswith("word/") for entry in names):
        raise FileIsDocument(name=name)
    raise FileIsArchive(name=name)


def _refuse_bomb(entries: list[zipfile.ZipInfo], packed: int, name: str) -> None:
    total = sum(entry.file_size for entry in entries)
    grown = total > _SHEET_RATIO_FROM and total > packed * _SUSPICIOUS_RATIO
    if grown or total > _SHEET_LIMIT or len(entries) > _ZIP_ENTRIES:
        raise FileTooBigUnpacked(name=name, limit=f"{min(_SHEET_LIMIT, packed * _SUSPICIOUS_RATIO) >> 20} MB")


def _open_document(mimetype: str, archive: zipfile.ZipFile, name: str) -> str:
    if "spreadsheet" not in mimetype:
        raise FileIsDocument(name=name) if "text" in mimetype else FileIsArchive(name=name)
    try:
        manifest = archive.read("META-INF/manifest.xml")
    except KeyError:
        manifest = b""
    if b"encryption-data" in manifest:
        raise FileEncrypted(name=name)
    return "ods"
