"""The same members on a Spark cluster as on the engine in process, for every kind of condition."""

from __future__ import annotations

import sys
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.errors import AnalysisException, ParseException
from tests.rules.made_worlds import world
from tests.rules.oracle import members
from tests.rules.three_ways import made_rules, parts
from tests.rules.world import (
    ALLOWED,
    CONSENTS,
    EVENTS,
    HISTORY,
    MEMBERS,
    NOW,
    PEOPLE,
    RELATIONS,
    RFM,
    ZONE,
    World,
)

from habitue.audiences.compile import compile_rule, compiled_at
from habitue.audiences.fields import kind_of
from habitue.audiences.json_columns import json_text
from habitue.audiences.moment import LaterMoment
from habitue.audiences.properties import PRODUCTS
from habitue.audiences.rule import EventValue, Rule, walk, where_of
from habitue.audiences.tables import Tables
from habitue.audiences.text import read
from habitue.audiences.text_writing import written
from habitue.kernel.lake import Cluster

SEED = 11
EXAMPLES = (
    'hobby contains "k" or age between 20 and 35',
    'did "Order Completed" at least 2 times in last 365 days and children > 0',
    'money of "Order Completed" >= 5 in last year',
    'average(total) of "Order Completed" > 5 or first(channel) of "Opened" is "DE"',
    'sequence ("Order Completed", then within 90 days "Opened", not within 7 days "Order Refunded")',
    'consent newsletter by email is given or was in audience "new"',
    'any of company (near country "DE" postcode "04") or sample "spring" 0 % to 50 %',
)
EXAMPLES += (
    'did "Order Completed" where (products.category is "DE")',
    'sum(products.quantity) of "Order Completed" > 1',
)


@pytest.fixture(scope="module")
def made_up() -> World:
    """People and their histories."""
    return world(SEED)


@pytest.fixture(scope="module")
def tables(spark: Cluster, made_up: World, tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """The same rows in Parquet files that the workers read."""
    folder = tmp_path_factory.mktemp("tables")

    def table(name: str, rows: list[dict[str, Any]], schema: pa.Schema) -> Any:
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), folder / f"{name}.parquet")
        return spark.parquet(f"t_{name}", [str(folder / f"{name}.parquet")])

    return Tables(
        people=table("people", made_up.people, PEOPLE),
        events=table("events", made_up.events, EVENTS),
        consents=table("consents", made_up.consents, CONSENTS),
        members=table("members", made_up.members, MEMBERS),
        insights={"rfm": table("rfm", made_up.rfm, RFM)},
        history=table("history", made_up.history, HISTORY),
        relations=table("relations", made_up.relations, RELATIONS),
        allowed={"newsletter": table("allowed", made_up.allowed, ALLOWED)},
    )


def _members(con: Any, asked: list[Rule], tables: Tables) -> list[list[str]]:
    """The members of each rule, asked together."""
    parts = [
        compile_rule(rule, tables, now=NOW, timezone=ZONE, currency="EUR", kinds=kind_of).mutate(
            number=ibis.literal(number, type="int32")
        )
        for number, rule in enumerate(asked)
    ]
    rows = con.to_pyarrow(ibis.union(*parts) if len(parts) > 1 else parts[0]).to_pylist()
    return [sorted(row["profile_id"] for row in rows if row["number"] == number) for number in range(len(asked))]


def _asks_products(rule: Rule) -> bool:
    """Whether a rule looks into the products of events."""
    nodes = [node for _path, node in walk(rule)]
    tests = [test.property for node in nodes for test in where_of(node)]
    return any(
        name.startswith(PRODUCTS) for name in [*tests, *(n.property for n in nodes if isinstance(n, EventValue))]
    )


@pytest.mark.slow
def test_a_cluster_finds_the_same_members(spark: Cluster, made_up: World, tables: Tables) -> None:
    asked = [read(text) for text in EXAMPLES]
    asked += made_rules(8)[:4]
    asked += [rule for rule in made_rules(60) if _asks_products(rule)][:4]
    for several in parts(asked, 3):
        told = [written(rule) for rule in several]
        assert _members(spark, list(several), tables) == [members(rule, made_up) for rule in several], told
    kinds = {type(node).__name__ for rule in asked for _path, node in walk(rule)}
    with_products = sum(map(_asks_products, asked))
    sys.stdout.write(f"\n{len(asked)} rules with {sorted(kinds)} on the cluster, {with_products} about products\n")
    assert len(kinds) >= 9
    assert with_products >= 6


@pytest.mark.slow
@pytest.mark.xfail(raises=AnalysisException, strict=True, reason="only the engine in process has settings in a query")
def test_a_rule_that_is_compiled_once_and_asked_at_many_instants(spark: Cluster, tables: Tables) -> None:
    later = LaterMoment(NOW, ZONE, "EUR", prefix="later")
    spark.to_pyarrow(compiled_at(read('did "Order Completed" in last 30 days'), tables, later, kind_of))


@pytest.mark.slow
@pytest.mark.xfail(raises=ParseException, strict=True, reason="ws.lake.sql speaks the SQL of the engine: here Spark's")
def test_sql_that_only_the_engine_in_process_speaks(spark: Cluster, tables: Tables) -> None:
    spark.to_pyarrow(spark.query("SELECT * EXCLUDE (properties) FROM lake_t_events"))


@pytest.mark.slow
@pytest.mark.xfail(raises=AssertionError, strict=True, reason="its paths into JSON end at a quotation mark")
def test_an_own_field_whose_name_has_a_quotation_mark(spark: Cluster) -> None:
    table = spark.query("""SELECT '{"o\\'clock": "five"}' AS traits""")
    assert spark.to_pyarrow(table.select(told=json_text(table.traits, "o'clock"))).to_pylist() == [{"told": "five"}]
