"""Sends one message by SMTP. What is not certain is said to be not certain, and is never sent twice by itself."""

from __future__ import annotations

import base64
import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Literal

from habitue.kernel.config import MailSettings

SECONDS = 20.0
SIGNED_IN, NOT_SIGNED_IN = 235, 530
Outcome = Literal["sent", "refused", "unreachable", "unknown"]
Reason = Literal["", "name", "certificate", "encryption", "sign_in", "silence", "connection", "sender", "recipient"]


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a message, and where it failed.

    `refused` and `unreachable` are certain: the server has not taken it. `unknown` means that it was handed over and
    no answer came: it may have arrived. `reason` tells what to look after: the name of the server cannot be found,
    its certificate is not trusted, it offers no (or another) encryption, it refuses name and password, the sender or
    the recipient, does not answer in time, or breaks the connection off. `detail` is what the server said.
    """

    outcome: Outcome
    detail: str = ""
    reason: Reason = ""


def send(settings: MailSettings, message: EmailMessage) -> Sent:
    """Hand a message to the server of the settings; waits at most SECONDS for each answer."""
    try:
        server = _connected(settings)
    except smtplib.SMTPAuthenticationError as problem:
        return Sent("refused", _short(problem.smtp_code, problem.smtp_error), "sign_in")
    except smtplib.SMTPResponseException as problem:
        return Sent("refused", _short(problem.smtp_code, problem.smtp_error))
    except (OSError, smtplib.SMTPException) as problem:
        return Sent("unreachable", type(problem).__name__, _reason(problem))
    try:
        return _handed_over(server, message)
    finally:
        _goodbye(server)


def _reason(problem: OSError | smtplib.SMTPException) -> Reason:
    match problem:
        case ssl.SSLCertVerificationError():
            return "certificate"
        case ssl.SSLError() | smtplib.SMTPNotSupportedError():
            return "encryption"
        case socket.gaierror():
            return "name"
        case TimeoutError():
            return "silence"
    return "connection"


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
            _sign_in(server, settings.user, settings.password)
    except BaseException:
        server.close()
        raise
    return server


def _sign_in(server: smtplib.SMTP, user: str, password: str) -> None:
    """As the library does; it cannot write anything but ASCII, which RFC 4616 says is UTF-8."""
    if f"{user}{password}".isascii():
        server.login(user, password)
        return
    server.ehlo_or_helo_if_needed()
    if not server.has_extn("auth"):
        raise smtplib.SMTPNotSupportedError("the server knows no signing in")
    told = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
    code, said = server.docmd("AUTH", f"PLAIN {told}")
    if code != SIGNED_IN:
        raise smtplib.SMTPAuthenticationError(code, said)


def _handed_over(server: smtplib.SMTP, message: EmailMessage) -> Sent:
    """The envelope first: until the content is given, nothing can have arrived."""
    sender, recipient = (str(message[name].addresses[0].addr_spec) for name in ("From", "To"))
    try:
        server.ehlo_or_helo_if_needed()
        steps: tuple[tuple[Callable[[str], tuple[int, bytes]], str, Reason], ...] = (
            (server.mail, sender, "sender"),
            (server.rcpt, recipient, "recipient"),
        )
        for step, address, reason in steps:
            code, said = step(address)
            if code // 100 != 2:
                return Sent("refused", _short(code, said), "sign_in" if code == NOT_SIGNED_IN else reason)
    except (OSError, smtplib.SMTPException) as problem:
        return Sent("unreachable", type(problem).__name__, _reason(problem))
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
