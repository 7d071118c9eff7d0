"""Countries to ISO 3166 alpha-2, from names in English, German and Russian, codes and everyday abbreviations."""

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

# Words that no register of names holds: abbreviations, car plates, sports codes, own names of countries.
_SAID: Mapping[str, str] = {
    "DE": "d|ger|brd|ddr|fed rep germany|federal republic of germany|german|deutsch|deutchland|deutschand|фрг"
    "|allemagne|alemania|germania|niemcy",
    "AT": "a|oe|ö|oesterreich|osterreich|öst|österr|republik österreich|autriche",
    "CH": "sui|schweitz|suisse|svizzera|svizra|confoederatio helvetica",
    "GB": "uk|u k|great britain|britain|england|scotland|wales|northern ireland|grossbritannien|großbritannien|gbr|eng|"
    "schottland|nordirland|англия|шотландия|uk gb|royaume uni",
    "US": "us of a|u s|u s a|usa|united states of america|america|amerika"
    "|vereinigte staaten von amerika|сша|америка|etats unis|соединенные штаты америки",
    "IE": "eire|éire|rep of ireland|republic of ireland|irland republik|southern ireland",
    "ES": "sp|e|españa|espana|espagne|spagna",
    "ZA": "rsa|s africa|südafrikanische republik|юар",
    "RU": "rus|russia|rossija|rossiya|рф|российская федерация|russische föderation|su|ussr|udssr|ссср",
    "FR": "f|fra|francia|франц",
    "IT": "i|italia|italie",
    "NL": "holland|the netherlands|nederland|ned|голландия|die niederlande|pays bas",
    "BE": "b|belgique|belgie|belgië|bel",
    "LU": "l|luxemburg|luxembourg|letzebuerg|lux",
    "PL": "polska|rp",
    "CZ": "tschechien|czech republic|czechia|cesko|česko|česká republika|чехия"
    "|чешская республика|tschechische republik|cze",
    "SK": "slovak republic|slovensko|slowakische republik",
    "HU": "h|magyarország|magyarorszag",
    "PT": "p|por",
    "SE": "s|sverige|swe",
    "NO": "n|norge|nor",
    "DK": "danmark|den",
    "FI": "fin|suomi",
    "GR": "gre|hellas|el|ελλάδα",
    "HR": "cro|hrvatska|kroatien",
    "SI": "slo|slovenija",
    "RO": "românia|romania|rumaenien",
    "BG": "bul|българия",
    "TR": "tur|turkey|türkei|tuerkei|turkei|türkiye",
    "UA": "україна|ukraina",
    "BY": "belarus|weissrussland|weißrussland|белоруссия|беларусь",
    "KZ": "kasachstan|казахстан|қазақстан",
    "MD": "moldova|moldau|moldawien|молдова|молдавия",
    "KR": "south korea|korea|korea south|südkorea|республика корея",
    "KP": "north korea",
    "CN": "prc|china pr|volksrepublik china|кнр",
    "TW": "taiwan|republic of china",
    "HK": "hong kong|hongkong",
    "AE": "uae|vae|dubai|оаэ|emirates|u a e",
    "SA": "ksa",
    "VN": "vietnam",
    "IR": "iran",
    "SY": "syria",
    "LY": "libya",
    "VE": "venezuela",
    "BO": "bolivia",
    "TZ": "tanzania",
    "MK": "macedonia|mazedonien",
    "CD": "congo kinshasa|dr congo",
    "CG": "congo",
    "CI": "ivory coast|elfenbeinküste|cote d ivoire",
    "MM": "burma|birma",
    "PH": "philippines|philippinen",
    "BR": "brasil",
    "MX": "méxico",
    "JP": "nippon|nihon",
    "VA": "vatican|vatikan",
    "PS": "palestine|palästina",
}
_SEPARATORS = re.compile(r"[\s.,;'’`()\-–_/&]+")
_UNKNOWN = _("“%(value)s” is not the name of a country.")


def normalise_country(value: str, *, country: str | None = None) -> Normalised | Problem:
    """The two capital letters of a country; what is no country (`Channel Islands`, `EU`) is a problem."""
    del country
    text = tidy(value)
    if len(text) == 2 and text in _codes():
        return Normalised(text)
    names = _names()
    key = _key(text)
    found = names.get(key) or names.get(_key(anyascii(text))) or names.get(key.removeprefix("the "))
    if found is None:
        return Problem("country_unknown", _UNKNOWN, {"value": value[:200]})
    return Normalised(found)


def _key(text: str) -> str:
    return _SEPARATORS.sub(" ", text.casefold()).strip()


@cache
def _codes() -> frozenset[str]:
    return frozenset(country.alpha_2 for country in pycountry.countries)


@cache
def _names() -> Mapping[str, str]:
    """Every known name in small letters → alpha-2; later lines win over earlier ones."""
    codes, names = _codes(), {}
    for language in ("ru", "de", "en"):
        for code, name in Locale(language).territories.items():
            if code in codes:
                names[_key(anyascii(name))] = names[_key(name)] = code
    for country in pycountry.countries:
        for attribute in ("name", "official_name", "common_name", "alpha_3"):
            name = getattr(country, attribute, None)
            if name:
                names[_key(anyascii(name))] = names[_key(name)] = country.alpha_2
    for code, said in _SAID.items():
        for name in said.split("|"):
            names.setdefault(_key(anyascii(name)), code)
            names[_key(name)] = code
    names.update({code.lower(): code for code in codes})
    return names
