"""Generates the example shop: seven sources in eight files, and the truth beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from habitue.demo.cards import card_numbers
from habitue.demo.census import census
from habitue.demo.chance import happens, stream
from habitue.demo.crm_file import crm_file
from habitue.demo.helpdesk_file import helpdesk_file
from habitue.demo.mess import Mess
from habitue.demo.newsletter_files import newsletter_file, russian_file
from habitue.demo.people import people as true_people
from habitue.demo.shop_file import shop_file
from habitue.demo.shopping import histories as all_histories
from habitue.demo.story import YEARS_OF_ORDERS
from habitue.demo.subscription_file import subscription_file
from habitue.demo.survey_file import survey_file
from habitue.demo.till_file import till_file
from habitue.demo.truth import people_table, truth_table

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from habitue.demo.person import Person
    from habitue.demo.shopping import History
    from habitue.demo.tables import SourceFile


_STREAMS = ("shop", "crm", "newsletter", "russian", "helpdesk", "till", "survey", "subscriptions")


@dataclass(frozen=True, slots=True)
class GeneratedFile:
    """A file that was written; `kind` is orders, people, consents, calls, receipts, answers or
    subscriptions; `rows` without heading."""

    path: Path
    source_name: str
    kind: str
    rows: int


@dataclass(frozen=True, slots=True)
class Generated:
    """What `generate` made.

    `people` true persons appear as `records` person records (accounts, guest orders, contacts, subscriptions,
    tickets, cards; nobody's records and receipts without a card are not counted). `mess` is (kind, how often).
    """

    files: tuple[GeneratedFile, ...]
    truth: Path
    truth_people: Path
    people: int
    records: int
    mess: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class _Lists:
    """Who is in the address book (person ids) and who subscribed to which mailing list."""

    contacts: frozenset[str]
    subscribers: list[Person]
    russian: list[Person]


def generate(folder: Path, *, seed: int = 7, people: int = 8000, until: date) -> Generated:
    """Write the example shop into `folder`: its exports, `truth.csv` and `truth_people.csv`.

    `until` is the last full day of the story, which begins three years before. Equal arguments give equal bytes.
    At least 50 people are made.
    """
    start = _years_before(until, YEARS_OF_ORDERS)
    made = true_people(seed=seed, count=max(50, people), start=start, until=until)
    histories = all_histories(made, seed=seed, start=start, until=until)
    sources, mess = _sources(histories, seed=seed, start=start, until=until)
    rows = [row for source in sources for row in source.truth]
    folder.mkdir(parents=True, exist_ok=True)
    for source in sources:
        (folder / source.file).write_bytes(source.content)
    (folder / "truth.csv").write_bytes(truth_table(rows))
    (folder / "truth_people.csv").write_bytes(people_table(histories, rows))
    return Generated(
        files=tuple(
            GeneratedFile(folder / source.file, source.source_name, source.kind, source.rows) for source in sources
        ),
        truth=folder / "truth.csv",
        truth_people=folder / "truth_people.csv",
        people=len(made),
        records=sum(1 for row in rows if row.person_id),
        mess=(*census(histories), *sorted(mess.items())),
    )


def _sources(
    histories: tuple[History, ...], *, seed: int, start: date, until: date
) -> tuple[tuple[SourceFile, ...], dict[str, int]]:
    lists = _lists(histories, seed)
    cards = card_numbers(histories, seed=seed)
    mess = {name: Mess(stream(seed, name)) for name in _STREAMS}
    sources = (
        shop_file(histories, seed=seed, mess=mess["shop"], until=until),
        crm_file(histories, cards, lists.contacts, mess=mess["crm"], start=start),
        newsletter_file(lists.subscribers, mess=mess["newsletter"], start=start, until=until),
        russian_file(lists.russian, mess=mess["russian"], start=start, until=until),
        helpdesk_file(histories, mess=mess["helpdesk"], start=start, until=until),
        till_file(histories, cards, mess=mess["till"], start=start, until=until),
        survey_file(histories, mess=mess["survey"], until=until),
        subscription_file(histories, mess=mess["subscriptions"], until=until),
    )
    total: dict[str, int] = {}
    for made in mess.values():
        for kind, count in made.counts.items():
            total[kind] = total.get(kind, 0) + count
    return sources, total


def _lists(histories: tuple[History, ...], seed: int) -> _Lists:
    """Decide who is known to the office and the newsletter, so that everybody is seen somewhere."""
    rng = stream(seed, "lists")
    contacts: set[str] = set()
    subscribers: list[Person] = []
    russian: list[Person] = []
    for history in histories:
        person = history.person
        share = 0.96 if history.is_at_till else (0.2 if history.is_online else 0.5)
        is_contact = person.company is not None or happens(rng, share)
        if is_contact:
            contacts.add(person.person_id)
        is_unseen = not is_contact and not history.purchases
        if person.cyrillic and happens(rng, 0.42):
            russian.append(person)
            is_unseen = False
        if is_unseen or happens(rng, 0.36):
            subscribers.append(person)
    return _Lists(frozenset(contacts), subscribers, russian)


def _years_before(day: date, years: int) -> date:
    """The same day some years ago; 28 February for a leap day."""
    if (day.month, day.day) == (2, 29):
        return day.replace(year=day.year - years, day=28)
    return day.replace(year=day.year - years)
