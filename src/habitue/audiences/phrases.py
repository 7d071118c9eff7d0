"""One phrase for each kind of condition: what follows “People …” or “People who …”."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from habitue.audiences import phrases_more as more
from habitue.audiences.check import fitting_kind
from habitue.audiences.fields import RuleField, insight_field, is_own, trait_field
from habitue.audiences.fixed_list import list_of
from habitue.audiences.measures import kind_of_measure
from habitue.audiences.phrases_of_days import of_day
from habitue.audiences.phrases_of_values import NUMBER, WHAT, has, what_is
from habitue.audiences.places import IN_COUNTRY, IN_OTHER_COUNTRY
from habitue.audiences.properties import AMOUNTS, PRODUCTS, property_kind
from habitue.audiences.rule import (
    NO_VALUE_OPS,
    Consent,
    EventCount,
    EventSum,
    EventValue,
    InAudience,
    InsightIs,
    MayUse,
    Place,
    Sample,
    Sequence,
    Step,
    Trait,
    values_of,
)
from habitue.audiences.spans import times, window
from habitue.audiences.wording import Phrase, Reader
from habitue.insights.catalogue import NUMBER_KINDS, FieldKind
from habitue.insights.orders import COMPLETED
from habitue.kernel.text import gettext_noop as _
from habitue.privacy.purposes import DEFAULTS
from habitue.profiles.own_fields import DECIMAL, INTEGER, value_kind
from habitue.quality.dictionary import event_kind, property_of

Leaf = (
    Trait | EventCount | EventSum | EventValue | Sequence | InsightIs | Consent | InAudience | MayUse | Place | Sample
)
_DID: Mapping[str, tuple[str, str]] = {
    COMPLETED: (_("ordered %(times)s %(window)s"), _("have *not* ordered %(window)s")),
    "Payment Made": (_("paid %(times)s %(window)s"), _("have *not* paid %(window)s")),
    "Contact Logged": (
        _("were in touch with us %(times)s %(window)s"),
        _("have *not* been in touch with us %(window)s"),
    ),
    "Product Viewed": (_("looked at products %(times)s %(window)s"), _("have *not* looked at products %(window)s")),
    "Email Opened": (_("opened our e-mails %(times)s %(window)s"), _("have *not* opened our e-mails %(window)s")),
    "Survey Answered": (_("answered surveys %(times)s %(window)s"), _("have *not* answered a survey %(window)s")),
}
_DID_OTHER = (
    _("had the event “*%(event)s*” %(times)s %(window)s"),
    _("did *not* have the event “*%(event)s*” %(window)s"),
)
_KNOWN: Mapping[tuple[str, str], str] = {
    ("email", "is_known"): _("have an *e-mail address*"),
    ("email", "is_unknown"): _("have *no e-mail address*"),
    ("phone", "is_known"): _("have a *phone number*"),
    ("phone", "is_unknown"): _("have *no phone number*"),
}
_TRUE: Mapping[tuple[str, str], tuple[str, str]] = {
    ("rfm", "is_overdue"): (
        _("are *overdue* against their own rhythm (three purchases or more)"),
        _("are *not overdue* against their own rhythm (three purchases or more)"),
    ),
    ("rfm", "is_valuable"): (
        _("are among the *most valuable fifth*"),
        _("are *not* among the *most valuable fifth*"),
    ),
}
_CONSENT: Mapping[str, str] = {
    "given": _("agreed to “*%(purpose)s*”"),
    "withdrawn": _("took back their consent to “*%(purpose)s*”"),
    "unknown": _("have not said whether they agree to “*%(purpose)s*”"),
}
_CHANNELS: Mapping[str, str] = {
    "email": _("%(phrase)s (by e-mail)"),
    "phone": _("%(phrase)s (by phone)"),
    "post": _("%(phrase)s (by post)"),
}
_WHOSE: Mapping[tuple[bool, bool], str] = {
    (False, False): _("whose “%(field)s” is %(what)s"),
    (False, True): _("whose “%(field)s” is *not* %(what)s"),
    (True, False): _("and whose “%(field)s” is %(what)s"),
    (True, True): _("and whose “%(field)s” is *not* %(what)s"),
}


def tells_whose(rule: Leaf) -> bool:
    """Whether the noun phrase of a condition, if it has one, begins with “whose”."""
    return isinstance(rule, InsightIs) or (isinstance(rule, Trait) and rule.field not in ("country", "city", "age"))


def noun(rule: Leaf, reader: Reader, *, again: bool = False) -> Phrase | None:
    """The phrase right after “People”, for conditions that have one: where they live, how old they are, numbers.

    `again` says that another “whose” stands before it.
    """
    if isinstance(rule, InsightIs):
        return _number(insight_field(rule.insight, rule.field), rule, reader, again=again)
    if not isinstance(rule, Trait):
        return None
    if rule.field in ("country", "city") and rule.op in ("is", "one_of"):
        return _place(rule, reader)
    if rule.field == "age":
        return _age(rule, reader, _AGED) if rule.op in _AGED else None
    return _number(_field(rule), rule, reader, again=again)


def clause(rule: Leaf, reader: Reader) -> Phrase:
    """The phrase after “who”."""
    if isinstance(rule, Trait):
        return _trait(rule, reader)
    if isinstance(rule, EventCount):
        return _event(rule, reader)
    if isinstance(rule, EventSum):
        return _sum(rule, reader)
    if isinstance(rule, InsightIs):
        return _insight(rule, reader)
    if isinstance(rule, Consent):
        return _consent(rule, reader)
    if isinstance(rule, EventValue):
        return _value(rule, reader)
    if isinstance(rule, Sequence):
        steps = enumerate(rule.steps)
        narrowed = {n: _narrowed(more.event_name(step.event, reader), step, reader) for n, step in steps}
        return more.sequence(rule, reader, narrowed)
    return _MORE[type(rule)](rule, reader)


_MORE: Mapping[type, Callable[[Any, Reader], Phrase]] = {
    InAudience: more.belong,
    MayUse: more.may_use,
    Place: more.place,
    Sample: more.sample,
}


_AGED: Mapping[str, str] = {
    "is": _("aged *%(age)s*"),
    "between": _("aged *%(age)s to %(oldest)s*"),
    "at_least": _("aged *%(age)s or over*"),
    "more_than": _("aged *over %(age)s*"),
    "at_most": _("aged *%(age)s or under*"),
    "less_than": _("aged *under %(age)s*"),
}
_ARE_AGED: Mapping[str, str] = {
    "is": _("are aged *%(age)s*"),
    "is_not": _("are *not* aged *%(age)s*"),
    "between": _("are aged *%(age)s to %(oldest)s*"),
    "at_least": _("are aged *%(age)s or over*"),
    "more_than": _("are aged *over %(age)s*"),
    "at_most": _("are aged *%(age)s or under*"),
    "less_than": _("are aged *under %(age)s*"),
    "is_known": _("have a *known age*"),
    "is_unknown": _("have *no known age*"),
}


def _age(rule: Trait, reader: Reader, messages: Mapping[str, str]) -> Phrase:
    values = values_of(rule.value)
    return reader.phrase(messages[rule.op], age=values[0], oldest=values[-1])


def _place(rule: Trait, reader: Reader) -> Phrase:
    return reader.any_of([_where(rule.field, value, reader) for value in values_of(rule.value)])


def _where(field: str, value: str, reader: Reader) -> Phrase:
    if field == "city":
        return reader.phrase(_("in *%(city)s*"), city=value)
    known = IN_COUNTRY.get(value.upper())
    return reader.phrase(known) if known else reader.phrase(IN_OTHER_COUNTRY, country=reader.country(value))


def _number(field: RuleField | None, rule: Trait | InsightIs, reader: Reader, *, again: bool = False) -> Phrase | None:
    if field is None or field.kind not in NUMBER_KINDS or rule.op in NO_VALUE_OPS:
        return None
    message = _WHOSE[again, rule.op == "is_not"]
    what = _which(rule, reader) or what_is(field.kind, rule.op, rule.value, reader)
    return reader.phrase(message, field=reader.gettext(field.label), what=what)


def _which(rule: Trait | InsightIs, reader: Reader) -> Phrase:
    """Whole numbers of an own field as they stand: they may be those of a customer or a contract. Else empty."""
    texts = values_of(rule.value)
    is_told = isinstance(rule, Trait) and is_own(rule.field) and rule.op in ("is", "is_not", "one_of")
    if not is_told or not all(text.isdigit() for text in texts):
        return ()
    return reader.any_of([reader.phrase(NUMBER["is"], value=text) for text in texts])


def _field(rule: Trait) -> RuleField:
    """The field of a trait; an own one is what the values of the condition are."""
    field = trait_field(rule.field)
    if not is_own(rule.field):
        return field
    return replace(field, kind=fitting_kind(_own_kind(rule), rule.op, rule.value))


def _own_kind(rule: Trait) -> FieldKind:
    """What the values of a condition on an own field are, for people."""
    texts = values_of(rule.value)
    if rule.op == "is" and texts[0] in ("true", "false"):
        return "boolean"
    is_number = rule.op not in NO_VALUE_OPS and all(value_kind(text) in (INTEGER, DECIMAL) for text in texts)
    return "number" if is_number else "text"


def _trait(rule: Trait, reader: Reader) -> Phrase:
    if rule.field == "age":
        return _age(rule, reader, _ARE_AGED)
    if (rule.field, rule.op) in _KNOWN:
        return reader.phrase(_KNOWN[rule.field, rule.op])
    if rule.field in ("country", "city") and rule.op in ("is", "one_of"):
        return reader.phrase(_("live %(place)s"), place=_place(rule, reader))
    if rule.field in ("country", "city") and rule.op == "is_not":
        return reader.phrase(_("do *not* live %(place)s"), place=_place(rule, reader))
    if rule.field == "language" and rule.op in ("is", "one_of"):
        spoken = [reader.phrase(_("*%(value)s*"), value=reader.language(code)) for code in values_of(rule.value)]
        return reader.phrase(_("speak %(languages)s"), languages=reader.any_of(spoken))
    said = of_day(rule, reader)
    if said is not None:
        return said
    field = _field(rule)
    return has(reader.gettext(field.label), field.kind, rule.op, rule.value, reader)


def _event(rule: EventCount, reader: Reader) -> Phrase:
    did, did_not = _DID.get(rule.event, _DID_OTHER)
    often = times(rule, reader)
    name, span = reader.gettext(event_kind(rule.event).label), window(rule.window, reader)
    if often is None:
        said = reader.phrase(did_not, event=name, window=span)
    else:
        said = reader.phrase(did, times=often, event=name, window=span)
    return _narrowed(said, rule, reader)


def _sum(rule: EventSum, reader: Reader) -> Phrase:
    message = _("had %(amount)s in the event “*%(event)s*” %(window)s")
    if rule.event == COMPLETED:
        message = _("spent %(amount)s %(window)s")
    currency = rule.currency or reader.currency
    amount = reader.money(rule.amount, currency) if currency else reader.number(rule.amount)
    said = reader.phrase(
        message,
        amount=reader.phrase(NUMBER[rule.op], value=amount),
        event=reader.gettext(event_kind(rule.event).label),
        window=window(rule.window, reader),
    )
    return _narrowed(said, rule, reader)


def _value(rule: EventValue, reader: Reader) -> Phrase:
    list_id = list_of(rule)
    if list_id is not None:
        return reader.phrase(_("are on the list “*%(name)s*”"), name=reader.audience_names.get(list_id, list_id))
    label = more.property_label(rule.property, reader)
    if rule.op in NO_VALUE_OPS:
        what = reader.phrase(_("something") if rule.op == "is_known" else _("*nothing*"))
    else:
        is_money = rule.property in AMOUNTS and kind_of_measure(rule) == "number" and rule.measure != "distinct"
        currency = reader.currency if is_money else ""
        what = what_is(kind_of_measure(rule), rule.op, rule.value, reader, currency)
    message = _("have %(what)s %(measure)s in the event “*%(event)s*” %(window)s")
    if rule.op == "is_not":
        message = _("do *not* have %(what)s %(measure)s in the event “*%(event)s*” %(window)s")
    said = reader.phrase(
        message,
        measure=reader.phrase(more.MEASURED[rule.measure], property=label),
        event=reader.gettext(event_kind(rule.event).label),
        window=window(rule.window, reader),
        what=what,
    )
    return _narrowed(said, rule, reader)


def _narrowed(said: Phrase, rule: EventCount | EventSum | EventValue | Step, reader: Reader) -> Phrase:
    """With the conditions on the event's properties in brackets behind it."""
    tests = []
    for test in rule.where:
        name = test.property.removeprefix(PRODUCTS)
        label = reader.gettext(property_of("total" if name in AMOUNTS else name).label)
        if test.op in ("is_known", "is_unknown"):
            what = reader.phrase(_("known") if test.op == "is_known" else _("not known"))
        else:
            what = what_is(property_kind(test.property, test.op), test.op, test.value, reader)
        message = _("%(property)s: not %(what)s") if test.op == "is_not" else _("%(property)s: %(what)s")
        tests.append(reader.phrase(message, property=label, what=what))
    if not tests:
        return said
    return reader.phrase(_("%(phrase)s (%(where)s)"), phrase=said, where=reader.all_of(tests))


