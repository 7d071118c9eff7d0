"""What each column of a table holds, judged by its values first and its heading second."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from habitue.identity.matching.shapes import Column, Kind
from habitue.identity.matching.spelling import day_of, digits_of, is_empty, plain
from habitue.kernel.text import gettext_noop as _
from habitue.quality.normalise.nicknames import is_known_first_name

NAMES_SOURCE = _("names the source")
SAMPLE = 4_000
FEW_ROWS = 5  # in a table of fewer rows, what all have in common still says something
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z")
_URL = re.compile(r"(?:https?://|www\.)", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\Z", re.IGNORECASE)
_PHONE = re.compile(r"\+?[\d\s()./\-–x]{5,24}\Z")
_COUNTER = re.compile(r"(\D*)(\d+)\Z")
_HEADINGS: tuple[tuple[str, str], ...] = (
    ("email", r"e-?_?mail|\bmail|courriel|почта"),
    ("phone", r"phone|telefon|\btel\b|mobile?\b|handy|\bfax|телефон|моб"),
    ("birth", r"birth|\bdob\b|geburt|gebor|\bborn|рожд"),
    ("given", r"first.?name|given|vorname|fname|forename|имя"),
    ("family", r"last.?name|sur.?name|family|nachname|lname|фамили"),
    ("organisation", r"compan|organi[sz]|firma|business|site.?name|компани|организ"),
    ("postcode", r"post.?(?:al)?.?code|\bzip|plz|postleitzahl|индекс"),
    ("house", r"house|street.?n|hausn|дом\b"),
    ("street", r"street|addr|stra(?:ss|ß)e|улица|адрес"),
    ("place", r"city|town|suburb|\bort\b|stadt|locality|birth.?place|город"),
    ("country", r"country|\bland\b|\bstate\b|region|province|county|bundesland|страна|область"),
    ("name", r"name"),
)
_ROLES = tuple((role, re.compile(shape, re.IGNORECASE)) for role, shape in _HEADINGS)
_RECORD_ID = re.compile(
    r"(?:\A|[_\s])(?:rec|record|row|unique|client|customer|person)?_?-?(?:id|nr|no|key|index)\Z|\Aunnamed", re.I
)
_SOURCE = re.compile(r"source|quelle|источник|dataset|\bfile\b", re.IGNORECASE)
_MOMENT = re.compile(r"creat|updat|modif|import|timestamp|_at\Z|angelegt|geändert|создан", re.IGNORECASE)


def understood(name: str, values: Mapping[str, int], *, rows: int) -> Column:
    """What the column `name` holds; `values` are its different cells as text, and how often each stands there."""
    counts = {text: count for text, count in values.items() if count and not is_empty(text)}
    filled = sum(counts.values())
    share, distinct = filled / max(rows, 1), len(counts)
    heading = re.sub(r"[_\-.]+", " ", name).strip().lower()
    role = next((role for role, shape in _ROLES if shape.search(heading) or shape.search(name)), "")
    if role == "place" and "birth" in heading:
        role = "birthplace"
    if role == "birth" and "place" in heading:
        role = "birthplace"
    kind, why = _judged(name, role, counts, filled, rows)
    if kind == "name" and role not in {"given", "family"}:
        role = "given" if why == "first names" else role
    return Column(name, kind, why, share, distinct, role)


def _judged(name: str, role: str, counts: Mapping[str, int], filled: int, rows: int) -> tuple[Kind, str]:
    distinct = len(counts)
    if filled == 0:
        return "ignored", _("empty")
    if distinct == 1 and filled >= FEW_ROWS:
        return "ignored", _("always the same")
    if filled < max(min(3, rows), rows * 0.002):
        return "ignored", _("almost empty") if filled < rows * 0.5 else _("too few rows to say")
    sample = list(counts)[:: max(1, distinct // SAMPLE)][:SAMPLE]
    if _share(sample, lambda text: text.lstrip()[:1] in "{[" and text.rstrip()[-1:] in "}]") > 0.5:
        return "ignored", _("structured data")
    if _is_record_id(name, sample, distinct, filled, rows):
        return "ignored", _("numbers the rows")
    if _SOURCE.search(name) and distinct <= 100:
        return "ignored", NAMES_SOURCE
    if _share(sample, lambda text: _EMAIL.match(text.strip()) is not None) > 0.5:
        return "email", _("e-mail addresses")
    if _share(sample, lambda text: _URL.match(text) is not None) > 0.5:
        return "category" if distinct < 20 else "code", _("web addresses")
    return _by_values(name, role, sample, distinct, filled)


def _by_values(name: str, role: str, sample: list[str], distinct: int, filled: int) -> tuple[Kind, str]:
    dated = _share(sample, lambda text: day_of(text) is not None)
    if dated > 0.8 or (dated > 0.5 and role == "birth"):
        if _MOMENT.search(name) and role != "birth":
            return "ignored", _("tells when the row was written")
        return "date", _("dates")
    is_phone = _share(sample, lambda text: _PHONE.match(text.strip()) is not None and len(digits_of(text)) >= 6)
    if is_phone > 0.7 and (role == "phone" or _share(sample, _looks_dialled) > 0.3):
        return "phone", _("telephone numbers")
    numeric = _share(sample, lambda text: sum(map(str.isdigit, text)) * 2 >= len(text.replace(" ", "")))
    if numeric > 0.7 or (role in {"postcode", "house"} and numeric > 0.3):
        return "code", _("numbers or codes")
    if distinct <= 12 and role not in {"given", "family", "name", "organisation"}:
        return "category", _("few different values")
    words = [len(plain(text).split()) for text in sample]
    mean_words = sum(words) / len(words)
    if mean_words > 1.6:
        return ("text", _("names of people")) if _full_names(sample) > 0.3 else ("text", _("several words"))
    if role in {"given", "family"}:
        return "name", _("first names") if role == "given" else "last names"
    if role == "name" and distinct <= 12 and 4 * distinct >= filled:
        return "name", _("names")
    if distinct <= 12 or (distinct <= 60 and distinct / filled < 0.01):
        return "category", _("few different values")
    if _share(sample, is_known_first_name) > 0.12 and role in {"", "name"}:
        return "name", _("first names")
    return ("name", _("names")) if role == "name" else ("word", _("single words"))


def _share(sample: Sequence[str], test: object) -> float:
    assert callable(test)
    return sum(1 for text in sample if test(text)) / max(len(sample), 1)


def _looks_dialled(text: str) -> bool:
    text = text.strip()
    return text.startswith("+") or (text.startswith("0") and len(text) > 8) or any(sign in text for sign in "()")


def _full_names(sample: Sequence[str]) -> float:
    return _share(sample, lambda text: any(is_known_first_name(word) for word in text.split()[:2]))


def _is_record_id(name: str, sample: Sequence[str], distinct: int, filled: int, rows: int) -> bool:
    """A column that only numbers the rows: all different, and a counter, a UUID, or called an id."""
    if filled < 0.99 * rows or distinct < filled:
        return False
    if _share(sample, lambda text: _UUID.match(text.strip()) is not None) > 0.9:
        return True
    if _RECORD_ID.search(name.strip().lower()):
        return True
    found = [_COUNTER.match(text.strip()) for text in sample]
    numbers = [int(each[2]) for each in found if each is not None and len(each[2]) < 16]
    if len(numbers) < 0.95 * len(sample) or len({each[1] for each in found if each}) > 3:
        return False
    return rows > 20 and max(numbers) - min(numbers) < 1.5 * rows
