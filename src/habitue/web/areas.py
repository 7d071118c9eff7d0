"""The areas of the pages: every folder here with a `pages.py` is one, found by looking, never listed by hand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

from habitue.web.navigation import NavEntry
from habitue.web.routing import Route

ROOT = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Area:
    """One area: `name` is its folder and URL namespace, `prefix` stands before its paths."""

    name: str
    prefix: str
    routes: tuple[Route, ...]
    navigation: tuple[NavEntry, ...]


@cache
def names() -> tuple[str, ...]:
    """The names of all areas, sorted; imports nothing."""
    return tuple(sorted(path.parent.name for path in ROOT.glob("*/pages.py")))


@cache
def areas() -> tuple[Area, ...]:
    """All areas, imported; Django must be configured."""
    return tuple(_area(name) for name in names())


def _area(name: str) -> Area:
    pages = import_module(f"habitue.web.{name}.pages")
    navigation = getattr(pages, "NAVIGATION", ())
    return Area(
        name=name,
        prefix=getattr(pages, "PREFIX", f"{name}/"),
        routes=tuple(pages.ROUTES),
        navigation=(navigation,) if isinstance(navigation, NavEntry) else tuple(navigation),
    )
