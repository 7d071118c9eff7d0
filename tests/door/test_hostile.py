"""Generated bodies break nothing; a planted bug is found; the description is what the door says of itself."""

from __future__ import annotations

import base64

import pytest

from bench import hostile_bench
from habitue.door.description import description
from habitue.door.world import Limits
from tests.door.conftest import Caller, MakeCaller


@pytest.mark.slow
def test_generated_bodies_get_an_answer_as_described() -> None:
    figures = hostile_bench.run(small=True, bodies=1_000, each=2)
    assert [row for row in figures.rows if not row.is_met and row.unit not in ("s", "slow answers")] == []
    assert any(note.startswith("what was made: ") for note in figures.notes)


@pytest.mark.slow
def test_a_planted_bug_is_found() -> None:
    figures = hostile_bench.run(small=True, code=hostile_bench.PLANTED, bodies=400, each=1)
    (broken,) = (row for row in figures.rows if row.name.startswith("answers of 500"))
    assert broken.value > 0
    assert any("500" in note for note in figures.notes)


def test_the_door_tells_its_description_with_its_own_limits(quick: Caller, make_caller: MakeCaller) -> None:
    assert quick("GET", "/v1/openapi.json", auth=None).data == description()
    other = make_caller(quick.ws, messages=7)
    batch = other("GET", "/v1/openapi.json", auth=None).data["paths"]["/v1/batch"]["post"]
    schema = batch["requestBody"]["content"]["application/json"]["schema"]
    assert schema["properties"]["batch"]["maxItems"] == 7 != Limits().messages


@pytest.mark.parametrize("data", ["ä", "%C3%A4", "!!!", "a", "\x00"])
def test_a_pixel_with_data_that_is_no_base64_is_refused(quick: Caller, data: str) -> None:
    assert quick("GET", "/v1/pixel/track", query=f"data={data}").status == 400


def test_a_pixel_takes_a_message(quick: Caller) -> None:
    data = base64.urlsafe_b64encode(b'{"userId": "u1", "event": "Opened"}').decode()
    assert quick("GET", "/v1/pixel/track", query=f"data={data}").status == 200
