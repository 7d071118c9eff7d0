"""Icons of what happened, by the names that the dictionary of events gives them; drawn like the shell's icons."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

_BAG = "M5.5 8.5h13l1 11.5h-15zM8.5 8.5V7a3.5 3.5 0 0 1 7 0v1.5"
_CART = "M3.5 4.5H6l2.2 10.5h9.3L19.5 8H7M9 19.5h.1M16.5 19.5h.1"
_CARD = "M3.5 6h17v12.5h-17zM3.5 10h17M7 15h3"
_PACKAGE = "M12 3.5 4.5 7.5v9l7.5 4 7.5-4v-9zM4.5 7.5l7.5 4 7.5-4M12 11.5v9"
_TICKET = "M3.5 7h17v3.5a1.5 1.5 0 0 0 0 3V17h-17v-3.5a1.5 1.5 0 0 0 0-3zM14 7v10"
_SPEECH = "M4 5.5h16v11h-9L6.5 20v-3.5H4zM8 9.5h8M8 12.5h5"
_SHIELD = "M12 3.5 4.5 6.5v5c0 4.5 3 7.5 7.5 9 4.5-1.5 7.5-4.5 7.5-9v-5z"
_MAIL = "M3.5 6h17v12.5h-17zM3.5 7l8.5 6.5L20.5 7"
_PEOPLE = "M8 8a4 4 0 1 0 8 0 4 4 0 1 0-8 0M4.5 20.5c0-4.3 3.3-6.5 7.5-6.5s7.5 2.2 7.5 6.5"
_POINTER = "m5 4 6.5 16 2-6.5L20 11.5z"
_CROSS = "M3.5 12a8.5 8.5 0 1 0 17 0 8.5 8.5 0 1 0-17 0m5.6-2.9 5.8 5.8m0-5.8-5.8 5.8"
_DOT = "M9 12a3 3 0 1 0 6 0 3 3 0 1 0-6 0"
_HEART = "M12 20C6 15.5 3.5 12.5 3.5 9a4.3 4.3 0 0 1 8.5-1.4A4.3 4.3 0 0 1 20.5 9c0 3.5-2.5 6.5-8.5 11z"

PATHS: Mapping[str, str] = {
    "shopping-bag": _BAG,
    "shopping-cart": _CART,
    "credit-card": _CARD,
    "circle-alert": "M3.5 12a8.5 8.5 0 1 0 17 0 8.5 8.5 0 1 0-17 0M12 7.5v5M12 16v.1",
    "x-circle": _CROSS,
    "undo-2": "M8 5 4 9l4 4M4 9h10a5.5 5.5 0 0 1 0 11h-3",
    "pencil": "M4.5 19.5 5.5 15 16 4.5l3.5 3.5L9 18.5zM13.5 7l3.5 3.5",
    "truck": "M3 6.5h11v10H3zM14 10h4l3 3v3.5h-7M7 19a1.7 1.7 0 1 0 .1 0M17 19a1.7 1.7 0 1 0 .1 0",
    "package-check": _PACKAGE,
    "package-x": _PACKAGE,
    "boxes": _PACKAGE,
    "phone": "M5 4h4l1.8 4.5-2.3 1.7a12 12 0 0 0 5.3 5.3l1.7-2.3L20 15v4c0 .8-.7 1.5-1.5 1.4C11 19.8 4.2 13 3.6 5.5"
    "A1.4 1.4 0 0 1 5 4z",
    "ticket": _TICKET,
    "ticket-check": _TICKET,
    "message-square": _SPEECH,
    "message-square-text": _SPEECH,
    "messages-square": _SPEECH,
    "shield-check": _SHIELD + "M9 12l2.2 2.2L15.2 10",
    "shield-x": _SHIELD + "M9.7 9.7l4.6 4.6m0-4.6-4.6 4.6",
    "repeat": "M5 11V9.5A3.5 3.5 0 0 1 8.5 6H19m-3-3 3 3-3 3M19 13v1.5a3.5 3.5 0 0 1-3.5 3.5H5m3 3-3-3 3-3",
    "send": "M20.5 3.5 3.5 10l6.5 3.5L13.5 20z",
    "reply": "M9 6 4 11l5 5M4 11h9a6.5 6.5 0 0 1 6.5 6.5",
    "mail-open": _MAIL,
    "mail-check": _MAIL,
    "mail-x": _MAIL,
    "mail-warning": _MAIL,
    "mail-minus": _MAIL,
    "mouse-pointer-click": _POINTER,
    "at-sign": _SPEECH,
    "search": "M4.5 11a6.5 6.5 0 1 0 13 0 6.5 6.5 0 1 0-13 0M16 16l4.5 4.5",
    "list": "M8 6.5h12M8 12h12M8 17.5h12M4 6.5h.1M4 12h.1M4 17.5h.1",
    "list-filter": "M4 6h16l-6 7v6l-4-2v-4z",
    "megaphone": "M4 10v4h3l8 4.5v-13L7 10zM18.5 9a4 4 0 0 1 0 6",
    "eye": "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z"
    "M9.5 12a2.5 2.5 0 1 0 5 0 2.5 2.5 0 1 0-5 0",
    "tag": "M4 4h7.5l8.5 8.5-7.5 7.5L4 11.5zM8 8h.1",
    "heart": _HEART,
    "heart-off": _HEART,
    "star": "m12 3.5 2.6 5.6 6 .7-4.5 4.1 1.2 6.1-5.3-3.1L6.7 20l1.2-6.1-4.5-4.1 6-.7z",
    "user-plus": _PEOPLE,
    "user-minus": _PEOPLE,
    "log-in": _PEOPLE,
    "log-out": _PEOPLE,
    "building-2": "M5 20.5V4h9v16.5M14 9.5h5v11M3 20.5h18M8 8h3M8 12h3M8 16h3",
    "record": "M6 3.5h8l4 4v13H6zM14 3.5v4h4M9 12h6M9 15.5h6",
    "link": "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
}


def drawing(name: str) -> SafeString:
    """The icon as inline SVG; a dot where none is drawn."""
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="{}"/></svg>',
        mark_safe(PATHS.get(name, _DOT)),
    )
