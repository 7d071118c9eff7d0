"""What is being written at a place of a text: a word of the language, or a text, and of what. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["event", "audience", "value", "property_value", "insight_value", "property", "insight", "purpose",
               "channel", "field", ""]  # fmt: skip

_TOKEN = re.compile(r'"(?:\\["\\]|[^"\\\n])*"?|`[^`\n]*`?|[^\W\d]\w*|-?\d[\d.\-]*|>=|<=|!=|\S')
_TYPED = re.compile(r"[^\W\d]\w*\Z")
_COMPARING = frozenset({"is", "=", "!=", "contains"})
_LENGTHS = frozenset({"minute", "minutes", "hour", "hours", "day", "days", "week", "weeks"})
_PLACES = {"country": "country", "region": "region", "city": "city", "postcode": "postal_code"}
_MEASURES = frozenset({"sum", "average", "min", "max", "first", "last", "most_frequent", "distinct", "money"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What fits at a place: `kind`, the trait, property or insight it belongs to, the event of a property.

    `typed` is what stands there so far without its quotation mark, `start` where that begins with it.
    """

    kind: Kind
    start: int
    typed: str
    of: str = ""
    event: str = ""
    is_text: bool = False


def wanted(text: str, position: int) -> Wanted:
    """What fits at a position of a text; kind is empty where only words of the language do."""
    before = text[:position]
    open_text = _open_text(before)
    found = _TYPED.search(before) if open_text is None else None
    start = open_text if open_text is not None else found.start() if found else position
    typed = before[start:]
    is_text = typed.startswith('"')
    tokens = _TOKEN.findall(before[:start])
    kind, of, event = _fitting(tokens)
    if is_text and kind in ("property", "insight", "purpose", "channel", "field"):
        kind = ""
    return Wanted(kind, start, typed.strip('"`').replace('\\"', '"'), of, event, is_text)


def _open_text(before: str) -> int | None:
    """Where a text or a quoted field begins that is not closed yet."""
    for token in _TOKEN.finditer(before):
        is_open = len(token[0]) == 1 or token[0][-1] != token[0][0] or token[0].endswith('\\"')
        if token[0][0] in '"`' and is_open and token.end() == len(before):
            return token.start()
    return None


def _fitting(tokens: Sequence[str]) -> tuple[Kind, str, str]:
    words = [token.lower() for token in tokens]
    last, place = (words[-1] if words else ""), len(tokens) - 1
    if last in ("(", ","):
        opened = place if last == "(" else _opening(words)
        return _within(tokens, words, opened)
    if last == "did" or words[-2:] == ["since", "last"]:
        return "event", "", ""
    if last == "of" and not (len(words) > 1 and words[-2] in ("any", "all", "none")):
        return "event", "", ""
    if last == "audience":
        return "audience", "", ""
    if last == "then" or (last == "not" and _owner(words) == "sequence") or _ends_limit(words):
        return "event", "", ""
    if last in _PLACES and _is_place(words):
        return "value", _PLACES[last], ""
    compared = _compared(words)
    if compared is not None:
        return _subject(tokens[:compared], words[:compared])
    return _name(tokens, words)


def _within(tokens: Sequence[str], words: Sequence[str], opened: int | None) -> tuple[Kind, str, str]:
    """Behind an opening bracket or a comma inside it."""
    owner = words[opened - 1] if opened else ""
    if opened is None or owner in ("and", "or", "not", "(", ",", ""):
        return _name(tokens, words)
    if owner == "in":
        return _subject(tokens[: opened - 1], words[: opened - 1])
    if owner == "sequence":
        return ("event", "", "") if words[-1] == "(" else ("", "", "")
    if owner in _PLACES:
        return "value", _PLACES[owner], ""
    return _name(tokens, words)


def _name(tokens: Sequence[str], words: Sequence[str]) -> tuple[Kind, str, str]:
    """Where a field, a property, an insight, a purpose or a channel may stand."""
    last = words[-1] if words else ""
    if last == "insight":
        return "insight", "", ""
    if last == "." and len(words) > 2 and words[-3] == "insight":
        return "insight", tokens[-2], ""
    if last == "consent" or words[-2:] == ["may", "use"]:
        return "purpose", "", ""
    if last == "by" and len(words) > 2 and words[-3] == "consent":
        return "channel", "", ""
    opened = _opening(words)
    owner = words[opened - 1] if opened else ""
    if owner in ("where", "same", *_MEASURES):
        event = _event_before(tokens[: opened or 0]) if owner not in _MEASURES else ""
        is_begun = last in ("(", "and", ",", "=")
        path = f"{tokens[-2]}." if last == "." and len(tokens) > 1 else ""
        return ("property", path, event) if is_begun or path else ("", "", "")
    return ("field", "", "") if last in ("", "(", ",", "and", "or", "not") else ("", "", "")


def _subject(tokens: Sequence[str], words: Sequence[str]) -> tuple[Kind, str, str]:
    """What a comparison is about, from the tokens before it."""
    if not tokens:
        return "", "", ""
    if tokens[-1].startswith('"'):
        path = "".join(_bare(each) for each in tokens[_place_of(words, "(") + 1 : _place_of(words, ")")])
        return "property_value", path, _bare(tokens[-1])
    name = _bare(tokens[-1])
    if len(tokens) > 3 and words[-2] == "." and words[-4] == "insight":
        return "insight_value", f"{tokens[-3]}.{name}", ""
    if len(tokens) > 2 and words[-2] == ".":
        name = f"{_bare(tokens[-3])}.{name}"
    opened = _opening(words)
    if opened and words[opened - 1] == "where":
        return "property_value", name, _event_before(tokens[: opened - 1])
    return "value", name, ""


def _compared(words: Sequence[str]) -> int | None:
    """Where the comparison begins that the tokens end with."""
    if words[-1:] and (words[-1] in _COMPARING or words[-1] == "in"):
        return len(words) - 1
    if words[-2:] in (["is", "not"], ["starts", "with"]):
        return len(words) - 2
    return None


def _opening(words: Sequence[str]) -> int | None:
    """The place of the bracket that is open at the end."""
    depth = 0
    for place in range(len(words) - 1, -1, -1):
        depth += (words[place] == ")") - (words[place] == "(")
        if depth < 0:
            return place
    return None


def _owner(words: Sequence[str]) -> str:
    opened = _opening(words)
    return words[opened - 1] if opened else ""


def _ends_limit(words: Sequence[str]) -> bool:
    """Whether the tokens end with `within 2 days` inside a sequence."""
    return len(words) > 2 and words[-1] in _LENGTHS and words[-3] == "within" and _owner(words) == "sequence"


def _is_place(words: Sequence[str]) -> bool:
    return "near" in words and words[-2] not in ("and", "or", "(", "not")


def _event_before(tokens: Sequence[str]) -> str:
    """The last text before: the event that properties belong to."""
    return next((_bare(token) for token in reversed(tokens) if token.startswith('"')), "")


def _place_of(words: Sequence[str], word: str) -> int:
    """The last place of a word."""
    return len(words) - 1 - list(reversed(words)).index(word) if word in words else len(words)


def _bare(token: str) -> str:
    return token.strip('"`').replace('\\"', '"')
