"""How a file was read, in plain words: its writing, its columns, the cells with problems."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping as MappingType
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext, ngettext

from habitue.collect.files.shapes import Format
from habitue.collect.files.targets import TARGETS
from habitue.kernel.text import gettext_noop as _
from habitue.quality.importing import PREVIEW_ROWS, CellError, Preview, PreviewColumn
from habitue.web.imports.choices import (
    IDENTIFYING,
    LOOKS,
    MOST_COLUMNS,
    Constant,
    Option,
    constants,
    groups,
    own_field,
)
from habitue.web.templatetags.show import number

if TYPE_CHECKING:
    from habitue.workspace import Workspace

KINDS: MappingType[str, str] = {
    "csv": _("Text table"),
    "xlsx": _("Excel workbook"),
    "ods": _("OpenDocument spreadsheet"),
    "jsonl": _("JSON Lines"),
    "parquet": _("Parquet"),
}
DELIMITERS: MappingType[str, str] = {
    ";": _("semicolon"),
    ",": _("comma"),
    "\t": _("tab"),
    " ": _("blanks"),
    "|": _("upright stroke"),
}
ENCODINGS: MappingType[str, str] = {
    "cp1252": "Windows-1252",
    "cp1251": "Windows-1251",
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
}
DATE_ORDERS: MappingType[str, str] = {
    "DMY": _("dates as day, month, year"),
    "MDY": _("dates as month, day, year"),
    "YMD": _("dates as year, month, day"),
}
MOST_ERRORS = 25
NUMBERS = frozenset({"money", "number"})


@dataclass(frozen=True, slots=True)
class Column:
    """One line of the table of columns."""

    index: int
    heading: str
    looks_like: str
    target: str
    becomes: str
    own: Option
    strange: Option | None
    identifies: bool
    sample: str
    problems: int
    problem: str
    why: str


@dataclass(frozen=True, slots=True)
class Error:
    """A sampled cell that cannot be read, in the reader's language."""

    line: int
    column: str
    value: str
    why: str


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that the page of a file shows; texts are translated."""

    facts: str
    notes: Sequence[str]
    columns: Sequence[Column]
    hidden_columns: int
    groups: Sequence[tuple[str, Sequence[Option]]]
    constants: Sequence[Constant]
    errors: Sequence[Error]
    more_errors: int
    is_whole: bool
    sampled: int
    records: int
    set_aside: int
    problems: int
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    used: int


def reading(ws: Workspace, preview: Preview) -> Reading:
    """The preview, written for the reader."""
    errors = [_error(error, _headings(preview)) for error in preview.errors]
    first = {error.column: error.why for error in reversed(errors)}
    counted = Counter(error.column for error in errors)
    purposes = [Option(purpose.purpose_id, gettext(purpose.name)) for purpose in ws.purposes.listing()]
    shown = preview.columns[:MOST_COLUMNS]
    return Reading(
        facts=" · ".join([*file_facts(preview.format, _looks(preview)), *_currency(ws, preview)]),
        notes=[gettext(note.message) % note.params if note.params else gettext(note.message) for note in preview.notes],
        columns=[_column(column, max(column.problems, counted[column.heading]), first) for column in shown],
        hidden_columns=len(preview.columns) - len(shown),
        groups=groups(),
        constants=constants(preview.mapping, purposes),
        errors=errors[:MOST_ERRORS],
        more_errors=max(len(errors) - MOST_ERRORS, 0),
        is_whole=preview.sampled < PREVIEW_ROWS,
        sampled=preview.sampled,
        records=preview.records,
        set_aside=preview.set_aside,
        problems=len(preview.errors),
        headings=[column.heading for column in shown],
        rows=[row[:MOST_COLUMNS] for row in preview.rows],
        used=sum(1 for target in preview.mapping.targets if target),
    )


def _looks(preview: Preview) -> frozenset[str]:
    return frozenset(column.looks_like for column in preview.columns)


def _currency(ws: Workspace, preview: Preview) -> list[str]:
    """The currency of amounts when neither a column nor a choice for the whole file names one."""
    targets = [target for target in preview.mapping.targets if target]
    has_own = any(target.endswith(".currency") for target in targets) or "currency" in preview.mapping.constants
    if has_own or not any(column.looks_like == "money" and column.target for column in preview.columns):
        return []
    told = gettext("amounts without a currency are in %(currency)s")
    return [told % {"currency": ws.config.workspace.currency}]


def file_facts(fmt: Format, looks: frozenset[str]) -> list[str]:
    """What was found out about the file without asking; `looks` is what its columns look like."""
    found = [gettext(KINDS.get(fmt.kind, fmt.kind))]
    if fmt.sheet:
        found.append(gettext("sheet “%(name)s”") % {"name": fmt.sheet})
    if fmt.encoding:
        found.append(ENCODINGS.get(fmt.encoding.lower(), fmt.encoding))
    if fmt.delimiter:
        found.append(gettext(DELIMITERS.get(fmt.delimiter, fmt.delimiter)))
    if fmt.header_row is not None:
        found.append(gettext("headings in row %(row)s") % {"row": number(fmt.header_row + 1)})
    if fmt.kind in ("csv", "jsonl"):
        if looks & NUMBERS:
            found.append(gettext("decimal comma") if fmt.decimal == "," else gettext("decimal point"))
        if "date" in looks:
            found.append(gettext(DATE_ORDERS.get(fmt.date_order, "")))
    return [text for text in found if text]


def _column(column: PreviewColumn, problems: int, first: MappingType[str, str]) -> Column:
    own = own_field(column.heading)
    target = column.target or ""
    is_strange = bool(target) and target not in TARGETS and target != own
    strange = Option(target, target.removeprefix("custom.").replace("_", " ")) if is_strange else None
    found = ngettext("%(count)s problem", "%(count)s problems", problems) if problems else ""
    return Column(
        index=column.index,
        heading=column.heading,
        looks_like=gettext(LOOKS.get(column.looks_like, column.looks_like)),
        target=target,
        becomes=_becomes(column, target, own),
        own=Option(own, gettext("Own field “%(name)s”") % {"name": column.heading}),
        strange=strange,
        identifies=target in IDENTIFYING,
        sample=" · ".join(sample if len(sample) <= 40 else sample[:39] + "…" for sample in column.samples),
        problems=problems,
        problem=found % {"count": number(problems)} if found else "",
        why=gettext(column.why) if not problems else first.get(column.heading, gettext(column.why)),
    )


def _becomes(column: PreviewColumn, target: str, own: str) -> str:
    """The choice in full, for a list that is too narrow for it."""
    if target in TARGETS:
        return gettext(TARGETS[target].label)
    return column.heading if target == own else target.removeprefix("custom.").replace("_", " ")


def _headings(preview: Preview) -> MappingType[str, str]:
    """The heading that stands for a field of a person, for problems that name the field."""
    pairs = zip(preview.columns, preview.mapping.targets, strict=True)
    return {target.partition(".")[2]: column.heading for column, target in pairs if target}


def _error(error: CellError, headings: MappingType[str, str]) -> Error:
    why = gettext(error.message)
    column = error.column if error.column in headings.values() else headings.get(error.column, error.column)
    return Error(error.line, column, error.value[:120], why % error.params if error.params else why)
