"""The part of a report's page about mail: every month from now on, no longer, or one at once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from habitue.activation.mail import subscriptions
from habitue.activation.mail.sender import Sent
from habitue.insights.reports import store
from habitue.kernel.config import MailSettings
from habitue.kernel.text import gettext_noop as _
from habitue.web.reports import mailing

OUTCOMES = {
    "sending": _("is being sent"),
    "sent": _("sent"),
    "refused": _("refused by the server of the mail"),
    "unreachable": _("not sent, the server of the mail cannot be reached; it is tried again"),
    "unknown": _("not known whether it arrived; it is not sent again"),
}
SENT = _("The server of the mail has taken the report for %(email)s. It should be there in a few minutes.")
NOT_SET_UP = _("Mail is not set up yet: name the server in the section [mail] of habitue.toml.")
UNCERTAIN = _(
    "The report was handed over, but %(server)s did not say whether it took it. Look into your mailbox before you send "
    "it again."
)
REFUSED = _("%(server)s does not take the message.")
UNREACHABLE = {
    "name": _("The server %(server)s cannot be found. Check “host” in the section [mail] of habitue.toml."),
    "certificate": _(
        "The certificate of %(server)s is not trusted, so nothing was sent. Check “host”: it must be the name for "
        "which the certificate was made. For a certificate of your own set SSL_CERT_FILE to its file."
    ),
    "encryption": _(
        "%(server)s does not encrypt in the way that is asked for. Check “tls” and “port” in the section [mail]: "
        "starttls is usual on 587, tls on 465."
    ),
    "silence": _(
        "%(server)s does not answer. Check “host” and “port” in the section [mail], and whether a firewall is between."
    ),
    "connection": _("%(server)s cannot be reached, or breaks the connection off. Check “host” and “port” in [mail]."),
    "sign_in": _(
        "%(server)s refuses name and password. Check “user” in the section [mail] and HABITUE_MAIL__PASSWORD in the "
        "environment."
    ),
    "sender": _("%(server)s does not take mail from %(sender)s. Check “sender” in the section [mail]."),
    "recipient": _("%(server)s does not take mail for %(email)s. Check the address of your account."),
}


def shown(request: HttpRequest, name: str) -> dict[str, Any]:
    """What the part shows of a report."""
    ws = request.ws.context
    return {
        "is_subscribed": name in subscriptions.of_user(ws),
        "can_mail": bool(ws.config.mail.host),
        "mailings": [
            (each, gettext(OUTCOMES.get(each.outcome, each.outcome))) for each in subscriptions.history(ws, name)
        ],
    }


@require_POST
def change(request: HttpRequest, name: str) -> HttpResponse:
    """Get the report every month from now on, or no longer."""
    ws = request.ws.context
    if request.POST.get("do") == "end":
        subscriptions.unsubscribe(ws, name)
        messages.success(request, gettext("You get this report no longer."))
    else:
        subscriptions.subscribe(ws, name)
        messages.success(request, gettext("You get this report on the first of every month."))
    return redirect("reports:show", name)


@require_POST
def send_now(request: HttpRequest, name: str) -> HttpResponse:
    """Send the report to the reader at once, and say what became of it."""
    ws = request.ws.context
    store.report(name)
    if not ws.config.mail.host:
        return _answer(request, name, gettext(NOT_SET_UP), is_sent=False)
    sent = mailing.send_now(ws, request.user, name)
    return _answer(request, name, told(sent, ws.config.mail, request.user.email), is_sent=sent.outcome == "sent")


def told(sent: Sent, settings: MailSettings, email: str) -> str:
    """What became of a message as a sentence with the next step, and what the server said."""
    values = {"server": f"{settings.host}:{settings.port}", "sender": settings.sender, "email": email}
    if sent.outcome == "sent":
        text = SENT
    elif sent.outcome == "unknown":
        text = UNCERTAIN
    else:
        text = UNREACHABLE.get(sent.reason, REFUSED)
    said = gettext(text) % values
    return f"{said} ({sent.detail})" if sent.detail else said


def _answer(request: HttpRequest, name: str, text: str, *, is_sent: bool) -> HttpResponse:
    if request.htmx:
        return render(request, "reports/sent.html", {"text": text, "is_sent": is_sent})
    (messages.success if is_sent else messages.error)(request, text)
    return redirect("reports:show", name)
