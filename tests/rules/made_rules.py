"""Made-up rules of every kind of condition, nested in groups."""

from __future__ import annotations

from collections.abc import Sequence as Sequence_
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from habitue.audiences.rule import (
    Consent,
    EventCount,
    EventSum,
    Group,
    InAudience,
    InsightIs,
    PropertyTest,
    Rule,
    Trait,
    Window,
)
from tests.rules.made_conditions import more_kinds, new_windows
from tests.rules.made_worlds import EVENT_NAMES, WORDS

_wanted = st.sampled_from([w for w in WORDS if w] + ["k", "str", "моск"])
_numbers = st.sampled_from(["0", "1", "2.5", "35", "1000"])
_days = st.dates(date(2024, 12, 1), date(2026, 4, 2))
_event_names = st.sampled_from(EVENT_NAMES)
_groups = st.sampled_from(["regular", "lost"])
_text_ops = st.sampled_from(["is", "is_not", "contains", "starts_with"])
_number_ops = st.sampled_from(["is", "is_not", "more_than", "at_least", "less_than", "at_most"])
_known_ops = st.sampled_from(["is_known", "is_unknown"])


def _texts(make: Any, fields: Sequence_[str]) -> st.SearchStrategy[Any]:
    field = st.sampled_from(fields)
    return st.one_of(
        st.builds(make, field, _text_ops, _wanted),
        st.builds(make, field, st.just("one_of"), st.lists(_wanted, min_size=1, max_size=3).map(tuple)),
        st.builds(make, field, _known_ops),
    )


def _numeric(make: Any, fields: Sequence_[str]) -> st.SearchStrategy[Any]:
    field = st.sampled_from(fields)
    pair = st.tuples(_numbers, _numbers)
    return st.one_of(
        st.builds(make, field, _number_ops, _numbers),
        st.builds(make, field, st.just("between"), pair),
        st.builds(make, field, _known_ops),
    )


_iso = _days.map(date.isoformat)
_next = st.sampled_from(["in_next_days", "not_in_next_days", "anniversary_in_next_days"])
_dated = st.one_of(
    st.builds(Trait, st.just("birth_date"), _next, st.sampled_from(["0", "1", "5", "340", "365"])),
    st.builds(Trait, st.just("last_seen_at"), st.just("in_next_days"), st.sampled_from(["1", "30"])),
    st.builds(Trait, st.sampled_from(["birth_date", "last_seen_at"]), st.sampled_from(["is", "before", "after"]), _iso),
    st.builds(Trait, st.just("last_seen_at"), st.just("between"), st.tuples(_iso, _iso)),
    st.builds(
        Trait,
        st.sampled_from(["birth_date", "last_seen_at"]),
        st.sampled_from(["in_last_days", "not_in_last_days"]),
        st.sampled_from(["1", "30", "365", "7000"]),
    ),
)
_ages = st.one_of(
    st.builds(Trait, st.just("age"), _number_ops, st.integers(13, 40).map(str)),
    st.builds(Trait, st.just("age"), st.just("between"), st.tuples(st.just("20"), st.integers(20, 40).map(str))),
)
_windows = st.one_of(
    st.just(Window()),
    st.builds(Window, st.just("last_days"), st.sampled_from([1, 4, 90, 365])),
    st.builds(Window, st.just("last_months"), st.sampled_from([1, 6, 13])),
    st.just(Window("last_year")),
    st.tuples(_days, _days).map(lambda pair: Window("between", since=min(pair), until=max(pair))),
    _days.map(lambda day: Window("between", since=day)),
    new_windows,
    new_windows,
)
_where = st.lists(
    st.one_of(
        _texts(PropertyTest, ["channel", "products.category", "products.category", "products.brand"]),
        _numeric(PropertyTest, ["total", "score"]),
    ),
    max_size=2,
).map(tuple)
_counts_of = st.builds(
    EventCount, _event_names, st.sampled_from(["at_least", "at_most", "exactly"]), st.integers(0, 3), _windows,
    st.one_of(st.just(()), _where), st.booleans(),
)  # fmt: skip
_sums_of = st.builds(
    EventSum, _event_names, st.sampled_from(["at_least", "at_most", "more_than", "less_than"]),
    st.sampled_from([Decimal(0), Decimal("12.25"), Decimal(20)]), st.just("total"),
    st.sampled_from(["", "EUR", "CHF"]), _windows, st.one_of(st.just(()), _where),
)  # fmt: skip
_consents = st.builds(
    Consent,
    st.just("newsletter"),
    st.sampled_from(["email", "any", "post"]),
    st.sampled_from(["given", "withdrawn", "unknown"]),
)
_audiences = st.builds(InAudience, st.sampled_from(["vip", "new"]), st.booleans())
_insights = st.one_of(
    st.builds(InsightIs, st.just("rfm"), st.just("rfm_group"), st.sampled_from(["is", "is_not"]), _groups),
    st.builds(InsightIs, st.just("rfm"), st.just("frequency"), _number_ops, _numbers),
)
_countries = st.builds(Trait, st.just("country"), st.sampled_from(["is", "is_not"]), _wanted)
_KINDS: list[st.SearchStrategy[Rule]] = [
    _texts(Trait, ["city", "hobby"]), _countries, _numeric(Trait, ["income", "children"]), _dated, _ages,
    _counts_of, _counts_of, _counts_of, _sums_of, _sums_of, _consents, _audiences, _insights,
]  # fmt: skip
_KINDS += more_kinds(_windows, st.one_of(_countries, _counts_of, _consents))
_leaves: st.SearchStrategy[Rule] = st.integers(0, len(_KINDS) - 1).flatmap(lambda number: _KINDS[number])
rules: st.SearchStrategy[Rule] = st.recursive(
    _leaves,
    lambda child: st.builds(
        Group, st.sampled_from(["all", "any"]), st.lists(child, min_size=1, max_size=3).map(tuple), st.booleans()
    ),
    max_leaves=6,
)
seeds = st.integers(0, 2**32)
