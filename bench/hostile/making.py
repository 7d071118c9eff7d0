"""Makes hostile requests with Hypothesis: nearly right messages, mutated bytes, deep, long and packed bodies."""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

KINDS = ("identify", "track", "page", "screen", "group", "alias")
VERBS = (*KINDS, *(kind[0] for kind in KINDS), "batch", "b", "import", "m")
NAMES = ("type", "userId", "anonymousId", "groupId", "previousId", "event", "name", "category", "traits", "properties")
MORE = ("context", "integrations", "timestamp", "originalTimestamp", "sentAt", "messageId")
INNER = (
    "email", "phone", "address", "company", "firstName", "createdAt", "birthday", "children", "country", "total",
    "amount", "currency", "order_id", "products", "externalIds", "device", "traits", "record", "replaces", "proof",
    "consent", "campaign",
)  # fmt: skip
ODD = (
    "", "u1", "anna@web.example", "\0", "\ud800", "💚", "2026-06-15T10:00:00Z", "9999-12-31T23:59:59-12:00",
    "1e999", "__proto__", "constructor", "${jndi:ldap://x}", "' OR 1=1 --", "=1+1", "../../etc/passwd",
    "<script>alert(1)</script>", "\u202e", "a" * 600, "0" * 5_000,
)  # fmt: skip


@dataclass(frozen=True)
class Made:
    """One request: what kind of hostility it is, and what goes over the wire."""

    sort: str
    path: str
    body: bytes
    headers: tuple[tuple[str, str], ...]


_texts = st.text(max_size=12) | st.sampled_from(ODD)
_numbers = st.integers() | st.floats() | st.sampled_from([2**63, -(2**63) - 1, 10**30, 1e308, -0.0])
_plain = st.none() | st.booleans() | _numbers | _texts
_values = st.recursive(_plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3))
_objects = st.dictionaries(st.sampled_from(INNER) | _texts, _values, max_size=5)
_good = st.fixed_dictionaries(
    {"type": st.sampled_from(KINDS), "userId": st.sampled_from(["u1", "u2", "anna@web.example"])},
    optional={
        "event": st.sampled_from(["Order Completed", "Consent Given", "Viewed Product"]) | _texts,
        "groupId": st.just("g1") | _numbers,
        "previousId": st.just("a1"),
        "messageId": st.text(max_size=110),
        "traits": _objects,
        "properties": _objects,
        "context": _objects,
        "timestamp": _texts,
    },
)
_near = _good | st.dictionaries(st.sampled_from(NAMES + MORE), _values, max_size=6)


def _encoded(value: Any) -> bytes:
    """JSON as Python writes it: NaN and half characters included."""
    return json.dumps(value).encode()


def _mutated(data: bytes, places: list[tuple[int, int, bytes]]) -> bytes:
    for start, length, instead in places:
        at = start % (len(data) + 1)
        data = data[:at] + instead + data[at + length :]
    return data


_single = _near.map(_encoded)
_batch = st.builds(
    lambda messages, shared: _encoded({**shared, "batch": messages}),
    st.lists(_near | _values, max_size=5),
    st.dictionaries(st.sampled_from(NAMES + MORE), _values, max_size=2),
)
_mutations = st.lists(
    st.tuples(st.integers(0, 10_000), st.integers(0, 40), st.binary(max_size=6)), min_size=1, max_size=4
)
_changed = st.builds(_mutated, _single | _batch, _mutations)
_wrapped = '{"batch":[%s]}'
_huge = st.one_of(
    st.integers(1, 60_000).map(lambda depth: b"[" * depth),
    st.integers(1, 60_000).map(lambda depth: b'{"batch":' + b"[" * depth + b"]" * depth + b"}"),
    st.integers(1, 2_000).map(lambda depth: _wrapped_message('{"a":' * depth + "1" + "}" * depth).encode()),
    st.integers(1, 100_000).map(lambda size: _wrapped_message('{"n":' + "9" * size + "}").encode()),
    st.integers(1, 520_000).map(lambda size: _wrapped_message('{"n":"' + "x" * size + '"}').encode()),
    st.integers(1, 4_000).map(lambda many: _encoded({"batch": [{}] * many})),
    st.integers(1, 3_000).map(
        lambda many: _wrapped_message(json.dumps(dict.fromkeys(map(str, range(many)), 1))).encode()
    ),
)
_packed = st.one_of(
    (_single | _batch).map(gzip.compress),
    st.builds(lambda data, cut: gzip.compress(data)[:cut], _batch, st.integers(0, 60)),
    st.sampled_from([gzip.compress(b"0" * (size * 2**20)) for size in (1, 8, 64)]),
    st.builds(_mutated, _batch.map(gzip.compress), _mutations),
)


def _wrapped_message(properties: str) -> str:
    return _wrapped % ('{"type":"track","event":"E","userId":"u1","properties":' + properties + "}")


def _many_fields(many: int) -> str:
    return json.dumps(dict.fromkeys(map(str, range(many)), 1))


def requests(key: str) -> st.SearchStrategy[Made]:
    """Any request; most come with the key, so that they get past the first check."""
    basic = "Basic " + base64.b64encode(f"{key}:".encode()).decode()
    broken = st.sampled_from(["Basic !!!", "Bearer", "Bearer wk_x", "Digest a", "Basic " + "A" * 5_000])
    login = st.just(basic) | st.just(basic) | st.just(basic) | broken
    kinds = st.sampled_from(["application/json", "text/plain", "application/xml", ""])
    sorts = {
        "single message": _single,
        "batch": _batch,
        "mutated bytes": _changed,
        "any bytes": st.binary(max_size=200),
        "deep, long or many": _huge,
        "packed": _packed,
    }
    # Large bodies cost a hundred times as much as others: fewer of them.
    chances = ["single message"] * 6 + ["batch"] * 6 + ["mutated bytes"] * 5 + ["any bytes"] * 2
    chances += ["packed", "deep, long or many"]

    def made(sort: str) -> st.SearchStrategy[Made]:
        packed = ((("Content-Encoding", "gzip"),),) if sort == "packed" else ((), (), (("Content-Encoding", "br"),))
        verbs = st.sampled_from(["batch", "b", "import"] if sort == "batch" else VERBS)
        return st.builds(
            lambda verb, body, authorization, kind, more: Made(
                sort, f"/v1/{verb}", body, (("Authorization", authorization), ("Content-Type", kind), *more)
            ),
            verbs, sorts[sort], login, kinds, st.sampled_from(packed),
        )  # fmt: skip

    return st.sampled_from(chances).flatmap(made)
