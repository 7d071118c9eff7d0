"""A small shop: two customers who share a telephone, one with a hostile name, a company."""

from __future__ import annotations

from pathlib import Path

import pytest

from habitue.workspace import Workspace

ORDERS = """Bestellnummer;Bestelldatum;Kundennr.;Vorname;Nachname;E-Mail;Telefon;Ort;Land;Artikel;Menge;Einzelpreis
100;03.02.2026 14:05;K-1;Marlene;Hoffmann;marlene@posteo.example;0341 5550142;Leipzig;Deutschland;Winterhandschuh;2;24,50
100;03.02.2026 14:05;K-1;Marlene;Hoffmann;marlene@posteo.example;0341 5550142;Leipzig;Deutschland;Lampenset;1;80,00
101;05.03.2026 09:10;K-1;Marlene;Hoffmann;marlene@posteo.example;0341 5550142;Leipzig;Deutschland;Klingel;1;12,00
102;06.03.2026 10:00;K-2;Jonas;Hoffmann;jonas@posteo.example;0341 5550142;Leipzig;Deutschland;Pumpe;1;19,90
103;07.03.2026 11:30;K-3;<script>alert(1)</script>;=2+5;evil@posteo.example;0351 4440101;Wien;Österreich;Schloss;1;35,00
"""
CONTACTS = """E-Mail,Vorname,Nachname,Telefon,Ort,Kundennr.
marlene@posteo.example,Marlene,Hoffmann,0341 5550199,Berlin,CRM-7
"""
NEWSLETTER = """email,first_name,last_name,newsletter,consent_at,consent_text
marlene@posteo.example,Marlene,Hoffmann,yes,2026-03-01 10:00,"Yes, write to me"
jonas@posteo.example,Jonas,Hoffmann,no,2026-03-02 10:00,
"""


@pytest.fixture
def shop(ws: Workspace, tmp_path: Path) -> Workspace:
    """The shop with its three files imported."""
    for name, text in (("orders.csv", ORDERS), ("contacts.csv", CONTACTS), ("newsletter.csv", NEWSLETTER)):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        assert ws.imports.run(path).state == "done"
    return ws


@pytest.fixture
def marlene(shop: Workspace) -> str:
    """Her profile id."""
    return shop.people.search("marlene@posteo.example")[0].profile_id


@pytest.fixture
def jonas(shop: Workspace) -> str:
    """His profile id."""
    return shop.people.search("jonas@posteo.example")[0].profile_id
