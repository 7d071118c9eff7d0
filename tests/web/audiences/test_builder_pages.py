from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import TYPE_CHECKING

from tests.large_lake import as_large
from tests.sending import identify, send
from tests.small_shop import customers

from habitue.audiences import part
from habitue.audiences.rule import EventCount, Group, Trait, Window
from habitue.web.rule_links import builder_url, people_url
from habitue.workspace import Workspace

if TYPE_CHECKING:
    from django.test import Client

FORM = {
    "r:kind": "group",
    "r:match": "all",
    "r.0:kind": "trait",
    "r.0:field": "country",
    "r.0:was": "country",
    "r.0:op": "is",
    "r.0:value": "DE",
    "r.1:kind": "event_count",
    "r.1:negate": "no",
    "r.1:event": "Order Completed",
    "r.1:op": "at_least",
    "r.1:count": "2",
    "r.1:window_kind": "last_year",
    "r.2:kind": "event_count",
    "r.2:negate": "yes",
    "r.2:event": "Order Completed",
    "r.2:op": "at_least",
    "r.2:count": "1",
    "r.2:window_kind": "last_days",
    "r.2:window_count": "90",
}
RULE = Group(
    rules=(
        Trait("country", "is", "DE"),
        EventCount("Order Completed", "at_least", 2, Window(kind="last_year")),
        EventCount("Order Completed", "at_least", 1, Window(kind="last_days", count=90), negate=True),
    )
)
FRAGMENT = {"HTTP_HX_REQUEST": "true"}


def expected() -> int:
    """People in Germany with two orders in the last year and none in the last 90 days, counted by hand."""
    chosen = [
        customer
        for customer in customers()
        if customer.country == "DE"
        and sum(days <= 365 for days in customer.orders) >= 2
        and not any(days < 90 for days in customer.orders)
    ]
    return len(chosen)


