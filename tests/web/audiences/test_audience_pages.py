from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from typing import TYPE_CHECKING

import pytest
from tests.sending import identify, order, send
from tests.small_shop import HOSTILE, PEOPLE, customers
from tests.web.audiences.test_builder_pages import words

from habitue import flow
from habitue.audiences import create, stays
from habitue.audiences.rule import EVERYBODY, EventSum, Group, Trait, Window, encode
from habitue.audiences.text import read
from habitue.insights.groups import GROUPS
from habitue.web.rule_links import people_url
from habitue.workspace import Workspace

if TYPE_CHECKING:
    from django.test import Client


@pytest.fixture
def audience_id(shop: Workspace) -> str:
    """An audience of the people in Austria."""
    return shop.audiences.create("Austria", Trait("country", "is", "AT")).audience_id


@pytest.mark.parametrize(
    ("path", "owner_sees", "analyst_sees", "agent_sees", "stranger_sees"),
    [
        ("/audiences/", 200, 200, 403, 302),
        ("/audiences/new/", 200, 200, 403, 302),
        ("/audiences/people/", 200, 200, 403, 302),
        ("/audiences/facts/", 200, 200, 403, 302),
        ("/audiences/values/?field=city", 200, 200, 403, 302),
        ("/audiences/build/", 405, 405, 403, 302),
        ("/audiences/{id}/", 200, 200, 403, 302),
        ("/audiences/{id}/edit/", 200, 200, 403, 302),
        ("/audiences/{id}/people-now/", 200, 200, 403, 302),
        ("/audiences/{id}/history/", 200, 200, 403, 302),
        ("/audiences/{id}/overlap/", 200, 200, 403, 302),
        ("/audiences/{id}/why/{person}/", 200, 200, 403, 302),
        ("/audiences/help/", 200, 200, 403, 302),
        ("/audiences/hints/", 405, 405, 403, 302),
        ("/audiences/nothing/", 404, 404, 403, 302),
    ],
)
def test_owner_analyst_agent_and_stranger_see_what_they_may(
    seen_by: Callable[..., Client],
    shop: Workspace,
    audience_id: str,
    path: str,
    owner_sees: int,
    analyst_sees: int,
    agent_sees: int,
    stranger_sees: int,
) -> None:
    clients = [seen_by("owner"), seen_by("analyst"), seen_by("agent"), seen_by()]
    person = shop.people.listing(limit=1).rows[0].profile_id
    seen = [client.get(path.format(id=audience_id, person=person)).status_code for client in clients]
    assert seen == [owner_sees, analyst_sees, agent_sees, stranger_sees]


def test_a_privacy_officer_reads_audiences_and_changes_none(seen_by: Callable[..., Client], audience_id: str) -> None:
    officer = seen_by("privacy_officer")
    page = officer.get(f"/audiences/{audience_id}/").content.decode()
    assert "/edit/" not in page
    assert officer.post(f"/audiences/{audience_id}/archive/").status_code == 403


def test_without_an_audience_the_page_says_what_to_do_and_offers_examples(anna: Client) -> None:
    page = anna.get("/audiences/").content.decode()
    assert "No audience yet" in page
    assert "Came back, then stayed away" in page


def test_the_list_has_sentence_and_people(anna: Client, audience_id: str) -> None:
    page = anna.get("/audiences/").content.decode()
    assert "in <b>Austria</b>" in page
    now = anna.get(f"/audiences/{audience_id}/people-now/").content.decode()
    assert f"<b>{sum(customer.country == 'AT' for customer in customers())}</b>" in now


def test_the_list_shows_the_kept_membership_once_there_is_one(anna: Client, shop: Workspace, audience_id: str) -> None:
    flow.settle(shop.context)
    with shop.context.register.write() as conn:
        (gone, *_others) = sorted(stays.members(conn, [audience_id]))
        stays.leave(conn, shop.context, [gone], "removed")
    now = anna.get(f"/audiences/{audience_id}/people-now/").content.decode()
    assert f"<b>{sum(customer.country == 'AT' for customer in customers()) - 1}</b>" in now


def test_the_list_finds_an_audience_by_its_name(anna: Client, audience_id: str) -> None:
    assert "Austria" in anna.get("/audiences/?q=aust", HTTP_HX_REQUEST="true").content.decode()
    assert "Nothing found" in anna.get("/audiences/?q=zzz", HTTP_HX_REQUEST="true").content.decode()


