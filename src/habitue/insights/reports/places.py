"""Where to open and what to stock: places, ages and categories of the last twelve months."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ibis.expr.types as ir

from habitue.insights.reports.catalogue import Material, Report
from habitue.insights.reports.cross import against_usual, by_two, money_of, told, totals
from habitue.insights.reports.shape import Chart, Column, Condition, Did, Has, Outcome, Row, Say, Section, Value
from habitue.insights.reports.sold import lines
from habitue.insights.reports.who import AGES, customers, of_age
from habitue.kernel.text import gettext_noop as _

NEEDS = _("Import orders with articles, and addresses of the customers; with birth dates you see ages too.")
MOST_PLACES, MOST_ITEMS, SHOWN = 12, 10, 20


def sold_to(m: Material) -> ir.Table:
    """Articles of the last twelve months with who bought them (profile_id, on, item, money, place, age_group, …)."""
    since, until = m.year
    sold = lines(m.events, timezone=m.timezone, currency=m.currency)
    sold = sold.filter((sold["on"] >= since) & (sold["on"] <= until))
    sold = sold.mutate(item=sold.category.fill_null(sold["product"]), is_category=sold.category.notnull())
    return sold.inner_join(customers(m.people, today=m.today), "profile_id")


def compute(m: Material) -> Outcome:
    """Places by money, what each place buys more than others, and what each age buys."""
    facts = m.keep(sold_to(m))
    places = m.rows(totals(facts, "place"))[:MOST_PLACES]
    items = [row["item"] for row in m.rows(totals(facts, "item").limit(MOST_ITEMS))]
    links = Links(m, _fields(m, facts), _categories(m, facts), _knows_births(m, facts))
    shown = facts.filter(facts["item"].isin(items))
    ages = against_usual(m.rows(by_two(shown, "age_group", "item")), "age_group", "item") if items else []
    knows_ages = len({row["age_group"] for row in ages}) > 1
    if not places and not knows_ages:
        return Outcome(Say(NEEDS))
    chosen = shown.filter(shown.place.isin([row["place"] for row in places]))
    crossed = against_usual(m.rows(by_two(chosen, "place", "item")), "place", "item") if len(places) > 1 else []
    sections = [
        *([_places(places, links)] if places else []),
        *([_what_where(crossed, links)] if crossed else []),
        *([_ages(ages, links)] if knows_ages else []),
        *([_three(m, chosen, links)] if knows_ages and places else []),
    ]
    missing = []
    if not places:
        missing.append(Say(_("Where the customers live is not known: import addresses to see what which place buys.")))
    if not knows_ages:
        missing.append(Say(_("The age of the customers is not known: import birth dates to see what which age buys.")))
    return Outcome(_most(places) if places else sections[0].says, tuple(sections), tuple(missing))


def _most(places: Sequence[Row]) -> Say:
    return Say(
        _("Most money comes from %(place)s: %(money)s of the last twelve months from %(people)s customers."),
        {
            "place": Value(places[0]["place"], "text"),
            "money": Value(places[0]["money"], "money"),
            "people": Value(places[0]["people"], "people"),
        },
    )


@dataclass(frozen=True, slots=True)
class Links:
    """What rules can say: the trait that tells each place, and which items are categories (others are articles).

    A rule asks for the birth date, so it says nothing of ages that come from elsewhere (`knows_births` is false then).
    """

    material: Material
    fields: Mapping[str, str]
    categories: frozenset[str]
    knows_births: bool

    def behind(self, row: Row) -> Sequence[Condition]:
        """The conditions of a row with place, age group and item, as far as it has them; none where one is missing.

        A row that may be chance is nothing to act upon, so nobody is listed behind it.
        """
        if row.get("beyond") == "chance":
            return ()
        found: list[Condition] = []
        if "place" in row:
            if row["place"] not in self.fields:
                return ()
            found.append(Has(self.fields[row["place"]], "is", row["place"]))
        if "age_group" in row:
            if not self.knows_births:
                return ()
            found += of_age(row["age_group"])
        since, until = self.material.year
        where = ((self._property(row["item"]), "is", row["item"]),) if "item" in row else ()
        return (*found, Did("Order Completed", where, since, until))

    def _property(self, item: str) -> str:
        return "products.category" if item in self.categories else "products.name"


def _fields(m: Material, facts: ir.Table) -> dict[str, str]:
    """The trait that tells a place, where it is the same for all who live there."""
    known = facts.filter(facts.place.notnull()).select("place", "place_field").distinct()
    found: dict[str, set[str | None]] = {}
    for row in m.rows(known):
        found.setdefault(row["place"], set()).add(row["place_field"])
    single = {place: next(iter(fields)) for place, fields in found.items() if len(fields) == 1}
    return {place: field for place, field in single.items() if field}


def _knows_births(m: Material, facts: ir.Table) -> bool:
    known = facts.filter(facts.age_group.notnull() & ~facts.is_exact_age)
    return not m.rows(known.aggregate(others=known.count()))[0]["others"]


def _categories(m: Material, facts: ir.Table) -> frozenset[str]:
    return frozenset(row["item"] for row in m.rows(facts.filter(facts.is_category).select("item").distinct()))


def _places(places: Sequence[Row], links: Links) -> Section:
    whole = money_of(places)
    best = max(places, key=lambda row: row["money"] / row["people"] if row["people"] >= 10 else 0)
    rows = tuple(
        {
            **row,
            "each": row["money"] / row["people"],
            "share": float(row["money"] / whole) if whole else 0.0,
        }
        for row in places
    )
    return Section(
        "places",
        _("Where the money comes from"),
        Say(
            _("Customers in %(place)s spend most each: %(each)s."),
            {"place": Value(best["place"], "text"), "each": Value(best["money"] / best["people"], "money")},
        ),
        (
            Column("place", _("Place")),
            Column("people", _("Buyers"), "people"),
            Column("money", _("Money"), "money"),
            Column("each", _("For each buyer"), "money"),
            Column("share", _("Share of these places"), "share"),
        ),
        rows,
        Chart("bars", "money", "place"),
        links.behind,
        Say(_("Articles bought in the last twelve months, without what was sent back.")),
    )


def _what_where(rows: Sequence[Row], links: Links) -> Section:
    return Section(
        "place_items",
        _("What which place buys"),
        told(
            rows,
            lambda first: Say(
                _("“%(item)s” sells better in %(place)s than elsewhere: %(share)s against %(usual)s."),
                {
                    "item": Value(first["item"], "text"),
                    "place": Value(first["place"], "text"),
                    "share": Value(first["share"], "share"),
                    "usual": Value(first["usual"], "share"),
                },
            ),
        ),
        (Column("place", _("Place")), *CELLS),
        tuple(rows),
        Chart("heat", "item", "place", shade="more"),
        links.behind,
        READ,
    )


def _ages(rows: Sequence[Row], links: Links) -> Section:
    return Section(
        "age_items",
        _("What which age buys"),
        told(
            rows,
            lambda first: Say(
                _("“%(item)s” is bought more by those %(age)s: %(share)s against %(usual)s."),
                {
                    "item": Value(first["item"], "text"),
                    "age": Value(AGES[first["age_group"]], "choice"),
                    "share": Value(first["share"], "share"),
                    "usual": Value(first["usual"], "share"),
                },
            ),
        ),
        (Column("age_group", _("Age"), "choice", AGES), *CELLS),
        tuple(rows),
        Chart("heat", "item", "age_group", shade="more"),
        links.behind,
        READ,
    )


def _three(m: Material, facts: ir.Table, links: Links) -> Section:
    known = facts.filter(facts.age_group.notnull()).mutate(at=facts.place + "\x1f" + facts.age_group)
    rows = []
    for row in against_usual(m.rows(by_two(known, "at", "item")), "at", "item"):
        place, _separator, age = row["at"].partition("\x1f")
        if row["people"] >= 3:
            rows.append({**row, "place": place, "age_group": age})
    return Section(
        "place_age_items",
        _("Place, age and category together"),
        Say(_("Where a category stands out most in one place and age; few people, so take it as a hint.")),
        (Column("place", _("Place")), Column("age_group", _("Age"), "choice", AGES), *CELLS),
        tuple(rows[:SHOWN]),
        behind=links.behind,
        note=READ,
    )


CELLS = (
    Column("item", _("Category or article")),
    Column("people", _("Buyers"), "people"),
    Column("money", _("Money"), "money"),
    Column("share", _("Share"), "share"),
    Column("usual", _("Usual share"), "share"),
    Column("more", _("Points above usual"), "points"),
    Column("beyond", _("Larger than chance"), "choice", {"yes": _("yes"), "chance": _("may be chance")}),
)
READ = Say(
    _("Shares of buyers; those of few people are pulled towards the usual share, so that chance does not stand out.")
)
REPORT = Report(
    name="places",
    label=_("Where to open, what to stock"),
    question=_("Which places, ages and categories belong together?"),
    needs=NEEDS,
    theme="places",
    compute=compute,
    departments=("sales", "marketing"),
    order=40,
)
