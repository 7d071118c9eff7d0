"""Logs say what happened, and neither who somebody is nor what opens a door."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from habitue.kernel import logs
from habitue.kernel.config import LogSettings
from habitue.kernel.errors import WorkspaceMissing

SECRETS = {
    "mail anna.krume+x@web.example came": "anna.krume",
    "GET /people/?q=anna%40web.example": "anna",
    "call +49 (221) 471-0815 back": "471",
    "call 0221/4710815": "4710815",
    "key wk_0123456789abcdef0123456789abcdef": "0123456789abcdef",
    "sk_" + "ab" * 32: "abab",
    "Authorization: Basic d2tfMDEyMzo=": "d2tf",
    "postgresql+psycopg://shop:geheim@db/shop": "geheim",
    "host=db password=geheim dbname=shop": "geheim",
    '{"writeKey": "geheim"}': "geheim",
    "proof " + "0f" * 32: "0f0f",
}


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    given = io.StringIO()
    logs.configure(LogSettings(format="json"), given)
    yield given
    logs.configure(LogSettings(level="warning"))


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.parametrize(("text", "secret"), SECRETS.items())
def test_what_looks_like_a_person_or_a_key_is_left_out(stream: io.StringIO, text: str, secret: str) -> None:
    structlog.get_logger().warning(text, other=[text], inner={"deep": text})
    logging.getLogger("some.library").warning("it said %s", text)
    told = lines(stream)
    assert len(told) == 2
    # Three digits of a telephone number may stand in the microseconds of a time.
    assert all(secret not in json.dumps({**line, "timestamp": ""}) for line in told)


def test_what_is_worth_knowing_stays(stream: io.StringIO) -> None:
    structlog.get_logger("habitue.worker").info("job ended", kind="import", job_id="0" * 32, seconds=1.25, is_new=True)
    (line,) = lines(stream)
    assert {key: line[key] for key in ("event", "kind", "seconds", "is_new", "level")} == {
        "event": "job ended",
        "kind": "import",
        "seconds": 1.25,
        "is_new": True,
        "level": "info",
    }
    assert line["job_id"] == "0" * 32
    assert line["timestamp"].endswith("Z")


def test_an_error_is_told_without_its_words(stream: io.StringIO) -> None:
    try:
        raise WorkspaceMissing(folder="Anna Krume")
    except WorkspaceMissing:
        structlog.get_logger().exception("it failed")
        logging.getLogger("django.request").error("Internal Server Error: %s", "/x", exc_info=True)
    assert "Krume" not in stream.getvalue()
    for line in lines(stream):
        assert (line["error"], line["code"]) == ("WorkspaceMissing", "workspace_missing")
        assert "test_logs.py" in line["frames"][-1]


def test_a_console_gets_lines_for_people() -> None:
    given = io.StringIO()
    logs.configure(LogSettings(), given)
    structlog.get_logger().info("job ended", kind="import")
    logs.configure(LogSettings(level="warning"))
    assert "job ended" in given.getvalue()
    assert not given.getvalue().startswith("{")


def test_the_level_is_a_setting(stream: io.StringIO) -> None:
    logs.configure(LogSettings(format="json", level="error"), stream)
    structlog.get_logger().warning("not so bad")
    assert stream.getvalue() == ""


@given(name=st.from_regex(r"[a-z][a-z0-9._+-]{2,20}", fullmatch=True), around=st.text(max_size=20))
def test_no_address_survives_whatever_stands_around_it(name: str, around: str) -> None:
    address = f"{name}@web.example"
    assert address not in str(logs.scrub(f"{around}{address}{around}"))
