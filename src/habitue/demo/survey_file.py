"""`nps_survey.csv`: would you recommend us, from 0 to 10, and why; sent some days after a purchase."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from habitue.demo import story
from habitue.demo.chance import happens, weighted
from habitue.demo.person import on
from habitue.demo.tables import SourceFile, TruthRow, delimited

if TYPE_CHECKING:
    from random import Random

    from habitue.demo.mess import Mess
    from habitue.demo.shopping import History, Purchase

FILE, SOURCE = "nps_survey.csv", "survey"
HEADING = ("E-Mail", "Umfrage", "Beantwortet am", "NPS-Wert", "Rückmeldung")
_PRAISE = {
    "de": (
        "Der {product} schmeckt wunderbar, sehr gute Beratung im Laden.",
        "Schnelle Lieferung, alles liebevoll verpackt.",
        "Tolle Auswahl, ich bestelle den {product} immer wieder.",
        "Freundliche Beratung, die Empfehlung war genau richtig.",
    ),
    "en": ("Fast delivery and lovely packaging.", "Great choice of tea, friendly advice in the shop."),
    "ru": ("Быстрая доставка, всё красиво упаковано.", "Отличный чай, приятная консультация в магазине."),
}
_BLAME = {
    "de": (
        "Die Lieferung kam viel zu spät, das Paket war eine Woche unterwegs.",
        "Lieferung verspätet und keine Auskunft wo das Paket bleibt.",
        "Die Preise sind stark gestiegen, für den {product} wird mir das zu teuer.",
        "Zu teuer geworden, andere Läden haben günstigere Preise.",
        "Verpackung beschädigt, die Dose war eingedrückt und der Tee offen.",
    ),
    "en": ("Delivery took far too long.", "Prices went up a lot, too expensive for me now."),
    "ru": ("Доставка очень долгая, посылка шла две недели.", "Цены сильно выросли, стало слишком дорого."),
}
_BROKEN = (
    "Der Deckel vom Wasserkocher ist abgebrochen, sehr ärgerlich.",
    "Wasserkocher defekt, der Deckel hält nicht mehr.",
)
_AGAIN_DAYS = 150
_SCORES = weighted(((10, 24), (9, 22), (8, 18), (7, 12), (6, 6), (5, 6), (4, 4), (3, 3), (2, 2), (1, 1), (0, 2)))


def survey_file(histories: tuple[History, ...], *, mess: Mess, until: date) -> SourceFile:
    """The answers of those who were asked after an online purchase and whose e-mail address is theirs alone."""
    owners: dict[str, set[str]] = {}
    for history in histories:
        for _day, email in history.person.emails:
            owners.setdefault(email, set()).add(history.person.person_id)
    rows: list[tuple[str, ...]] = []
    truth: dict[str, TruthRow] = {}
    for history in histories:
        asked: date | None = None
        for purchase in history.purchases:
            day = purchase.at.date()
            email = on(history.person.emails, day)
            if len(owners[email]) > 1 or purchase.store or (asked and (day - asked).days < _AGAIN_DAYS):
                continue
            asked = day
            answered = day + timedelta(days=mess.rng.randrange(5, 12))
            if answered > until or not happens(mess.rng, 0.3):
                continue
            rows.append(_answer(mess.rng, purchase, email, answered, until))
            person = history.person
            truth[email] = TruthRow(SOURCE, FILE, "E-Mail", email, person.person_id, person.household)
    rows.sort(key=lambda row: (row[2], row[0]))
    content = delimited(HEADING, rows, delimiter=";", encoding="utf-8", newline="\n")
    return SourceFile(FILE, SOURCE, "answers", len(rows), content, tuple(truth.values()))


def _answer(rng: Random, purchase: Purchase, email: str, day: date, until: date) -> tuple[str, ...]:
    is_recent = purchase.at.date() > until - timedelta(days=story.BROKEN_SINCE_DAYS)
    is_broken = is_recent and any(line.product.sku == story.BROKEN_SKU for line in purchase.lines)
    score = rng.randrange(0, 6) if is_broken else _SCORES.draw(rng)
    text = ""
    if happens(rng, 0.62):
        language = purchase.person.language if purchase.person.language in _PRAISE else "de"
        said = _BROKEN if is_broken else (_PRAISE if score >= 8 else _BLAME)[language]
        text = rng.choice(said).format(product=rng.choice(purchase.lines).product.name)
    at = datetime.combine(day, time(rng.randrange(8, 22), rng.randrange(60)))
    return (email, f"NPS {day.year}", at.strftime("%Y-%m-%d %H:%M"), str(score), text)
