"""`till_receipts.csv`: the tills of the three stores, tab-separated, one row per article."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from habitue.demo import story
from habitue.demo.baskets import basket, taste
from habitue.demo.chance import happens, weighted
from habitue.demo.season import BUSIEST, TILL_HOURS, demand
from habitue.demo.shopping import TILL_PAYMENTS, Purchase
from habitue.demo.tables import SourceFile, TruthRow, delimited, euros
from habitue.demo.writing import write_email, write_name

if TYPE_CHECKING:
    from habitue.demo.mess import Mess
    from habitue.demo.person import Person
    from habitue.demo.shopping import History

FILE, SOURCE = "till_receipts.csv", "till"
HEADING = (
    *(
        "receipt_no",
        "date",
        "time",
        "store",
        "loyalty_card",
        "card_holder",
        "email",
        "sku",
        "product",
        "category",
    ),
    *("brand", "quantity", "unit_price", "payment"),
)
_STORES = {store.code: store for store in story.STORES}
_WALK_INS = weighted((store.code, store.weight) for store in story.STORES)
ANONYMOUS_PER_CARD_RECEIPT = 0.25  # makes one receipt in five


def till_file(
    histories: tuple[History, ...], cards: dict[str, str], *, mess: Mess, start: date, until: date
) -> SourceFile:
    """The receipts of card holders and of walk-in customers whom nobody knows."""
    known = [purchase for history in histories for purchase in history.purchases if purchase.store]
    walked_in = _walk_ins(histories[0].person, round(len(known) * ANONYMOUS_PER_CARD_RECEIPT), mess, start, until)
    mess.counts["receipt without a card"] += len(walked_in)
    receipts = [(purchase, True) for purchase in known] + [(purchase, False) for purchase in walked_in]
    receipts.sort(key=lambda receipt: (receipt[0].at, receipt[0].store, receipt[1], receipt[0].person.person_id))
    printed = _printed_names(mess, known)
    counters = dict.fromkeys(_STORES, 0)
    rows: list[tuple[str, ...]] = []
    truth: dict[str, TruthRow] = {}
    for purchase, has_card in receipts:
        counters[purchase.store] += 1
        number = f"{purchase.store}-{counters[purchase.store]:06d}"
        person = purchase.person
        holder = ("", "", "")
        if has_card:
            card = cards[person.person_id]
            holder = (card, *printed[person.person_id])
            truth[card] = TruthRow(SOURCE, FILE, "loyalty_card", card, person.person_id, person.household)
        else:
            truth[number] = TruthRow(SOURCE, FILE, "receipt_no", number, "", "")
        rows += _rows(purchase, number, holder)
    content = delimited(HEADING, rows, delimiter="\t", encoding="utf-8", newline="\n")
    return SourceFile(FILE, SOURCE, "receipts", len(rows), content, tuple(truth.values()))


def _printed_names(mess: Mess, known: list[Purchase]) -> dict[str, tuple[str, str]]:
    """person_id → (name, e-mail) as the till has them since the card was given out."""
    printed: dict[str, tuple[str, str]] = {}
    for purchase in known:
        person = purchase.person
        if person.person_id in printed:
            continue
        name = write_name(mess, person, purchase.at.date())
        email = write_email(mess, person, purchase.at.date()) if happens(mess.rng, 0.3) else ""
        shown = "" if mess.makes("card without a name at the till", 0.1) else f"{name.first} {name.last}"
        printed[person.person_id] = (shown, email)
    return printed


def _walk_ins(example: Person, count: int, mess: Mess, start: date, until: date) -> list[Purchase]:
    """Receipts of strangers; `example` only lends the tastes an age and a region."""
    rng = mess.rng
    stranger = replace(example, person_id="", household="")
    made: list[Purchase] = []
    while len(made) < count:
        day = start + timedelta(days=rng.randrange((until - start).days + 1))
        if not happens(rng, demand(day, till=True) / BUSIEST):
            continue
        at = datetime.combine(day, time(TILL_HOURS.draw(rng), rng.randrange(60)))
        lines = basket(rng, taste(rng, stranger, start), day, start=start)
        made.append(Purchase(stranger, at, _WALK_INS.draw(rng), lines, 0, TILL_PAYMENTS.draw(rng), "done"))
    return made


def _rows(purchase: Purchase, number: str, holder: tuple[str, ...]) -> list[tuple[str, ...]]:
    at, store = purchase.at, _STORES[purchase.store].label
    return [
        (
            *(number, at.strftime("%Y-%m-%d"), at.strftime("%H:%M"), store, *holder),
            *(line.product.sku, line.product.name, line.product.category, line.product.brand),
            *(str(line.quantity), euros(line.unit_cents, comma=False), purchase.payment),
        )
        for line in purchase.lines
    ]
