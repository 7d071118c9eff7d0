"""What lists of subscribers say: consents given, confirmed and withdrawn, each with its time and its proof."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.collect.files.making import Imported, import_text

if TYPE_CHECKING:
    from pathlib import Path

LIST = "email,subscribed,consent_at,double_opt_in_at,consent_text,form_url,source,unsubscribed_at"
ABOUT = {"purpose": "newsletter", "channel": "email"}


def _said(found: Imported) -> list[tuple[str, str]]:
    return [
        (message["event"].removeprefix("Consent "), message["timestamp"])
        for message in found.messages
        if message["type"] == "track"
    ]


def _row(tmp_path: Path, row: str) -> Imported:
    padding = "".join(
        f"p{n}@example.com,{str(n % 2 == 0).lower()},2024-01-02T10:00:00Z,2024-01-02T11:00:00Z,Yes,https://a.example/f,popup,2024-02-02T10:00:00Z\n"
        for n in range(4)
    )
    found = import_text(tmp_path, f"{LIST}\n{row}\n{padding}")
    return Imported(found.format, found.targets, found.records[:1], found.rejected)


def test_a_subscriber_carries_the_words_the_form_and_the_confirmation(tmp_path: Path) -> None:
    found = _row(
        tmp_path,
        "a@example.com,true,2024-01-02T10:00:00Z,2024-01-02T11:00:00Z,Yes please,https://a.example/form,popup,",
    )
    assert found.targets == {
        "email": "person.email",
        "subscribed": "consent.newsletter",
        "consent_at": "consent.at",
        "double_opt_in_at": "consent.double_opt_in_at",
        "consent_text": "consent.text",
        "form_url": "consent.form",
        "source": "person.source_channel",
        "unsubscribed_at": "consent.withdrawn_at",
    }
    assert found.events("Consent Given") == [
        {
            **ABOUT,
            "text": "Yes please",
            "form": "https://a.example/form",
            "double_opt_in_at": "2024-01-02T11:00:00Z",
        }
    ]
    assert found.traits == [{"email": "a@example.com", "source_channel": "popup"}]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ("true,2024-01-02T10:00:00Z,,,,,", [("Given", "2024-01-02T10:00:00Z")]),
        (
            "false,2024-01-02T10:00:00Z,,,,,2024-05-01T10:00:00Z",
            [("Given", "2024-01-02T10:00:00Z"), ("Withdrawn", "2024-05-01T10:00:00Z")],
        ),
        ("false,,,,,,2024-05-01T10:00:00Z", [("Withdrawn", "2024-05-01T10:00:00Z")]),
        ("false,2024-01-02T10:00:00Z,,,,,", [("Withdrawn", "2026-06-15T10:00:00Z")]),
        ("false,,,,,,", [("Withdrawn", "2026-06-15T10:00:00Z")]),
        ("false,2024-06-02T10:00:00Z,,,,,2024-05-01T10:00:00Z", [("Withdrawn", "2024-05-01T10:00:00Z")]),
        (
            "true,2024-06-02T10:00:00Z,,,,,2024-05-01T10:00:00Z",
            [("Given", "2024-06-02T10:00:00Z"), ("Withdrawn", "2024-05-01T10:00:00Z")],
        ),
        (",,,,,,", []),
    ],
)
def test_a_row_says_when_the_consent_began_and_when_it_ended(
    tmp_path: Path, cells: str, said: list[tuple[str, str]]
) -> None:
    assert _said(_row(tmp_path, f"a@example.com,{cells}")) == said


def test_both_statements_of_a_row_are_records_of_their_own(tmp_path: Path) -> None:
    found = _row(tmp_path, "a@example.com,false,2024-01-02T10:00:00Z,,Yes,,,2024-05-01T10:00:00Z")
    records = [message["context"]["record"] for message in found.messages]
    assert len(set(records)) == 3
    assert found.events("Consent Withdrawn") == [ABOUT]


@pytest.mark.parametrize(
    ("text", "flag", "date"),
    [
        ("Эл. почта;Согласие;Дата согласия\na@example.com;да;02.06.2025\nb@example.com;нет;03.06.2025\n", "да", "ru"),
        (
            "E-Mail;Einwilligung;Einwilligung am\na@example.com;ja;02.06.2025\nb@example.com;nein;03.06.2025\n",
            "ja",
            "de",
        ),
        ("Email;Consent;Consented at\na@example.com;yes;02.06.2025\nb@example.com;no;03.06.2025\n", "yes", "en"),
    ],
)
def test_a_plain_column_of_consent_is_the_newsletter(tmp_path: Path, text: str, flag: str, date: str) -> None:
    found = import_text(tmp_path, text)
    assert list(found.targets.values()) == ["person.email", "consent.newsletter", "consent.at"]
    assert _said(found) == [("Given", "2025-06-01T22:00:00Z"), ("Withdrawn", "2025-06-02T22:00:00Z")]


def test_a_list_of_those_who_left_needs_no_yes_or_no(tmp_path: Path) -> None:
    text = (
        "Email Address,OPTIN_TIME,CONFIRM_TIME,UNSUB_TIME\n"
        "a@example.com,2023-01-01 10:00:00,2023-01-01 11:00:00,2024-01-01 10:00:00\n"
    )
    assert _said(import_text(tmp_path, text)) == [
        ("Given", "2023-01-01T09:00:00Z"),
        ("Withdrawn", "2024-01-01T09:00:00Z"),
    ]


def test_a_revocation_of_an_order_is_no_consent(tmp_path: Path) -> None:
    text = "E-Mail;Bestellnummer;Bestelldatum;Betrag;Widerrufsdatum\na@example.com;1;01.02.2024;9,90;05.02.2024\n"
    found = import_text(tmp_path, text)
    assert found.targets["Widerrufsdatum"] == "event.widerrufsdatum"
    assert [message["type"] for message in found.messages] == ["identify", "track"]


def test_each_way_of_writing_has_its_purpose(tmp_path: Path) -> None:
    text = (
        "E-Mail;Einwilligung E-Mail;Einwilligung Telefon;Einwilligung Post;Opt-in-Datum;Double-Opt-in-Datum\n"
        "a@example.com;ja;ja;nein;01.06.2024;02.06.2024\n"
    )
    found = import_text(tmp_path, text)
    assert found.events("Consent Given") == [
        {**ABOUT, "double_opt_in_at": "2024-06-01T22:00:00Z"},
        {"purpose": "call", "channel": "phone"},
    ]
    assert found.events("Consent Withdrawn") == [{"purpose": "post", "channel": "post"}]


@pytest.mark.parametrize(
    ("newsletter", "mail", "given"), [("ja", "ja", 1), ("ja", "nein", 0), ("nein", "ja", 0), ("", "ja", 1)]
)
def test_two_columns_for_the_newsletter_make_one_statement_and_a_no_counts(
    tmp_path: Path, newsletter: str, mail: str, given: int
) -> None:
    found = import_text(
        tmp_path,
        "E-Mail;Newsletter;E-Mail erlaubt\n"
        f"a@example.com;{newsletter};{mail}\nb@example.com;ja;nein\nc@example.com;nein;ja\n",
    )
    first = [message for message in found.records[0].messages if message["type"] == "track"]
    assert [message["event"] == "Consent Given" for message in first] == [bool(given)]


def test_a_form_is_no_website_of_the_person(tmp_path: Path) -> None:
    found = import_text(tmp_path, "email,city,form_url\na@example.com,Ulm,https://a.example/form\n")
    assert found.targets["form_url"] == "custom.form_url"


def _properties(found: Imported) -> list[Any]:
    return [message["properties"] for message in found.messages if message["type"] == "track"]


def test_a_source_beside_a_form_is_kept(tmp_path: Path) -> None:
    text = "Email,Newsletter,Consent form,Consent source\na@example.com,yes,Footer,Shop\nb@example.com,no,,Till\n"
    assert _properties(import_text(tmp_path, text)) == [
        {**ABOUT, "form": "Footer", "source": "Shop"},
        {**ABOUT, "form": "Till"},
    ]
