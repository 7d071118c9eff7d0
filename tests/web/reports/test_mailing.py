"""Reports go out on the first of the month, once, and what is not known is said and not sent again."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec
import pytest
from tests.browser.serving import free_port
from tests.post_office import PostOffice, certificate, post_office

from habitue.access.actor import SYSTEM
from habitue.activation.mail import subscriptions
from habitue.activation.mail.sender import Sent, send
from habitue.kernel.clock import Hand
from habitue.kernel.config import MailSettings
from habitue.kernel.context import Context
from habitue.web import accounts, project
from habitue.web.models import User
from habitue.web.reports import by_mail, mailing
from habitue.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from django.test import Client

SeenBy = Callable[..., "Client"]
REPORT = "cohorts"


@pytest.fixture
def office() -> Iterator[PostOffice]:
    """A server that takes everything."""
    with post_office() as opened:
        yield opened


def settings(office: PostOffice) -> MailSettings:
    """How the post office of a test is spoken to."""
    return MailSettings(host="127.0.0.1", port=office.port, tls="none", sender="reports@krume.example")


def world(shop: Workspace, office: PostOffice, hand: Hand) -> Context:
    """The shop with a server of mail and a clock that is moved."""
    config = msgspec.structs.replace(shop.config, mail=settings(office))
    return replace(shop.context, config=config, clock=hand, actor=SYSTEM)


def letter() -> EmailMessage:
    """A message to somebody."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "reports@krume.example", "anna@krume.example", "Report"
    message.set_content("Guten Morgen")
    return message


def said(raw: bytes) -> str:
    """The plain words of a message that arrived, on one line."""
    body = email.message_from_bytes(raw, policy=email.policy.default).get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


def subscribed(ws: Context, address: str = "anna@krume.example") -> str:
    """Let somebody ask for the report; returns who."""
    user = User.objects.get(email=address)
    subscriptions.subscribe(ws.as_actor(user.actor), REPORT)
    return str(user.user_id)


def outcomes(ws: Context, user_id: str) -> list[tuple[str, str]]:
    """Months and outcomes of somebody, the newest first."""
    actor = User.objects.get(user_id=user_id).actor
    return [(each.month, each.outcome) for each in subscriptions.history(ws.as_actor(actor), REPORT)]


def test_the_report_goes_out_once_a_month_from_the_first_of_the_next_on(shop: Workspace, office: PostOffice) -> None:
    hand = Hand(datetime(2026, 6, 15, 10, tzinfo=UTC))
    ws = world(shop, office, hand)
    anna = subscribed(ws)
    assert mailing.send_due(ws) == 0, "not in the month in which somebody asks for it"
    hand.at = datetime(2026, 6, 30, 21, 59, tzinfo=UTC)
    assert mailing.send_due(ws) == 0
    hand.at = datetime(2026, 6, 30, 22, 1, tzinfo=UTC)
    assert mailing.send_due(ws) == 1, "in Berlin it is July already"
    assert mailing.send_due(ws) == 0
    hand.at = datetime(2026, 8, 3, 8, tzinfo=UTC)
    assert mailing.send_due(ws) == 1, "a server that was off on the first is late, not silent"
    assert outcomes(ws, anna) == [("2026-08", "sent"), ("2026-07", "sent")]
    assert len(office.taken) == 2
    message = email.message_from_bytes(office.taken[0], policy=email.policy.default)
    assert message["To"] == "anna@krume.example"
    assert message["From"] == "reports@krume.example"
    assert "on the first of every month" in said(office.taken[0])
    (pdf,) = message.iter_attachments()
    assert pdf.get_content_type() == "application/pdf"
    assert pdf.get_content().startswith(b"%PDF")
    entries = [entry for entry in shop.ledger.listing() if entry.verb == "report.mailed"]
    assert [entry.details["month"] for entry in entries] == ["2026-08", "2026-07"]
    assert "anna@" not in str([entry.details for entry in entries])


TROUBLE = (
    ("refuse:MAIL", "refused", 0, False),
    ("refuse:RCPT", "refused", 0, False),
    ("refuse:content", "refused", 0, False),
    ("drop:RCPT", "unreachable", 0, True),
    ("drop:EHLO", "unreachable", 0, True),
    ("drop:DATA", "unknown", 0, False),
    ("drop:content", "unknown", 1, False),
    ("drop:QUIT", "sent", 1, False),
)
"""At which step, what is told of it, how many messages arrived, and whether it is tried again; a month for each."""


