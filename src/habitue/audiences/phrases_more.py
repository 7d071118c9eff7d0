"""Phrases for measures, sequences, places, purposes, samples and the history of audiences."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from habitue.audiences.places import IN_COUNTRY, IN_OTHER_COUNTRY
from habitue.audiences.rule import InAudience, MayUse, Place, Sample, Sequence, Step
from habitue.audiences.rule_parts import Measure, Same
from habitue.audiences.spans import window
from habitue.audiences.wording import Part, Phrase, Reader
from habitue.kernel.text import gettext_noop as _
from habitue.privacy.purposes import DEFAULTS
from habitue.quality.dictionary import event_kind, property_of

MEASURED: Mapping[Measure, str] = {
    "sum": _("as the sum of “%(property)s”"),
    "average": _("as the average of “%(property)s”"),
    "min": _("as the smallest “%(property)s”"),
    "max": _("as the greatest “%(property)s”"),
    "first": _("as the first “%(property)s”"),
    "last": _("as the last “%(property)s”"),
    "most_frequent": _("as the most frequent “%(property)s”"),
    "distinct": _("as the number of different values of “%(property)s”"),
}
_BELONG: Mapping[tuple[str, bool], str] = {
    ("is", False): _("belong to the audience “*%(name)s*”"),
    ("is", True): _("do *not* belong to the audience “*%(name)s*”"),
    ("was", False): _("belonged to the audience “*%(name)s*” %(window)s"),
    ("was", True): _("did *not* belong to the audience “*%(name)s*” %(window)s"),
    ("entered", False): _("entered the audience “*%(name)s*” %(window)s"),
    ("entered", True): _("did *not* enter the audience “*%(name)s*” %(window)s"),
    ("left", False): _("left the audience “*%(name)s*” %(window)s"),
    ("left", True): _("did *not* leave the audience “*%(name)s*” %(window)s"),
}
_MINUTES_OF_HOUR = 60
_MINUTES_OF_DAY = 1_440


def belong(rule: InAudience, reader: Reader) -> Phrase:
    """“belong to the audience …”."""
    name = reader.audience_names.get(rule.audience_id, rule.audience_id)
    return reader.phrase(_BELONG[rule.state, rule.negate], name=name, window=window(rule.window, reader))


def may_use(rule: MayUse, reader: Reader) -> Phrase:
    """“may receive our newsletter”."""
    known = next((purpose for purpose in DEFAULTS if purpose.purpose_id == rule.purpose), None)
    message = _("may *not* be reached for “*%(purpose)s*”") if rule.negate else _("may be reached for “*%(purpose)s*”")
    return reader.phrase(message, purpose=reader.gettext(known.name) if known else rule.purpose)


def sample(rule: Sample, reader: Reader) -> Phrase:
    """“are in a fixed sample of 10 % (spring)”."""
    first, until = (reader.percent(Decimal(share) / 10_000) for share in (rule.first, rule.until))
    if rule.first == 0:
        return reader.phrase(_("are in the fixed sample of *%(share)s* “%(name)s”"), share=until, name=rule.name)
    message = _("are in the part from *%(first)s to %(until)s* of the fixed sample “%(name)s”")
    return reader.phrase(message, first=first, until=until, name=rule.name)


def place(rule: Place, reader: Reader) -> Phrase:
    """“live in Germany, in the postcode area 04 or in Halle”."""
    near = [reader.phrase(_("in the region *%(place)s*"), place=text) for text in rule.regions]
    near += [reader.phrase(_("in *%(city)s*"), city=text) for text in rule.cities]
    near += [reader.phrase(_("in the postcode area *%(place)s…*"), place=text) for text in rule.postcodes]
    known = IN_COUNTRY.get(rule.country.upper())
    country: Phrase = ()
    if rule.country:
        country = (
            reader.phrase(known) if known else reader.phrase(IN_OTHER_COUNTRY, country=reader.country(rule.country))
        )
    if not near:
        return reader.phrase(_("live %(place)s"), place=country)
    if not country:
        return reader.phrase(_("live %(place)s"), place=reader.any_of(near))
    return reader.phrase(_("live %(country)s, %(place)s"), country=country, place=reader.any_of(near))


def property_label(name: str, reader: Reader) -> str:
    """The name of a property for people."""
    bare = name.removeprefix("products.")
    return reader.gettext(property_of("total" if bare == "amount" else bare).label)


def length(minutes: int, reader: Reader) -> Phrase:
    """“2 days”; the greatest unit that divides."""
    if minutes % _MINUTES_OF_DAY == 0:
        count = minutes // _MINUTES_OF_DAY
        return reader.counted(reader.ngettext("*%(count)s day*", "*%(count)s days*", count), count)
    if minutes % _MINUTES_OF_HOUR == 0:
        count = minutes // _MINUTES_OF_HOUR
        return reader.counted(reader.ngettext("*%(count)s hour*", "*%(count)s hours*", count), count)
    return reader.counted(reader.ngettext("*%(count)s minute*", "*%(count)s minutes*", minutes), minutes)


def sequence(rule: Sequence, reader: Reader, narrowed: Mapping[int, Phrase]) -> Phrase:
    """“did this in order: …, then within 2 days …”; `narrowed` tells each step's event with its properties."""
    message = (
        _("did *not* do this in order %(window)s: %(steps)s") if rule.negate
        else _("did this in order %(window)s: %(steps)s")
    )  # fmt: skip
    steps: Phrase = ()
    for number, step in enumerate(rule.steps):
        if number:
            steps = (*steps, Part(", "))
        steps = (*steps, *_step(step, number, narrowed[number], reader))
    return reader.phrase(message, window=window(rule.window, reader), steps=steps)


def event_name(name: str, reader: Reader) -> Phrase:
    """The name of an event in quotation marks."""
    return reader.phrase(_("“*%(value)s*”"), value=reader.gettext(event_kind(name).label))


def _step(step: Step, number: int, what: Phrase, reader: Reader) -> Phrase:
    if step.same:
        named = reader.all_of([_same(each, reader) for each in step.same])
        what = reader.phrase(_("%(event)s with the same %(properties)s"), event=what, properties=named)
    if number == 0:
        return what
    if not step.within_minutes:
        message = _("then *not* %(event)s") if step.negate else _("then %(event)s")
        return reader.phrase(message, event=what)
    message = _("then *not* within %(time)s %(event)s") if step.negate else _("then within %(time)s %(event)s")
    return reader.phrase(message, event=what, time=length(step.within_minutes, reader))


def _same(same: Same, reader: Reader) -> Phrase:
    label = property_label(same.property, reader)
    if not same.of:
        return reader.phrase(_("“%(field)s”"), field=label)
    message = _("“%(field)s” (there “%(other)s”)")
    return reader.phrase(message, field=label, other=property_label(same.of, reader))
