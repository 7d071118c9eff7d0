"""`tea_subscriptions.csv`: who has a tea subscription, each year of it with its payment."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from habitue.demo.chance import happens, weighted
from habitue.demo.person import on
from habitue.demo.tables import SourceFile, TruthRow, delimited, euros

if TYPE_CHECKING:
    from habitue.demo.mess import Mess
    from habitue.demo.shopping import History

FILE, SOURCE = "tea_subscriptions.csv", "subscriptions"
HEADING = (
    *("E-Mail", "Abo", "Abo-Status", "Abo-Beginn", "Abo-Verlängerung", "Abo-Preis"),
    *("Zahlungsnummer", "Bezahlt am", "Gezahlter Betrag", "Zahlungsstatus"),
)
_PLANS = weighted(((("Tee des Monats", 11900), 60), (("Kaffee des Monats", 13900), 30), (("Matcha-Abo", 19900), 10)))
_YEAR = timedelta(days=365)


def subscription_file(histories: tuple[History, ...], *, mess: Mess, until: date) -> SourceFile:
    """Subscriptions of some who bought online three times; most are given as presents before Christmas."""
    owners: dict[str, set[str]] = {}
    for history in histories:
        for _day, email in history.person.emails:
            owners.setdefault(email, set()).add(history.person.person_id)
    rows: list[tuple[str, ...]] = []
    truth: dict[str, TruthRow] = {}
    for history in histories:
        if len(history.purchases) < 3 or not happens(mess.rng, 0.16):
            continue
        begun = history.purchases[2].at.date()
        if happens(mess.rng, 0.4):
            begun = min(until, max(begun, date(begun.year, 12, mess.rng.randrange(1, 22))))
        email = on(history.person.emails, begun)
        if len(owners[email]) > 1:
            continue
        rows += _years(mess, email, begun, until, number=len(truth) + 1)
        person = history.person
        truth[email] = TruthRow(SOURCE, FILE, "E-Mail", email, person.person_id, person.household)
    rows.sort(key=lambda row: (row[3], row[0]))
    content = delimited(HEADING, rows, delimiter=";", encoding="utf-8", newline="\n")
    return SourceFile(FILE, SOURCE, "subscriptions", len(rows), content, tuple(truth.values()))


def _years(mess: Mess, email: str, begun: date, until: date, *, number: int) -> list[tuple[str, ...]]:
    """A row for each year; the last one may say that it was ended."""
    (plan, cents), day, state = _PLANS.draw(mess.rng), begun, "begonnen"
    made: list[tuple[str, ...]] = []
    while day <= until:
        failed = mess.makes("payment that failed", 0.07)
        paid_on = min(until, day + timedelta(days=mess.rng.randrange(0, 6)))
        made.append(
            (
                *(email, plan, state, day.isoformat(), (day + _YEAR).isoformat(), euros(cents, comma=True)),
                *(f"Z-{number:05d}-{len(made) + 1}", paid_on.isoformat(), euros(cents, comma=True)),
                "fehlgeschlagen" if failed else "bezahlt",
            )
        )
        day += _YEAR
        if day <= until and happens(mess.rng, 0.3):
            made.append((email, plan, "gekündigt", day.isoformat(), "", "", "", "", "", ""))
            break
        state = "verlängert"
    return made
