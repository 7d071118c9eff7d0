"""The rule as one sentence in the reader's language: “People in Germany who ordered at least twice in …”."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Sequence as Items

import msgspec
from babel import Locale

from habitue.audiences.fields import insight_field
from habitue.audiences.phrases import clause, noun, tells_whose
from habitue.audiences.phrases_of_values import asked
from habitue.audiences.rule import EventCount, Group, InAudience, InsightIs, MayUse, Related, Rule, Sequence, Trait
from habitue.audiences.wording import Part, Phrase, Reader, fill, tidy
from habitue.kernel.text import gettext_noop as _

_OPPOSITE = {"is": "is_not", "is_not": "is", "is_known": "is_unknown", "is_unknown": "is_known"}
_RELATED: Mapping[tuple[str, str], str] = {
    ("company", "any"): _("are of a company with *somebody* who fulfils this: %(conditions)s"),
    ("company", "all"): _("are of a company where *everybody* fulfils this: %(conditions)s"),
    ("company", "none"): _("are of a company where *nobody* fulfils this: %(conditions)s"),
    ("household", "any"): _("are of a household with *somebody* who fulfils this: %(conditions)s"),
    ("household", "all"): _("are of a household where *everybody* fulfils this: %(conditions)s"),
    ("household", "none"): _("are of a household where *nobody* fulfils this: %(conditions)s"),
    ("referral", "any"): _("recommended others or were recommended, with *somebody* who fulfils this: %(conditions)s"),
    ("referral", "all"): _("recommended others or were recommended, and *everybody* fulfils this: %(conditions)s"),
    ("referral", "none"): _("recommended others or were recommended, and *nobody* fulfils this: %(conditions)s"),
}
_RELATED_TO_ANYBODY: Mapping[str, str] = {
    "company": _("are of a *company*"),
    "household": _("are of a *household*"),
    "referral": _("*recommended* others or were *recommended*"),
}
_OPPOSITE |= {"in_next_days": "not_in_next_days", "not_in_next_days": "in_next_days"}
_OPPOSITE |= {"in_last_days": "not_in_last_days", "not_in_last_days": "in_last_days"}


def sentence(
    rule: Rule,
    translate: Callable[[str], str],
    ntranslate: Callable[[str, str, int], str],
    *,
    locale: str | Locale = "en",
    audience_names: Mapping[str, str] | None = None,
    currency: str = "",
) -> list[Part]:
    """The rule as parts of one sentence; joined they are the text, the strong ones carry what was chosen.

    `translate` and `ntranslate` are gettext and ngettext of the language of `locale`; `currency` is the one of
    amounts for which the rule names none.
    """
    reader = Reader(translate, ntranslate, _parsed(locale), audience_names or {}, currency)
    return list(tidy(_sentence(_positive(rule), reader)))


def asked_of_insight(
    rule: InsightIs,
    translate: Callable[[str], str],
    ntranslate: Callable[[str, str, int], str],
    *,
    locale: str | Locale = "en",
    currency: str = "",
) -> list[Part]:
    """“at least 50 %”: what a condition asks of an insight, beside what that says; nothing for an unknown one."""
    field = insight_field(rule.insight, rule.field)
    if field is None:
        return []
    reader = Reader(translate, ntranslate, _parsed(locale), {}, currency)
    return list(tidy(asked(field, rule.op, rule.value, reader)))


def plain(parts: Items[Part]) -> str:
    """The sentence as text."""
    return "".join(part.text for part in parts)


def _parsed(locale: str | Locale) -> Locale:
    return Locale.parse(str(locale).replace("-", "_"))


def _sentence(rule: Rule, reader: Reader) -> Phrase:
    rules = _conditions(rule)
    if not rules:
        return reader.phrase(_("Everybody."))
    if isinstance(rule, Group) and not rule.rules:
        return reader.phrase(_("Nobody."))
    nouns: list[Phrase] = []
    clauses: list[Phrase] = []
    is_again = False
    for child in _relations_last(rules):
        short = None if isinstance(child, Group | Related) else noun(child, reader, again=is_again)
        if short is not None and not isinstance(child, Group | Related):
            nouns.append(short)
            is_again = is_again or tells_whose(child)
        else:
            clauses.append(_clause(child, reader, is_alone=len(rules) == 1))
    values = {"nouns": _spaced(nouns), "clauses": reader.all_of(clauses)}
    if not clauses:
        return reader.phrase(_("People %(nouns)s."), **values)
    if not nouns:
        return reader.phrase(_("People who %(clauses)s."), **values)
    return reader.phrase(_("People %(nouns)s who %(clauses)s."), **values)


def _conditions(rule: Rule) -> tuple[Rule, ...]:
    """What must all hold: the rules of a plain group, groups of that kind within it included."""
    if not isinstance(rule, Group) or rule.negate or (rule.match == "any" and len(rule.rules) != 1):
        return (rule,)
    return tuple(condition for child in rule.rules for condition in _conditions(child))


def _relations_last(rules: Items[Rule]) -> Items[Rule]:
    """In their order, but what is asked of the people around at the end, so that nothing else seems to belong to it."""
    return sorted(rules, key=lambda each: isinstance(each, Related))


def _clause(rule: Rule, reader: Reader, *, is_alone: bool = False) -> Phrase:
    if isinstance(rule, Related):
        if rule.match != "none" and not _conditions(rule.rule):
            return reader.phrase(_RELATED_TO_ANYBODY[rule.by])
        message = _RELATED[rule.by, rule.match]
        return reader.phrase(message, conditions=_clause(_positive(rule.rule), reader))
    if not isinstance(rule, Group):
        return clause(rule, reader)
    if rule.negate:
        inner = _clause(Group(rule.match, rule.rules), reader)
        return reader.phrase(_("do *not* fulfil this: %(conditions)s"), conditions=inner)
    if not rule.rules:
        return reader.phrase(_("are *anybody*") if rule.match == "all" else _("are *nobody*"))
    if len(rule.rules) == 1:
        return _clause(rule.rules[0], reader, is_alone=is_alone)
    inside = [_clause(child, reader) for child in _relations_last(rule.rules)]
    joined = reader.all_of(inside) if rule.match == "all" else reader.any_of(inside)
    return joined if is_alone else (Part("("), *joined, Part(")"))


def _spaced(nouns: Items[Phrase]) -> Phrase:
    return fill(" ".join(f"%(n{i})s" for i in range(len(nouns))), {f"n{i}": n for i, n in enumerate(nouns)})


def _positive(rule: Rule) -> Rule:
    """The same rule with negated groups turned into conditions that say “not” themselves, where that is possible."""
    if not isinstance(rule, Group):
        return rule
    rules = tuple(_positive(child) for child in rule.rules)
    if not rule.negate:
        return Group(rule.match, rules)
    opposites = [_opposite(child) for child in rules]
    if any(opposite is None for opposite in opposites):
        return Group(rule.match, rules, negate=True)
    found = tuple(opposite for opposite in opposites if opposite is not None)
    return Group("any" if rule.match == "all" else "all", found)


def _opposite(rule: Rule) -> Rule | None:
    """The rule that is true exactly where this one is not, when there is one that reads well."""
    if isinstance(rule, InAudience | EventCount | Sequence | MayUse):
        return msgspec.structs.replace(rule, negate=not rule.negate)
    if isinstance(rule, Trait) and rule.op in _OPPOSITE:
        return msgspec.structs.replace(rule, op=_OPPOSITE[rule.op])
    if isinstance(rule, Group) and rule.negate:
        return Group(rule.match, rule.rules)
    return None
