"""What rows become: people, orders, refunds, contacts, payments, answers, consents, subscriptions, companies."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from habitue.collect.files.errors import MappingNotFitting
from habitue.collect.files.mapping import Mapping, signature
from habitue.collect.files.messages import messages
from habitue.collect.files.reading import read
from habitue.collect.files.sniff import sniff
from tests.collect.files.making import NOW, import_text

if TYPE_CHECKING:
    from pathlib import Path

ORDERS = "Kundennummer;Bestellnummer;Bestelldatum;Artikel;Menge;Einzelpreis"


def test_a_person_is_identified_with_what_the_row_says(tmp_path: Path) -> None:
    text = (
        "Kundennr.;Kundenkarte;Vor- und Nachname;E-Mail;Geburtsdatum;Einkommen;Lieblingsfarbe\n"
        "7;K-1;Anna Bach;Anna@example.com;17.05.84;30.000 €;rot\n"
    )
    found = import_text(tmp_path, text)
    assert found.messages == [
        {
            "type": "identify",
            "traits": {
                "name": "Anna Bach",
                "email": "Anna@example.com",
                "birth_date": "1984-05-17",
                "income": "30000.00",
                "lieblingsfarbe": "rot",
            },
            "timestamp": "2026-06-15T10:00:00Z",
            "context": {
                "externalIds": [{"type": "customer_number", "id": "7"}, {"type": "loyalty_card", "id": "K-1"}],
                "record": "customer_number:7",
            },
        }
    ]
    assert found.records[0].key == "customer_number:7"


def test_a_person_with_only_a_name_gets_an_id_of_its_own_row(tmp_path: Path) -> None:
    first = import_text(tmp_path, "Vorname;Nachname;Ort\nAnna;Bach;Ulm\nAnna;Bach;Köln\n")
    ids = [message["anonymousId"] for message in first.messages]
    assert len(set(ids)) == 2
    assert ids == [
        message["anonymousId"]
        for message in import_text(tmp_path, "Vorname;Nachname;Ort\nAnna;Bach;Ulm\nAnna;Bach;Köln\n").messages
    ]


def test_a_row_that_names_nobody_is_kept_aside(tmp_path: Path) -> None:
    found = import_text(tmp_path, "Name;E-Mail;Ort\nAnna Bach;anna@example.com;Ulm\n;;Köln\n")
    assert [(item.line, item.code, item.raw, item.rows) for item in found.rejected] == [
        (3, "no_identifier", ";;Köln", (("", "", "Köln"),))
    ]


def test_a_bad_cell_is_told_and_the_rest_of_its_row_is_taken(tmp_path: Path) -> None:
    found = import_text(
        tmp_path,
        "E-Mail;Geburtsdatum;Newsletter\nanna@example.com;31.02.1984;ja\nida@example.com;01.02.1984;vielleicht\n"
        + "".join(f"p{n}@example.com;01.02.1984;ja\n" for n in range(40)),
        targets={"Newsletter": "consent.newsletter"},
    )
    problems = [
        (problem.line, problem.column, problem.value, problem.code)
        for record in found.records
        for problem in record.problems
    ]
    assert problems == [
        (2, "Geburtsdatum", "31.02.1984", "date_unreadable"),
        (3, "Newsletter", "vielleicht", "flag_unreadable"),
    ]
    assert found.traits[0] == {"email": "anna@example.com"}


def test_lines_of_one_order_meet_wherever_they_stand(tmp_path: Path) -> None:
    found = import_text(
        tmp_path, f"{ORDERS}\n7;B-1;31.12.2024;Öl;2;10,00\n8;B-2;31.12.2024;Öl;1;10,00\n7;B-1;31.12.2024;Docht;3;1,50\n"
    )
    assert [
        (order["order_id"], order["total"], len(order["products"])) for order in found.events("Order Completed")
    ] == [
        ("B-1", "24.50", 2),
        ("B-2", "10.00", 1),
    ]
    assert [record.lines for record in found.records] == [(2, 4), (3,)]


def test_the_total_is_the_stated_one_or_the_sum_less_discount_plus_shipping(tmp_path: Path) -> None:
    stated = import_text(
        tmp_path, f"{ORDERS};Gesamtbetrag\n7;B-1;31.12.2024;Öl;2;10,00;18,00\n7;B-1;31.12.2024;Docht;1;1,00;18,00\n"
    )
    assert stated.events("Order Completed")[0]["total"] == "18.00"
    summed = import_text(
        tmp_path,
        f"{ORDERS};Rabatt;Versandkosten\n7;B-1;31.12.2024;Öl;2;10,00;1,50;4,90\n7;B-1;31.12.2024;Docht;1;1,00;1,50;4,90\n",
    )
    assert summed.events("Order Completed")[0] | {"products": []} == {
        "order_id": "B-1", "total": "24.40", "currency": "EUR", "shipping": "4.90", "discount": "1.50", "products": [],
    }  # fmt: skip


def test_an_order_exported_with_its_head_on_the_first_line_only_is_whole(tmp_path: Path) -> None:
    text = (
        "Name,Email,Paid at,Total,Lineitem quantity,Lineitem name,Lineitem price,Billing Name,Billing City\n"
        "#1001,anna@example.com,2024-12-31 10:00:00 +0100,25.00,2,Oil,10.00,Anna Bach,Ulm\n"
        "#1001,,,,1,Wick,5.00,,\n"
    )
    found = import_text(tmp_path, text)
    (order,) = found.events("Order Completed")
    assert (order["order_id"], order["total"], len(order["products"])) == ("#1001", "25.00", 2)
    assert found.traits == [{"email": "anna@example.com", "name": "Anna Bach", "city": "Ulm"}]


def test_returns_are_refunds_with_a_positive_total(tmp_path: Path) -> None:
    found = import_text(
        tmp_path,
        f"{ORDERS}\n7;C536379;31.12.2024;Öl;-2;10,00\n7;B-2;31.12.2024;Öl;-1;10,00\n7;C12;31.12.2024;Öl;1;10,00\n",
    )
    assert [
        (order["order_id"], order["total"], order["products"][0]["quantity"])
        for order in found.events("Order Refunded")
    ] == [
        ("C536379", "20.00", 2),
        ("B-2", "10.00", 1),
    ]
    assert [order["order_id"] for order in found.events("Order Completed")] == ["C12"]


@pytest.mark.parametrize("word", ["cancelled", "Storniert", "отменён"])
def test_a_cancelled_order_says_only_that(tmp_path: Path, word: str) -> None:
    found = import_text(
        tmp_path, f"{ORDERS};Bestellstatus\n7;B-1;31.12.2024;Öl;2;10,00;{word}\n8;B-2;31.12.2024;Öl;2;10,00;bezahlt\n"
    )
    assert found.events("Order Cancelled") == [{"order_id": "B-1"}]
    assert len(found.events("Order Completed")) == 1


def test_orders_that_cannot_be_taken_are_kept_aside_with_all_their_lines(tmp_path: Path) -> None:
    rows = [
        "7;B-1;31.12.2024;Öl;2;10,00",
        ";B-2;31.12.2024;Öl;1;10,00",
        ";B-2;31.12.2024;Docht;1;10,00",
        "7;B-3;12.03.0024;Öl;1;10,00",
        "7;B-4;31.12.2024;Öl;1;zehn",
        "7;B-5;31.12.2024;Öl;;",
        "7;B-6;;Öl;1;10,00",
    ]
    rows += [f"7;D-{number};31.12.2024;Öl;2;10,00" for number in range(20)]
    found = import_text(tmp_path, ORDERS + "\n" + "\n".join(rows) + "\n")
    assert [(item.lines, item.code) for item in found.rejected] == [
        ((3, 4), "no_customer"),
        ((5,), "order_date_unreadable"),
        ((6,), "amount_unreadable"),
        ((7,), "order_without_amount"),
        ((8,), "order_without_date"),
    ]
    assert len(found.rejected[0].rows) == 2


def test_two_customers_never_share_an_order(tmp_path: Path) -> None:
    found = import_text(
        tmp_path, f"{ORDERS}\n7;B-1;31.12.2024;Öl;2;10,00\n8;B-1;31.12.2024;Öl;1;10,00\n;B-1;31.12.2024;Docht;1;1,00\n"
    )
    assert [record.lines for record in found.records] == [(2, 4), (3,)]
    assert len({record.key for record in found.records}) == 2


def test_an_order_without_a_number_is_the_same_at_the_next_import(tmp_path: Path) -> None:
    text = "Email,Date,Amount\nanna@example.com,2024-12-31,12.50\nanna@example.com,2025-01-31,12.50\n"
    first, second = import_text(tmp_path, text), import_text(tmp_path, text)
    assert [order["total"] for order in first.events("Order Completed")] == ["12.50", "12.50"]
    assert [record.key for record in first.records] == [record.key for record in second.records]
    assert len({record.key for record in first.records}) == 2


def test_two_purchases_that_look_the_same_are_two_purchases(tmp_path: Path) -> None:
    text = "customer_id,date,amount\n7,19970101,11.77\n7,19970101,11.77\n"
    found = import_text(tmp_path, text)
    assert len({order["order_id"] for order in found.events("Order Completed")}) == 2
    assert [record.key for record in found.records] == [record.key for record in import_text(tmp_path, text).records]


def test_a_changed_cell_changes_the_hash_and_not_the_key(tmp_path: Path) -> None:
    before = import_text(tmp_path, "Kundennummer;Name\n7;Anna Bach\n8;Ida Groß\n").records
    after = import_text(tmp_path, "Kundennummer;Name\n7;Anna Bach\n8;Ida Klein\n").records
    assert [record.key for record in before] == [record.key for record in after]
    assert before[0].content_hash == after[0].content_hash
    assert before[1].content_hash != after[1].content_hash


def test_rows_with_the_same_key_and_other_contents_are_told_apart(tmp_path: Path) -> None:
    found = import_text(tmp_path, "Kundennummer;Name\n7;Anna Bach\n7;Anna Bach\n7;Anna Groß\n")
    assert [record.key for record in found.records] == ["customer_number:7", "customer_number:7", "customer_number:7#2"]
    assert found.messages[-1]["context"]["record"] == "customer_number:7#2"


def test_a_list_of_orders_does_not_replace_what_the_list_of_people_said(tmp_path: Path) -> None:
    orders = import_text(tmp_path, f"{ORDERS}\n7;B-1;31.12.2024;Öl;2;10,00\n")
    people = import_text(tmp_path, "Kundennummer;Name\n7;Anna Bach\n")
    assert orders.messages[0]["context"]["record"] != people.messages[0]["context"]["record"]


def test_contacts_are_logged_in_our_words(tmp_path: Path) -> None:
    text = (
        "Kundennummer;Kontaktdatum;Kontaktkanal;Richtung;Grund;Bearbeiter;Erledigt;Dauer;Gesprächsnotiz\n"
        "7;07.01.2025 11:20;Anruf;eingehend;Lieferung;Otto;ja;2:05;Paket fehlt\n"
    )
    found = import_text(tmp_path, text)
    assert found.events("Contact Logged") == [
        {
            "channel": "phone",
            "direction": "in",
            "reason": "Lieferung",
            "agent": "Otto",
            "resolved": True,
            "duration_s": 125,
            "note": "Paket fehlt",
        }
    ]
    assert found.messages[-1]["timestamp"] == "2025-01-07T10:20:00Z"


def test_payments_say_how_they_ended(tmp_path: Path) -> None:
    text = "Email,Payment id,Payment date,Payment amount,Payment method,Payment status\n"
    text += (
        "a@example.com,P1,2025-01-07,$10.00,card,ok\n"
        "a@example.com,P2,2025-01-08,$10.00,card,failed\n"
        "a@example.com,P3,2025-01-09,$10.00,card,refunded\n"
    )
    found = import_text(tmp_path, text)
    assert [message["event"] for message in found.messages if message["type"] == "track"] == [
        "Payment Made",
        "Payment Failed",
        "Payment Refunded",
    ]
    assert found.events("Payment Made") == [
        {"amount": "10.00", "currency": "USD", "method": "card", "payment_id": "P1"}
    ]


def test_answers_to_a_survey_keep_score_and_words(tmp_path: Path) -> None:
    found = import_text(
        tmp_path, "E-Mail;Umfrage;NPS;Antwort;Umfragedatum\na@example.com;NPS 2025;9;Alles gut;07.01.2025\n"
    )
    assert found.events("Survey Answered") == [{"survey": "NPS 2025", "score": 9, "text": "Alles gut", "kind": "nps"}]


def test_consents_are_given_and_withdrawn(tmp_path: Path) -> None:
    text = (
        "E-Mail;Newsletter;Einwilligung Telefon;Einwilligungsdatum;Einwilligungsquelle\n"
        "a@example.com;ja;nein;01.06.2024;Kasse\n"
        "b@example.com;nein;;;\n"
    )
    found = import_text(tmp_path, text)
    assert found.events("Consent Given") == [{"purpose": "newsletter", "channel": "email", "form": "Kasse"}]
    assert found.events("Consent Withdrawn") == [
        {"purpose": "call", "channel": "phone", "form": "Kasse"},
        {"purpose": "newsletter", "channel": "email"},
    ]


def test_subscriptions_start_renew_and_end(tmp_path: Path) -> None:
    text = (
        "Email,Plan,Subscription status,Subscription start,Monthly fee\n"
        "a@example.com,Gold,active,2024-01-01,9.90\n"
        "b@example.com,Gold,cancelled,2024-01-01,9.90\n"
    )
    found = import_text(tmp_path, text)
    assert found.events("Subscription Started") == [{"plan": "Gold", "amount": "9.90", "currency": "EUR"}]
    assert len(found.events("Subscription Cancelled")) == 1


def test_a_list_of_companies_gives_groups(tmp_path: Path) -> None:
    text = "Company id,Legal name,Industry,Company city\n9,Acme Ltd,Trade,Ulm\n"
    found = import_text(tmp_path, text)
    assert found.messages == [
        {
            "type": "group",
            "groupId": "9",
            "traits": {"company_name": "Acme Ltd", "industry": "Trade", "city": "Ulm"},
            "timestamp": "2026-06-15T10:00:00Z",
            "context": {"record": "company:9"},
        }
    ]


def test_what_holds_for_the_whole_file_is_taken_from_the_mapping(tmp_path: Path) -> None:
    text = f"{ORDERS};Newsletter\n7;B-1;31.12.2024;Öl;2;10,00;ja\n"
    found = import_text(tmp_path, text, currency="CHF", store="Basel", country="CH")
    (order,) = found.events("Order Completed")
    assert (order["currency"], order["store"]) == ("CHF", "Basel")
    assert found.traits == [{"country": "CH"}]


def test_a_mapping_survives_being_stored_and_knows_its_layout() -> None:
    mapping = Mapping(("person.email", None, "custom.colour"), {"currency": "EUR"})
    assert Mapping.from_dict(mapping.as_dict()) == mapping
    assert signature(["E-Mail", "Kd-Nr."]) == signature(["e mail", "KD NR"])
    assert signature(["E-Mail", "Kd-Nr."]) != signature(["Kd-Nr.", "E-Mail"])
    with pytest.raises(ValueError, match=r"order\.nothing"):
        Mapping(("order.nothing",))
    with pytest.raises(ValueError, match="colour"):
        Mapping((), {"colour": "red"})


def test_a_mapping_for_other_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Name,E-Mail\nAnna Bach,anna@example.com\n")
    fmt = sniff(path, filename="list.csv")
    found = messages(read(path, fmt), Mapping(("person.email",)), fmt, source_id="s", country="DE", currency="EUR",
                     timezone="UTC", received_at=NOW)  # fmt: skip
    with pytest.raises(MappingNotFitting):
        list(found)


def test_nothing_is_lost_and_every_cent_is_counted(tmp_path: Path) -> None:
    rows = [(number % 37, number % 11, (number * 7) % 500 + 1) for number in range(12_000)]
    text = (
        ORDERS
        + "\n"
        + "".join(
            f"{order % 5 or ''};B-{order};01.02.2024;A{quantity};{quantity};{cents / 100:.2f}\n".replace(
                ".", ","
            ).replace("01,02,2024", "01.02.2024")
            for order, quantity, cents in rows
        )
    )
    found = import_text(tmp_path, text)
    lines = [line for record in found.records for line in record.lines] + [
        line for item in found.rejected for line in item.lines
    ]
    assert sorted(lines) == list(range(2, 12_002))
    total = sum(Decimal(order["total"]) for order in found.events("Order Completed"))
    assert total == sum(Decimal(quantity * cents) / 100 for order, quantity, cents in rows if order % 5)
