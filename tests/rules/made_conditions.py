"""Made-up measures, sequences, places, samples and conditions on people around."""

from __future__ import annotations

from hypothesis import strategies as st

from habitue.audiences.rule import (
    EventValue,
    InAudience,
    MayUse,
    Place,
    PropertyTest,
    Related,
    Rule,
    Same,
    Sample,
    Sequence,
    Step,
    Window,
)

_events = st.sampled_from(["Order Completed", "Order Completed", "Opened", "Order Refunded"])
_words = st.sampled_from(["DE", "de", "AT", "Köln", "Straße", "Москва"])
_figures = st.sampled_from(["0", "1", "2", "2.5", "5", "35"])
_number_ops = st.sampled_from(["is", "is_not", "more_than", "at_least", "less_than", "at_most"])
new_windows = st.one_of(
    st.builds(Window, st.just("last_hours"), st.sampled_from([24, 96])),
    st.sampled_from([(1, 4), (4, 90), (90, 365), (0, 1)]).map(lambda p: Window("days_ago", p[0], upto=p[1])),
    st.builds(Window, st.sampled_from(["this", "last"]), unit=st.sampled_from(["week", "month", "quarter", "year"])),
    st.builds(Window, st.just("since_event"), event=_events),
)
_sequence_windows = st.one_of(
    st.just(Window()), st.just(Window("last_days", 365)), st.just(Window("this", unit="year"))
)
_tests = st.one_of(
    st.builds(
        PropertyTest, st.sampled_from(["channel", "products.category"]), st.sampled_from(["is", "is_not"]), _words
    ),
    st.builds(PropertyTest, st.just("score"), _number_ops, _figures),
)
_where = st.one_of(st.just(()), st.lists(_tests, max_size=1).map(tuple))


def _values(windows: st.SearchStrategy[Window]) -> st.SearchStrategy[Rule]:
    numbers = st.builds(
        EventValue, st.sampled_from(["sum", "average", "min", "max"]), _events,
        st.sampled_from(["total", "score", "products.quantity"]), _number_ops, _figures, windows, _where,
    )  # fmt: skip
    distinct = st.builds(
        EventValue, st.just("distinct"), _events, st.sampled_from(["channel", "products.category"]), _number_ops,
        st.sampled_from(["0", "1", "2", "3"]), windows, _where,
    )  # fmt: skip
    texts = st.builds(
        EventValue, st.sampled_from(["first", "last", "most_frequent"]), _events,
        st.sampled_from(["channel", "products.category", "products.brand"]),
        st.sampled_from(["is", "is_not", "contains", "starts_with"]), _words, windows, _where,
    )  # fmt: skip
    known = st.builds(
        EventValue, st.sampled_from(["first", "last", "most_frequent", "average", "min"]), _events,
        st.sampled_from(["channel", "products.category"]), st.sampled_from(["is_known", "is_unknown"]), st.just(""),
        windows, _where,
    )  # fmt: skip
    return st.one_of(numbers, distinct, texts, known)


_minutes = st.sampled_from([0, 60, 1_440, 2_880, 10_080, 129_600])
_same = st.one_of(
    st.just(()),
    st.just(()),
    st.just((Same("channel"),)),
    st.just((Same("order_id"),)),
    st.just((Same("channel", "score"),)),
)
_first = st.builds(Step, _events, _where)
_later = st.builds(Step, _events, _where, _minutes, _same, st.sampled_from([False, False, True]))
_sequences = st.builds(
    lambda first, later, window, negate: Sequence((first, *later), window, negate),
    _first, st.lists(_later, min_size=0, max_size=3), _sequence_windows, st.booleans(),
)  # fmt: skip
_codes = st.lists(st.sampled_from(["0", "04", "04 1", "D"]), max_size=2).map(tuple)
_places = st.builds(
    Place, st.sampled_from(["", "DE", "de", "AT"]), st.just(()), st.lists(_words, max_size=2).map(tuple), _codes
).filter(lambda p: bool(p.country or p.cities or p.postcodes))
_samples = st.sampled_from([(0, 1000), (0, 5000), (5000, 10_000), (2500, 7500), (0, 10_000)]).map(
    lambda pair: Sample("spring", *pair)
)


def more_kinds(windows: st.SearchStrategy[Window], leaves: st.SearchStrategy[Rule]) -> list[st.SearchStrategy[Rule]]:
    """Strategies of the kinds of this file; those that frequently differ stand twice."""
    values = _values(windows)
    history = st.builds(
        InAudience, st.sampled_from(["vip", "new"]), st.booleans(), st.sampled_from(["was", "entered", "left"]),
        st.one_of(st.just(Window()), st.just(Window("last_days", 4)), st.just(Window("days_ago", 1, upto=90))),
    )  # fmt: skip
    related = st.builds(
        Related, st.sampled_from(["company", "household"]), st.sampled_from(["any", "all", "none"]), leaves
    )
    may_use = st.builds(MayUse, st.just("newsletter"), st.booleans())
    return [values, values, values, _sequences, _sequences, _sequences, history, related, _places, _samples, may_use]
