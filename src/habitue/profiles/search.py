"""Search by anything: a trigram index (FTS5 on SQLite, pg_trgm on PostgreSQL) over folded text, behind one class."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import sqlalchemy as sa
from anyascii import anyascii
from sqlalchemy.engine import Connection

from habitue.kernel.register import among, bulk, metadata

MAX_WORDS = 6
_GRAM = 3
_CANDIDATES = 400
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})

texts = sa.Table(
    "profiles_search",
    metadata,
    sa.Column("rowid", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("text", sa.Text, nullable=False),
)


@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """Lower-case ASCII of a text: Müller and Мюллер become muller and myuller."""
    return str(anyascii(text)).lower().strip()


def search_text(parts: Iterable[str]) -> str:
    """The text under which a person is found: every part folded, German umlauts in both spellings."""
    found: dict[str, None] = {}
    for part in parts:
        found[fold(part)] = None
        lowered = part.lower()
        if any(letter in lowered for letter in "äöüß"):
            found[fold(lowered.translate(_UMLAUTS))] = None
    return " ".join(word for word in found if word)


def words(query: str) -> list[str]:
    """The folded words of a query, at most six; a phone number written with blanks stays one word."""
    compact = "".join(letter for letter in query if letter not in " -/().")
    if compact.lstrip("+").isdigit() and len(compact) >= 6:
        return [phone_word(compact)]
    return [word for word in fold(query).split() if word][:MAX_WORDS]


def phone_word(digits: str) -> str:
    """The part of a phone number that all spellings share: without +, 00 and the leading zero."""
    return digits.lstrip("+").removeprefix("00").lstrip("0")


class SearchIndex:
    """The search index of people; rows are numbered like `profiles_people.person_no`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._is_sqlite = conn.dialect.name == "sqlite"

    def put(self, rows: Mapping[int, str]) -> None:
        """Store the texts of some people, by number; taking a text out costs more than seeing that it is the same."""
        query = sa.select(texts.c.rowid, texts.c.text).where(among(self._conn, texts.c.rowid, rows))
        known: dict[int, str] = {row[0]: row[1] for row in self._conn.execute(query).all()}
        new = {number: text for number, text in rows.items() if known.get(number, "") != text}
        self.remove(known.keys() & new.keys())
        # Nobody is found by nothing: visitors without a name take no place.
        told = [{"rowid": number, "text": text} for number, text in new.items() if text]
        bulk(self._conn, sa.insert(texts), told)

    def remove(self, numbers: Iterable[int]) -> None:
        """Take people out of the index."""
        if gone := list(numbers):
            self._conn.execute(sa.delete(texts).where(among(self._conn, texts.c.rowid, gone)))

    def find(self, query: str, *, limit: int) -> Sequence[int]:
        """The numbers of people whose text holds every word of the query, best first.

        A word that begins a word of the text counts more than one from its middle.
        """
        wanted = words(query)
        if not wanted:
            return []
        rows = self._sqlite(wanted) if self._is_sqlite else self._postgresql(wanted)
        ranked = sorted(rows, key=lambda row: (-_score(row[1], wanted), len(row[1]), row[0]))
        return [number for number, _ in ranked[:limit]]

    def _sqlite(self, wanted: Sequence[str]) -> list[tuple[int, str]]:
        long = [word for word in wanted if len(word) >= _GRAM]
        clauses: list[sa.ColumnElement[bool]] = [texts.c.text.contains(word, autoescape=True) for word in wanted]
        if long:
            grams = {word[i : i + _GRAM] for word in long for i in range(len(word) - _GRAM + 1)}
            match = " AND ".join('"' + gram.replace('"', '""') + '"' for gram in sorted(grams))
            clauses.insert(0, sa.literal_column("profiles_search").op("MATCH", is_comparison=True)(match))
        query = sa.select(texts.c.rowid, texts.c.text).where(*clauses).limit(_CANDIDATES)
        return [(row[0], row[1]) for row in self._conn.execute(query)]

    def _postgresql(self, wanted: Sequence[str]) -> list[tuple[int, str]]:
        clauses = [texts.c.text.contains(word, autoescape=True) for word in wanted]
        query = sa.select(texts.c.rowid, texts.c.text).where(*clauses).limit(_CANDIDATES)
        return [(row[0], row[1]) for row in self._conn.execute(query)]


def _score(text: str, wanted: Sequence[str]) -> int:
    padded = f" {text} "
    return sum(2 * (f" {word} " in padded) + (f" {word}" in padded) for word in wanted)
