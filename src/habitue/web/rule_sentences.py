"""A rule as the reader's sentence."""

from __future__ import annotations

from collections.abc import Sequence

from babel import Locale
from django.utils.translation import get_language, gettext, ngettext

from habitue.audiences import reading
from habitue.audiences.fixed_list import lists_in
from habitue.audiences.rule import InsightIs, Rule, audiences_in
from habitue.audiences.sentence import asked_of_insight, sentence
from habitue.audiences.wording import Part
from habitue.kernel.context import Context
from habitue.web.templatetags.show import locale


def said(ws: Context, rule: Rule) -> Sequence[Part]:
    """The rule as parts of one sentence in the reader's language."""
    names = reading.names(ws) if audiences_in(rule) or lists_in(rule) else {}
    currency = ws.config.workspace.currency
    return sentence(rule, gettext, ngettext, locale=_locale(), audience_names=names, currency=currency)


def asked(ws: Context, rule: InsightIs) -> Sequence[Part]:
    """What a condition asks of an insight, such as “at least 50 %”."""
    return asked_of_insight(rule, gettext, ngettext, locale=_locale(), currency=ws.config.workspace.currency)


def _locale() -> Locale | str:
    return locale() if get_language() == "en" else str(locale())
