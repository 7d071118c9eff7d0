"""A small shop: two customers who share a telephone, one with a hostile name, a company."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import with_tables

from habitue.kernel.config import WorkspaceSettings
from habitue.web import project
from habitue.workspace import Workspace, create_workspace, open_workspace

ORDERS = """Bestellnummer;Bestelldatum;Kundennr.;Vorname;Nachname;E-Mail;Telefon;Ort;Land;Artikel;Menge;Einzelpreis
100;03.02.2026 14:05;K-1;Marlene;Hoffmann;marlene@posteo.example;0341 5550142;Leipzig;Deutschland;Handschuhe;2;24,50
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


SETTINGS = WorkspaceSettings(name="Bäckerei Krume")


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, pages_file: Path) -> Path:
    """The folder of the shop with its three files imported, made once and copied for every test."""
    folder = tmp_path_factory.mktemp("prepared")
    with_tables(folder / "shop", pages_file)
    with create_workspace(folder / "shop", workspace=SETTINGS, environ={}) as made:
        for name, text in (("orders.csv", ORDERS), ("contacts.csv", CONTACTS), ("newsletter.csv", NEWSLETTER)):
            path = folder / name
            path.write_text(text, "utf-8")
            assert made.imports.run(path).state == "done"
    return folder / "shop"


@pytest.fixture
def ws(tmp_path: Path, pages_file: Path, request: pytest.FixtureRequest) -> Iterator[Workspace]:
    """The shop for tests that ask for it, else an empty workspace; served by the pages."""
    folder = tmp_path / "shop"
    if "shop" in request.fixturenames:
        shutil.copytree(request.getfixturevalue("prepared"), folder)
        opened = open_workspace(folder, environ={})
    else:
        with_tables(folder, pages_file)
        opened = create_workspace(folder, workspace=SETTINGS, environ={})
    with opened:
        project.configure(opened)
        yield opened


@pytest.fixture
def shop(ws: Workspace) -> Workspace:
    """The shop with its three files imported."""
    return ws


@pytest.fixture
def marlene(shop: Workspace) -> str:
    """Her profile id."""
    return shop.people.search("marlene@posteo.example")[0].profile_id


@pytest.fixture
def jonas(shop: Workspace) -> str:
    """His profile id."""
    return shop.people.search("jonas@posteo.example")[0].profile_id
