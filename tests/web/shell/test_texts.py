from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from django.utils import translation
from django.utils.translation import gettext, ngettext

from habitue.web import catalogue
from habitue.workspace import Workspace

OURS = ("access/", "kernel/", "web/account/", "web/settings/", "web/templates/")


def _tool() -> ModuleType:
    spec = spec_from_file_location("i18n", Path(__file__).parents[3] / "tools" / "i18n.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("language", ["de", "ru"])
def test_every_text_of_the_pages_is_translated(language: str) -> None:
    tool = _tool()
    template = tool.extracted()
    for message in list(tool.entries(template)):
        places = [place for place, _line in message.locations]
        if not any(place.startswith(OURS) or Path(place).parent == Path("web") for place in places):
            template.delete(message.id, context=message.context)
    problems = list(tool.wrong(language, tool.read(language), template))
    assert not [problem for problem in problems if "nobody uses" not in problem]


def test_parameters_that_differ_are_found() -> None:
    tool = _tool()
    message = tool.Message("%(count)s rows of %(name)s", string="%(name)s Zeilen")
    assert not tool.same_parameters(message)
    assert tool.same_parameters(tool.Message("%(name)s", string="„%(name)s“"))


def test_texts_of_the_library_and_of_django_are_both_translated(ws: Workspace) -> None:
    with translation.override("de"):
        assert gettext("Wait a moment and try again.").startswith("Warten Sie")
        assert gettext("This field is required.") == "Dieses Feld ist zwingend erforderlich."


@pytest.mark.parametrize(("count", "word"), [(1, "секунду"), (3, "секунды"), (7, "секунд"), (21, "секунду")])
def test_russian_counts_in_three_forms(ws: Workspace, count: int, word: str) -> None:
    with translation.override("ru"):
        text = ngettext(
            "Too many tries. Please wait %(count)d second.",
            "Too many tries. Please wait %(count)d seconds.",
            count,
        )
    assert (text % {"count": count}).endswith(f" {count} {word}.")


def test_english_stays_english_beside_the_other_languages(ws: Workspace) -> None:
    with translation.override("en"):
        assert gettext("Settings") == "Settings"


def test_a_source_tree_without_compiled_texts_speaks_german(tmp_path: Path) -> None:
    assert catalogue.load("de").gettext("Settings") == "Einstellungen"