def words(page: str) -> str:
    """The text of a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def counted(page: str) -> int:
    """The live count of the builder."""
    found = re.search(r'id="counted".*?<b>([\d,.]+)</b>', page, re.DOTALL)
    assert found is not None
    return int(found[1].replace(",", ""))


def test_the_audience_of_germany_is_built_by_posting_forms(anna: Client, shop: Workspace) -> None:
    page = anna.post("/audiences/build/", FORM, **FRAGMENT).content.decode()
    assert counted(page) == expected() > 0
    assert "in Germany who ordered at least twice in the last year" in words(page)
    saved = anna.post("/audiences/new/", {**FORM, "do": "save", "name": "Stayed away", "purpose": "newsletter"})
    assert saved.status_code == 302
    (audience,) = shop.audiences.listing()
    assert (audience.name, audience.purpose, audience.rule) == ("Stayed away", "newsletter", RULE)
    shown = anna.get(saved.headers["Location"]).content.decode()
    assert shown.count("data-row-link") == expected()


def test_the_live_count_says_nothing_about_conditions_that_are_not_finished(anna: Client) -> None:
    page = anna.post("/audiences/build/", {**FORM, "r.0:value": ""}, **FRAGMENT).content.decode()
    assert "One condition is not finished and does not count yet." in words(page)
    assert "Not finished yet: a value is missing." in words(page)
    assert counted(page) > expected()


def test_an_unfinished_rule_is_not_saved_and_nothing_typed_is_lost(anna: Client, shop: Workspace) -> None:
    response = anna.post("/audiences/new/", {**FORM, "r.0:value": "", "do": "save", "name": "Half"})
    assert response.status_code == 422
    assert "Not saved yet" in response.content.decode()
    assert 'value="Half"' in response.content.decode()
    assert not shop.audiences.listing()


def test_without_scripts_the_buttons_change_the_tree_too(anna: Client) -> None:
    page = anna.post("/audiences/new/", {**FORM, "do": "add:r:insight", "name": "Kept"}).content.decode()
    assert 'name="r.3:field"' in page
    assert 'value="Kept"' in page
    page = anna.post("/audiences/new/", {**FORM, "do": "remove:r.1"}).content.decode()
    assert "r.2:kind" not in page


def test_another_field_brings_its_own_comparisons_and_drops_the_old_value(anna: Client) -> None:
    page = anna.post("/audiences/build/", {**FORM, "r.0:field": "birth_date"}, **FRAGMENT).content.decode()
    assert 'type="date" name="r.0:value"' in page
    assert ">is before<" in page


def test_the_sentence_is_in_the_language_of_the_reader(seen_by: Callable[..., Client]) -> None:
    page = seen_by("marketer", language="de").post("/audiences/build/", FORM, **FRAGMENT).content.decode()
    assert "in Deutschland" in words(page)


def test_a_rule_in_the_address_fills_the_builder(anna: Client) -> None:
    page = anna.get(builder_url(RULE, name="From a list")).content.decode()
    assert counted(page) == expected()
    assert 'value="From a list"' in page


def test_groups_may_be_nested_three_deep_and_no_deeper(anna: Client) -> None:
    deep = {"r.0:kind": "group", "r.0:match": "any", "r.0.0:kind": "group", "r.0.0:match": "none"}
    leaf = {"r.0.0.0:kind": "trait", "r.0.0.0:field": "country", "r.0.0.0:op": "is", "r.0.0.0:value": "AT"}
    page = anna.post("/audiences/build/", {**deep, **leaf}, **FRAGMENT).content.decode()
    assert 'value="add:r.0:group"' in page
    assert 'value="add:r.0.0:group"' not in page
    assert counted(page) == sum(customer.country == "DE" for customer in customers())


def test_a_name_that_is_taken_is_told_beside_the_name(anna: Client) -> None:
    told = {**FORM, "do": "save", "name": "Once"}
    anna.post("/audiences/new/", told)
    again = anna.post("/audiences/new/", told)
    assert again.status_code == 422
    assert "There is already an audience called “Once”." in words(again.content.decode())


def test_an_audience_is_changed_put_away_and_taken_back(anna: Client, shop: Workspace) -> None:
    anna.post("/audiences/new/", {**FORM, "do": "save", "name": "First"})
    (audience,) = shop.audiences.listing()
    here = f"/audiences/{audience.audience_id}/"
    assert "First" in anna.get(f"{here}edit/").content.decode()
    anna.post(f"{here}edit/", {**FORM, "r.0:value": "AT", "do": "save", "name": "Second"})
    assert shop.audiences.get(audience.audience_id).name == "Second"
    away = anna.post(f"{here}archive/", follow=True).content.decode()
    assert "“Second” is in the archive." in words(away)
    assert not shop.audiences.listing()
    anna.post(f"{here}restore/")
    assert len(shop.audiences.listing()) == 1


def test_an_audience_cannot_be_made_of_itself(anna: Client, shop: Workspace) -> None:
    anna.post("/audiences/new/", {**FORM, "do": "save", "name": "Self"})
    (audience,) = shop.audiences.listing()
    page = anna.get(f"/audiences/{audience.audience_id}/edit/").content.decode()
    assert f'<option value="{audience.audience_id}"' not in page
    own = {"r.0:kind": "in_audience", "r.0:audience_id": audience.audience_id, "do": "save", "name": "Self"}
    refused = anna.post(f"/audiences/{audience.audience_id}/edit/", own)
    assert refused.status_code == 422
    assert "would depend on itself" in refused.content.decode()


def test_values_seen_in_the_data_are_suggested(anna: Client) -> None:
    found = anna.get("/audiences/values/?field=city&of=r.0:value&r.0:value=Lei").content.decode()
    assert '<option value="Leipzig">' in found
    assert "Wien" not in found


def test_values_of_a_property_are_suggested_where_events_are_narrowed_down(anna: Client) -> None:
    form = {"r:match": "all", "r.0:kind": "event_count", "r.0:event": "Order Completed", "r.0:count": "1"}
    form |= {"r.0.0:kind": "property", "r.0.0:property": "currency", "r.0.0:op": "is", "r.0.0:value": ""}
    page = anna.post("/audiences/build/", form).content.decode()
    (address,) = re.findall(r'hx-get="(/audiences/values/[^"]*)"', page)
    found = anna.get(f"{unescape(address)}&r.0.0:value=E").content.decode()
    assert '<option value="EUR">' in found


def test_a_single_condition_is_written_without_brackets_and_has_its_loss(anna: Client) -> None:
    page = anna.post("/audiences/build/", {"rule_text": 'country is "DE"', "do": "text"}).content.decode()
    assert ">country is &quot;DE&quot;</textarea>" in page
    one = Group(rules=(Trait("country", "is", "DE"),))
    address = people_url(one).replace("/people/", "/facts/")
    shown = anna.get(f"{address}&places=0", **FRAGMENT).content.decode()
    assert 'data-loss-of="loss-r0"' in shown
    assert "How it narrows down" not in shown


def test_the_facts_tell_how_each_condition_narrows_down(anna: Client) -> None:
    address = people_url(RULE).replace("/people/", "/facts/")
    page = words(anna.get(address, **FRAGMENT).content.decode())
    assert "How it narrows down" in page
    assert f"People in Germany . {sum(c.country == 'DE' for c in customers())}" in page


def test_an_own_number_field_is_offered_under_its_heading_and_compared_as_a_number(
    anna: Client, shop: Workspace
) -> None:
    for number, bottles in ((1, "9"), (2, "10.5"), (4, "100")):
        send(shop, identify(f"u{number}", email=f"person{number}@shop.example", mnt_wines=bottles, hobby="tea"))
    shop.refresh()
    form = {"r:kind": "group", "r:match": "all", "r.0:kind": "trait", "r.0:field": "mnt_wines", "r.0:was": "mnt_wines"}
    page = anna.post("/audiences/new/", {**form, "r.0:op": "more_than", "r.0:value": "9.5", "do": "look"})
    shown = page.content.decode()
    assert '<optgroup label="Own fields">' in shown
    assert re.search(r'<option value="mnt_wines" selected[^>]*>Mnt wines</option>', shown)
    assert re.search(r'<option value="more_than" selected', shown)
    assert re.search(r'type="number"[^>]*name="r.0:value"|name="r.0:value"[^>]*type="number"', shown)
    assert "<b>2</b>" in shown


def test_in_a_large_shop_figures_are_estimated_first_and_then_exact(anna: Client, shop: Workspace) -> None:
    assert part.renew(as_large(shop.context), events=10**9)
    page = anna.post("/audiences/build/", FORM, **FRAGMENT).content.decode()
    assert f"about {round(expected(), -1)}" in page
    assert "being counted exactly" in page
    (first,) = re.findall(r'hx-get="([^"]+stage=about[^"]*)"', page)
    about = anna.get(unescape(first), **FRAGMENT).content.decode()
    assert "estimates from a part of all people" in about
    assert 'data-loss-of="loss-r0"' in about
    (then,) = re.findall(r'hx-get="([^"]+stage=exact[^"]*)"', about)
    exact = anna.get(unescape(then), **FRAGMENT).content.decode()
    assert "counted just now" in exact
    assert f"<b>{expected()}</b>" in exact
    assert 'id="count_now"' in exact
    shop.context.lake.forget(part.COPIES.values())
    assert "estimates from" not in anna.get(unescape(first), **FRAGMENT).content.decode()


def test_an_empty_text_is_everybody_and_nothing_has_to_be_taken_away_first(anna: Client) -> None:
    page = anna.get("/audiences/new/").content.decode()
    assert re.search(r'<textarea id="rule-text"[^>]*placeholder="everybody"[^>]*></textarea>', page)
    built = anna.post("/audiences/build/", {**FORM, "do": "text", "rule_text": " "}, **FRAGMENT).content.decode()
    assert "aria-invalid" not in built
    assert 'name="r.0:kind"' not in built
