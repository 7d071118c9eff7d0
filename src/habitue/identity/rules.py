"""When two identifiers may become one person: pure rules, evaluated before a link is made."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

from habitue.collect.envelope import namespace_kind
from habitue.kernel.text import gettext_noop as _
from habitue.quality.normalise.email import is_blocked_email
from habitue.quality.normalise.nicknames import first_name_key, first_names_conflict, last_names_conflict
from habitue.quality.normalise.phone import is_blocked_phone
from habitue.quality.normalise.text import ascii_key

LIMITS: Mapping[str, int] = {
    "user_id": 1,
    "company": 1,
    "customer_number": 5,
    "loyalty_card": 3,
    "email": 5,
    "phone": 5,
    "anonymous_id": 50,
}
SHARED = frozenset({"email", "phone"})
KNOWN_BY = frozenset({"user_id", "customer_number", "loyalty_card", "email", "phone", "company"})
ALIASES = 5
EXCLUSIVE_WITHOUT_NAMES = "customer_number"
_JUNK = frozenset({"", "null", "none", "undefined", "nan", "n/a", "na", "unknown", "unbekannt", "anonymous", "0", "-1"})

REASONS: Mapping[str, str] = {
    "other_name": _("Same contact, but another name: perhaps a household or an office."),
    "too_many": _("One person would have too many of the same kind of identifier."),
    "separated": _("Somebody decided that these are not the same."),
    "claimed_only": _("A public key said so without proof, and both are known from elsewhere."),
    "two_accounts": _("Two customer numbers of one source, and no names to compare."),
}


def own_id(secret: bytes, namespace: str, value: str) -> str:
    """The profile id of a person known by this identifier first: a keyed 128-bit hash, 32 hexadecimal digits."""
    return hashlib.blake2b(f"{namespace}\0{value}".encode(), key=secret, digest_size=16).hexdigest()


@lru_cache(maxsize=200_000)
def is_blocked(namespace: str, value: str) -> bool:
    """Whether a value says nothing about who somebody is: junk, test and no-reply values."""
    if value.strip().lower() in _JUNK:
        return True
    if namespace == "email":
        return is_blocked_email(value)
    if namespace == "phone":
        return is_blocked_phone(value)
    return False


@lru_cache(maxsize=50_000)
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
    return all(_conflict(a, b, by == "phone") for a in one for b in other)


def objection(
    one: Iterable[str],
    other: Iterable[str],
    *,
    names: Collection[str],
    other_names: Collection[str],
    by: str,
    is_separated: bool,
    is_alias: bool = False,
) -> str | None:
    """Why two components may not become one (a key of REASONS), or None.

    `one` and `other` are the namespaces of the identifiers on each side, `names` their name keys,
    `by` the namespace of what would link them. Only a proven alias joins two user ids; what already has several
    may still take other identifiers.
    """
    if is_separated:
        return "separated"
    if names_conflict(names, other_names, by=by):
        return "other_name"
    counts, others = Counter(one), Counter(other)
    most = {namespace: max(counts[namespace], others[namespace]) for namespace in {*counts, *others}}
    counts.update(others)
    for namespace, count in counts.items():
        kind = namespace_kind(namespace)
        limit = ALIASES if is_alias and kind == "user_id" else LIMITS.get(kind, 1_000)
        if count > limit and count > most[namespace]:
            return "too_many"
        if kind == EXCLUSIVE_WITHOUT_NAMES and count > 1 and not (names and other_names):
            return "two_accounts"
    return None


@lru_cache(maxsize=100_000)
def _conflict(a: str, b: str, is_last_name_compared: bool) -> bool:
    first, _, last = a.partition("|")
    other_first, _, other_last = b.partition("|")
    return first_names_conflict(first, other_first) or (is_last_name_compared and last_names_conflict(last, other_last))
