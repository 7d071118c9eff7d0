"""What a file of the shop consists of, and how tables become bytes."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class TruthRow:
    """Who a record of a file really is; `person_id` is empty where it is nobody we know."""

    source_name: str
    file: str
    key_field: str
    record_key: str
    person_id: str
    household: str


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One export ready to be written, with the truth about its records."""

    file: str
    source_name: str
    kind: str
    rows: int
    content: bytes
    truth: tuple[TruthRow, ...]


def delimited(
    heading: Sequence[str], rows: Iterable[Sequence[object]], *, delimiter: str, encoding: str, newline: str
) -> bytes:
    """A table as text: quoted only where needed, one heading line."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=newline)
    writer.writerow(heading)
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def euros(cents: int, *, comma: bool) -> str:
    """Cents as 12,90 or 12.90, exactly."""
    sign, whole = ("-", -cents) if cents < 0 else ("", cents)
    return f"{sign}{whole // 100}{',' if comma else '.'}{whole % 100:02d}"
