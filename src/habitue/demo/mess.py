"""How people and clerks write: typos, cases, phones in many spellings; and a count of each mess made."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from unicodedata import normalize

from habitue.demo.chance import happens, weighted
from habitue.demo.person import Phone

if TYPE_CHECKING:
    from random import Random

_WRITTEN_OUT = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"}
_NEIGHBOURS = {
    "e": "r",
    "r": "t",
    "n": "m",
    "m": "n",
    "i": "o",
    "o": "i",
    "a": "s",
    "s": "d",
    "t": "z",
    "l": "k",
}
_PHONE_STYLES = weighted(
    (("+ ", 26), ("/", 20), ("0 ", 18), ("0", 12), ("-", 8), ("( )", 6), ("00", 4), ("(0)", 4), ("pairs", 2))
)
_SAMPLE = Phone("49", "341", "5550142")
_NO_DECOMPOSITION = {"ł": "l", "Ł": "L", "ı": "i", "İ": "I"}


class Mess:
    """Makes mess by chance and counts it by kind."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.counts: Counter[str] = Counter()

    def makes(self, kind: str, share: float) -> bool:
        """True in `share` of the cases, and then counted as `kind`."""
        if not happens(self.rng, share):
            return False
        self.counts[kind] += 1
        return True

    def name(self, text: str) -> str:
        """A name as it was typed in: mostly right."""
        if any(letter in text for letter in _WRITTEN_OUT) and self.makes("umlauts written out", 0.09):
            text = "".join(_WRITTEN_OUT.get(letter, letter) for letter in text)
        if len(text) > 3 and self.makes("typo in a name", 0.016):
            text = self._typo(text)
        if self.makes("name in capitals", 0.012):
            return text.upper()
        if self.makes("name in lower case", 0.014):
            return text.lower()
        return f" {text}" if self.makes("stray blanks", 0.006) else text

    def email(self, address: str) -> str:
        """An e-mail address as it was typed in."""
        if self.makes("e-mail in capitals", 0.02):
            return address.title() if happens(self.rng, 0.5) else address.upper()
        if self.makes("e-mail with a typo", 0.006):
            return self._email_typo(address)
        return address

    def phone(self, phone: Phone) -> str:
        """A telephone number in one of the many spellings."""
        style = _PHONE_STYLES.draw(self.rng)
        self.counts[f"phone written like {_phone(_SAMPLE, style)}"] += 1
        return _phone(phone, style)

    def street(self, text: str) -> str:
        """A street with the usual short forms."""
        if "traße" not in text:
            return text
        draw = self.rng.random()
        if draw < 0.22:
            return text.replace("traße", "tr.")
        return text.replace("traße", "trasse") if draw < 0.28 else text

    def _typo(self, text: str) -> str:
        place = self.rng.randrange(1, len(text) - 1)
        kind = self.rng.randrange(4)
        if kind == 0:
            return text[:place] + text[place + 1 :]
        if kind == 1:
            return text[:place] + text[place] + text[place:]
        if kind == 2:
            return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
        return text[:place] + _NEIGHBOURS.get(text[place], "e") + text[place + 1 :]

    def _email_typo(self, address: str) -> str:
        local, _, domain = address.partition("@")
        wrong = (
            f"{local}@@{domain}",
            f"{local}@{domain.replace('.', ',')}",
            f"{local}{domain}",
            f"{local}@{domain[:-1]}",
            f"{local} @{domain}",
            f"{local}@{domain[1] + domain[0] + domain[2:]}",
        )
        return self.rng.choice(wrong)


def in_cp1252(text: str) -> str:
    """`text` with the letters Western Windows lacks (ş, ł, ğ…) made plain."""
    return "".join(_western(letter) for letter in text)


def _western(letter: str) -> str:
    try:
        letter.encode("cp1252")
    except UnicodeEncodeError:
        return _NO_DECOMPOSITION.get(letter) or normalize("NFKD", letter).encode("ascii", "ignore").decode()
    return letter


def _phone(phone: Phone, style: str) -> str:
    code, area, number = phone.calling_code, phone.area, phone.subscriber
    spaced = f"{number[:3]} {number[3:]}" if len(number) > 5 else number
    pairs = " ".join(number[place : place + 2] for place in range(0, len(number), 2))
    home = f"{phone.trunk}{area}"
    spelled = {
        "+ ": f"+{code} {area} {number}",
        "/": f"{home}/{number}",
        "0 ": f"{home} {spaced}",
        "0": f"{home}{number}",
        "-": f"{home}-{number}",
        "( )": f"({home}) {spaced}",
        "00": f"00{code}{area}{number}",
        "(0)": f"+{code} ({phone.trunk}){area} {number}" if phone.trunk == "0" else f"+{code} ({area}) {number}",
        "pairs": f"+{code} {area} {pairs}",
    }
    return spelled[style]
