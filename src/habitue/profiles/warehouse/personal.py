"""Names that nobody planned and that sound as if a person were behind them, in the languages of the import. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal

from habitue.access.masks import HOLDS_ADDRESS
from habitue.collect.files.headings import key, words
from habitue.collect.files.targets import by_heading

Sound = Literal["person", "birth", "harmless"]
_TARGETS: Final = frozenset(
    f"person.{name}"
    for name in (
        "user_id", "email", "phone", "mobile", "name", "first_name", "last_name", "street", "house_number",
        "address_extra", "postal_code", "preferred_greeting", "notes", "vat_id",
    )
)  # fmt: skip
_BIRTH: Final = frozenset({"person.birth_date", "custom.year_birth"})
# What no column of an import is called, but a property is.
_MORE: Final = frozenset(
    {
        "kunde", "kundin", "adresse", "anschrift", "empfaenger", "ansprechpartner", "kontaktperson", "customer",
        "recipient", "buyer", "contactperson", "клиент", "покупатель", "получатель", "адрес", "фио",
    }
)  # fmt: skip
_ENDS: Final = (
    "name", "street", "address", "strasse", "adresse", "anschrift", "имя", "фамилия", "отчество", "улица", "адрес",
)  # fmt: skip
_BEGINS: Final = ("birth", "geburt", "дата рождения", "день рождения")
# Things have names too.
_THINGS: Final = frozenset(
    {
        "product", "category", "brand", "campaign", "event", "file", "page", "plan", "store", "shop", "coupon",
        "promotion", "list", "variant", "country", "city", "region", "browser", "os", "device", "app", "screen",
        "table", "field", "class", "type", "company", "domain", "host", "produkt", "artikel", "filial", "datei",
        "kampagnen", "kategorie",
    }
)  # fmt: skip
_LOOKS: Final = re.compile(HOLDS_ADDRESS)


@lru_cache(maxsize=20_000)
def sound(name: str) -> Sound:
    """Whether values under a name point at a person, or tell a day of birth."""
    parts, whole = words(name), key(name)
    targets = {target for target, _language in by_heading().get(whole, ())}
    if targets & _BIRTH or whole.startswith(tuple(key(each) for each in _BEGINS)) or "birthday" in whole:
        return "birth"
    if not parts or whole == "name":
        return "harmless"
    if targets & _TARGETS or whole in _MORE:
        return "person"
    is_of_thing = (len(parts) > 1 and parts[-2] in _THINGS) or any(whole == f"{each}name" for each in _THINGS)
    return "person" if whole.endswith(_ENDS) and not is_of_thing else "harmless"


def looks_personal(text: str) -> bool:
    """Whether a text itself may hold an address or a telephone number."""
    return _LOOKS.search(text) is not None
