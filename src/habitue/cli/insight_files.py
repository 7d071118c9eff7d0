"""`habitue insight NAME FILE`: an insight on any file of orders, without a workspace."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from habitue.cli.session import Session
from habitue.cli.verbs import Verb, pass_session
from habitue.insights.card import Card
from habitue.kernel.text import gettext_noop as _
from habitue.kernel.text import ngettext_noop

if TYPE_CHECKING:
    from habitue.insights.scores import Scores

SHOWN = 10
_WRITTEN = ngettext_noop("%(count)s row was written to %(file)s.", "%(count)s rows were written to %(file)s.")
_MORE = ngettext_noop("… and %(count)s more row.", "… and %(count)s more rows.")


def of_file(*, is_optional: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The file and the options that all insights on files share."""
    day = click.DateTime(formats=["%Y-%m-%d"])
    path = click.Path(exists=True, dir_okay=False, path_type=Path)
    options = (
        click.option("--as-of", type=day, help="Last day that counts as known; else the last day of the file."),
        click.option(
            "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write all rows there (.csv, .parquet)."
        ),
        click.option("--amount", help="Heading of the amount, else guessed."),
        click.option("--date", help="Heading of the order date, else guessed."),
        click.option("--customer", help="Heading of the customer, else guessed."),
        click.argument("orders", type=path, required=not is_optional),
    )

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in options:
            command = option(command)
        return command

    return add


def _horizon(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--horizon-days",
        type=click.IntRange(1, 3650),
        default=90,
        show_default=True,
        help="How many days to look ahead.",
    )(command)


@click.command("lifetime", cls=Verb)
@of_file()
@_horizon
@pass_session
def lifetime(session: Session, /, orders: Path, out: Path | None, horizon_days: int, **options: Any) -> None:
    """Orders and money to expect of each customer of a file, with bounds."""
    from habitue.insights import lifetime as insight

    give(session, insight.fit(orders, horizon_days=horizon_days, **named(options)), out)


@click.command("churn", cls=Verb)
@of_file()
@_horizon
@pass_session
def churn(session: Session, /, orders: Path, out: Path | None, horizon_days: int, **options: Any) -> None:
    """Who of a file is about to leave, and the loss that is likely in the days looked ahead."""
    from habitue.insights import churn as insight

    give(session, insight.fit(orders, horizon_days=horizon_days, **named(options)), out)


@click.command("next-order", cls=Verb)
@of_file()
@_horizon
@pass_session
def next_order(session: Session, /, orders: Path, out: Path | None, horizon_days: int, **options: Any) -> None:
    """When the next order of each customer of a file is to be expected."""
    from habitue.insights import next_order as insight

    give(session, insight.fit(orders, horizon_days=horizon_days, **named(options)), out)


@click.command("second-purchase", cls=Verb)
@of_file()
@_horizon
@pass_session
def second_purchase(session: Session, /, orders: Path, out: Path | None, horizon_days: int, **options: Any) -> None:
    """Which one-time buyers of a file may come back, and until when."""
    from habitue.insights import second_purchase as insight

    give(session, insight.fit(orders, horizon_days=horizon_days, **named(options)), out)


@click.command("affinity", cls=Verb)
@of_file()
@click.option("--product", help="Heading of the product, else guessed.")
@pass_session
def affinity(session: Session, /, orders: Path, out: Path | None, **options: Any) -> None:
    """What each customer of a file of order lines buys again, and what new product they would like."""
    from habitue.insights import affinity as insight

    give(session, insight.fit(orders, **named(options)), out)


@click.command("personas", cls=Verb)
@of_file()
@pass_session
def personas(session: Session, /, orders: Path, out: Path | None, **options: Any) -> None:
    """Which kinds of customers a file of orders knows, if there are stable ones."""
    from habitue.insights import personas as insight

    give(session, insight.fit(orders, **named(options)), out)


@click.command("uplift", cls=Verb)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--treated", default="", help="Heading of the column that says who was written to, else guessed.")
@click.option("--control", default="", help="What stands there in the control group, else guessed.")
@click.option("--group", default="", help="Which one of several groups to compare with the control group.")
@click.option("--outcome", default="", help="Heading of the column that says who responded, else guessed.")
@click.option("--leave-out", multiple=True, metavar="NAME", help="Column that was not known before the campaign.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write all rows there (.csv, .parquet).")
@pass_session
def uplift(session: Session, /, file: Path, out: Path | None, leave_out: tuple[str, ...], **named: str) -> None:
    """What a campaign changed against its control group, and whom it moved."""
    from habitue.insights import experiment

    give(session, experiment.of_file(file, leave_out=leave_out, **named).scores, out)


def named(options: dict[str, Any]) -> dict[str, Any]:
    """The options as the functions of the library take them."""
    as_of: datetime | None = options.pop("as_of")
    return {**options, "as_of": None if as_of is None else as_of.date()}


def give(session: Session, scores: Scores, out: Path | None) -> None:
    """Write all rows where asked to, and answer with the summary."""
    if out is not None:
        scores.write(out, session.text, session.one_or_many)
    data = {**scores.summary(session.text, session.one_or_many), "out": None if out is None else str(out)}
    session.give(data, lambda: _show(session, scores, out))


def _show(session: Session, scores: Scores, out: Path | None) -> None:
    table = scores.told(session.text, session.one_or_many)
    first = table.slice(0, SHOWN)
    session.table(first.column_names, [list(row.values()) for row in first.to_pylist()])
    if table.num_rows > SHOWN:
        session.count(_MORE, table.num_rows - SHOWN)
    for card in scores.cards:
        show_card(session, card)
    for sentence in scores.sentences(session.text, session.one_or_many):
        session.out.print(f"- {sentence}")
    if scores.columns:
        taken = ", ".join(f"{role} = {heading}" for role, heading in scores.columns.items())
        session.say(_("Columns taken: %(columns)s."), columns=taken)
    if out is not None:
        session.count(_WRITTEN, table.num_rows, file=str(out))


def show_card(session: Session, card: Card) -> None:
    """The figures of a test beside those of the simplest rule."""
    if not card.measures:
        return
    session.table(
        [_("Figure"), card.method_label, card.baseline_label],
        [(session.text(each.label), _figure(each.value), _figure(each.baseline)) for each in card.measures],
        title=card.insight,
    )


def _figure(value: float | None) -> float | None:
    return None if value is None or value != value else round(value, 3)


COMMANDS = (lifetime, churn, next_order, second_purchase, affinity, personas, uplift)