def test_hostile_names_are_shown_as_text(anna: Client, shop: Workspace) -> None:
    made = shop.audiences.create(HOSTILE, EVERYBODY, description=HOSTILE)
    for path in ("/audiences/", f"/audiences/{made.audience_id}/", f"/audiences/{made.audience_id}/edit/"):
        assert "<script>alert" not in anna.get(path).content.decode()
    assert "<script>alert" not in anna.get("/audiences/people/?q=person5@").content.decode()
    assert "<script>alert" not in anna.get(f"/audiences/people/?q={HOSTILE}").content.decode()


def test_people_are_searched_sorted_and_turned_over(anna: Client) -> None:
    first = anna.get("/audiences/people/?sort=name").content.decode()
    second = anna.get("/audiences/people/?sort=name&page=2").content.decode()
    assert (first.count("data-row-link"), second.count("data-row-link")) == (50, PEOPLE - 50)
    found = anna.get("/audiences/people/?q=person7@").content.decode()
    assert found.count("data-row-link") == 1
    assert "person7@shop.example" in found


def test_whoever_is_not_among_them_is_looked_for_among_all_people(
    seen_by: Callable[..., Client], audience_id: str
) -> None:
    client = seen_by("owner")
    page = unescape(client.get(f"/audiences/{audience_id}/?q=person1@shop.example").content.decode())
    assert "Nobody found" in page
    way = re.search(r'href="(/people/\?q=[^"]+)"[^>]*>Look among all people', page)
    assert way
    assert "Name1" in client.get(way[1]).content.decode()


def test_a_rule_that_cannot_be_read_is_told_in_words(anna: Client) -> None:
    response = anna.get("/audiences/people/?rule=%7Bbroken")
    assert response.status_code == 422
    assert "rule_unreadable" in response.content.decode()


def test_a_number_opens_the_people_behind_it(anna: Client) -> None:
    page = anna.get(people_url(Trait("country", "is", "AT"))).content.decode()
    assert page.count("data-row-link") == sum(customer.country == "AT" for customer in customers())
    assert "/audiences/new/?rule=" in page


def test_the_history_tells_versions_with_their_differences(
    seen_by: Callable[..., Client], shop: Workspace, audience_id: str
) -> None:
    from habitue.audiences import change

    change.change(
        shop.context, audience_id=audience_id, name="Austria", rule=Trait("country", "is", "DE"), folder="Places"
    )
    page = seen_by("owner").get(f"/audiences/{audience_id}/history/").content.decode()
    assert re.search(r"<del>\s*People in <b>Austria</b>", page)
    assert re.search(r"<ins>\s*People in <b>Germany</b>", page)
    assert "in work, not published" not in page.lower()
    vienna = Group(rules=(Trait("country", "is", "DE"), Trait("city", "is", "Wien")))
    change.change(shop.context, audience_id=audience_id, name="Austria", rule=vienna, folder="Places", publish=False)
    draft = seen_by("owner").get(f"/audiences/{audience_id}/history/").content.decode().partition("In work")[2]
    assert re.search(r"<ins>\s*People in <b>Wien</b>", draft.partition("<table")[0])
    assert f"/audiences/{audience_id}/edit/" in draft
    assert "a draft waits" in seen_by("owner").get("/audiences/").content.decode()
    german = seen_by("marketer", language="de").get(f"/audiences/{audience_id}/history/").content.decode()
    assert "Personen in <b>Österreich</b>" in german
    assert "Places" in seen_by("owner").get("/audiences/").content.decode()