def test_trouble_at_any_step_never_sends_twice(shop: Workspace, office: PostOffice) -> None:
    hand = Hand(datetime(2026, 1, 15, 10, tzinfo=UTC))
    ws = world(shop, office, hand)
    anna = subscribed(ws)
    for month, (trouble, outcome, taken, again) in enumerate(TROUBLE, start=2):
        hand.at = datetime(2026, month, 1, 6, tzinfo=UTC)
        office.trouble, before = trouble, len(office.taken)
        assert mailing.send_due(ws) == 1, trouble
        assert outcomes(ws, anna)[0] == (f"2026-{month:02}", outcome), trouble
        assert len(office.taken) - before == taken, trouble
        assert mailing.send_due(ws) == 0, f"not at once: {trouble}"
        hand.at += timedelta(hours=2)
        office.trouble = ""
        assert mailing.send_due(ws) == (1 if again else 0), trouble
        assert len(office.taken) - before == taken + again, trouble


def test_what_a_crash_left_open_is_unknown_and_is_not_sent_again(shop: Workspace, office: PostOffice) -> None:
    hand = Hand(datetime(2026, 6, 15, 10, tzinfo=UTC))
    ws = world(shop, office, hand)
    anna = subscribed(ws)
    hand.at = datetime(2026, 7, 1, 6, tzinfo=UTC)
    assert subscriptions.begin(ws, anna, REPORT, "2026-07")
    assert not subscriptions.begin(ws, anna, REPORT, "2026-07"), "nobody else begins with it"
    assert subscriptions.give_up_open(ws) == 1
    assert mailing.send_due(ws) == 0
    assert outcomes(ws, anna) == [("2026-07", "unknown")]
    assert office.connections == 0


def test_whoever_may_not_read_insights_any_more_gets_nothing(shop: Workspace, office: PostOffice) -> None:
    hand = Hand(datetime(2026, 6, 15, 10, tzinfo=UTC))
    ws = world(shop, office, hand)
    user = accounts.invite(shop, email="max@krume.example", name="Max", roles=("analyst",))
    subscribed(ws, "max@krume.example")
    accounts.change(shop, user_id=user.user_id, name="Max", roles=("agent",), is_active=True)
    hand.at = datetime(2026, 7, 1, 6, tzinfo=UTC)
    assert mailing.send_due(ws) == 0
    accounts.change(shop, user_id=user.user_id, name="Max", roles=("analyst",), is_active=False)
    assert mailing.send_due(ws) == 0
    assert office.connections == 0


def test_the_page_of_a_report_begins_and_ends_it(seen_by: SeenBy, anna: Client, shop: Workspace) -> None:
    page = anna.get(f"/reports/{REPORT}/").content.decode()
    assert "Mail is not set up yet" in page
    assert anna.post(f"/reports/{REPORT}/mail/", {"do": "begin"}).status_code == 302
    user = User.objects.get(email="anna@krume.example")
    assert subscriptions.of_user(shop.context.as_actor(user.actor)) == {REPORT}
    assert "No longer" in anna.get(f"/reports/{REPORT}/").content.decode()
    anna.post(f"/reports/{REPORT}/mail/", {"do": "end"})
    assert not subscriptions.of_user(shop.context.as_actor(user.actor))
    assert [entry.verb for entry in shop.ledger.listing(limit=2)] == ["report.unsubscribed", "report.subscribed"]
    assert seen_by("agent").post(f"/reports/{REPORT}/mail/").status_code == 403
    assert anna.post("/reports/nonsense/mail/").status_code == 404