def _insight(rule: InsightIs, reader: Reader) -> Phrase:
    field = insight_field(rule.insight, rule.field)
    label, kind = (reader.gettext(field.label), field.kind) if field else (rule.field, "text")
    if (rule.insight, rule.field) in _TRUE and rule.op == "is":
        yes, no = _TRUE[rule.insight, rule.field]
        return reader.phrase(yes if rule.value == "true" else no)
    if (rule.insight, rule.field, rule.op) == ("lookalike", "alike", "contains"):
        label = str(rule.value).strip("«»")
        return reader.phrase(_("are among those most like *%(audience)s*"), audience=label)
    choices = dict(field.choices) if field else {}
    if choices and rule.op in ("is", "is_not", "one_of"):
        named = [reader.gettext(choices.get(code, code)) for code in values_of(rule.value)]
        groups = reader.any_of([reader.phrase(WHAT["is"], value=name) for name in named])
        message = (
            _("do *not* belong to the group %(groups)s") if rule.op == "is_not" else _("belong to the group %(groups)s")
        )
        return reader.phrase(message, groups=groups)
    return has(label, kind, rule.op, rule.value, reader)


def _consent(rule: Consent, reader: Reader) -> Phrase:
    known = next((purpose for purpose in DEFAULTS if purpose.purpose_id == rule.purpose), None)
    name = reader.gettext(known.name) if known else rule.purpose
    said = reader.phrase(_CONSENT[rule.state], purpose=name)
    is_usual = known is not None and known.channel == rule.channel
    message = None if is_usual else _CHANNELS.get(rule.channel)
    return reader.phrase(message, phrase=said) if message else said
