"""The file to start from can be imported as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from habitue.collect.files.sniff import sheet_names
from habitue.collect.files.template import SHEETS, template
from tests.collect.files.making import import_file

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("language", ["en", "de", "ru"])
def test_the_template_with_its_examples_imports_without_asking(tmp_path: Path, language: str) -> None:
    path = tmp_path / "template.xlsx"
    path.write_bytes(template(language, lambda text: text))
    names = sheet_names(path, filename="template.xlsx")
    assert len(names) == 4
    found = dict(zip(SHEETS, (import_file(path, sheet=name) for name in names), strict=True))
    for name, imported in found.items():
        assert tuple(imported.targets.values()) == SHEETS[name]
        assert imported.rejected == []
        assert [record.problems for record in imported.records] == [()] * len(imported.records)
    assert len(found["people"].traits) == 2
    assert [order["total"] for order in found["orders"].events("Order Completed")] == ["59.30"]
    assert found["orders"].events("Order Cancelled") == [{"order_id": "B-2002"}]
    assert found["contacts"].events("Contact Logged")[0]["channel"] == "phone"
    assert [len(found["consents"].events(f"Consent {verb}")) for verb in ("Given", "Withdrawn")] == [1, 2]


def test_an_unknown_language_gets_english_headings() -> None:
    assert len(template("fr", lambda text: text)) > 5_000
