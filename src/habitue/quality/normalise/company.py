"""Company names: the legal form in one spelling, a comparison key without it, and names that look like companies."""

from __future__ import annotations

import re
from collections.abc import Mapping

from habitue.kernel.text import gettext_noop as _
from habitue.quality.normalise.casing import proper_case
from habitue.quality.normalise.result import Normalised, Problem
from habitue.quality.normalise.text import ascii_key, says_nothing, tidy

# form in lower case without stops -> as we write it
_FORMS: Mapping[str, str] = {
    "gmbh & co kg": "GmbH & Co. KG",
    "gmbh & co kgaa": "GmbH & Co. KGaA",
    "gmbh & co ohg": "GmbH & Co. OHG",
    "gmbh & cokg": "GmbH & Co. KG",
    "ag & co kg": "AG & Co. KG",
    "ug & co kg": "UG & Co. KG",
    "ug (haftungsbeschränkt)": "UG (haftungsbeschränkt)",
    "gesellschaft mbh": "GmbH",
    "ggmbh": "gGmbH",
    "gmbh": "GmbH",
    "mbh": "mbH",
    "kgaa": "KGaA",
    "partg mbb": "PartG mbB",
    "partg": "PartG",
    "gbr": "GbR",
    "ohg": "OHG",
    "kg": "KG",
    "ug": "UG",
    "ag": "AG",
    "aktiengesellschaft": "AG",
    "kommanditgesellschaft": "KG",
    "eingetragener verein": "e.V.",
    "ev": "e.V.",
    "ek": "e.K.",
    "eg": "eG",
    "llc": "LLC",
    "llp": "LLP",
    "plc": "PLC",
    "ltd": "Ltd",
    "limited": "Ltd",
    "inc": "Inc.",
    "incorporated": "Inc.",
    "corp": "Corp.",
    "corporation": "Corp.",
    "& co kg": "& Co. KG",
    "& co": "& Co.",
    "co": "Co.",
    "sa": "S.A.",
    "sas": "SAS",
    "sarl": "SARL",
    "sàrl": "Sàrl",
    "srl": "S.r.l.",
    "spa": "S.p.A.",
    "bv": "B.V.",
    "nv": "N.V.",
    "ab": "AB",
    "oy": "Oy",
    "as": "AS",
    "aps": "ApS",
    "se": "SE",
    "sp z oo": "sp. z o.o.",
    "sro": "s.r.o.",
    "kft": "Kft.",
    "ооо": "ООО",
    "оао": "ОАО",
    "зао": "ЗАО",
    "пао": "ПАО",
    "ао": "АО",
    "ип": "ИП",
    "общество с ограниченной ответственностью": "ООО",
    "акционерное общество": "АО",
}
# Endings that are also surnames or words: they make no company of a person's name.
_WEAK = frozenset(
    {"ag", "ev", "ek", "eg", "co", "sa", "sas", "spa", "bv", "nv", "ab", "oy", "as", "se", "ип", "kg", "ug"}
)
FORM_WORDS = frozenset(form for form in _FORMS if " " not in form)
_FRONT = tuple(sorted((form for form in _FORMS if form[0] in "оазпи"), key=len, reverse=True))
_LONGEST = max(form.count(" ") for form in _FORMS) + 1
_EDGES = " ,;"
_QUOTES = re.compile('["“”„«»]+')
_SMALL = frozenset(
    {
        "and",
        "of",
        "the",
        "für",
        "fuer",
        "und",
        "von",
        "der",
        "die",
        "das",
        "des",
        "zum",
        "zur",
        "im",
        "am",
        "и",
        "в",
        "на",
    }
)
_FIRM = re.compile(r"^(?:(?:firma|fa\.|company:)\s+)+(?=\S)", re.IGNORECASE)
_UNREADABLE = _("“%(value)s” is not a company name.")


def normalise_company(value: str, *, country: str | None = None) -> Normalised | Problem:
    """The name with its legal form in one spelling; `also` holds `legal_form` and `company_key` without it."""
    del country
    text = _FIRM.sub("", tidy(value).strip(_EDGES)).strip(_EDGES)
    if says_nothing(text) or not any(map(str.isalnum, text)):
        return Problem("company_unreadable", _UNREADABLE, {"value": value[:200]})
    core, form, in_front = _split_form(text)
    if not core:
        return Normalised(text, {"company_key": ascii_key(text)})
    # Short names in capitals are names of their own (BMW, ИКЕА), long ones were shouted.
    if core.islower() or (core.isupper() and len(core) > 12 and " " in core):
        core = proper_case(core, small=_SMALL)
    key = ascii_key(_QUOTES.sub("", core).replace("&", " und "))
    if not form:
        return Normalised(core, {"company_key": key or ascii_key(text)})
    named = f"{form} {core}" if in_front else f"{core} {form}"
    return Normalised(named, {"company_key": key or ascii_key(text), "legal_form": form})


def company_key(name: str) -> str:
    """Letters and digits of a company name without its legal form, for comparing; empty when there are none."""
    answer = normalise_company(name)
    return answer.also["company_key"] if isinstance(answer, Normalised) else ""


def looks_like_company(name: str) -> bool:
    """Whether a name in a person's column is a company's: it carries a legal form that no surname resembles."""
    if _FIRM.match(name):
        return True
    words = name.split(" ")
    if len(words) < 2:
        return False
    tail = _bare(words[-1])
    if tail in _FORMS:
        return (
            tail not in _WEAK
            or "&" in name
            or (words[-1] in {"AG", "KG", "UG", "SE"} and not name.isupper())
            or words[-1] in {"e.V.", "e.K.", "S.A.", "S.p.A.", "B.V.", "N.V."}
        )
    front = _bare(words[0])
    return front in _FORMS and front[0] in "оазп"


def _bare(text: str) -> str:
    return text.lower().replace(".", "").replace(",", "")


def _split_form(text: str) -> tuple[str, str, bool]:
    """(name without its form, the form as we write it, whether it stands in front)."""
    words = text.split(" ")
    for length in range(min(_LONGEST, len(words) - 1), 0, -1):
        tail = _bare(" ".join(words[-length:])).replace("+", "&").replace("und co", "& co")
        if tail in _FORMS and (len(tail) > 2 or not words[-1].islower()):
            return " ".join(words[:-length]).rstrip(" ,"), _FORMS[tail], False
    lowered = text.lower()
    for form in _FRONT:
        if lowered.startswith(form + " "):
            return text[len(form) + 1 :].lstrip(), _FORMS[form], True
    return text, "", False
