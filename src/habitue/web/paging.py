"""Pages of a list: which rows to ask for, and the links to the neighbours."""

from __future__ import annotations

from dataclasses import dataclass

SIZE = 50
FURTHEST = 10_000


@dataclass(frozen=True, slots=True)
class Page:
    """One page of `total` rows; numbers start at 1; `total` None means that nobody counted."""

    number: int
    size: int
    total: int | None
    has_next: bool

    @property
    def offset(self) -> int:
        """How many rows stand before this page."""
        return (self.number - 1) * self.size

    @property
    def first(self) -> int:
        """The number of its first row."""
        return self.offset + 1

    @property
    def last(self) -> int:
        """The number of its last row, as far as it is known."""
        end = self.offset + self.size
        return end if self.total is None else min(end, self.total)

    @property
    def previous(self) -> int | None:
        """The page before."""
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        """The page after."""
        return self.number + 1 if self.has_next else None


def wanted(text: str | None) -> int:
    """The page number from an address; whatever is no number is the first page."""
    return min(max(int(text), 1), FURTHEST) if text and text.isascii() and text.isdigit() else 1


def page(number: int, total: int, *, size: int = SIZE) -> Page:
    """Page `number` of `total` rows; beyond the end it is the last page."""
    last = max(-(-total // size), 1)
    number = min(number, last)
    return Page(number=number, size=size, total=total, has_next=number < last)
