from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from habitue.access.policy import PermissionMissing
from habitue.kernel.errors import NotFound, WorkspaceBusy
from habitue.web import errors
from habitue.workspace import Workspace

if TYPE_CHECKING:
    from django.test import Client


def test_an_error_of_the_library_is_a_page_with_its_code_and_the_next_step(owner: Client) -> None:
    response = owner.get("/settings/users/nobody/")
    page = response.content.decode()
    assert response.status_code == 404
    assert "not_found" in page
    assert "Check the name, or open the list to choose one." in page


def test_a_fragment_gets_its_error_as_a_toast(owner: Client) -> None:
    response = owner.get("/settings/users/nobody/", HTTP_HX_REQUEST="true")
    assert (response.headers["HX-Retarget"], response.headers["HX-Reswap"]) == ("#toasts", "beforeend")
    assert "<html" not in response.content.decode()


def test_errors_speak_the_language_of_the_reader(ws: Workspace) -> None:
    with translation.override("de"):
        told = errors.told(PermissionMissing(name="Ben", verb="people.export"))
    assert told.message.startswith("Ben darf das nicht")
    assert "people.export" not in told.message


def test_errors_that_a_retry_helps_say_so(ws: Workspace) -> None:
    assert errors.status(WorkspaceBusy()) == 503
    assert errors.status(NotFound(what="person", key="x")) == 404


def test_a_missing_page_has_the_look_of_the_others(owner: Client, browser: Client) -> None:
    page = owner.get("/nowhere/").content.decode()
    assert "There is no such page." in page
    assert "<nav" in page


def test_an_error_of_ours_is_told_without_the_shell(ws: Workspace) -> None:
    page = render_to_string("errors/broken.html")
    assert "Something went wrong on our side." in page
    assert "plain-page" in page
    assert "logo.svg" in page, "else the browser asks for an icon that is not there"


def test_a_form_without_its_token_is_refused_in_words(owner_id: str) -> None:
    from django.test import Client

    strict = Client(HTTP_HOST="localhost:8321", enforce_csrf_checks=True)
    response = strict.post("/sign-in/", {"email": "anna@krume.example", "password": "x"})
    assert response.status_code == 403
    assert "form_too_old" in response.content.decode()


def test_hostile_names_are_shown_as_text(owner: Client, colleague: Callable[..., Client]) -> None:
    colleague("agent", name="Eve <script>alert(1)</script>")
    page = owner.get("/settings/users/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_an_error_of_ours_never_goes_into_a_part_of_a_page(owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from habitue.web.audiences import builder

    def broken(*_args: object, **_more: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(builder, "completions", broken)
    owner.raise_request_exception = False
    answer = owner.post("/audiences/hints/", {"rule_text": ""}, HTTP_HX_REQUEST="true")
    assert (answer.status_code, answer.headers["HX-Retarget"], answer.headers["HX-Reswap"]) == (
        500, "#toasts", "beforeend",
    )  # fmt: skip
    assert "Something went wrong on our side." in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_every_page_holds_the_words_for_an_answer_that_is_a_whole_page(owner: Client) -> None:
    page = owner.get("/audiences/").content.decode()
    told = page.partition('<template id="toast-of-failure">')[2].partition("</template>")[0]
    assert "The page stays as it is" in told
