"""One person, several identities: what each identifier is, what ties it to the others, and what was refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from habitue.collect.envelope import namespace_kind, priority
from habitue.identity import graph
from habitue.identity.explain import Explanation, Known, Link
from habitue.kernel.context import Context
from habitue.kernel.text import gettext_noop as _
from habitue.web.profile_parts.network import Dot, Network, Wire
from habitue.web.profile_parts.pair import sentence
from habitue.web.profile_parts.said import said

NAMESPACES: Mapping[str, str] = {
    "user_id": _("Account"),
    "company": _("Company number"),
    "company_name": _("Company"),
    "customer_number": _("Customer number"),
    "loyalty_card": _("Loyalty card"),
    "email": _("E-mail"),
    "phone": _("Phone"),
    "anonymous_id": _("Browser"),
    "record": _("Entry without a number"),
}
BY_NAME = "name:"
RULES: Mapping[str, str] = {
    "same_record": _("stood together in one record"),
    "decision": _("somebody here decided that it is the same person"),
    "match": _("a comparison of everybody found that it is most likely the same person"),
    "online": _("soon after its record came, it was found to be most likely the same person"),
}


TONES: Mapping[str, str] = {"email": "chart-2", "phone": "chart-3", "anonymous_id": "chart-4", "record": "ink-3"}


@dataclass(frozen=True, slots=True)
class Tie:
    """Why an identifier belongs here; `rule` is a msgid, `partner` the identifier it stands beside."""

    partner: str
    partner_kind: str
    rule: str
    source: str
    at: datetime
    a: int
    b: int
    is_decision: bool
    score: float | None
    why: str


@dataclass(frozen=True, slots=True)
class Identity:
    """One identifier; `kind` is a msgid."""

    identifier_id: int
    kind: str
    value: str
    sources: tuple[str, ...]
    ties: tuple[Tie, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A tie that was not made, and who is on the other side; `reason` is a msgid."""

    value: str
    kind: str
    reason: str
    at: datetime
    profile_id: str
    name: str


def identities(found: Explanation, sources: Mapping[str, str]) -> Sequence[Identity]:
    """The identifiers, most trusted first, with their ties."""
    ordered = sorted(found.identifiers, key=lambda known: (priority(known.namespace), known.first_seq))
    return [_identity(known, found.links, sources) for known in ordered]


def told(link: Link, sources: Mapping[str, str]) -> Tie:
    """A link in words, seen from its first identifier."""
    return _tie(link.a, link, sources)


def refusals(found: Explanation, names: Mapping[str, str]) -> Sequence[Refusal]:
    """The ties that were refused, newest first, one for each reason and other side."""
    seen: dict[tuple[str, str, str], Refusal] = {}
    for refused in found.refused:
        shared = refused.left_out if namespace_kind(refused.left_out.namespace) != "record" else refused.kept
        refusal = Refusal(
            value=shown(shared),
            kind=_kind(shared),
            reason=refused.reason,
            at=refused.at,
            profile_id=refused.profile_id,
            name=names.get(refused.profile_id, ""),
        )
        seen[refusal.value, refusal.reason, refusal.profile_id] = refusal
    return sorted(seen.values(), key=lambda refusal: refusal.at, reverse=True)


def network(found: Explanation) -> Network:
    """The identifiers and what links them, as a picture."""
    dots = [
        Dot(
            str(known.identifier_id),
            shown(known),
            gettext(_kind(known)),
            TONES.get(namespace_kind(known.namespace), "chart-1"),
        )
        for known in sorted(found.identifiers, key=lambda known: (priority(known.namespace), known.first_seq))
    ]
    wires = [
        Wire(str(link.a.identifier_id), str(link.b.identifier_id), is_thought=link.rule != "same_record")
        for link in found.links
    ]
    return Network(gettext("What makes this one person"), dots, wires)


def _kind(known: Known) -> str:
    kind = "company_name" if _is_of_name(known) else namespace_kind(known.namespace)
    return NAMESPACES.get(kind, known.namespace)


def _is_of_name(known: Known) -> bool:
    """Whether a company without a number is known by its name alone, which is no number to show."""
    return known.namespace == "company" and known.value.startswith(BY_NAME)


def source_ids(found: Explanation) -> set[str]:
    """The sources that took part in the identities."""
    named = {known.namespace.partition(":")[2] for known in found.identifiers}
    return {*named, *(link.source_id for link in found.links)} - {"", "internal"}


def shown(known: Known) -> str:
    """The value for people."""
    if _is_of_name(known):
        return gettext("known by its name, without a number")
    return said(known.value, "phone" if known.namespace == "phone" else "text")


def where_now(ws: Context, identifier_ids: Sequence[int]) -> list[str]:
    """The profiles that some identifiers belong to today, in the order of the identifiers."""
    with ws.register.read() as conn:
        found = graph.owners(conn, identifier_ids)
    return list(dict.fromkeys(found[key] for key in identifier_ids if key in found))


def _identity(known: Known, links: Sequence[Link], sources: Mapping[str, str]) -> Identity:
    own = [link for link in links if known.identifier_id in (link.a.identifier_id, link.b.identifier_id)]
    place = known.namespace.partition(":")[2]
    ids = [place] if place else [link.source_id for link in own if link.source_id != "internal"]
    return Identity(
        identifier_id=known.identifier_id,
        kind=_kind(known),
        value=shown(known),
        sources=tuple(dict.fromkeys(sources.get(source_id, source_id) for source_id in ids)),
        ties=tuple(_tie(known, link, sources) for link in own),
    )


def _tie(known: Known, link: Link, sources: Mapping[str, str]) -> Tie:
    partner = link.b if link.a.identifier_id == known.identifier_id else link.a
    return Tie(
        partner=shown(partner),
        partner_kind=_kind(partner),
        rule=RULES.get("online" if link.run_kind == "online" else link.rule, link.rule),
        source=sources.get(link.source_id, ""),
        at=link.at,
        a=link.a.identifier_id,
        b=link.b.identifier_id,
        is_decision=link.rule == "decision",
        score=link.score,
        why=sentence(link.evidence),
    )