def test_a_draft_is_thrown_away_and_an_earlier_rule_is_taken_up_again(
    seen_by: Callable[..., Client], shop: Workspace, audience_id: str
) -> None:
    from habitue.audiences import change

    germany, vienna = Trait("country", "is", "DE"), Trait("city", "is", "Wien")
    change.change(shop.context, audience_id=audience_id, name="Austria", rule=germany)
    change.change(shop.context, audience_id=audience_id, name="Austria", rule=vienna, publish=False)
    owner, path = seen_by("owner"), f"/audiences/{audience_id}"
    assert f'href="{path}/history/">a draft waits' in owner.get(f"{path}/").content.decode()
    assert seen_by("agent").post(f"{path}/discard/").status_code == 403
    assert "The draft is gone." in owner.post(f"{path}/discard/", follow=True).content.decode()
    assert "threw the draft of an audience away" in owner.get("/ledger/").content.decode()
    kept = shop.audiences.get(audience_id)
    assert (kept.draft, kept.rule) == (None, germany)
    assert owner.post(f"{path}/discard/", follow=True).content.decode().count("The draft is gone.") == 0
    history = owner.get(f"{path}/history/").content.decode()
    assert f"{path}/edit/?version=1" in history
    assert f"{path}/edit/?version=2" not in history, "it holds already"
    assert owner.get(f"{path}/edit/?version=1").context["rule"] == encode(Group(rules=(Trait("country", "is", "AT"),)))
    missing = owner.get(f"{path}/edit/?version=9")
    assert missing.status_code == 404
    assert "There is no published rule “9”." in missing.content.decode()


def test_a_draft_that_was_never_published_cannot_be_thrown_away(
    seen_by: Callable[..., Client], shop: Workspace
) -> None:
    made = create.create(shop.context, name="Idea", rule=Trait("country", "is", "AT"), publish=False)
    seen_by("owner").post(f"/audiences/{made.audience_id}/discard/")
    assert shop.audiences.get(made.audience_id).draft is not None


def test_the_size_is_shown_from_the_day_when_the_audience_was_made(
    seen_by: Callable[..., Client], audience_id: str
) -> None:
    page = seen_by("owner").get(f"/audiences/{audience_id}/history/").content.decode()
    drawing = page.partition("<figure")[2].partition("</figure>")[0]
    assert {"14 Jun 2026", "15 Jun 2026"} == set(re.findall(r"\d+ \w{3} 2026", drawing))


def test_why_names_the_people_around_who_decided_it(seen_by: Callable[..., Client], shop: Workspace) -> None:
    home = {"last_name": "Müller", "street": "Hafenweg 5", "postal_code": "04109"}
    send(
        shop,
        *(identify(name, email=f"{name}@home.example", first_name=name.title(), **home) for name in ("mia", "tom")),
    )
    send(shop, order("m-1", "20", at="2026-03-02T09:00:00Z", email="mia@home.example"))
    shop.refresh()
    made = shop.audiences.create("Homes", read('any of household (did "Order Completed")'))
    (mia,), (tom,) = shop.people.search("mia@home.example"), shop.people.search("tom@home.example")
    page = words(seen_by("owner").get(f"/audiences/{made.audience_id}/why/{tom.profile_id}/").content.decode())
    assert "Fulfilled by 1 of 2 people: Mia Müller yes Tom Müller (this person) no" in page
    alone = shop.audiences.create("Alone", read('any of referral (did "Order Completed")'))
    german = seen_by("marketer", language="de").get(f"/audiences/{alone.audience_id}/why/{mia.profile_id}/")
    assert "Es ist niemand bekannt" in german.content.decode()


def test_why_tells_a_choice_of_conditions_as_one(seen_by: Callable[..., Client], shop: Workspace) -> None:
    made = shop.audiences.create("Either", read('country is "AT" or (country is "DE" and not city is "Nowhere")'))
    (person, *_) = shop.audiences.members(made.rule)
    page = words(seen_by("owner").get(f"/audiences/{made.audience_id}/why/{person.profile_id}/").content.decode())
    assert "At least one of these holds: yes" in page
    assert "All of these hold:" in page
    assert "Country: Germany" in page or "Country: Austria" in page


def test_the_text_of_a_rule_becomes_the_form_or_its_problem_is_shown(seen_by: Callable[..., Client]) -> None:
    owner = seen_by("owner")
    taken = owner.post("/audiences/build/", {"do": "text", "rule_text": 'city is "Wien" and did "Order Completed"'})
    assert 'value="Wien"' in taken.content.decode()
    wrong = owner.post("/audiences/build/", {"do": "text", "rule_text": "city was 5"}).content.decode()
    assert "column 6" in wrong
    hint = owner.post("/audiences/hints/", {"rule_text": 'did "Order Completed" a'}).content.decode()
    assert "<code>at</code>" in hint


