"""What the page for marketers calls by name is called so on the pages."""

from __future__ import annotations

import re
from gettext import GNUTranslations
from pathlib import Path

import pytest

import habitue

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "marketer.md").read_text("utf-8")
CATALOGUE = Path(habitue.__file__).parent / "locale" / "de" / "LC_MESSAGES" / "habitue.mo"
NAMES = sorted({" ".join(name.split()) for name in re.findall(r"(?<!\*)\*([^*]+)\*(?!\*)", PAGE)})


def test_the_page_names_buttons() -> None:
    assert {"New audience", "Save and publish", "Why?", "Freeze"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_button_and_heading_that_is_named_exists(name: str) -> None:
    with CATALOGUE.open("rb") as file:
        known = GNUTranslations(file)
    assert known.gettext(name) != name, f"no page says “{name}”"
