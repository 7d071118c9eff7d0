"""The details of an entry in plain words; what nobody needs every day is kept apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext, pgettext

from habitue.kernel.text import gettext_noop as _
from habitue.web.templatetags import show

LABELS: Mapping[str, str] = {
    "name": _("Name"),
    "former_name": _("Former name"),
    "rule_changed": _("Conditions changed"),
    "purpose": _("Purpose"),
    "people": _("People"),
    "file_name": _("File"),
    "rows": _("Rows"),
    "tables": _("Tables"),
    "events": _("Events"),
    "quarantined": _("Rows set aside"),
    "exports": _("Lists"),
    "reason": _("Reason"),
    "role": _("Role"),
    "roles": _("Roles"),
    "kind": _("Kind"),
    "first": _("First user"),
}
WORDS: Mapping[str, str] = {
    "file": _("file"),
    "erasure": _("a person was erased"),
    "newsletter": _("Newsletter"),
}
ROLES = frozenset({"role", "roles"})


@dataclass(frozen=True, slots=True)
class Details:
    """`told` is one line for everybody, `rest` are names and values for those who look closer."""

    told: str
    rest: tuple[tuple[str, str], ...]


def details(found: Mapping[str, object]) -> Details:
    """The details without what is empty."""
    known = {key: value for key, value in found.items() if value not in (None, "", [], {})}
    told = [f"{gettext(LABELS[key])}: {_said(key, value)}" for key, value in known.items() if key in LABELS]
    rest = tuple((key.replace("_", " "), _raw(value)) for key, value in known.items() if key not in LABELS)
    return Details(" · ".join(told), rest)


def _said(key: str, value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_said(key, item) for item in value)
    if isinstance(value, bool):
        return pgettext("answer", "yes") if value else pgettext("answer", "no")
    if isinstance(value, int):
        return show.number(value)
    text = _raw(value)
    if key in ROLES:
        return show.role(text)
    return gettext(WORDS[text]) if text in WORDS and key not in ("name", "former_name", "file_name") else text


def _raw(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_raw(item) for item in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_raw(item)}" for key, item in value.items())
    return str(value)