def test_why_answers_every_condition(seen_by: Callable[..., Client], shop: Workspace, audience_id: str) -> None:
    person = shop.people.listing(limit=1).rows[0]
    page = seen_by("owner").get(f"/audiences/{audience_id}/why/{person.profile_id}/").content.decode()
    assert "Condition by condition" in page


def test_why_names_events_as_everywhere_and_tells_the_sum_that_was_compared(
    seen_by: Callable[..., Client], shop: Workspace
) -> None:
    spent = EventSum("Order Completed", "at_least", Decimal(1))
    made = shop.audiences.create("Spent something", Group(rules=(spent,)))
    (person, *_) = shop.audiences.members(made.rule)
    page = seen_by("owner").get(f"/audiences/{made.audience_id}/why/{person.profile_id}/").content.decode()
    (answer,) = shop.audiences.why(made.audience_id, person.profile_id).answers
    assert answer.figure == sum(event.amount or 0 for event in answer.events) > 0
    assert f"together €{answer.figure:,.2f}" in page
    assert "Order Completed" not in page
    assert all(f"€{event.amount:,.2f}" in page for event in answer.events)


def test_why_says_of_a_sample_nothing_but_whether_it_holds(seen_by: Callable[..., Client], shop: Workspace) -> None:
    made = shop.audiences.create("Nearly nobody", read('sample "s" 0 % to 0.01 %'))
    (person, *_) = shop.people.listing(limit=1).rows
    page = seen_by("owner").get(f"/audiences/{made.audience_id}/why/{person.profile_id}/").content.decode()
    assert '<span class="tag a">no</span>' in page
    assert "nothing is known about it" not in page


@pytest.mark.parametrize(
    ("text", "figure", "told"),
    [
        ('sum(total) of "Order Completed" >= 1', Decimal(90), "the sum: €90.00"),
        ('average(total) of "Order Completed" >= 1', Decimal(30), "the average: €30.00"),
        ('max(total) of "Order Completed" > 1000', Decimal(50), "the greatest: €50.00"),
        ('distinct(order_id) of "Order Completed" >= 2', Decimal(3), "how many different: 3"),
        ('last(order_id) of "Order Completed" is "o-1"', "o-3", "the last: o-3"),
        ('sum(total) of "Order Completed" >= 1 where (total > 1000)', Decimal(0), "the sum: €0.00"),
        ('average(total) of "Ticket Opened" >= 1', None, "the average: not known"),
    ],
)
def test_why_tells_the_measure_that_was_compared(
    seen_by: Callable[..., Client], shop: Workspace, text: str, figure: object, told: str
) -> None:
    days = ("2026-01-02T09:00:00Z", "2026-02-02T09:00:00Z", "2026-03-02T09:00:00Z")
    email = "new@shop.example"
    send(shop, *(order(f"o-{n}", total, at=at, email=email)
                 for n, (total, at) in enumerate(zip(("10", "30", "50"), days, strict=True), 1)))  # fmt: skip
    shop.refresh()
    made = shop.audiences.create("Measured", read(text))
    (person,) = shop.people.search(email)
    (answer,) = shop.audiences.why(made.audience_id, person.profile_id).answers
    assert answer.figure == figure
    page = seen_by("owner").get(f"/audiences/{made.audience_id}/why/{person.profile_id}/").content.decode()
    assert f"<b>{told}</b>" in page


def test_why_tells_what_an_insight_says_in_the_words_of_the_reader(
    seen_by: Callable[..., Client], shop: Workspace
) -> None:
    rule = read("insight rfm.is_valuable is true and insight rfm.frequency >= 1 and insight rfm.rfm_group is known")
    made = shop.audiences.create("Valuable", rule)
    (person, *_) = shop.audiences.members(made.rule)
    page = seen_by("owner").get(f"/audiences/{made.audience_id}/why/{person.profile_id}/").content.decode()
    assert ": yes<br>" in page
    assert f": {person.orders}<br>" in page
    answers = shop.audiences.why(made.audience_id, person.profile_id).answers
    group = dict(answers[2].values)["rfm.rfm_group"]
    assert f": {GROUPS[group].label}<br>" in page
    german = seen_by("marketer", language="de").get(f"/audiences/{made.audience_id}/why/{person.profile_id}/")
    assert ": ja<br>" in german.content.decode()


