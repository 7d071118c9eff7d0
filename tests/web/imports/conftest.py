"""Files as people have them, and a way to send them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from habitue import flow
from habitue.workspace import Workspace

if TYPE_CHECKING:
    from django.test import Client

ORDERS = """Bestellnummer;Bestelldatum;Kundennr.;Vorname;Nachname;E-Mail;Ort;Artikel;Menge;Einzelpreis
100;03.02.2026 14:05;K-1;Marlene;Hoffmann;marlene@posteo.example;Leipzig;Winterhandschuh;2;24,50
101;05.03.2026 09:10;K-2;Jonas;<b>Hoffmann</b>;jonas@@posteo.example;Leipzig;Klingel;1;12,00
102;gestern;K-3;=HYPERLINK("http://evil.example");Roth;roth@posteo.example;Dresden;Pumpe;1;19,90
"""


@pytest.fixture
def send(owner: Client) -> Callable[..., str]:
    """Sends files and returns the address of the first one's page."""

    def sending(*files: tuple[str, str | bytes], client: Client | None = None, source_name: str = "") -> str:
        sent = [
            SimpleUploadedFile(name, data.encode() if isinstance(data, str) else data, "text/csv")
            for name, data in files
        ]
        answer = (client or owner).post("/imports/upload/", {"file": sent, "source_name": source_name})
        assert answer.status_code == 302
        return str(answer.headers["Location"])

    return sending


@pytest.fixture
def finish(ws: Workspace) -> Callable[[str], None]:
    """Does what the worker does with the job of an import, by the address of its page."""

    def finishing(address: str) -> None:
        job = ws.imports.job(address.strip("/").split("/")[-1])
        assert job is not None
        flow.run_import(ws.context, job)

    return finishing
