"""Why is this one person? The identifiers as a picture, and one link with both sides next to each other."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from habitue.identity.explain import Explanation, Link
from habitue.identity.nodes import parts
from habitue.kernel.context import Context
from habitue.profiles import values
from habitue.profiles.golden import golden_profile
from habitue.web.profile_parts import identities, pair
from habitue.web.profile_parts.origins import source_names


def why(request: HttpRequest, profile_id: str) -> HttpResponse:
    """The picture with its table; with `a` and `b` in the address that link, field by field."""
    found = request.ws.people.get(profile_id)
    if found.row.profile_id != profile_id:
        return redirect("people:why", profile_id=found.row.profile_id)
    told = request.ws.people.identities(profile_id)
    sources = source_names(request.ws)
    shown = {
        "row": found.row,
        "network": identities.network(told),
        "ties": [(link, identities.told(link, sources)) for link in told.links],
    }
    wanted = {request.GET.get("a", ""), request.GET.get("b", "")}
    link = next((x for x in told.links if {str(x.a.identifier_id), str(x.b.identifier_id)} == wanted), None)
    if link is not None:
        left, right = sides(request.ws.context, told, link)
        shown |= {
            "link": link,
            "tie": identities.told(link, sources),
            "lines": pair.lines(left, right, link.evidence),
            "chart": pair.waterfall(link.evidence, link.score or 0.0),
            "sentence": pair.sentence(link.evidence),
            "headings": (identities.shown(link.a), identities.shown(link.b)),
        }
    return render(request, "people/why.html", shown)


def sides(ws: Context, told: Explanation, link: Link) -> tuple[pair.Side, pair.Side]:
    """What is said on both sides of a link; where other links hold them together too, by the two identifiers alone."""
    pairs = [(each.a.identifier_id, each.b.identifier_id) for each in told.links if each is not link]
    found = parts([known.identifier_id for known in told.identifiers], pairs)
    groups = []
    for key in (link.a.identifier_id, link.b.identifier_id):
        groups.append(next(part for part in found if key in part))
    if groups[0] is groups[1]:
        groups = [[link.a.identifier_id], [link.b.identifier_id]]
    with ws.register.read() as conn:
        golden = [golden_profile(values.of_identifiers(conn, group)) for group in groups]
    one, other = (pair.Side(each, {name: value.value for name, value in each.items()}) for each in golden)
    return one, other
