"""Sends one message by SMTP. What is not certain is said to be not certain, and is never sent twice by itself."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Literal

from habitue.kernel.config import MailSettings

SECONDS = 20.0
Outcome = Literal["sent", "refused", "unreachable", "unknown"]


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a message.

    `refused` and `unreachable` are certain: the server has not taken it. `unknown` means that it was handed over and
    no answer came: it may have arrived.
    """

    outcome: Outcome
    detail: str = ""


def send(settings: MailSettings, message: EmailMessage) -> Sent:
    """Hand a message to the server of the settings; waits at most SECONDS for each answer."""
    try:
        server = _connected(settings)
    except smtplib.SMTPResponseException as problem:
        return Sent("refused", _short(problem.smtp_code, problem.smtp_error))
    except (OSError, smtplib.SMTPException) as problem:
        return Sent("unreachable", type(problem).__name__)
    try:
        return _handed_over(server, message)
    finally:
        _goodbye(server)


def _connected(settings: MailSettings) -> smtplib.SMTP:
    context = ssl.create_default_context()
    server: smtplib.SMTP
    if settings.tls == "tls":
        server = smtplib.SMTP_SSL(settings.host, settings.port, timeout=SECONDS, context=context)
    else:
        server = smtplib.SMTP(settings.host, settings.port, timeout=SECONDS)
    try:
        if settings.tls == "starttls":
            server.starttls(context=context)
        if settings.user:
            server.login(settings.user, settings.password)
    except BaseException:
        server.close()
        raise
    return server


def _handed_over(server: smtplib.SMTP, message: EmailMessage) -> Sent:
    """The envelope first: until the content is given, nothing can have arrived."""
    try:
        server.ehlo_or_helo_if_needed()
        for code, said in (server.mail(str(message["From"].addresses[0].addr_spec)),
                           server.rcpt(str(message["To"].addresses[0].addr_spec))):  # fmt: skip
            if code // 100 != 2:
                return Sent("refused", _short(code, said))
    except (OSError, smtplib.SMTPException) as problem:
        return Sent("unreachable", type(problem).__name__)
    try:
        code, said = server.data(message.as_bytes())
    except smtplib.SMTPDataError as problem:
        return Sent("refused", _short(problem.smtp_code, problem.smtp_error))
    except (OSError, smtplib.SMTPException) as problem:
        return Sent("unknown", type(problem).__name__)
    return Sent("sent") if code // 100 == 2 else Sent("refused", _short(code, said))


def _goodbye(server: smtplib.SMTP) -> None:
    """Whatever the server says to it, the outcome is known by now."""
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        server.close()


def _short(code: int, said: bytes | str) -> str:
    told = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return f"{code} {told}"[:200]
