"""The chapters of the guide to rules as text. Names and remarks are msgids, `code` stands between backquotes."""

from __future__ import annotations

from dataclasses import dataclass

from habitue.kernel.text import gettext_noop as _

AUDIENCE, LIST, FIELD, VALUE = "Regulars", "0192f7a0", "favourite tea", "Assam"
"""Names in the examples that every workspace has others for."""


@dataclass(frozen=True, slots=True)
class Form:
    """One form of the language: its name, what must be known of it, and examples."""

    name: str
    remark: str
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """Forms that belong together; `code` is the anchor of the chapter."""

    code: str
    name: str
    remark: str
    forms: tuple[Form, ...]


_JOINED = Chapter(
    "together",
    _("Conditions together"),
    _("Texts stand in quotation marks, fields without them, days as 2024-12-31, numbers with a decimal point."),
    (
        Form(
            _("All of them, or at least one"),
            _("`and` and `or` are not mixed without brackets."),
            ('country is "DE" and did "Order Completed"', 'country is "DE" or country is "AT"'),
        ),
        Form(
            _("Brackets and not"),
            _("`not` turns the condition or the bracket behind it around."),
            (
                'country is "DE" and (age < 30 or age > 60)',
                'not (city is "Bonn" or city is "Berlin")',
                'not did "Order Completed"',
            ),
        ),
        Form(
            _("Lists of conditions"),
            _("`all(…)` and `any(…)` take conditions with commas between them."),
            ('all(country is "DE", any(age < 30, age > 60))',),
        ),
        Form(_("Everybody and nobody"), "", ("everybody", "nobody")),
    ),
)
_TRAITS = Chapter(
    "traits",
    _("What somebody is or has"),
    "",
    (
        Form(
            _("Texts"),
            _("Capital and small letters count as the same. `=` and `!=` are read as `is` and `is not`."),
            (
                'country is "DE"',
                'country is not "DE"',
                'city in ("Köln", "Bonn")',
                'city in "Leipzig"',
                'first_name starts with "An"',
                'company_name contains "GmbH"',
                'city = "Leipzig"',
                'city != "Bonn"',
            ),
        ),
        Form(
            _("Known or not"),
            _("`is not` is also true of people whose value is not known."),
            ("email is known", "phone is unknown"),
        ),
        Form(
            _("Numbers"),
            _("Both ends of `between` belong to it."),
            ("age between 20 and 35", "age >= 60", "age > 60", "age <= 25", "age < 25"),
        ),
        Form(
            _("Days"),
            _("`anniversary` looks at day and month only, for birthdays."),
            (
                "first_seen_at before 2026-01-01",
                "birth_date after 1990-12-31",
                "last_seen_at within last 30 days",
                "last_seen_at not within last 90 days",
                "contract_end within next 30 days",
                "contract_end not within next 365 days",
                "birth_date anniversary within next 14 days",
            ),
        ),
        Form(_("Yes or no"), "", ("newsletter_reader is true", "newsletter_reader is false")),
        Form(
            _("Own fields"),
            _("A field that only you have is called by its name; a name with spaces stands between backquotes."),
            (f"`{FIELD}` is known", f'`{FIELD}` is not "{VALUE}"'),
        ),
        Form(
            _("Places"),
            _("Of regions, cities and postcodes one must fit; a postcode is told by its beginning."),
            (
                'near country "DE" city "Leipzig"',
                'near country "DE" postcode ("04", "06") city "Leipzig"',
                'near region ("Bayern", "Sachsen")',
            ),
        ),
    ),
)
_EVENTS = Chapter(
    "events",
    _("What somebody did"),
    _("Cancelled orders do not count."),
    (
        Form(
            _("How often"),
            _("Without a number, once is enough."),
            (
                'did "Order Completed"',
                'did "Order Completed" at least 4 times',
                'did "Order Completed" at most 2 times',
                'did "Order Completed" exactly 1 time',
                'not did "Order Completed" in last 30 days',
            ),
        ),
        Form(
            _("Narrowed to some of the events"),
            _("`where` asks for properties of the event; all of them must fit. `products.…` fits any of its products."),
            (
                'did "Order Completed" where (payment_method is "PayPal")',
                'did "Order Completed" at least 2 times in last year where (products.category contains "tee")',
                'did "Order Completed" where (total >= 50 and products.brand is "Blattwerk")',
                'did "Product Viewed" exactly 1 time where (products.category is "bread" and channel is "web")',
            ),
        ),
        Form(
            _("Money"),
            _("Orders less refunds, in the currency of the workspace or in the one that is named."),
            ('money of "Order Completed" >= 100 in last year', 'money of "Order Completed" < 20 EUR'),
        ),
        Form(
            _("Sum, average, smallest, greatest"),
            _("A sum of nothing is 0; an average, a smallest or greatest of nothing is not known."),
            (
                'sum(total) of "Order Completed" >= 100 in last year',
                'sum(products.quantity) of "Order Completed" > 10',
                'average(total) of "Order Completed" between 20 and 40',
                'min(products.price) of "Order Completed" < 5',
                'max(total) of "Order Completed" >= 100',
            ),
        ),
        Form(
            _("First, last and most frequent"),
            _("Events without the property are passed over."),
            (
                'first(payment_method) of "Order Completed" is "PayPal"',
                'last(store) of "Order Completed" is known',
                'most_frequent(products.category) of "Order Completed" is "Kaffee"',
            ),
        ),
        Form(
            _("How many different"),
            "",
            ('distinct(products.brand) of "Order Completed" >= 3 in this year',),
        ),
    ),
)
_WINDOWS = Chapter(
    "when",
    _("When"),
    _(
        "The beginning of a span is inside, its end is not: of events, sequences, the history of audiences and fields "
        "that hold an instant. What happened exactly 48 hours ago is in the `last 2 days`. Fields that hold a day go "
        "by days: `within last 30 days` is today and the 30 days before. Without a span, all times count."
    ),
    (
        Form(
            _("Back from now"),
            _("A day in `last 2 days` is 24 hours; months and years begin at midnight."),
            (
                'did "Order Completed" in last 24 hours',
                'did "Order Completed" in last 30 days',
                'did "Order Completed" in last 6 months',
                'did "Order Completed" in last year',
            ),
        ),
        Form(_("Some time ago"), "", ('did "Order Completed" between 30 and 90 days ago',)),
        Form(
            _("By the calendar"),
            _("In the time zone of the workspace; the week begins on Monday."),
            (
                'did "Order Completed" in this week',
                'did "Order Completed" in this month',
                'did "Order Completed" in previous day',
                'did "Order Completed" in previous quarter',
                'did "Order Completed" in previous year',
            ),
        ),
        Form(
            _("From one day to another"),
            _("Both days belong to it; one of them may be left out."),
            (
                'did "Order Completed" from 2026-01-01 to 2026-12-31',
                'did "Order Completed" from 2026-01-01',
                'did "Order Completed" until 2025-12-31',
            ),
        ),
        Form(
            _("Since something else happened"),
            _("After the last such event of the same person; without one, nothing counts."),
            ('did "Contact Logged" since last "Order Completed"',),
        ),
    ),
)
_SEQUENCES = Chapter(
    "order",
    _("In which order"),
    _(
        "Somebody fulfils a sequence when some choice of their events fits all steps in order. A time limit counts "
        "from the step before that happened."
    ),
    (
        Form(
            _("One after the other"),
            "",
            (
                'sequence ("Order Completed", then "Contact Logged")',
                'sequence ("Order Completed", then within 60 days "Order Completed") in last year',
                'sequence ("Email Opened", then within 30 minutes "Product Viewed", then within 2 weeks '
                '"Order Completed")',
            ),
        ),
        Form(
            _("But not"),
            _(
                "What must not happen at the end is certain only when its time is over; then people enter. "
                "What must not happen for a while may be awaited afterwards."
            ),
            (
                'sequence ("Order Completed" where (total >= 50), not within 30 days "Order Completed")',
                'sequence ("Cart Viewed", not within 1 hour "Order Completed") in last 30 days',
                'sequence ("Order Completed", not "Contact Logged", then "Order Completed")',
                'sequence ("Order Refunded", not within 1 week "Order Completed", then "Order Completed")',
            ),
        ),
        Form(
            _("With an equal property"),
            _("The step before can call the property by another name: `same (ticket_number = ticket_id)`."),
            (
                'sequence ("Order Completed", then "Order Completed" same (payment_method))',
                'sequence ("Ticket Opened", not within 3 days "Ticket Resolved" same (ticket_number = ticket_id))',
            ),
        ),
    ),
)
_INSIGHTS = Chapter(
    "insights",
    _("What insights say"),
    _("Of people for whom an insight was not computed, nothing is known."),
    (
        Form(
            _("Groups, figures and yes or no"),
            "",
            (
                'insight rfm.rfm_group is "at_risk"',
                "insight rfm.is_valuable is true",
                "insight rfm.recency_days between 30 and 90",
                "insight lifetime.expected_value >= 20",
            ),
        ),
    ),
)
_AUDIENCES = Chapter(
    "audiences",
    _("Other audiences and their history"),
    _("The history of an audience begins when it is published. A fixed list is an audience, too."),
    (
        Form(_("Belongs to it now"), "", (f'in audience "{AUDIENCE}"', f'not in audience "{AUDIENCE}"')),
        Form(
            _("Belonged to it, entered or left"),
            "",
            (
                f'was in audience "{AUDIENCE}" and not in audience "{AUDIENCE}"',
                f'entered audience "{AUDIENCE}" in last 7 days',
                f'left audience "{AUDIENCE}" in this month',
            ),
        ),
        Form(
            _("The rule of a fixed list itself"),
            _("Being put on the list is the last thing that happened there."),
            (f'last(state) of "List Changed" is "on" where (list_id is "{LIST}")',),
        ),
    ),
)
_AROUND = Chapter(
    "around",
    _("Company, household and referral"),
    _("The person counts as one of them; nobody without a company, household or referral fulfils it."),
    (
        Form(_("Company"), "", ('any of company (did "Order Completed" in last year)',)),
        Form(
            _("Household"),
            "",
            ('all of household (country is "DE")', "none of household (consent newsletter by email is withdrawn)"),
        ),
        Form(
            _("Referral"),
            _("Whoever recommended, and those whom they recommended."),
            ('any of referral (did "Order Completed" at least 3 times)',),
        ),
    ),
)
_CONSENT = Chapter(
    "consent",
    _("Consent"),
    "",
    (
        Form(
            _("What somebody said"),
            _(
                "A channel is `email`, `phone` or `post`; without one, any will do. The last word of each channel "
                "counts, at the same instant the withdrawal; what was taken back for all channels is taken back for "
                "each."
            ),
            (
                "consent newsletter by email is given",
                "consent newsletter is withdrawn",
                "consent newsletter by email is unknown",
            ),
        ),
        Form(
            _("Whether we may write"),
            _("Consent where it is needed, no objection, and an address."),
            ("may use newsletter", "not may use newsletter"),
        ),
    ),
)
_SAMPLES = Chapter(
    "samples",
    _("Samples and control groups"),
    _("A sample stays the same. Parts of one name that do not overlap make a test group and its control group."),
    (
        Form(
            _("A part of everybody"),
            "",
            ('sample "spring" 0 % to 10 %', 'sample "spring" 10 % to 100 %'),
        ),
    ),
)
CHAPTERS = (
    _JOINED, _TRAITS, _EVENTS, _WINDOWS, _SEQUENCES, _INSIGHTS, _AUDIENCES, _AROUND, _CONSENT, _SAMPLES,
)  # fmt: skip
