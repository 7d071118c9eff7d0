import pytest

from habitue.quality.normalise.email import is_blocked_email, normalise_email
from habitue.quality.normalise.result import Normalised, Problem


@pytest.mark.parametrize(
    ("cell", "address"),
    [
        ("hans.mueller@gmx.de", "hans.mueller@gmx.de"),
        ("  Hans.Mueller@GMX.DE ", "hans.mueller@gmx.de"),
        ("mailto:hans@web.de?subject=Hallo", "hans@web.de"),
        ("<hans@web.de>", "hans@web.de"),
        ("Hans Müller <Hans@Web.de>", "hans@web.de"),
        ("'hans@web.de'", "hans@web.de"),
        ("„hans@web.de“;", "hans@web.de"),
        ("hans @ web.de", "hans@web.de"),
        ("E-Mail: hans@web.de", "hans@web.de"),
        ("Почта: ivan@mail.ru", "ivan@mail.ru"),
        ("hans@web.de (privat)", "hans@web.de"),
        ("hans\u200b@web.de\u00a0", "hans@web.de"),
        ("o'neil+shop@example.co.uk", "o'neil+shop@example.co.uk"),
        ("müller@bücher.de", "müller@xn--bcher-kva.de"),
        ("иван@почта.рф", "иван@xn--80a1acny.xn--p1ai"),
        ("a_b-c@sub.domain.museum", "a_b-c@sub.domain.museum"),
    ],
)
def test_an_address_is_kept_in_one_spelling(cell: str, address: str) -> None:
    answer = normalise_email(cell)
    assert isinstance(answer, Normalised)
    assert answer.value == address


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "@",
        "hans",
        "hans@",
        "@web.de",
        "hans@web",
        "hans@@web.de",
        "hans..m@web.de",
        ".hans@web.de",
        "hans@-web.de",
        "hans@web..de",
        "hans müller@web.de",
        "hans@web .de extra",
        "na@na",
        "none@none",
        "hans@web.123",
        "hans@localhost",
        "hans@" + "x." * 130 + "de",
        "hans@" + "x" * 64 + ".de",
        "hans@ab--c.de",
        "a" * 400,
    ],
)
def test_what_is_no_address_is_a_problem(cell: str) -> None:
    answer = normalise_email(cell)
    assert isinstance(answer, Problem)
    assert answer.code == "email_unreadable"


def test_gmail_gets_a_second_key_without_dots_and_plus() -> None:
    answer = normalise_email("Hans.M.Mueller+shop@googlemail.com")
    assert isinstance(answer, Normalised)
    assert answer.value == "hans.m.mueller+shop@googlemail.com"
    assert answer.also == {"email_key": "hansmmueller@gmail.com"}


def test_a_mistyped_domain_is_noted_and_never_changed() -> None:
    answer = normalise_email("hans@gmial.com")
    assert isinstance(answer, Normalised)
    assert answer.value == "hans@gmial.com"
    assert answer.also["email_suggestion"] == "hans@gmail.com"
    assert answer.note


@pytest.mark.parametrize(
    "cell", ["a.b@web.de; c@gmx.de", "a.b@web.de, c@gmx.de", "a.b@web.de / c@gmx.de", "a.b@web.de c@gmx.de"]
)
def test_the_second_address_of_a_cell_is_not_lost(cell: str) -> None:
    answer = normalise_email(cell)
    assert isinstance(answer, Normalised)
    assert (answer.value, answer.also["email_2"]) == ("a.b@web.de", "c@gmx.de")


@pytest.mark.parametrize(
    "address",
    [
        "noreply@shop.de",
        "no-reply@amazon.com",
        "do-not-reply@x.org",
        "test@test.de",
        "test@test.com",
        "info@example.com",
        "na@na.de",
        "none@none.com",
        "keine@keine.de",
        "aaa@aaa.de",
        "x@x.de",
        "kontakt@beispiel.de",
        "NoReply@Shop.de",
        "mailer-daemon@web.de",
        "unknown@unknown.com",
    ],
)
def test_addresses_of_nobody_are_blocked(address: str) -> None:
    assert is_blocked_email(address)


@pytest.mark.parametrize(
    "address",
    [
        "hans@web.de",
        "info@mueller-bau.de",
        "anna@example.com",
        "netti@web.de",
        "keiner@gmx.de",
        "testa@web.de",
        "nora@na.de",
    ],
)
def test_addresses_of_people_are_not_blocked(address: str) -> None:
    assert not is_blocked_email(address)
