"""What customers are: place, age group, business or private, industry, size, and how they heard of us."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from habitue.insights.reports.shape import Condition, Has
from habitue.insights.reports.sold import text_of
from habitue.kernel.text import gettext_noop as _

AGES: Mapping[str, str] = {
    "0-24": _("under 25"),
    "25-34": _("25 to 34"),
    "35-44": _("35 to 44"),
    "45-54": _("45 to 54"),
    "55-64": _("55 to 64"),
    "65-120": _("65 and older"),
}
"""Age groups: code, which is the first and the last age, and msgid."""
SIZES: Mapping[str, str] = {
    "1-9": _("up to 9 employees"),
    "10-49": _("10 to 49 employees"),
    "50-249": _("50 to 249 employees"),
    "250-": _("250 employees and more"),
}


def customers(people: ir.Table, *, today: date) -> ir.Table:
    """Every person (profile_id, place, place_field, country, age_group, is_exact_age, industry, size, …).

    `place` is the region, else the city; `place_field` tells which, null where it is the company's. The age comes from
    the birth date, else from an own field `year_birth` or `age`; only the first is exact. Industry and size are the
    person's own, else those of the company of that name.
    """
    persons = people.filter(people.kind == "person")
    firms = people.filter((people.kind == "company") & people["name"].notnull())
    firms = firms.group_by(firm=firms["name"]).aggregate(
        firm_industry=text_of(firms.traits, "industry").max(),
        firm_employees=text_of(firms.traits, "employees").max(),
        firm_city=text_of(firms.traits, "city").max(),
        firm_region=text_of(firms.traits, "region").max(),
    )
    told = persons.left_join(firms, persons.company_name == firms.firm)
    employees = ibis.coalesce(text_of(told.traits, "employees"), told.firm_employees).try_cast("int64")
    age = ibis.coalesce(
        _age(told.birth_date, today),
        ibis.literal(today.year, type="int64") - text_of(told.traits, "year_birth").try_cast("int64"),
        text_of(told.traits, "age").substr(0, 2).try_cast("int64"),
    )
    return told.select(
        "profile_id",
        "country",
        place=ibis.coalesce(told.region.nullif(""), told.city.nullif(""), told.firm_region, told.firm_city),
        place_field=ibis.cases(
            (told.region.fill_null("") != "", "region"),
            (told.city.fill_null("") != "", "city"),
            else_=ibis.null("string"),
        ),
        age_group=_bucket(age, AGES),
        is_exact_age=told.birth_date.notnull(),
        is_business=told.company_name.notnull(),
        industry=ibis.coalesce(text_of(told.traits, "industry"), told.firm_industry),
        size=_bucket(employees, SIZES),
        heard=told.source_channel,
        company_name=told.company_name,
    )


def of_age(code: str) -> Sequence[Condition]:
    """The people of an age group."""
    youngest, _dash, oldest = code.partition("-")
    return (Has("age", "between", (youngest, oldest)),)


def _age(born: ir.DateValue, today: date) -> ir.IntegerValue:
    had_birthday = (born.month() < today.month) | ((born.month() == today.month) & (born.day() <= today.day))
    return (ibis.literal(today.year, type="int64") - born.year() - ibis.ifelse(had_birthday, 0, 1)).cast("int64")


def _bucket(value: ir.IntegerValue, codes: Mapping[str, str]) -> ir.StringValue:
    """The code in whose span the value lies, null outside of all."""
    cases = []
    for code in codes:
        low, _dash, high = code.partition("-")
        fits = value >= int(low)
        cases.append((fits & (value <= int(high)) if high else fits, code))
    return ibis.cases(*cases, else_=ibis.null("string"))