@pytest.mark.parametrize("way", ["starttls", "tls"])
def test_a_server_that_encrypts_and_asks_for_a_password_takes_the_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: Literal["starttls", "tls"]
) -> None:
    shown, trusted = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with post_office(tls=shown, is_tls_from_the_start=way == "tls", account=("anna", "pâssword")) as office:
        right = msgspec.structs.replace(settings(office), tls=way, user="anna", password="pâssword")
        message = letter()
        assert send(right, message) == Sent("sent")
        assert len(office.taken) == 1
        assert [verb for verb in office.seen if verb.strip("+") in ("AUTH", "MAIL", "RCPT", "DATA")] == [
            "+AUTH", "+MAIL", "+RCPT", "+DATA",
        ]  # fmt: skip
        plainly = msgspec.structs.replace(right, password="password")
        office.account = ("anna", "password")
        assert send(plainly, message) == Sent("sent"), "and one of plain letters"
        wrong = send(msgspec.structs.replace(right, password="another"), message)
        assert (wrong.outcome, wrong.reason) == ("refused", "sign_in")
        without = send(msgspec.structs.replace(right, user=""), message)
        assert (without.outcome, without.reason) == ("refused", "sign_in")
        if way == "starttls":
            plain = send(msgspec.structs.replace(right, tls="none", user=""), message)
            assert plain.outcome == "refused", "it takes nothing over an open line"
        monkeypatch.delenv("SSL_CERT_FILE")
        office.seen.clear()
        stranger = send(right, message)
        assert (stranger.outcome, stranger.reason) == ("unreachable", "certificate")
        assert not {"AUTH", "+AUTH", "MAIL", "+MAIL"} & set(office.seen), "no password goes to somebody unknown"
        assert len(office.taken) == 2


def test_no_password_and_no_report_go_over_a_line_that_should_be_encrypted_and_is_not(office: PostOffice) -> None:
    wanted = msgspec.structs.replace(settings(office), tls="starttls", user="anna", password="secret")
    refused = send(wanted, letter())
    assert (refused.outcome, refused.reason) == ("unreachable", "encryption")
    assert not office.taken
    assert not {"AUTH", "MAIL"} & set(office.seen)


def test_every_failure_is_told_with_what_to_look_after(office: PostOffice) -> None:
    mail = settings(office)
    nobody = msgspec.structs.replace(mail, host="no-such-server.invalid")
    assert send(nobody, letter()).reason == "name"
    closed = msgspec.structs.replace(mail, port=free_port())
    assert send(closed, letter()).reason == "connection"
    for reason, text in by_mail.UNREACHABLE.items():
        told = by_mail.told(Sent("unreachable", "x", reason), mail, "anna@krume.example")  # type: ignore[arg-type]  # every one of them
        assert told != text, reason
        assert "%(" not in told, reason
        assert "Check" in told, reason


def test_the_page_sends_one_at_once_and_says_what_became_of_it(
    seen_by: SeenBy, anna: Client, shop: Workspace, office: PostOffice
) -> None:
    url = f"/reports/{REPORT}/mail/now/"

    def answer(*, is_htmx: bool = True) -> str:
        headers = {"HX-Request": "true"} if is_htmx else {}
        return anna.post(url, headers=headers, follow=True).content.decode()

    assert "Mail is not set up yet" in answer()
    environ = {
        "HABITUE_MAIL__HOST": "127.0.0.1",
        "HABITUE_MAIL__PORT": str(office.port),
        "HABITUE_MAIL__TLS": "none",
        "HABITUE_MAIL__SENDER": "reports@krume.example",
    }
    with open_workspace(shop.folder, clock=shop.context.clock, environ=environ) as opened:
        project.configure(opened)
        assert "has taken the report for anna@krume.example" in answer()
        assert len(office.taken) == 1
        assert "just now" in said(office.taken[0]), "to somebody without a subscription nothing is said of one"
        assert "first of every month" not in said(office.taken[0])
        office.trouble = "refuse:RCPT"
        assert "does not take mail for anna@krume.example" in answer(is_htmx=False), "without scripts, too"
        assert "does not take mail for anna@krume.example" in answer()
        office.trouble = "drop:content"
        assert "did not say whether it took it" in answer()
        assert len(office.taken) == 2
        assert seen_by("agent").post(url).status_code == 403
        assert anna.post("/reports/nonsense/mail/now/").status_code == 404
        entries = [entry.details for entry in shop.ledger.listing() if entry.verb == "report.mailed"]
    assert [(each["asked"], each["outcome"]) for each in entries] == [
        (True, "unknown"), (True, "refused"), (True, "refused"), (True, "sent"),
    ]  # fmt: skip
