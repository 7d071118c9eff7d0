"""A rule as the reader's sentence."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import get_language, gettext, ngettext

from habitue.audiences import reading
from habitue.audiences.fixed_list import lists_in
from habitue.audiences.rule import Rule, audiences_in
from habitue.audiences.sentence import sentence
from habitue.audiences.wording import Part
from habitue.kernel.context import Context
from habitue.web.templatetags.show import locale


def said(ws: Context, rule: Rule) -> Sequence[Part]:
    """The rule as parts of one sentence in the reader's language."""
    names = reading.names(ws) if audiences_in(rule) or lists_in(rule) else {}
    written = locale() if get_language() == "en" else str(locale())
    currency = ws.config.workspace.currency
    return sentence(rule, gettext, ngettext, locale=written, audience_names=names, currency=currency)
