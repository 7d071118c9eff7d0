"""Names of tables and columns are safe in SQL, never two alike, and the same tomorrow."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from habitue.profiles.warehouse.layout import CORE, TABLES, warehouse
from habitue.profiles.warehouse.names import LONGEST, RESERVED, snake, unique
from habitue.profiles.warehouse.shapes import Shape, leaves_of

SAFE = re.compile(r"[a-z_][a-z0-9_]*")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Order Completed", "order_completed"),
        ("orderId", "order_id"),
        ("Заказ оформлен", "zakaz_oformlen"),
        ("Größe (cm)", "grosse_cm"),
        ("select", "event_select"),
        ("3D viewed", "event_3d_viewed"),
        ('"; DROP TABLE x; --', "drop_table_x"),
    ],
)
def test_a_text_becomes_a_name(text: str, name: str) -> None:
    assert snake(text, prefix="event") == name


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.text(max_size=40), unique=True, max_size=12))
def test_any_texts_get_names_of_their_own(texts: list[str]) -> None:
    names = unique(texts, prefix="property", taken={"id", "timestamp"})
    assert set(names) == set(texts)
    assert [name for name, times in Counter(names.values()).items() if times > 1] == []
    for name in names.values():
        assert SAFE.fullmatch(name)
        assert name not in RESERVED | {"id", "timestamp"}
        assert len(name) <= LONGEST + 15


def test_two_long_texts_that_begin_alike_stay_two() -> None:
    assert snake("a" * 200 + "b", prefix="event") != snake("a" * 200 + "c", prefix="event")


def test_a_text_that_is_a_name_keeps_it_whatever_else_comes() -> None:
    assert unique(["order_id", "orderId", "Order ID"], prefix="p")["order_id"] == "order_id"


def test_objects_are_taken_apart_and_hostile_keys_left_out() -> None:
    structure = {"a": {"b": {"c": {"d": "BIGINT"}}}, "l": ["VARCHAR"], 'q"': "DOUBLE", "n": "NULL", "x": "JSON"}
    assert leaves_of(structure) == {("a", "b", "c"): "mixed", ("l",): "list", ("x",): "mixed"}


def test_events_whose_names_differ_in_spelling_share_a_table() -> None:
    found = warehouse([], ["Order Completed", "order_completed", "users", "tracks"])
    assert found.tables["order_completed"].events == ("Order Completed", "order_completed")
    assert {"event_users", "event_tracks"} <= set(found.tables)
    assert not set(found.tables) & (TABLES - {"identifies", "pages", "screens", "groups", "aliases"})


def test_three_hundred_events_have_a_table_and_the_others_are_named() -> None:
    found = warehouse([], [f"Event {number:03}" for number in range(310)])
    assert len(found.tables) == 300 + 5
    assert found.events_left_out == tuple(f"Event {number:03}" for number in range(300, 310))


def test_two_hundred_properties_have_a_column_and_the_planned_ones_are_among_them() -> None:
    shapes = [Shape("track", "A", (f"k{number:03}",), "text", False) for number in range(300)]
    shapes.append(Shape("track", "A", ("total",), "decimal", False))
    table = warehouse(shapes, ["A"]).tables["a"]
    assert len(table.columns) == 200
    assert "total" in {column.name for column in table.columns}
    assert table.left_out == 101


def test_a_property_called_like_a_column_of_every_table_gets_another_name() -> None:
    shapes = [Shape("track", "A", (name,), "text", False) for name in CORE]
    columns = warehouse(shapes, ["A"]).tables["a"].columns
    assert {column.name for column in columns} == {f"property_{name}" for name in CORE}


@pytest.mark.parametrize(
    ("kinds", "kind"),
    [
        (("integer", "decimal"), "decimal"),
        (("integer", "text"), "text"),
        (("flag",), "flag"),
        (("flag", "integer"), "text"),
        (("list", "integer"), "text"),
        (("mixed",), "text"),
    ],
)
def test_a_property_that_changes_its_kind_gets_a_wider_column(kinds: tuple[str, ...], kind: str) -> None:
    shapes = [Shape("track", "A", ("odd",), each, False) for each in kinds]  # type: ignore[arg-type]  # kinds as texts
    assert [column.kind for column in warehouse(shapes, ["A"]).tables["a"].columns] == [kind]
