"""Who belongs with somebody without being the same: as a tree to read, and as a small network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext

from habitue.kernel.text import gettext_noop as _
from habitue.profiles.reading import PersonRow
from habitue.profiles.relations import Related
from habitue.web.profile_parts.network import Dot, Network, Wire
from habitue.web.templatetags.show import called
from habitue.workspace import Workspace

KINDS: Mapping[str, str] = {
    "works_at": _("Works at"),
    "subsidiary_of": _("Belongs to"),
    "parent_of": _("Subsidiaries"),
    "contact": _("Contacts"),
    "household": _("Household"),
    "referred_by": _("Recommended by"),
    "referred": _("Has recommended"),
}
# What one of them is called in the picture.
ONE: Mapping[str, str] = {**KINDS, "parent_of": _("Subsidiary"), "contact": _("Contact")}
TONES: Mapping[str, str] = {
    "household": "chart-2",
    "referred_by": "chart-3",
    "referred": "chart-3",
    "contact": "chart-1",
}

# Of whom one sees the next step, too.
DEEP = frozenset({"parent_of", "referred"})


@dataclass(frozen=True, slots=True)
class Branch:
    """The others of one kind; each with those who hang on them in turn."""

    label: str
    others: Sequence[tuple[Related, str, Sequence[tuple[Related, str]]]]


@dataclass(frozen=True, slots=True)
class Around:
    """The tree and the picture; both empty for somebody who stands alone."""

    branches: Sequence[Branch]
    network: Network | None


def around(ws: Workspace, row: PersonRow) -> Around:
    """What is around one person or company: two steps for subsidiaries and referrals, one for the rest."""
    found = ws.people.relations(row.profile_id)
    if not found:
        return Around((), None)
    further = {
        each.profile_id: [more for more in ws.people.relations(each.profile_id) if more.kind == each.kind][:20]
        for each in found
        if each.kind in DEEP
    }
    branches = [
        Branch(
            gettext(label),
            [
                (each, url(each), [(more, url(more)) for more in further.get(each.profile_id, ()) if kind in DEEP])
                for each in found
                if each.kind == kind
            ],
        )
        for kind, label in KINDS.items()
        if any(each.kind == kind for each in found)
    ]
    return Around(branches, _network(row, found, further))


def url(each: Related) -> str:
    """The page of the other."""
    return reverse("companies:company" if each.other_kind == "company" else "people:person", args=[each.profile_id])


def _network(row: PersonRow, found: Sequence[Related], further: Mapping[str, Sequence[Related]]) -> Network:
    dots = {row.profile_id: Dot(row.profile_id, called(row.name) or "?", "", "brass")}
    wires = []
    for mine, each in [(row.profile_id, each) for each in found] + [
        (k, more) for k, v in further.items() for more in v
    ]:
        tone = TONES.get(each.kind, "chart-4")
        dots.setdefault(
            each.profile_id, Dot(each.profile_id, called(each.name) or "?", gettext(ONE[each.kind]), tone, url(each))
        )
        wires.append(Wire(mine, each.profile_id))
    return Network(gettext("Who belongs with whom"), list(dots.values()), wires)
