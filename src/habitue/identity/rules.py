"""When two identifiers may become one person: pure rules, evaluated before a link is made."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Protocol

from habitue.collect.envelope import namespace_kind
from habitue.identity.rulebook import PROOFS, Rulebook
from habitue.kernel.text import gettext_noop as _
from habitue.quality.normalise.nicknames import first_name_key, first_names_conflict, last_names_conflict
from habitue.quality.normalise.text import ascii_key

SHARED = frozenset({"email", "phone"})
KNOWN_BY = frozenset({"user_id", "customer_number", "loyalty_card", "email", "phone", "company"})
NEVER_LEARNT = frozenset({"user_id", "company", "record"})
DEVICE = "anonymous_id"
ALIASES = 5
EXCLUSIVE_WITHOUT_NAMES = "customer_number"

REASONS: Mapping[str, str] = {
    "other_name": _("Same contact, but another name: perhaps a household or an office."),
    "too_many": _("One person would have too many of the same kind of identifier."),
    "separated": _("Somebody decided that these are not the same."),
    "claimed_only": _("A public key said so without proof, and both are known from elsewhere."),
    "two_accounts": _("Two customer numbers of one source, and no names to compare."),
    "reassigned": _("Somebody else signed in on this browser; from then on it counts as theirs."),
    "other_kind": _("One is a person, the other a company."),
    "little_proof": _("The message was not proven well enough for this kind of identifier."),
}
# What a person has to look at: the others settled themselves.
TO_DECIDE = frozenset({"other_name", "too_many", "claimed_only", "two_accounts", "other_kind", "little_proof"})


class Placed(Protocol):
    """An identifier as these rules see it: `first_at` is the time of the event that named it first."""

    @property
    def namespace(self) -> str: ...
    @property
    def value(self) -> str: ...
    @property
    def first_at(self) -> datetime: ...


def own_id(secret: bytes, namespace: str, value: str) -> str:
    """The profile id of a person known by this identifier first: a keyed 128-bit hash, 32 hexadecimal digits."""
    return hashlib.blake2b(f"{namespace}\0{value}".encode(), key=secret, digest_size=16).hexdigest()


@lru_cache(maxsize=20_000)
def name_key(first_name: str, last_name: str) -> str:
    """First and last name as identity compares them: `anna|berg`; empty when neither is known."""
    key = f"{first_name_key(first_name)}|{ascii_key(last_name)}"
    return "" if key == "|" else key


def names_conflict(one: Collection[str], other: Collection[str], *, by: str) -> bool:
    """Whether both sides have names and no name of one fits a name of the other.

    `by` is the namespace of what they share. Last names change with marriage, so they only count where a phone is
    all that is shared: a switchboard, or the landline of a flat.
    """
    if not one or not other:
        return False
    if all(_conflict(a, b, by == "phone") for a in one for b in other):
        return True
    mine, theirs = _telling(one), _telling(other)
    if len(mine) == len(one) and len(theirs) == len(other):
        return False
    return all(_conflict(a, b, by == "phone") for a in mine for b in theirs)


def _telling(names: Collection[str]) -> Collection[str]:
    """The names without those that another of them tells in full: `|berg` and `a|berg` beside `anna|berg`.

    A record that only says Berg fits everybody in the house; it must not open the door to them for Anna Berg.
    """
    if len(names) < 2:
        return names
    short = [name for name in names if "|" in name[:2]]
    if not short:
        return names
    full = [name for name in names if "|" not in name[:2]]
    return [name for name in names if name not in short or not any(_is_part(name, each) for each in full)]


def _is_part(short: str, full: str) -> bool:
    first, _, last = short.partition("|")
    return full.startswith(first) and (not last or full.partition("|")[2] == last)


def objection(
    one: Collection[Placed],
    other: Collection[Placed],
    *,
    book: Rulebook,
    at: datetime,
    names: Collection[str],
    other_names: Collection[str],
    by: str,
    is_separated: bool,
    is_alias: bool = False,
) -> str | None:
    """Why two components may not become one (a key of REASONS), or None.

    `one` and `other` are the identifiers on each side, `names` their name keys, `by` the namespace of what would link
    them, `at` the time of the event that would. Only a proven alias joins two user ids; what already has several may
    still take other identifiers.
    """
    if is_separated:
        return "separated"
    if names_conflict(names, other_names, by=by):
        return "other_name"
    mine, theirs = {node.namespace for node in one}, {node.namespace for node in other}
    if len({book.of(namespace).kind for namespace in mine | theirs if namespace[:7] != "record:"}) > 1:
        return "other_kind"
    if mine.isdisjoint(theirs) and not (_has_browser(mine) and _has_browser(theirs)):
        return None
    counts, others = _counted(one, book, at), _counted(other, book, at)
    for namespace in counts.keys() & others.keys():
        count = len(counts[namespace] | others[namespace])
        kind = namespace_kind(namespace)
        rule = book.of(kind)
        limit = ALIASES if is_alias and kind == "user_id" else rule.limit
        if count > limit and count > max(len(counts[namespace]), len(others[namespace])):
            return "too_many"
        if kind == EXCLUSIVE_WITHOUT_NAMES and count > 1 and not (names and other_names):
            return "two_accounts"
    return None


def _has_browser(namespaces: Iterable[str]) -> bool:
    """Whether a browser is among them; browsers are counted together whatever their time."""
    return any(namespace[:12] == DEVICE for namespace in namespaces)


def cannot_match(one: Iterable[Placed], other: Iterable[Placed], book: Rulebook) -> bool:
    """Whether identifiers speak against a match of two people: two of an exclusive kind."""
    mine, theirs = ({(n.namespace, n.value) for n in side if book.of(n.namespace).exclusive} for side in (one, other))
    return any(a == b and v != w for a, v in mine for b, w in theirs)


def changes_hands(one: Iterable[Placed], other: Iterable[Placed]) -> bool:
    """Whether both sides have an account and none in common: a browser that they share was handed over."""
    mine, theirs = ({node.value for node in side if node.namespace == "user_id"} for side in (one, other))
    return bool(mine and theirs) and not mine & theirs


def is_proof_too_little(namespace: str, proof: str, book: Rulebook) -> bool:
    """Whether a message is proven less than an identifier of this namespace asks for."""
    return PROOFS[proof] < PROOFS[book.of(namespace).proof]


def stranger(identifier_id: int, namespace: str, names: str) -> str:
    """How the people are told apart at whom a value was refused: by name, else by the identifier that was kept."""
    return names if names and namespace_kind(namespace) not in ("user_id", "customer_number") else str(identifier_id)


def _counted(nodes: Iterable[Placed], book: Rulebook, at: datetime) -> dict[str, set[str]]:
    """The values by namespace that a limit counts; a browser that changed hands is one browser."""
    found: dict[str, set[str]] = {}
    for node in nodes:
        window = book.of(node.namespace).window_days
        if window and node.first_at <= at - timedelta(days=window):
            continue
        namespace = DEVICE if node.namespace.startswith(DEVICE) else node.namespace
        found.setdefault(namespace, set()).add(node.value)
    return found


@lru_cache(maxsize=20_000)
def _conflict(a: str, b: str, is_last_name_compared: bool) -> bool:
    first, _, last = a.partition("|")
    other_first, _, other_last = b.partition("|")
    return first_names_conflict(first, other_first) or (is_last_name_compared and last_names_conflict(last, other_last))
