"""Icons: 24 by 24, drawn with strokes in the colour of the text around them."""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

PATHS: Mapping[str, str] = {
    "alert": "M12 4 2.8 19.5h18.4zM12 10v4.5M12 17v.1",
    "arrow-left": "M19 12H5m6-6-6 6 6 6",
    "arrow-right": "M5 12h14m-6-6 6 6-6 6",
    "audience": "M9 12a5 5 0 1 0 10 0 5 5 0 1 0-10 0M5 12a5 5 0 0 1 5-5M5 12a5 5 0 0 0 5 5",
    "calendar": "M4 6.5h16V20H4zM4 10.5h16M8.5 3.5v5M15.5 3.5v5",
    "campaign": "M4 10v4h3l8 4.5v-13L7 10zM18.5 9a4 4 0 0 1 0 6",
    "check": "m5 12.5 4.5 4.5L19 7.5",
    "chevron-down": "m6 9.5 6 6 6-6",
    "chevron-up": "m6 14.5 6-6 6 6",
    "chevron-right": "m9.5 6 6 6-6 6",
    "clock": "M3.5 12a8.5 8.5 0 1 0 17 0 8.5 8.5 0 1 0-17 0M12 7v5.2l3.4 2",
    "close": "M6 6l12 12M18 6 6 18",
    "company": "M5 20.5V4h9v16.5M14 9.5h5v11M3 20.5h18M8 8h3M8 12h3M8 16h3",
    "copy": "M9 9h11v11H9zM5.5 15H4V4h11v1.5",
    "destination": "M4 12h10m-4-5 5 5-5 5M19 5v14",
    "download": "M12 4v11m-4.5-4.5L12 15l4.5-4.5M4.5 19.5h15",
    "edit": "M4.5 19.5 5.5 15 16 4.5l3.5 3.5L9 18.5zM13.5 7l3.5 3.5",
    "export": "M12 15V4M7.5 8.5 12 4l4.5 4.5M4.5 14v5.5h15V14",
    "filter": "M4 6h16l-6 7v6l-4-2v-4z",
    "home": "M4 11.5 12 4.5l8 7M6.5 9.5v10h11v-10M10 19.5v-5h4v5",
    "import": "M12 4v11m-4.5-4.5L12 15l4.5-4.5M4.5 14v5.5h15V14",
    "info": "M3.5 12a8.5 8.5 0 1 0 17 0 8.5 8.5 0 1 0-17 0M12 11v5.5M12 7.6v.1",
    "insight": "M4 19.5h16M6.5 16v-4M11 16V6.5M15.5 16v-6M20 16V9",
    "journey": "M5 6h7a3 3 0 0 1 0 6h-1a3 3 0 0 0 0 6h8M19 18l-2.5-2.5M19 18l-2.5 2.5M3.5 6h.1",
    "language": "M3.5 12a8.5 8.5 0 1 0 17 0 8.5 8.5 0 1 0-17 0M3.5 12h17M12 3.5c5 5 5 12 0 17-5-5-5-12 0-17",
    "ledger": "M6 4h12v16.5H6zM9 8.5h6M9 12h6M9 15.5h3.5",
    "link": "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
    "mail": "M3.5 6h17v12.5h-17zM3.5 7l8.5 6.5L20.5 7",
    "menu": "M4 7h16M4 12h16M4 17h16",
    "moon": "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z",
    "more": "M5.5 12h.1M12 12h.1M18.5 12h.1",
    "people": "M5.5 8a3.5 3.5 0 1 0 7 0 3.5 3.5 0 1 0-7 0M2.5 20c0-4 3-6 6.5-6s6.5 2 6.5 6"
    "M16 5a3.4 3.4 0 0 1 0 6.4M18 14.4c2.2.9 3.5 2.8 3.5 5.6",
    "phone": "M5 4h4l1.8 4.5-2.3 1.7a12 12 0 0 0 5.3 5.3l1.7-2.3L20 15v4c0 .8-.7 1.5-1.5 1.4C11 19.8 4.2 13 3.6 5.5"
    "A1.4 1.4 0 0 1 5 4z",
    "play": "M8 5.5v13l10-6.5z",
    "plus": "M12 5v14M5 12h14",
    "print": "M7 8.5V4h10v4.5M7 17H4V8.5h16V17h-3M7 14h10v6H7z",
    "privacy": "M12 3.5 4.5 6.5v5c0 4.5 3 7.5 7.5 9 4.5-1.5 7.5-4.5 7.5-9v-5zM9 12l2.2 2.2L15.2 10",
    "quality": "M3.5 12a8.5 8.5 0 1 0 17 0 8.5 8.5 0 1 0-17 0m5 .3 2.5 2.5 4.8-5",
    "report": "M6 3.5h8l4 4v13H6zM14 3.5v4h4M9 17v-3M12 17v-5.5M15 17v-2",
    "review": "M3.5 9a4 4 0 1 0 8 0 4 4 0 1 0-8 0m9 6a4 4 0 1 0 8 0 4 4 0 1 0-8 0m1.5-9h4v4m-8 8H6v-4",
    "screen": "M3.5 5h17v11h-17zM12 16v3.5M8.5 19.5h7",
    "search": "M4.5 11a6.5 6.5 0 1 0 13 0 6.5 6.5 0 1 0-13 0M16 16l4.5 4.5",
    "settings": "M4 7h9m5 0h2M4 17h2m5 0h9M13.5 7a2.25 2.25 0 1 0 4.5 0 2.25 2.25 0 1 0-4.5 0M6.25 17a2.25 2.25 0 1 0"
    " 4.5 0 2.25 2.25 0 1 0-4.5 0",
    "sign-out": "M10 4.5H4.5v15H10M15 8l4 4-4 4M19 12H9",
    "sort": "M8 5v14m-3.5-3.5L8 19l3.5-3.5M16 19V5m-3.5 3.5L16 5l3.5 3.5",
    "source": "M4.5 6c0-1.4 3.4-2.5 7.5-2.5s7.5 1.1 7.5 2.5-3.4 2.5-7.5 2.5S4.5 7.4 4.5 6zm0 0v12c0 1.4 3.4 2.5 7.5 2.5"
    "s7.5-1.1 7.5-2.5V6M4.5 12c0 1.4 3.4 2.5 7.5 2.5s7.5-1.1 7.5-2.5",
    "sun": "M8 12a4 4 0 1 0 8 0 4 4 0 1 0-8 0M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M5.6 18.4 7 17"
    "M17 7l1.4-1.4",
    "trash": "M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 13h9l1-13M10 11v5.5M14 11v5.5",
    "undo": "M8 5 4 9l4 4M4 9h10a5.5 5.5 0 0 1 0 11h-3",
    "upload": "M12 15V4M7.5 8.5 12 4l4.5 4.5M4.5 19.5h15",
    "user": "M8 8a4 4 0 1 0 8 0 4 4 0 1 0-8 0M4.5 20.5c0-4.3 3.3-6.5 7.5-6.5s7.5 2.2 7.5 6.5",
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """`{% icon "people" %}`; a name that is not drawn is a programming error (KeyError)."""
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="{}"/></svg>',
        mark_safe(PATHS[name]),
    )
