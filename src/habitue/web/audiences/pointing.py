"""A problem of a rule that is written as text, with the line and the word that it points at."""

from __future__ import annotations

from dataclasses import dataclass

from habitue.audiences.text import offset_of, problem_of
from habitue.kernel.errors import HabitueError
from habitue.kernel.text import shortened
from habitue.web.errors import told

MOST_AROUND = 60


@dataclass(frozen=True, slots=True)
class Pointed:
    """What is wrong, and the line around the word: what stands before it, the word, what comes after.

    `start` and `end` are the word's place in the whole text; without a place `before`, `word` and `after` are empty.
    """

    message: str
    next_step: str | None
    before: str = ""
    word: str = ""
    after: str = ""
    start: int = 0
    end: int = 0


def pointed(text: str, error: HabitueError) -> Pointed:
    """The problem for readers. Pure but for the reader's language."""
    said, place = told(error), problem_of(error)
    if place is None:
        return Pointed(said.message, said.next_step)
    lines = text.split("\n")
    line = lines[place.line - 1] if place.line <= len(lines) else ""
    first = min(place.column - 1, len(line))
    last = min(first + place.length, len(line))
    begin = offset_of(text, place.line, 1)
    before, after = line[:first], line[last:]
    if len(before) > MOST_AROUND:
        before = "…" + before[-MOST_AROUND:]
    if len(after) > MOST_AROUND:
        after = after[:MOST_AROUND] + "…"
    word = shortened(line[first:last], MOST_AROUND)
    return Pointed(said.message, said.next_step, before, word, after, begin + first, begin + last)
