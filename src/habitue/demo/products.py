"""What the shop sells, with prices in cents as they were at the start of the three years."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Product:
    """One article; `cents` is its price at the start, `weight` how often it is bought within its category."""

    sku: str
    name: str
    category: str
    brand: str
    cents: int
    weight: float


_LIST = {
    ("TE-10", "Grüntee"): """
Sencha Fukuyama 100 g|Teekontor Ost|1190|9
Sencha Bio 100 g|Blattwerk|890|10
Gyokuro Uji 50 g|Teekontor Ost|2490|3
Jasmin Dragon Pearls 50 g|Teekontor Ost|1590|5
Genmaicha 100 g|Blattwerk|790|7
Matcha Zeremonie 30 g|Hikari|2690|6
Matcha Küche 100 g|Hikari|1890|7
Lung Ching 100 g|Teekontor Ost|1690|4
Bancha Bio 250 g|Blattwerk|1390|4""",
    ("TE-20", "Schwarztee"): """
Darjeeling First Flush 100 g|Teekontor Ost|1590|8
Assam Mokalbari 250 g|Nordmann & Söhne|1290|9
Ostfriesenmischung 500 g|Nordmann & Söhne|1490|10
Earl Grey 100 g|Blattwerk|790|10
Lapsang Souchong 100 g|Teekontor Ost|1090|3
Ceylon Uva 100 g|Nordmann & Söhne|890|5
English Breakfast 250 g|Nordmann & Söhne|1190|7
Russische Karawane 100 g|Nordmann & Söhne|990|5""",
    ("TE-30", "Kräutertee"): """
Pfefferminze Bio 75 g|Wiesenhof|490|10
Kamille Bio 75 g|Wiesenhof|520|8
Fenchel-Anis-Kümmel 150 g|Wiesenhof|560|8
Alpenkräuter 80 g|Wiesenhof|690|8
Salbei Bio 60 g|Wiesenhof|540|5
Ingwer-Zitrone 150 g|Blattwerk|790|9
Brennnessel 80 g|Wiesenhof|450|4
Schlaf gut 80 g|Wiesenhof|690|7""",
    ("TE-40", "Früchtetee"): """
Rote Grütze 250 g|Blattwerk|890|9
Apfel-Zimt 250 g|Blattwerk|890|8
Hagebutte Bio 250 g|Wiesenhof|690|6
Omas Garten 250 g|Wiesenhof|890|7
Winterpunsch 250 g|Blattwerk|990|8
Holunder-Kirsche 250 g|Blattwerk|920|6""",
    ("TE-50", "Rooibos"): """
Rooibos Pur Bio 250 g|Blattwerk|890|8
Rooibos Vanille 250 g|Blattwerk|990|9
Rooibos Karamell 250 g|Blattwerk|990|7
Honeybush 100 g|Kapland|690|4""",
    ("KA-10", "Kaffee"): """
Hausmischung 500 g|Rösterei Linden|1290|12
Äthiopien Yirgacheffe 250 g|Rösterei Linden|1090|9
Kolumbien Huila 250 g|Rösterei Linden|990|8
Guatemala Antigua 500 g|Rösterei Linden|1690|6
Entkoffeiniert 500 g|Rösterei Linden|1390|5
Filterkaffee mild 500 g|Nordmann & Söhne|1090|7""",
    ("KA-20", "Espresso"): """
Espresso Classico 1 kg|Rösterei Linden|2190|10
Espresso Crema 500 g|Rösterei Linden|1290|9
Espresso Bio Peru 250 g|Rösterei Linden|890|7
Espresso Napoli 1 kg|Torrefazione Rossi|1990|6""",
    ("KU-10", "Teezubehör"): """
Teesieb Edelstahl|Kannwerk|690|8
Teefilter Papier 100 St.|Kannwerk|390|10
Teedose 100 g Blech|Kannwerk|590|9
Matcha-Besen Bambus|Hikari|1690|5
Matcha-Schale|Hikari|2900|3
Teewaage|Kannwerk|1990|3
Zeitmesser Sanduhr|Kannwerk|890|4
Stövchen Gusseisen|Kannwerk|2490|4""",
    ("KU-20", "Kannen & Tassen"): """
Glaskanne 1,2 l|Kannwerk|2990|6
Gusseisenkanne 0,8 l|Hikari|5900|3
Porzellankanne Weiß 1,0 l|Manufaktur Elbe|4900|3
Becher Steingut blau|Manufaktur Elbe|1290|9
Tasse mit Untertasse|Manufaktur Elbe|1590|6
Doppelwandglas 2er|Kannwerk|1990|7
Thermosbecher 0,4 l|Kannwerk|2490|6""",
    ("KU-30", "Kaffeezubehör"): """
Handfilter Porzellan|Manufaktur Elbe|2290|6
Filtertüten 100 St.|Kannwerk|290|10
French Press 1,0 l|Kannwerk|3490|5
Espressokocher 6 Tassen|Torrefazione Rossi|3290|6
Handmühle Holz|Kannwerk|6900|3
Milchschäumer|Kannwerk|2790|5""",
    ("KU-41", "Küche"): """
Wasserkocher Gooseneck 0,8 l|Kannwerk|8900|4
Wasserkocher Temperatur 1,7 l|Kannwerk|7900|4
Wasserkocher Aqua 1,0 l|Kannwerk|4990|16
Kaffeemaschine Filter|Kannwerk|12900|2
Schneidebrett Eiche|Manufaktur Elbe|3490|4
Honig Lindenblüte 500 g|Imkerei Auwald|790|9
Kandis braun 500 g|Nordmann & Söhne|390|9
Gebäck Shortbread 200 g|Nordmann & Söhne|490|8""",
    ("GE-10", "Geschenke"): """
Probierset Grüntee 6 × 20 g|Teekontor Ost|1990|7
Adventskalender Tee|Blattwerk|2990|6
Geschenkbox Regentag|Kessel & Kanne|3490|6
Geschenkbox Frühstück|Kessel & Kanne|4490|5
Gutschein 25 €|Kessel & Kanne|2500|4
Gutschein 50 €|Kessel & Kanne|5000|3""",
}


def _products() -> tuple[Product, ...]:
    found: list[Product] = []
    for (prefix, category), block in _LIST.items():
        for number, line in enumerate(block.strip().splitlines(), start=1):
            name, brand, cents, weight = line.split("|")
            found.append(Product(f"{prefix}{number:02d}", name, category, brand, int(cents), float(weight)))
    return tuple(found)


PRODUCTS = _products()
CATEGORIES = tuple(dict.fromkeys(product.category for product in PRODUCTS))
BY_CATEGORY = {
    category: tuple(product for product in PRODUCTS if product.category == category) for category in CATEGORIES
}
BY_SKU = {product.sku: product for product in PRODUCTS}
