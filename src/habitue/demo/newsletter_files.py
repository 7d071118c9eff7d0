"""`newsletter.csv` and `newsletter_ru.csv`: who subscribed, when, to which words, and who left."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from habitue.demo import story
from habitue.demo.chance import happens, weighted
from habitue.demo.person import on
from habitue.demo.tables import SourceFile, TruthRow, delimited
from habitue.demo.writing import some_phone, write_name

if TYPE_CHECKING:
    from habitue.demo.mess import Mess
    from habitue.demo.person import Person

FILE, FILE_RU, SOURCE = "newsletter.csv", "newsletter_ru.csv", "newsletter"
HEADING = (
    *("email", "first_name", "last_name", "language", "subscribed", "consent_at", "double_opt_in_at"),
    *("consent_text", "form_url", "source", "unsubscribed_at"),
)
HEADING_RU = ("Имя", "Фамилия", "Эл. почта", "Телефон", "Город", "Согласие", "Дата согласия")
_SOURCES = weighted((("checkout", 45), ("footer", 25), ("popup", 12), ("store", 12), ("event", 6)))
_PATHS = {
    "checkout": "kasse",
    "footer": "newsletter",
    "popup": "willkommen",
    "store": "laden",
    "event": "teekurs",
}


def newsletter_file(people: list[Person], *, mess: Mess, start: date, until: date) -> SourceFile:
    """The subscribers among `people`; who changed the e-mail address may appear under both."""
    rows: list[tuple[str, ...]] = []
    truth: dict[str, TruthRow] = {}
    for person in people:
        days = [_some_day(mess, start, until)]
        if len(person.emails) > 1:
            days = sorted((days[0], person.emails[1][0]))
            if happens(mess.rng, 0.45):
                days = days[:1]
        for place, day in enumerate(days):
            email = _as_typed(mess, on(person.emails, day))
            if email.lower() in truth:
                mess.counts["shared e-mail already in the list"] += 1
                continue
            if place:
                mess.counts["subscribed again with a new e-mail"] += 1
            rows.append(_row(mess, person, email, day, until=until, old=place + 1 < len(days)))
            truth[email.lower()] = TruthRow(SOURCE, FILE, "email", email, person.person_id, person.household)
    rows.append((story.TEST_EMAIL, "test", "test", "de", "true", f"{until}T08:00:00Z", "", "", "", "footer", ""))
    truth[story.TEST_EMAIL] = TruthRow(SOURCE, FILE, "email", story.TEST_EMAIL, "", "")
    rows.sort(key=lambda row: (row[5], row[0]))
    content = delimited(HEADING, rows, delimiter=",", encoding="utf-8", newline="\n")
    return SourceFile(FILE, SOURCE, "consents", len(rows), content, tuple(truth.values()))


def _as_typed(mess: Mess, email: str) -> str:
    typed = mess.email(email)
    return typed if "@" in typed else email


def _some_day(mess: Mess, start: date, until: date) -> date:
    return start + timedelta(days=mess.rng.randrange((until - start).days - 2))


def _row(mess: Mess, person: Person, email: str, day: date, *, until: date, old: bool) -> tuple[str, ...]:
    rng = mess.rng
    name = write_name(mess, person, day, cyrillic=happens(rng, 0.25))
    first, last = name.first, name.last
    if mess.makes("subscriber without name", 0.2):
        first = last = ""
    elif mess.makes("subscriber without last name", 0.12):
        last = ""
    asked = _instant(mess, day)
    confirmed = asked + timedelta(minutes=rng.randrange(1, 2000))
    has_confirmed = not mess.makes("consent never confirmed", 0.07)
    source = _SOURCES.draw(rng)
    text = story.CONSENT_TEXT_EN if person.language == "en" else story.CONSENT_TEXTS[day.year >= until.year - 1]
    is_off = mess.makes("unsubscribed", 0.6 if old else 0.15)
    minutes = rng.randrange(1, max(2, (until - day).days * 1300))
    left = datetime.combine(until, time(6), UTC) - timedelta(minutes=minutes)
    return (
        *(email, first, last, person.language, "false" if is_off or not has_confirmed else "true"),
        *(_iso(asked), _iso(confirmed) if has_confirmed else "", text),
        *(f"https://{story.DOMAIN}/{_PATHS[source]}", source),
        _iso(max(left, confirmed)) if is_off else "",
    )


def _instant(mess: Mess, day: date) -> datetime:
    clock = time(mess.rng.randrange(6, 22), mess.rng.randrange(60), mess.rng.randrange(60))
    return datetime.combine(day, clock, UTC)


def _iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def russian_file(people: list[Person], *, mess: Mess, start: date, until: date) -> SourceFile:
    """The Russian mailing list: Windows-1251, semicolons, Russian headings; `people` write Cyrillic."""
    rows: list[tuple[str, ...]] = []
    truth: dict[str, TruthRow] = {}
    for person in people:
        day = _some_day(mess, start, until)
        email = on(person.emails, day)
        if email in truth:
            continue
        name = write_name(mess, person, day, cyrillic=True)
        phone = "" if happens(mess.rng, 0.3) else mess.phone(some_phone(mess, person, day, at_home=0.15))
        agreed = "нет" if mess.makes("unsubscribed", 0.09) else "да"
        city = on(person.addresses, day).city.russian
        rows.append((name.first, name.last, email, phone, city, agreed, day.strftime("%d.%m.%Y")))
        truth[email] = TruthRow(SOURCE, FILE_RU, "Эл. почта", email, person.person_id, person.household)
    content = delimited(HEADING_RU, rows, delimiter=";", encoding="cp1251", newline="\r\n")
    return SourceFile(FILE_RU, SOURCE, "consents", len(rows), content, tuple(truth.values()))
