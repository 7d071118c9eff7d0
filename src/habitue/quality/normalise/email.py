"""E-mail addresses: the one spelling we keep, a second key for Gmail, and addresses that identify nobody."""

from __future__ import annotations

import re
from collections.abc import Mapping

from email_validator import EmailNotValidError, validate_email

from habitue.kernel.text import gettext_noop as _
from habitue.quality.normalise.result import NOTHING, Normalised, Problem
from habitue.quality.normalise.text import tidy

# What nine in ten addresses look like; the full check agrees on all of these and costs five times as much.
_PLAIN = re.compile(
    r"(?=[^@]{1,64}@.{4,189}\Z)[a-z0-9_+'-]+(?:\.[a-z0-9_+'-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9]|-(?!-)){0,60}(?<!-)\.)+(?!test\Z|local\Z|localhost\Z|invalid\Z|onion\Z|arpa\Z)[a-z]{2,24}\Z"
)
_WRAPPED = re.compile(r"<\s*([^<>\s@]+@[^<>\s@]+)\s*>")
_LABEL = re.compile(r"^(?:e-?mail|mail|эл\. ?почта|почта)\s*:\s*")
_REMARK = re.compile(r"\([^()]*\)")
_AROUND_AT = re.compile(r"\s*@\s*")
_SEVERAL = re.compile(r"\s*[;,|]\s*|\s+(?:/|und|and|oder|or|и|или)\s+|\s+")
_EDGES = " \t\"'`´‘’“”„«»<>()[]{},;:"

_GMAIL = frozenset({"gmail.com", "googlemail.com"})
_TYPOS = {
    **dict.fromkeys(("gmial.com", "gmai.com", "gmal.com", "gnail.com", "gmail.co", "gmail.con"), "gmail.com"),
    **dict.fromkeys(("gmaill.com", "gamil.com", "gmail.cm", "gmail.de", "gmail.ru", "googlmail.com"), "gmail.com"),
    **dict.fromkeys(("hotmial.com", "hotmal.com", "hotmail.con", "hotmai.com"), "hotmail.com"),
    **dict.fromkeys(("yaho.com", "yahooo.com", "yahoo.con"), "yahoo.com"),
    **dict.fromkeys(("outlok.com", "outloook.com", "outlook.con"), "outlook.com"),
    **dict.fromkeys(("gmx.d", "gmx.ed", "gmx.dde", "gxm.de", "gmy.de"), "gmx.de"),
    **dict.fromkeys(("web.d", "wb.de", "we.de", "web.dee"), "web.de"),
    **dict.fromkeys(("t-onlin.de", "tonline.de", "t-online.d", "t-oline.de"), "t-online.de"),
    **dict.fromkeys(("mail.r", "maill.ru", "mai.ru", "meil.ru"), "mail.ru"),
    **dict.fromkeys(("yandex.r", "yandeks.ru", "jandex.ru", "yandx.ru"), "yandex.ru"),
}
_NOBODY = re.compile(
    r"(?:no-?_?\.?reply|do-?not-?reply|donotreply|mailer-daemon|postmaster|abuse)(?:[+.-][^@]*)?@.*"
    r"|(?:test|tests|testing|test\d+|example|asdf|qwerty|xxx+|aaa+|abc|none|null|na|nomail|noemail|no-?e?mail"
    r"|keine?|keine-?e?-?mail|unbekannt|unknown|нет|net|niemand|nobody|fake|spam)@"
    r"(?:test|tests|testing|example|asdf|qwerty|xxx+|aaa+|abc|none|null|na|nomail|noemail|no-?e?mail|keine?|unbekannt"
    r"|unknown|нет|net|mail|email|niemand|nobody|nowhere|domain|fake|spam)(?:\..*)?"
    r"|test@.*"
    r"|(?:info|mail|kontakt|contact|user|name|email|sales|office|john\.?doe|max\.?mustermann|foo|a)@"
    r"(?:example|beispiel|domain|test|muster|mustermann|company|firma)\.[a-z.]+"
    r"|(.)\1*@(.)\2*\.[a-z]+"
)
_UNREADABLE = _("“%(value)s” is not an e-mail address.")
_NOBODYS = _("This address belongs to nobody in particular; it will link nobody.")
_MISTYPED = _("The part after the @ looks mistyped; the address was kept as it is.")


def normalise_email(value: str, *, country: str | None = None) -> Normalised | Problem:
    """An address in lower case with its domain in ASCII, checked without asking the network.

    `also` may hold `email_key` (Gmail without dots and plus part), `email_2` (a second address in the cell) and
    `email_suggestion` (for a well-known typing error, which is never corrected by itself).
    """
    del country
    text = tidy(value).lower()
    if _PLAIN.match(text):
        return _described(text, NOTHING)
    good = [found for part in _addresses(text) if (found := _checked(part)) is not None]
    if not good:
        return Problem("email_unreadable", _UNREADABLE, {"value": value[:200]})
    others = [address for address in good[1:] if address != good[0]]
    return _described(good[0], {"email_2": others[0]} if others else NOTHING)


def is_blocked_email(address: str) -> bool:
    """Whether an address belongs to nobody in particular (`noreply@…`, `test@test.de`) and must link no people."""
    return _NOBODY.fullmatch(address.strip().lower()) is not None


def _addresses(text: str) -> list[str]:
    wrapped = _WRAPPED.search(text)
    plain = wrapped[1] if wrapped else _AROUND_AT.sub("@", _LABEL.sub("", _REMARK.sub(" ", text)))
    parts = [part.strip(_EDGES).removeprefix("mailto:") for part in _SEVERAL.split(plain)]
    parts = [part.partition("?")[0].rstrip(_EDGES + ".") for part in parts if part]
    # "hans müller@web.de" has lost a dot: half of an address is never taken for the whole.
    return parts if all("@" in part for part in parts) else []


def _checked(text: str) -> str | None:
    if _PLAIN.match(text):
        return text
    if len(text) > 320:
        return None
    try:
        valid = validate_email(text, check_deliverability=False, allow_smtputf8=True)
    except EmailNotValidError:
        return None
    return f"{valid.local_part.lower()}@{valid.ascii_domain}"


def _described(address: str, also: Mapping[str, str]) -> Normalised:
    local, _at, domain = address.rpartition("@")
    if domain in _GMAIL:
        key = f"{local.partition('+')[0].replace('.', '')}@gmail.com"
        return Normalised(address, {**also, "email_key": key})
    if domain in _TYPOS:
        return Normalised(address, {**also, "email_suggestion": f"{local}@{_TYPOS[domain]}"}, _MISTYPED)
    return Normalised(address, also, _NOBODYS if is_blocked_email(address) else None)
