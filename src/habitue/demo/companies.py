"""About 150 businesses that serve tea to guests and staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from habitue.demo.chance import words
from habitue.demo.contact_details import plain_letters
from habitue.demo.person import Company

if TYPE_CHECKING:
    from random import Random

    from habitue.demo.contact_details import Directory

_KINDS = words("""
Café Hotel Kanzlei Praxis Buchhandlung Bäckerei Pension Agentur Architekten Steuerberatung Werkstatt Galerie
Kontor Restaurant Yogastudio Verlag Ingenieure Software Physiotherapie Feinkost
""")
_LEGAL = ("GmbH", "GmbH", "GmbH & Co. KG", "UG (haftungsbeschränkt)", "e.K.", "AG", "GbR", "OHG")
_OWNERS = words("""
Lindner Sonnenberg Auwald Morgenstern Kramer Nordlicht Elbblick Rosental Zeitlos Hansemann Goldfink Kupferkanne
Waldmeister Fliederbusch Steinhaus Brückner Seeblick Mondschein Apfelbaum Sternberg Weidenhof Marktplatz
""")


def companies(rng: Random, directory: Directory, *, count: int) -> tuple[Company, ...]:
    """`count` companies in German cities, each with its own name and domain."""
    made: dict[str, Company] = {}
    while len(made) < count:
        kind, owner = rng.choice(_KINDS), rng.choice(_OWNERS)
        city = directory.city("DE")
        stem = f"{kind} {owner}"
        if any(name.startswith(stem + " ") for name in made):
            stem = f"{stem} {city.name}"
        name = f"{stem} {rng.choice(_LEGAL)}"
        domain = "-".join(plain_letters(word) for word in stem.split()).replace("--", "-") + ".example"
        if name in made or any(company.domain == domain for company in made.values()):
            continue
        made[name] = Company(name, domain, directory.landline(city), directory.home(city))
    return tuple(made.values())
