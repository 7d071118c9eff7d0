"""Languages to ISO 639-1, from names in English, German and Russian, their own names and locale codes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

import pycountry
from anyascii import anyascii
from babel import Locale

from habitue.kernel.text import gettext_noop as _
from habitue.quality.normalise.result import Normalised, Problem
from habitue.quality.normalise.text import tidy

_SAID: Mapping[str, str] = {
    "en": "eng|englisch|anglais|inglese|british|american|us|uk|gb",
    "de": "ger|dt|d|german|allemand|tedesco|schweizerdeutsch|schweizer hochdeutsch|österreichisch",
    "ru": "rus|рус|русс|russisch|ру",
    "fr": "fre|francais|français",
    "es": "español|espanol|castellano",
    "it": "italiano",
    "pt": "português|portugues",
    "nl": "dut|nederlands|flemish|flämisch",
    "pl": "polski",
    "cs": "cze|čeština|cz",
    "sk": "slo|slovenčina",
    "uk": "українська|ua|ukr",
    "tr": "türkçe|turkce",
    "sv": "svenska|se",
    "da": "dansk|dk",
    "no": "norsk|nb|nn|nor|nob|nno",
    "fi": "suomi",
    "hu": "magyar",
    "ro": "rum|română|romana",
    "el": "gre|ελληνικά|gr",
    "bg": "български",
    "hr": "hrvatski",
    "sr": "srpski|српски",
    "sl": "slovenščina",
    "zh": "chi|中文|mandarin",
    "ja": "日本語|jp",
    "ko": "한국어|kr",
    "ar": "العربية",
    "he": "iw|עברית",
}
_REGION = re.compile(r"[-_.@].*\Z", re.DOTALL)
_LIST = re.compile(r"\s*[,;/|].*\Z", re.DOTALL)
_UNKNOWN = _("“%(value)s” is not the name of a language.")


def normalise_language(value: str, *, country: str | None = None) -> Normalised | Problem:
    """The two small letters of a language (`Deutsch`, `de-AT`, `ger` → `de`); of several the first."""
    del country
    text = tidy(value).casefold()
    names = _names()
    for form in (text, _LIST.sub("", text), _REGION.sub("", _LIST.sub("", text)), anyascii(text).casefold()):
        if form in names:
            return Normalised(names[form])
    return Problem("language_unknown", _UNKNOWN, {"value": value[:200]})


@cache
def _names() -> Mapping[str, str]:
    """Every known name in small letters → ISO 639-1; a code always wins over a name."""
    short = {language.alpha_3: language.alpha_2 for language in pycountry.languages if hasattr(language, "alpha_2")}
    codes, names = frozenset(short.values()), {}
    for locale in ("ru", "de", "en"):
        for code, name in Locale(locale).languages.items():
            if code in codes:
                names[name.casefold()] = names[anyascii(name).casefold()] = code
    names |= short
    for code, said in _SAID.items():
        names |= dict.fromkeys(said.split("|"), code)
    names |= {code: code for code in codes if code not in {"nb", "nn"}}
    return names
