"""Turns the rows of a file into messages, one record at a time, and keeps every row that becomes none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from habitue.collect.files.activities import Ordered, companies, others, told_besides
from habitue.collect.files.cells import Reading
from habitue.collect.files.consents import consents
from habitue.collect.files.orders import REASONS, build_order, order_reader
from habitue.collect.files.persons import Person, person_reader
from habitue.collect.files.plan import Plan, make_plan
from habitue.collect.files.product_list import product_fields, product_of
from habitue.collect.files.shapes import Batch, CellProblem, Format, Record, Rejected, Row
from habitue.kernel.text import gettext_noop as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from habitue.collect.files.mapping import Mapping
    from habitue.collect.files.orders import OrderReader

__all__ = ["CellProblem", "Record", "Rejected", "messages"]

_MONTH_FIRST = frozenset({"US", "PH", "FM", "MH", "PW"})
_NOBODY = _("The row names nobody: no number, no e-mail, no phone and no name.")
_NO_CUSTOMER = _("The row names no customer.")


def messages(
    batches: Iterable[Batch],
    mapping: Mapping,
    fmt: Format,
    *,
    source_id: str,
    country: str,
    currency: str,
    timezone: str,
    received_at: datetime,
) -> Iterator[Record | Rejected]:
    """The records of a file, and every line that became none.

    Rows without an order come as they are read; orders come after the last row, because their lines may stand
    anywhere. Lines that the reading refused are passed on. `country`, `currency` and `timezone` are the
    workspace's and hold where the file says nothing.
    """
    order = fmt.date_order
    if any(note.code == "date_order_assumed" for note in fmt.notes):
        order = "MDY" if country in _MONTH_FIRST else "DMY"
    reading = Reading(fmt.decimal, order, timezone, received_at)
    maker: _Maker | None = None
    for batch in batches:
        yield from batch.rejected
        if maker is None:
            separator = fmt.delimiter or ";"
            plan = make_plan(
                batch.columns, mapping, reading, source_id=source_id, currency=currency, separator=separator
            )
            maker = _Maker(plan, share=fmt.kind == "csv")
        yield from maker.take(batch)
    if maker is not None:
        yield from maker.orders()


class _Group:
    """The lines of one order, as they are found."""

    __slots__ = ("lines", "rows")

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.lines: list[int] = []


class _Maker:
    """Makes records of one file; holds the rows of its orders until the end."""

    def __init__(self, plan: Plan, *, share: bool) -> None:
        self._plan = plan
        self._person = person_reader(plan)
        self._order: OrderReader | None = order_reader(plan)
        self._groups: dict[str | int, _Group] = {}
        self._share = share
        self._memo: dict[Any, Any] = {}
        self._seen: dict[int, int] = {}
        self._alike: dict[str, int] = {}
        self._last: dict[str, Person] = {}
        self._products = product_fields(plan)
        self._extras = not plan.fields.keys().isdisjoint({"contact", "payment", "survey", "subscription"})

    def take(self, batch: Batch) -> Iterator[Record | Rejected]:
        """The records of a batch's rows that are no order lines; order lines are put aside."""
        if self._order is None:
            for row, line in zip(batch.rows, batch.lines, strict=True):
                yield self._row(row, line)
            return
        groups, once = self._groups, self._memo.setdefault
        number = self._order.order.get("id")
        for row, line in zip(batch.rows, batch.lines, strict=True):
            key: str | int | None = number.memo[row[number.place]] if number else None
            if key is None:
                if not self._has_order(row):
                    yield self._row(row, line)
                    continue
                key = line
            group = groups.get(key)
            if group is None:
                group = groups[key] = _Group()
            group.rows.append(tuple(map(once, row, row)) if self._share else row)
            group.lines.append(line)

    def _has_order(self, row: Row) -> bool:
        assert self._order is not None
        fields = (
            self._order.order.get("at"),
            self._order.order.get("total"),
            self._order.price,
            self._order.line_total,
        )
        return any(field is not None and field.memo[row[field.place]] is not None for field in fields)

    def orders(self) -> Iterator[Record | Rejected]:
        """The records of the orders put aside, by their first line; the rows are let go one order at a time."""
        self._memo.clear()
        groups = self._groups
        for key in list(groups):
            group = groups.pop(key)
            order_id = key if isinstance(key, str) else None
            for person, rows, lines in self._by_person(group):
                yield self._order_record(order_id, person, rows, lines)

    def _by_person(self, group: _Group) -> list[tuple[Person, list[Row], list[int]]]:
        """An order's lines by customer: lines that name none belong to the first who is named."""
        people = list(map(self._person, group.rows))
        named = {person.key: person for person in reversed(people) if person.key is not None}
        if len(named) <= 1:
            person = next(iter(named.values()), people[0])
            return [(person, group.rows, group.lines)]
        parts: dict[str, tuple[Person, list[Row], list[int]]] = {}
        first = next(person for person in people if person.key is not None)
        for person, row, line in zip(people, group.rows, group.lines, strict=True):
            owner = person if person.key is not None else first
            part = parts.setdefault(owner.key or "", (owner, [], []))
            part[1].append(row)
            part[2].append(line)
        return list(parts.values())

    def _order_record(
        self, order_id: str | None, person: Person, rows: list[Row], lines: list[int]
    ) -> Record | Rejected:
        if person.key is None:
            return self._rejected("no_customer", REASONS["no_customer"], rows, lines)
        assert self._order is not None
        problems = [replace(problem, line=lines[0]) for problem in person.problems]
        message = build_order(self._order, person, order_id, rows, lines, problems)
        if isinstance(message, str):
            return self._rejected(message, REASONS[message], rows, lines)
        number = message["properties"]["order_id"]
        if order_id is None:
            number = self._once_more(number, message)
        found = self._about(person, rows[0], lines[0], problems, message["timestamp"])
        found.append(message)
        if self._extras:
            known: list[dict[str, Any]] = []
            for row, line in zip(rows, lines, strict=True):
                extra = others(self._plan, person, row, line, problems, Ordered(number, message["timestamp"]))
                known.extend(item for item in extra if item not in known)
            found.extend(known)
        return self._record(f"order:{number}", rows, lines, found, problems)

    def _once_more(self, number: str, message: dict[str, Any]) -> str:
        """Orders without a number that are alike are several orders: they are counted in the file's order."""
        count = self._alike[number] = self._alike.get(number, 0) + 1
        if count > 1:
            number = f"{number}-{count}"
            message["properties"]["order_id"] = number
            message["context"]["record"] = f"order:{number}"
        return number

    def _about(
        self, person: Person, row: Row, line: int, problems: list[CellProblem], timestamp: str
    ) -> list[dict[str, Any]]:
        """Who the person is, unless the row before said exactly the same; their consents and company."""
        found: list[dict[str, Any]] = []
        if person.key is not None and self._last.get(person.key) is not person:
            self._last[person.key] = person
            found.append(person.identify(timestamp))
        if "consent" in self._plan.fields:
            found.extend(consents(self._plan, person, row, line, problems))
        if "company" in self._plan.fields:
            found.extend(companies(self._plan, person, row, line, problems))
        return found

    def _row(self, row: Row, line: int) -> Record | Rejected:
        person = self._person(row)
        problems = [replace(problem, line=line) for problem in person.problems]
        if person.key is None:
            found = companies(self._plan, person, row, line, problems) if "company" in self._plan.fields else []
            if found:
                return self._record(found[0]["context"]["record"], [row], [line], found, problems)
            product = product_of(self._products, row) if self._products else None
            if product is not None:
                return Record(
                    line, (line,), f"product:{product['sku']}", self._plan.hash_of([row]), (), row, product=product
                )
            if self._extras and others(self._plan, person, row, line, problems, None):
                return self._rejected("no_customer", _NO_CUSTOMER, [row], [line])
            return self._rejected("no_identifier", _NOBODY, [row], [line])
        found = self._about(person, row, line, problems, self._plan.received)
        extra = others(self._plan, person, row, line, problems, None) if self._extras else []
        if extra:
            extra[0]["properties"] |= told_besides(self._plan, row, line, problems)
        found.extend(extra)
        key = extra[0]["context"]["record"] if extra else person.record
        return self._record(key, [row], [line], found, problems)

    def _record(
        self, key: str, rows: list[Row], lines: list[int], found: list[dict[str, Any]], problems: list[CellProblem]
    ) -> Record:
        content = self._plan.hash_of(rows)
        unique = self._unique(key, content)
        if unique != key:
            for message in found:
                if message["context"]["record"] == key:
                    message["context"]["record"] = unique
        return Record(lines[0], tuple(lines), unique, content, tuple(found), rows[0], tuple(problems))

    def _unique(self, key: str, content: str) -> str:
        """The key, numbered when another row of the file with other contents has it already."""
        number, unique, mark = 1, key, hash(content)
        while self._seen.setdefault(hash(unique), mark) != mark:
            number += 1
            unique = f"{key}#{number}"
        return unique

    def _rejected(self, code: str, message: str, rows: list[Row], lines: list[int]) -> Rejected:
        return Rejected(
            line=lines[0],
            raw=self._plan.raw_of(rows[0]),
            code=code,
            message=message,
            lines=tuple(lines),
            rows=tuple(rows),
        )
