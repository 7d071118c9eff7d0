"""Lists of people or companies: what an address asks for, and the rows that answer it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest

from habitue.profiles.reading import SORTS, PersonRow
from habitue.web import paging
from habitue.web.profile_parts.of_import import people_of_import
from habitue.web.profile_parts.origins import countries
from habitue.web.profile_parts.said import phone

FOUND_AT_MOST = 100
USUAL_SORT = "-last_seen"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; unknown words fall back to what is usual."""

    query: str
    sort: str
    country: str
    page: int
    import_id: str
    is_new: bool


def asked(request: HttpRequest) -> Asked:
    """The search, sorting, filter and page of an address."""
    sort = request.GET.get("sort", USUAL_SORT)
    country = request.GET.get("country", "")
    return Asked(
        query=request.GET.get("q", "").strip()[:200],
        sort=sort if sort.removeprefix("-") in SORTS else USUAL_SORT,
        country=country if len(country) == 2 and country.isascii() and country.isalpha() else "",
        page=paging.wanted(request.GET.get("page")),
        import_id=request.GET.get("import", "")[:64],
        is_new=request.GET.get("which", "new") == "new",
    )


def shown(request: HttpRequest, kind: str) -> dict[str, Any]:
    """Everything that the list's templates need."""
    wanted = asked(request)
    if wanted.query:
        rows: Sequence[PersonRow] = _searched(request, wanted, kind)
        page = paging.Page(number=1, size=FOUND_AT_MOST, total=len(rows), has_next=False)
    elif wanted.import_id:
        rows, page = _of_import(request, wanted)
    else:
        rows, page = _listed(request, wanted, kind)
    return {
        "rows": written(rows),
        "page": page,
        "has": _filled(rows),
        "asked": wanted,
        "query": wanted.query,
        "default_sort": USUAL_SORT,
        "countries": countries(request.ws, kind),
        "is_filtered": bool(wanted.query or wanted.country or wanted.import_id),
    }


def written(rows: Sequence[PersonRow]) -> Sequence[PersonRow]:
    """The rows with phone numbers in groups."""
    return [replace(row, phone=phone(row.phone)) if row.phone else row for row in rows]


def _filled(rows: Sequence[PersonRow]) -> dict[str, bool]:
    """Which columns hold something for anybody on the page; the others are not shown."""
    return {
        "email": any(row.email for row in rows),
        "phone": any(row.phone for row in rows),
        "place": any(row.city or row.country for row in rows),
    }


def _searched(request: HttpRequest, wanted: Asked, kind: str) -> Sequence[PersonRow]:
    found = request.ws.people.search(wanted.query, limit=FOUND_AT_MOST)
    return [row for row in found if row.kind == kind and wanted.country in ("", row.country)]


def _listed(request: HttpRequest, wanted: Asked, kind: str) -> tuple[Sequence[PersonRow], paging.Page]:
    start = (wanted.page - 1) * paging.SIZE
    country = wanted.country or None
    found = request.ws.people.listing(kind=kind, sort=wanted.sort, offset=start, limit=paging.SIZE, country=country)
    page = paging.page(wanted.page, found.total)
    if page.offset != start:
        found = request.ws.people.listing(
            kind=kind, sort=wanted.sort, offset=page.offset, limit=paging.SIZE, country=country
        )
    return found.rows, page


def _of_import(request: HttpRequest, wanted: Asked) -> tuple[Sequence[PersonRow], paging.Page]:
    start = (wanted.page - 1) * paging.SIZE
    found = people_of_import(request.ws.context, wanted.import_id, new=wanted.is_new, offset=start, limit=paging.SIZE)
    return request.ws.people.rows_of(found.profile_ids), paging.page(wanted.page, found.total)
