from habitue.quality.dictionary import EVENTS, FIELDS, event_kind, field, property_of

PERSON = (
    "name salutation title first_name last_name gender birth_date email phone mobile street house_number address_extra "
    "postal_code city region country language company_name job_title website source_channel preferred_greeting "
    "customer_since marital_status education income children notes vat_id"
)
COMPANY = "company_name industry employees website phone email street postal_code city country vat_id"


def test_every_field_of_people_and_companies_is_in_the_dictionary() -> None:
    assert set(f"{PERSON} {COMPANY}".split()) <= FIELDS.keys()


def test_every_field_says_who_needs_it_and_why() -> None:
    for name, known in FIELDS.items():
        assert known.name == name
        assert known.label
        assert known.why.endswith(".")
        assert known.purposes
        assert known.group


def test_an_unknown_field_is_custom_text_and_is_kept() -> None:
    custom = field("favourite_colour")
    assert (custom.kind, custom.label, custom.golden) == ("text", "Favourite colour", "newest")
    assert custom.personal
    assert field("email") is FIELDS["email"]


def test_every_event_has_a_label_an_icon_and_known_money() -> None:
    for name, kind in EVENTS.items():
        assert kind.name == name
        assert kind.label
        assert kind.icon
        held = {each.name: each.kind for each in kind.properties}
        assert kind.money is None or held[kind.money] == "money"


def test_older_spellings_are_the_same_event() -> None:
    assert event_kind("Completed Order") is EVENTS["Order Completed"]
    assert event_kind("Viewed Product Category") is EVENTS["Product List Viewed"]


def test_an_unknown_event_or_property_is_shown_as_it_is() -> None:
    assert event_kind("Cake Baked").label == "Cake Baked"
    assert property_of("oven_heat").label == "Oven heat"
    assert property_of("total").kind == "money"
