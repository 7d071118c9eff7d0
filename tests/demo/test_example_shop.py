"""The example shop is repeatable, as messy as promised, and its truth is complete and exact."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from datetime import date, datetime
from typing import TYPE_CHECKING

import openpyxl
import pytest

from habitue.demo.__main__ import table
from habitue.demo.generate import generate
from habitue.demo.products import BY_SKU
from habitue.demo.season import easter, price_on
from habitue.demo.story import BROKEN_SKU

if TYPE_CHECKING:
    from pathlib import Path

    from habitue.demo.generate import Generated

UNTIL = date(2025, 6, 30)
PEOPLE = 400


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    return generate(tmp_path_factory.mktemp("shop"), people=PEOPLE, until=UNTIL)


@pytest.fixture(scope="module")
def folder(made: Generated) -> Path:
    return made.truth.parent


def rows(path: Path, *, encoding: str = "utf-8", delimiter: str = ",") -> list[dict[str, str]]:
    text = path.read_bytes().decode(encoding)
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def orders(folder: Path) -> list[dict[str, str]]:
    return rows(folder / "shop_orders.csv", encoding="cp1252", delimiter=";")


def receipts(folder: Path) -> list[dict[str, str]]:
    return rows(folder / "till_receipts.csv", delimiter="\t")


def contacts(folder: Path) -> list[dict[str, object]]:
    sheet = openpyxl.load_workbook(folder / "crm_contacts.xlsx")["Contacts"]
    heading, *lines = sheet.iter_rows(values_only=True)
    return [dict(zip(map(str, heading), line, strict=True)) for line in lines]


def calls(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "helpdesk_calls.jsonl").read_text("utf-8").splitlines()]


def cents(text: str) -> int:
    return int(text.replace(",", "").replace(".", ""))


def person_of(folder: Path, file: str) -> dict[str, str]:
    return {row["record_key"]: row["person_id"] for row in rows(folder / "truth.csv") if row["file"] == file}


def test_the_same_seed_and_day_give_the_same_bytes(made: Generated, folder: Path, tmp_path: Path) -> None:
    again = generate(tmp_path, people=PEOPLE, until=UNTIL)
    assert again.mess == made.mess
    for path in (*(file.path for file in again.files), again.truth, again.truth_people):
        assert path.read_bytes() == (folder / path.name).read_bytes(), path.name


def test_another_seed_gives_other_people(folder: Path, tmp_path: Path) -> None:
    other = generate(tmp_path, seed=8, people=PEOPLE, until=UNTIL)
    assert other.truth_people.read_bytes() != (folder / "truth_people.csv").read_bytes()


def test_rows_are_counted_as_they_are_written(made: Generated, folder: Path) -> None:
    counted = {file.path.name: file.rows for file in made.files}
    assert counted == {
        "shop_orders.csv": len(orders(folder)),
        "crm_contacts.xlsx": len(contacts(folder)),
        "newsletter.csv": len(rows(folder / "newsletter.csv")),
        "newsletter_ru.csv": len(rows(folder / "newsletter_ru.csv", encoding="cp1251", delimiter=";")),
        "helpdesk_calls.jsonl": len(calls(folder)),
        "till_receipts.csv": len(receipts(folder)),
        "nps_survey.csv": len(rows(folder / "nps_survey.csv", delimiter=";")),
        "tea_subscriptions.csv": len(rows(folder / "tea_subscriptions.csv", delimiter=";")),
    }
    sources = {"shop", "crm", "newsletter", "helpdesk", "till", "survey", "subscriptions"}
    assert {file.source_name for file in made.files} == sources


def test_everybody_is_seen_and_seen_more_than_once_on_average(made: Generated, folder: Path) -> None:
    people = rows(folder / "truth_people.csv")
    assert len(people) == made.people == PEOPLE
    assert all(int(person["records"]) >= 1 for person in people)
    assert made.records == sum(int(person["records"]) for person in people) >= 1.5 * PEOPLE


def test_the_encodings_and_line_ends_are_those_promised(folder: Path) -> None:
    shop = (folder / "shop_orders.csv").read_bytes()
    assert shop.count(b"\n") == shop.count(b"\r\n")
    assert "Straße".encode("cp1252") in shop.splitlines()[0]
    with pytest.raises(UnicodeDecodeError):
        shop.decode("utf-8")
    russian = (folder / "newsletter_ru.csv").read_bytes()
    assert russian.decode("cp1251").startswith("Имя;Фамилия;Эл. почта;Телефон;Город;Согласие;Дата согласия\r\n")
    assert b"\r" not in (folder / "newsletter.csv").read_bytes()


def test_truth_names_every_shop_customer_and_every_guest_order(folder: Path) -> None:
    truth = person_of(folder, "shop_orders.csv")
    assert {row["Kundennr."] or row["Bestellnummer"] for row in orders(folder)} == set(truth)


def test_truth_names_every_contact_call_card_and_receipt(folder: Path) -> None:
    assert [row["Contact No"] for row in contacts(folder)] == list(person_of(folder, "crm_contacts.xlsx"))
    assert [row["ticket_id"] for row in calls(folder)] == list(person_of(folder, "helpdesk_calls.jsonl"))
    keys = {row["loyalty_card"] or row["receipt_no"] for row in receipts(folder)}
    assert keys == set(person_of(folder, "till_receipts.csv"))


def test_truth_names_every_subscriber_of_both_lists_once(folder: Path) -> None:
    emails = [row["email"] for row in rows(folder / "newsletter.csv")]
    assert sorted(emails) == sorted(person_of(folder, "newsletter.csv"))
    assert len({email.lower() for email in emails}) == len(emails)
    russian = rows(folder / "newsletter_ru.csv", encoding="cp1251", delimiter=";")
    assert [row["Эл. почта"] for row in russian] == list(person_of(folder, "newsletter_ru.csv"))


def test_orders_and_revenue_of_each_person_are_exactly_those_of_the_files(folder: Path) -> None:
    goods: dict[str, int] = defaultdict(int)
    shipping: dict[str, int] = defaultdict(int)
    bought: dict[str, set[str]] = defaultdict(set)
    shop, till = person_of(folder, "shop_orders.csv"), person_of(folder, "till_receipts.csv")
    for row in orders(folder):
        person = shop[row["Kundennr."] or row["Bestellnummer"]]
        if row["Status"] == "storniert":
            continue
        goods[person] += int(row["Menge"]) * cents(row["Einzelpreis"])
        shipping[person] += cents(row["Versand"])
        if row["Status"] != "erstattet":
            bought[person].add(row["Bestellnummer"])
    for row in receipts(folder):
        person = till[row["loyalty_card"] or row["receipt_no"]]
        goods[person] += int(row["quantity"]) * cents(row["unit_price"])
        bought[person].add(row["receipt_no"])
    for person_row in rows(folder / "truth_people.csv"):
        person = person_row["person_id"]
        assert int(person_row["revenue_cents"]) == goods[person]
        assert int(person_row["shipping_cents"]) == shipping[person]
        assert int(person_row["orders"]) == len(bought[person])


def test_some_customers_were_brought_by_an_earlier_one(folder: Path) -> None:
    brought = {row["Kundennr."]: row["Geworben von"] for row in orders(folder) if row["Kundennr."]}
    truth = person_of(folder, "shop_orders.csv")
    found = {number: by for number, by in brought.items() if by}
    assert 0.03 <= len(found) / len(brought) <= 0.1
    assert all(int(by) < int(number) and truth[by] and truth[by] != truth[number] for number, by in found.items())
    assert not [row for row in orders(folder) if row["Geworben von"] and not row["Kundennr."]]


def test_a_return_belongs_to_an_order_and_never_exceeds_it(folder: Path) -> None:
    ordered = {(row["Bestellnummer"], row["Artikelnr."]): int(row["Menge"]) for row in orders(folder)}
    returned = {key: count for key, count in ordered.items() if key[0].startswith("R")}
    assert returned
    for (number, sku), count in returned.items():
        assert ordered[number[1:], sku] == -count


def test_nothing_happens_outside_the_three_years(folder: Path) -> None:
    ordered = [datetime.strptime(row["Bestelldatum"], "%d.%m.%Y %H:%M").date() for row in orders(folder)]
    sold = [date.fromisoformat(row["date"]) for row in receipts(folder)]
    called = [datetime.fromisoformat(str(row["called_at"])).date() for row in calls(folder)]
    days = ordered + sold + called
    assert date(2022, 6, 1) <= min(days)
    assert max(days) <= UNTIL
    assert all(day.weekday() != 6 for day in sold)


def test_one_receipt_in_five_has_no_card(folder: Path) -> None:
    cards = {row["receipt_no"]: row["loyalty_card"] for row in receipts(folder)}
    share = sum(1 for card in cards.values() if not card) / len(cards)
    assert 0.15 <= share <= 0.25


def test_two_people_share_a_landline_without_being_one(made: Generated, folder: Path) -> None:
    mess = dict(made.mess)
    assert 0.05 * PEOPLE <= mess["people sharing a landline"] <= 0.2 * PEOPLE
    assert 2 <= mess["people sharing an e-mail address"] <= 0.06 * PEOPLE
    households = [row["household_id"] for row in rows(folder / "truth_people.csv")]
    assert len(set(households)) < len(households)


def test_the_mess_is_there_but_does_not_drown_the_data(made: Generated) -> None:
    mess = dict(made.mess)
    assert 0.04 * PEOPLE <= mess["people who changed their e-mail"] <= 0.16 * PEOPLE
    assert 0.06 * PEOPLE <= mess["people who moved"] <= 0.2 * PEOPLE
    assert 0.04 * PEOPLE <= mess["people with a Cyrillic name"] <= 0.16 * PEOPLE
    assert 0.005 <= mess["typo in a name"] / made.records <= 0.06
    assert mess["e-mail with a typo"] / made.records <= 0.02
    for kind in ("nickname", "umlauts written out", "name in capitals", "test row", "order as a guest"):
        assert mess[kind] > 0, kind
    assert sum(1 for kind in mess if kind.startswith("phone written like")) >= 7


def test_most_people_buy_once_or_twice_and_few_bring_most_of_the_money(folder: Path) -> None:
    people = rows(folder / "truth_people.csv")
    buyers = sorted((int(row["revenue_cents"]) for row in people if int(row["orders"])), reverse=True)
    assert 0.8 <= len(buyers) / len(people) <= 0.95
    assert 0.45 <= sum(buyers[: len(buyers) // 5]) / sum(buyers) <= 0.8
    once = sum(1 for row in people if row["orders"] == "1")
    assert 0.3 <= once / len(buyers) <= 0.65
    assert 0.25 <= sum(1 for row in people if row["churned_on"]) / len(people) <= 0.65


def test_december_sells_more_than_july(folder: Path) -> None:
    per_month: dict[str, set[str]] = defaultdict(set)
    for row in orders(folder):
        per_month[row["Bestelldatum"][3:10]].add(row["Bestellnummer"])
    assert len(per_month["12.2024"]) > 1.4 * len(per_month["07.2024"])


def test_a_broken_product_is_heard_of_at_the_help_desk(folder: Path) -> None:
    complaints = [call for call in calls(folder) if call["reason"] == "Produkt defekt"]
    assert {call["product"] for call in complaints} == {BY_SKU[BROKEN_SKU].name}


def test_who_was_never_confirmed_is_not_subscribed(folder: Path) -> None:
    for row in rows(folder / "newsletter.csv"):
        if row["subscribed"] == "true" and row["email"] != "test@test.de":
            assert row["double_opt_in_at"] >= row["consent_at"]
            assert not row["unsubscribed_at"]


def test_no_private_address_can_reach_anybody(folder: Path) -> None:
    domains = {row["email"].rsplit(".", 1)[-1].lower() for row in rows(folder / "newsletter.csv")}
    assert not domains & {"com", "net", "org", "ru", "at"}


def test_prices_rise_every_february_to_full_ten_cents() -> None:
    start = date(2022, 6, 30)
    days = (date(2022, 7, 1), date(2023, 1, 31), date(2023, 2, 1), date(2025, 6, 30))
    assert [price_on(1000, start=start, day=day) for day in days] == [1000, 1000, 1040, 1110]


@pytest.mark.parametrize("day", [date(2023, 4, 9), date(2024, 3, 31), date(2025, 4, 20), date(2026, 4, 5)])
def test_easter_falls_on_its_sunday(day: date) -> None:
    assert easter(day.year) == day


def test_a_leap_day_has_a_beginning_three_years_before(tmp_path: Path) -> None:
    assert generate(tmp_path, people=50, until=date(2024, 2, 29)).people == 50


def test_the_table_tells_files_and_mess(made: Generated) -> None:
    shown = table(made)
    assert "shop_orders.csv" in shown
    assert "people sharing a landline" in shown


def test_answers_and_subscriptions_belong_to_the_people_whom_the_truth_names(folder: Path) -> None:
    for name in ("nps_survey.csv", "tea_subscriptions.csv"):
        told = rows(folder / name, delimiter=";")
        assert len(told) >= 10
        assert {row["E-Mail"] for row in told} == set(person_of(folder, name))
    assert all(0 <= int(row["NPS-Wert"]) <= 10 for row in rows(folder / "nps_survey.csv", delimiter=";"))


def test_who_was_sold_the_broken_product_does_not_recommend_us(folder: Path) -> None:
    told = rows(folder / "nps_survey.csv", delimiter=";")
    broken = [
        int(row["NPS-Wert"]) for row in told if "Wasserkocher" in row["Rückmeldung"] and "Deckel" in row["Rückmeldung"]
    ]
    assert all(score <= 5 for score in broken)
