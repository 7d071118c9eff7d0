"""A file of a campaign with its control group: who was written to, who responded, what was known before.

>>> from habitue.insights import experiment
>>> found = experiment.of_file("campaign.csv", treated="segment", control="nobody", outcome="visit")  # doctest: +SKIP
>>> found.scores.sentences()                                                                          # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from habitue.identity.matching.tablefiles import read_table
from habitue.insights import uplift
from habitue.insights.card import Said
from habitue.insights.models.histories import Flags, Floats
from habitue.insights.scores import Scores, column
from habitue.insights.uplift import Uplift, UpliftColumnMissing
from habitue.kernel.errors import HabitueError
from habitue.kernel.text import gettext_noop as _

TREATED = ("treated", "treatment", "group", "segment", "gruppe", "angeschrieben", "группа", "written_to", "exposure")
OUTCOME = (
    "response",
    "responded",
    "outcome",
    "visit",
    "conversion",
    "converted",
    "bought",
    "reaktion",
    "gekauft",
    "отклик",
)
CONTROL = (
    "0", "false", "no", "none", "control", "control group", "no e-mail", "no email", "nobody", "kontrolle", "nein",
    "kontrollgruppe", "контроль", "контрольная", "контрольная группа", "нет",
)  # fmt: skip
ALMOST_ALL = 0.999
DIGITS = 4


class GroupsUnclear(HabitueError):
    """Which rows are the control group cannot be told from the cells."""

    code = "groups_unclear"
    message = _("The column “%(name)s” does not say which rows are the control group: it holds %(values)s.")
    next_step = _("Name the value of the control group, and the value of the group to compare it with.")


@dataclass(frozen=True, slots=True)
class Experiment:
    """The measured campaign, and the same as scores: one row a row of the file, with its uplift."""

    uplift: Uplift
    scores: Scores


def of_file(
    path: Path | str,
    *,
    treated: str = "",
    outcome: str = "",
    control: str = "",
    group: str = "",
    leave_out: Sequence[str] = (),
) -> Experiment:
    """Measure a campaign from a file with one row a person; raises UpliftColumnMissing and GroupsUnclear."""
    table = read_table(Path(path)).table
    return of_table(table, treated=treated, outcome=outcome, control=control, group=group, leave_out=leave_out)


def of_table(
    table: pa.Table,
    *,
    treated: str = "",
    outcome: str = "",
    control: str = "",
    group: str = "",
    leave_out: Sequence[str] = (),
) -> Experiment:
    """The same on an Arrow table.

    `treated` names the column that says who was written to and `control` its value in the control group; `group`
    keeps one of several groups beside it. `outcome` names the column that says who responded. What is not named is
    guessed. Columns that are empty whenever nobody responded come from the response and are left out, with those of
    `leave_out`.
    """
    first, last = _named(table, treated, TREATED), _named(table, outcome, OUTCOME)
    for name in leave_out:
        _named(table, name, ())
    keep, is_treated, value = _groups(table[first], first, control, group)
    table, is_treated = table.filter(pa.array(keep)), is_treated[keep]
    happened = np.asarray([not _is_no(cell) for cell in table[last].to_pylist()], dtype=bool)
    numbers = {name: _numbers(table[name]) for name in table.column_names if name not in (first, last, *leave_out)}
    later = [name for name, cells in numbers.items() if cells is not None and _is_later(cells, happened)]
    names = [name for name in numbers if name not in later and not _is_id(table[name], numbers[name])]
    known = pa.table({name: table[name] if (cells := numbers[name]) is None else pa.array(cells) for name in names})
    found = uplift.of_arrays(uplift.features_of(known, names), is_treated, happened)
    rows = {"treated": pa.array(is_treated), "responded": pa.array(happened), "uplift": column(found.scores, DIGITS)}
    out = table.append_column("uplift", rows["uplift"]) if "uplift" not in table.column_names else pa.table(rows)
    columns = {"treated": first, "control": value, "outcome": last, "known": ", ".join(names)}
    return Experiment(found, Scores(out, (found.card,), _notes(later), columns))


def _named(table: pa.Table, name: str, usual: Sequence[str]) -> str:
    """The column of that name, else the first with a usual one."""
    headings: dict[str, str] = {str(heading).strip().lower(): str(heading) for heading in table.column_names}
    for wanted in (name.strip().lower(),) if name else usual:
        if wanted in headings:
            return headings[wanted]
    raise UpliftColumnMissing(name=name or usual[0], columns=", ".join(table.column_names))


def _groups(cells: pa.ChunkedArray, name: str, control: str, group: str) -> tuple[Flags, Flags, str]:
    """Which rows count, which of them were treated, and the value of the control group."""
    texts = np.array([_written(cell) for cell in cells.to_pylist()], dtype=object)
    kinds: dict[str, str] = {str(text).lower(): str(text) for text in texts}
    quiet = [kinds[kind] for kind in kinds if kind in ((control.strip().lower(),) if control else CONTROL)]
    others = [kind for kind in kinds.values() if kind not in quiet]
    wanted = [kind for kind in others if not group or kind.lower() == group.strip().lower()]
    if len(quiet) != 1 or not wanted:
        raise GroupsUnclear(name=name, values=", ".join(list(kinds.values())[:8]))
    is_treated = np.isin(texts, wanted)
    return is_treated | (texts == quiet[0]), is_treated, quiet[0]


def _written(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _is_no(cell: object) -> bool:
    return cell is None or _written(cell).lower() in ("", *CONTROL)


def _numbers(cells: pa.ChunkedArray) -> Floats | None:
    """The numbers of a column, None where it holds words."""
    try:
        values = cells.cast(pa.float64())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None
    found: Floats = np.nan_to_num(pc.fill_null(values, 0.0).to_numpy().astype(float))
    return found


def _is_later(cells: Floats, happened: Flags) -> bool:
    """Whether a column is nought nearly always without a response, and not with one: it was known only afterwards."""
    if happened.all() or not happened.any() or not cells.any():
        return False
    return float(np.mean(cells[~happened] == 0)) >= ALMOST_ALL and float(np.mean(cells[happened] != 0)) > 0.01


def _is_id(cells: pa.ChunkedArray, numbers: Floats | None) -> bool:
    """Whether a column names its rows: every cell is another one."""
    is_whole = numbers is None or bool((numbers == np.round(numbers)).all())
    return is_whole and cells.length() > 1 and pc.count_distinct(cells).as_py() == cells.length()


def _notes(later: Sequence[str]) -> tuple[Said, ...]:
    if not later:
        return ()
    message = _("Left out, because it is known only after somebody has responded: %(columns)s.")
    return (Said(message, {"columns": ", ".join(later)}),)
