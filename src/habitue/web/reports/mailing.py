"""Reports by mail: on the first of the month, to those who work here and asked for it, as PDF."""

from __future__ import annotations

import threading
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from zoneinfo import ZoneInfo

import structlog
from django.utils import translation
from django.utils.translation import gettext
from sqlalchemy.exc import InterfaceError, OperationalError

from habitue.access.actor import SYSTEM
from habitue.access.policy import allowed
from habitue.activation.mail import subscriptions
from habitue.activation.mail.sender import Sent, send
from habitue.insights.reports import store
from habitue.kernel.clock import day_in
from habitue.kernel.context import Context
from habitue.kernel.errors import HabitueError
from habitue.web import formats
from habitue.web.models import User
from habitue.web.reports import paper
from habitue.web.reports.writing import Writer

EVERY_SECONDS = 60.0
log = structlog.get_logger()


def loop(ws: Context, is_over: threading.Event) -> None:
    """Send what is due, again and again; what a former process left open is unknown from now on."""
    system = ws.as_actor(SYSTEM)
    is_new = True
    while not is_over.is_set():
        try:
            if is_new:
                subscriptions.give_up_open(system)
                is_new = False
            send_due(system)
        except (OperationalError, InterfaceError) as error:
            log.warning("the register cannot be used now", error=type(error).__name__)
        is_over.wait(EVERY_SECONDS)
    ws.lake.close()


def send_due(ws: Context) -> int:
    """Send the reports of this month that are due; returns how many were handed over. Without a server nothing."""
    settings = ws.config.mail
    if not settings.host:
        return 0
    zone, count = ws.config.workspace.timezone, 0
    with ws.register.read() as conn:
        due = subscriptions.due(conn, ws.clock.now(), zone)
    for user_id, report in due:
        user = User.objects.filter(user_id=user_id, is_active=True).first()
        if user is None or not allowed(user.actor, "insights.read"):
            continue
        try:
            message = composed(ws, user, report, is_monthly=True)
        except HabitueError as error:
            log.warning("a report could not be made", report=report, code=error.code)
            continue
        month = subscriptions.month_of(ws.clock.now(), zone)
        if not subscriptions.begin(ws, user_id, report, month):
            continue
        sent = send(settings, message)
        subscriptions.close(ws, user_id, report, month, sent.outcome, sent.detail)
        count += 1
    return count


def send_now(ws: Context, user: User, report: str) -> Sent:
    """Send one report to somebody who works here and asks for it, at once; the one of the month goes out besides.

    Raises NotFound and PermissionMissing.
    """
    sent = send(ws.config.mail, composed(ws, user, report, is_monthly=False))
    subscriptions.note_asked(ws.as_actor(user.actor), report, sent.outcome)
    return sent


def composed(ws: Context, user: User, name: str, *, is_monthly: bool) -> EmailMessage:
    """The message to one reader, in their language, with the report as they may see it, and why it comes."""
    workspace = ws.config.workspace
    language = user.language or workspace.languages[0]
    with translation.override(language):
        report = store.report(name)
        made = store.outcome(ws.as_actor(user.actor), name)
        locale = formats.locale_for(language, workspace.country)
        written = Writer(gettext, locale, workspace.currency, workspace.timezone)
        today = day_in(ws.clock.now(), workspace.timezone)
        day = formats.day(today, locale, ZoneInfo(workspace.timezone))
        label, says = gettext(report.label), written.say(made.says)
        monthly = gettext("You asked for this report on the first of every month; on its page you end that.")
        leave = monthly if is_monthly else gettext("You asked for this report just now, this once.")
        message = EmailMessage()
        message["Subject"] = f"{label} · {workspace.name} · {day}".replace("\n", " ").replace("\r", " ")
        message["From"] = ws.config.mail.sender
        message["To"] = user.email
        message["Date"] = format_datetime(ws.clock.now())
        message["Message-ID"] = make_msgid(domain=ws.config.mail.sender.rpartition("@")[2].strip("> "))
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(f"{label}\n\n{says}\n\n{leave}\n")
        pdf = paper.pdf(label, f"{workspace.name} · {day}", made, written)
        message.add_attachment(pdf, maintype="application", subtype="pdf", filename=f"{name}-{today}.pdf")
    return message
