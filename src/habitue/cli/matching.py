"""`habitue match`: which rows of a file are the same person or organisation."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import click

from habitue.cli.session import Session
from habitue.cli.verbs import Verb, pass_session
from habitue.kernel.text import gettext_noop as _

if TYPE_CHECKING:
    from habitue.identity.matching.library import Result
    from habitue.identity.matching.report import Report
    from habitue.identity.matching.shapes import KeyName

_ANSWERS = {"y": True, "yes": True, "s": True, "same": True, "j": True, "д": True, "1": True,
            "n": False, "no": False, "d": False, "different": False, "н": False, "0": False}  # fmt: skip


@click.command("match", cls=Verb)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="File for the result: .csv or .parquet.")
@click.option(
    "--source-column", "--link-column", "source_column", metavar="NAME",
    help="Column that names the source of a row: only rows of different sources can be one.",
)  # fmt: skip
@click.option("--labels", metavar="NAME", help="Column that says, for some rows, who they are.")
@click.option("--questions", type=click.IntRange(0, 200), default=0, help="How many doubtful pairs to ask you about.")
@click.option(
    "--answers", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV file with answers instead: a,b,same (rows counted from 0).",
)  # fmt: skip
@click.option("--seed", type=click.IntRange(0), default=7, show_default=True, help="Number from which chance is drawn.")
@click.option(
    "--engine", metavar="NAME", default="duckdb", show_default=True,
    help="What makes the pairs: duckdb, spark, or the address of a Spark cluster. The result is the same.",
)  # fmt: skip
@click.option("--delimiter", metavar="SIGN", help="What stands between the cells of FILE, where it is not found out.")
@pass_session
def match(
    session: Session, file: Path, out: Path | None, source_column: str | None, labels: str | None, questions: int,
    answers: Path | None, seed: int, engine: str, delimiter: str | None,
) -> None:  # fmt: skip
    """Find the rows of FILE that are the same person or organisation.

    Needs no workspace and no settings. The result has the same rows in the same order and two columns more:
    cluster_id, and match_probability: how likely the row belongs to that cluster, or that it is alone when it is.
    """
    from habitue.identity.matching.library import match as match_rows
    from habitue.identity.matching.tablefiles import check_out, read_table, write_table

    if out is not None:
        check_out(out, file)
    given = read_table(file, delimiter={"\\t": "\t"}.get(delimiter or "", delimiter))
    found = match_rows(given.table, source_column=source_column, labels=labels, seed=seed, engine=engine)
    if answers is not None or questions:
        found = _asked(session, found, questions, answers)
    if out is not None:
        write_table(found.clusters, out, like=given.format)
    session.give(found.report, lambda: _show(session, found.report, out))
    _tell(session, found, lost=given.lost, odd=given.odd, is_written=out is not None)


def _tell(session: Session, found: Result, *, lost: int, odd: int, is_written: bool) -> None:
    """What the figures do not say by themselves."""
    if odd:
        session.say(_("%(count)s lines had more or fewer cells than the headings: they were cut or padded."), count=odd)
    if lost:
        session.say(_("%(count)s rows of the file could not be read and are not in the result."), count=lost)
    if found.report.rows > 1 and not found.report.keys:
        session.say(
            _(
                "Nothing could be compared: no column has values that few rows share. Every row stays alone, even rows"
                " that are equal."
            )
        )
    ours = found.clusters.column_names[found.table.num_columns :]
    if is_written and ours != ["cluster_id", "match_probability"]:
        session.say(
            _("The file had columns of these names already; the result stands in %(columns)s."),
            columns=", ".join(ours),
        )


def _asked(session: Session, found: Result, questions: int, answers: Path | None) -> Result:
    from habitue.identity.matching.answers import Answer
    from habitue.identity.matching.asking import pairs_to_ask, with_answers

    if answers is not None:
        said = [Answer(*each) for each in _answers(answers, found.table.num_rows)]
    else:
        said = []
        for number, (a, b) in enumerate(pairs_to_ask(found.matched, count=questions), start=1):
            answer = _ask(session, found, number, a, b)
            if answer is None:
                break
            said.append(Answer(a, b, answer))
    return type(found)(found.table, with_answers(found.matched, said))


def _answers(path: Path, rows: int) -> list[tuple[int, int, bool]]:
    """The answers of a file; raises AnswersUnreadable with the line that is none."""
    from habitue.identity.matching.errors import AnswersUnreadable

    said: list[tuple[int, int, bool]] = []
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        try:
            for row in csv.DictReader(file):
                a, b = int(row["a"]), int(row["b"])
                if not (0 <= a < rows and 0 <= b < rows):
                    raise IndexError(a, b)
                said.append((a, b, _ANSWERS[row["same"].strip().lower()]))
        except (KeyError, ValueError, TypeError, AttributeError, IndexError, csv.Error) as problem:
            raise AnswersUnreadable(line=len(said) + 2, file=path.name, last=max(rows - 1, 0)) from problem
    return said


def _ask(session: Session, found: Result, number: int, a: int, b: int) -> bool | None:
    names = found.table.column_names
    one, two = (found.table.slice(row, 1).to_pylist()[0] for row in (a, b))
    rows = [(name, str(one[name] or ""), str(two[name] or "")) for name in names]
    session.table([_("Column"), _("One"), _("Other")], rows, title=f"{number}.")
    session.say("%(text)s", text=found.explain(a, b, session.text))
    answer = click.prompt(session.text(_("The same? y/n, empty to stop")), default="", show_default=False)
    return _ANSWERS.get(answer.strip().lower())


def _show(session: Session, report: Report, out: Path | None) -> None:
    understood = [
        (each.name, session.text(KINDS[each.kind]), session.text(each.why), session.percent(each.filled))
        for each in report.columns
    ]
    session.table([_("Column"), _("Understood as"), _("Because"), _("Filled")], understood)
    session.table(
        [_("Compared where these agree"), _("Pairs, estimated")],
        [(_key(session, each.key), each.pairs) for each in report.keys],
    )
    trained = [
        (_key(session, each.key), each.pairs, round(each.matches),
         session.text(_("kept") if each.kept else _("thrown away")), session.text(each.reason, column=each.about))
        for each in report.sessions
    ]  # fmt: skip
    if trained:
        session.table(
            [_("Learnt from pairs where these agree"), _("Pairs"), _("The same"), _("Outcome"), _("Reason")], trained
        )
    precision = _percent(session, report.expected_precision)
    few = session.text(_("too few rows to say")) if report.rows < FEW_ROWS else None
    session.facts(
        [
            (_("Linked from probability"), _percent(session, report.link_probability)),
            (_("To be reviewed from probability"), _percent(session, report.review_probability)),
            (_("Pairs to review"), report.pairs_to_review),
            (_("Expected precision"), few or precision),
            # Where nothing was linked, a share of next to nothing would read as if much had been missed.
            (_("Expected recall"), few or (_percent(session, report.expected_recall) if precision else None)),
            (_("Sources that hold everybody once"), ", ".join(report.sources_without_duplicates) or None),
            (_("Rows"), report.rows),
            (_("Clusters"), report.clusters),
            (_("Largest cluster"), report.largest_cluster),
            (_("Pairs compared"), report.pairs_compared),
            (_("Seconds"), report.seconds),
            (_("Written to"), str(out) if out else None),
        ]
    )


def _key(session: Session, key: KeyName) -> str:
    return " + ".join(f"{column} ({session.text(glass)})" for column, glass in key)


def _percent(session: Session, share: float | None) -> str | None:
    return None if share is None else session.percent(share)


FEW_ROWS = 30
"""With fewer rows a share of right matches would be a guess told as a figure."""
KINDS = {
    "name": _("name"),
    "word": _("word"),
    "text": _("several words"),
    "email": _("e-mail"),
    "phone": _("phone"),
    "date": _("date"),
    "code": _("number or code"),
    "category": _("category"),
    "ignored": _("not used"),
}