def test_the_numbers_of_an_overlap_open_the_people_behind_them(
    seen_by: Callable[..., Client], shop: Workspace, audience_id: str
) -> None:
    other = shop.audiences.create("Known by mail", read("email is known"))
    client = seen_by("owner")
    page = unescape(client.get(f"/audiences/{audience_id}/overlap/?with={other.audience_id}").content.decode())
    found = re.findall(r'href="([^"]*people/[^"]*)">(?:<b>)?([\d,]+)', page)
    assert len(found) == 3
    overlap = shop.audiences.overlap(shop.audiences.get(audience_id).rule, other.rule)
    assert 0 < overlap.share_of_second < overlap.share_of_first == 1
    assert f"{overlap.share_of_second:.0%} of “Known by mail” belong to “Austria” as well." in page
    for address, people in found:
        assert client.get(address).context["counted"].people == int(people.replace(",", ""))


def test_why_tells_what_was_said_about_consent(seen_by: Callable[..., Client], shop: Workspace) -> None:
    made = shop.audiences.create("Agreed", read("consent newsletter by email"))
    person = shop.audiences.members(made.rule)[0]
    page = seen_by("owner").get(f"/audiences/{made.audience_id}/why/{person.profile_id}/").content.decode()
    assert "nothing is known about it" not in page
    assert "<b>agreed</b>, " in page
    assert "2026" in page.partition("<b>agreed</b>, ")[2][:20]
    may = shop.audiences.create("May", read("may use newsletter"))
    (answer,) = shop.audiences.why(may.audience_id, person.profile_id).answers
    assert [(each.state, each.channel) for each in answer.consents] == [("given", "email")]
    phone = shop.audiences.create("Phone", read("consent newsletter by phone"))
    (answer,) = shop.audiences.why(phone.audience_id, person.profile_id).answers
    assert not answer.holds
    assert answer.consents == ()


def test_the_events_in_why_add_up_to_what_was_compared(seen_by: Callable[..., Client], shop: Workspace) -> None:
    email = "person5@shop.example"
    days = [f"2026-0{month}-02T09:00:00Z" for month in range(1, 6)]
    send(shop, *(order(f"more-{n}", f"{n}0.10", at=at, email=email) for n, at in enumerate(days, 1)))
    send(shop, order("old", "999", at="2019-01-02T09:00:00Z", email=email))
    shop.refresh()
    spent = EventSum("Order Completed", "at_least", Decimal(1), window=Window(kind="last_year"))
    made = shop.audiences.create("Spent", Group(rules=(spent,)))
    (person,) = shop.people.search(email)
    (answer,) = shop.audiences.why(made.audience_id, person.profile_id).answers
    shown = sum(event.amount or 0 for event in answer.events)
    assert (len(answer.events), answer.more) == (5, 5)
    assert answer.figure == shown + answer.more_money
    page = seen_by("owner").get(f"/audiences/{made.audience_id}/why/{person.profile_id}/").content.decode()
    assert f"and 5 more, together €{answer.more_money:,.2f}" in page


def test_a_field_that_nobody_has_is_warned_of_and_taken(seen_by: Callable[..., Client], shop: Workspace) -> None:
    send(shop, identify("u1", shoe_size=42))
    shop.refresh()
    owner = seen_by("owner")

    def built(text: str) -> str:
        return owner.post("/audiences/build/", {"do": "text", "rule_text": text}).content.decode()

    assert "Nobody has a field “spend”.</b>" in built('country is "DE" and spend >= 100')
    assert "Did you mean country?" in built('contry is "DE"')
    assert "Did you mean shoe_size?" in built("shoesize >= 40")
    assert "Nobody has a field" not in built("shoe_size >= 40 and age >= 18 and email is known")
    page = built('not did "Order Completd" in last 6 months')
    assert "Nobody here has done “Order Completd” so far. Did you mean “Order Completed”?" in page
    assert "so far.</b>" in built('sequence ("Product Viewed", not within 7 days "Order Completed")')
    assert "Nobody here has done" not in built('did "Order Completed" at least 2 times')
    saved = owner.post("/audiences/new/", {"do": "publish", "name": "Spend", "rule_text": "spend >= 100"})
    assert saved.status_code < 500
