"""Marks texts for people; they are translated at the edge, never here."""


def gettext_noop(message: str) -> str:
    """Return `message` unchanged, marked so that the extractor finds it."""
    return message


def shortened(text: str, most: int = 200) -> str:
    """The text, or its beginning where it is too long to be told in a sentence."""
    return text if len(text) <= most else f"{text[:most]}…"


def ngettext_noop(one: str, many: str) -> tuple[str, str]:
    """Return a text about one and about many unchanged, marked so that the extractor finds both."""
    return one, many
