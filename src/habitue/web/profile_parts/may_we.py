"""May we …? What holds now for every purpose, since when, and what it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from habitue.kernel.text import gettext_noop as _
from habitue.privacy.consents import Consent, current
from habitue.privacy.purposes import BASES, Purpose
from habitue.quality.dictionary import property_of
from habitue.web.profile_parts.said import said, word

YES, NO, NOT_ASKED = _("yes"), _("no"), _("not asked")
ADDRESSES: Mapping[str, tuple[tuple[str, ...], str, str]] = {
    "email": (("email",), _("no e-mail address"), _("There is no e-mail address.")),
    "phone": (("phone", "mobile"), _("no phone number"), _("There is no phone number.")),
    "post": (("street", "address_extra"), _("no address"), _("There is no postal address.")),
}
"""By channel: the fields of which one must be known, the answer when none is, and the sentence that says so."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that was said: `given`, when, where, and the evidence as label and text."""

    given: bool
    at: datetime
    source: str
    channel: str
    evidence: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Permission:
    """The answer for one purpose; `answer`, `basis`, `why` and `lacks` are msgids, `tone` colours the answer."""

    name: str
    answer: str
    tone: str
    since: datetime | None
    confirmed: bool
    basis: str
    why: str
    lacks: str
    statements: tuple[Statement, ...]


def permissions(
    purposes: Sequence[Purpose], consents: Sequence[Consent], traits: Mapping[str, object], sources: Mapping[str, str]
) -> Sequence[Permission]:
    """One answer for each purpose, and one for each purpose that only the statements know."""
    known = {purpose.purpose_id for purpose in purposes}
    strange = sorted({consent.purpose for consent in consents} - known)
    extra = [Purpose(name, name, "consent", "any", "") for name in strange]
    return [_permission(purpose, consents, traits, sources) for purpose in (*purposes, *extra)]


def _permission(
    purpose: Purpose, consents: Sequence[Consent], traits: Mapping[str, object], sources: Mapping[str, str]
) -> Permission:
    own = [consent for consent in consents if consent.purpose == purpose.purpose_id]
    channels = {purpose.channel, "any"}
    now = [
        consent
        for (_purpose, channel), consent in current(own).items()
        if purpose.channel == "any" or channel in channels
    ]
    deciding = _deciding(now)
    answer, tone = _answer(purpose, deciding)
    fields, missing, lacks = ADDRESSES.get(purpose.channel, ((), "", ""))
    is_unreachable = answer == YES and bool(fields) and not any(traits.get(field) for field in fields)
    if is_unreachable:
        answer, tone = missing, "n"
    return Permission(
        name=purpose.name,
        answer=answer,
        tone=tone,
        since=deciding.at if deciding else None,
        confirmed=deciding is not None and bool(deciding.evidence.get("double_opt_in_at")),
        basis=BASES.get(purpose.basis, ""),
        why=purpose.why,
        lacks=lacks if is_unreachable else "",
        statements=tuple(statement(consent, sources) for consent in own),
    )


def _deciding(now: Sequence[Consent]) -> Consent | None:
    """A withdrawal that stands outweighs every consent on another channel."""
    withdrawn = [consent for consent in now if consent.state == "withdrawn"]
    return max(withdrawn or now, key=lambda consent: consent.at, default=None)


def _answer(purpose: Purpose, deciding: Consent | None) -> tuple[str, str]:
    if deciding is not None and deciding.state == "withdrawn":
        return NO, "a"
    if purpose.basis == "consent" and deciding is None:
        return NOT_ASKED, "w"
    return YES, ""


def statement(consent: Consent, sources: Mapping[str, str]) -> Statement:
    """One statement in words; `sources` are the names of sources by id."""
    evidence = tuple(
        (property_of(name).label, said(value, property_of(name).kind))
        for name, value in consent.evidence.items()
        if value not in (None, "")
    )
    return Statement(
        given=consent.state == "given",
        at=consent.at,
        source=sources.get(consent.source_id, consent.source_id),
        channel=word(consent.channel),
        evidence=evidence,
    )
