"""The protocol as SDKs speak it, and the honest answers."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest

from habitue.collect.journal import Position
from habitue.workspace import Workspace
from tests.conftest import NOW
from tests.door.conftest import Caller, MakeCaller

SINGLES: dict[str, dict[str, Any]] = {
    "identify": {"userId": "u1", "traits": {"email": "anna@web.example"}},
    "track": {"userId": "u1", "event": "Product Viewed"},
    "page": {"anonymousId": "a1", "name": "Home"},
    "screen": {"anonymousId": "a1", "name": "Home"},
    "group": {"userId": "u1", "groupId": "g1", "traits": {"name": "Kontor GmbH"}},
    "alias": {"userId": "u1", "previousId": "a1"},
}
NAMES = [*SINGLES.items(), *((name[0], message) for name, message in SINGLES.items())]


def track(**more: Any) -> dict[str, Any]:
    return {"type": "track", "event": "Product Viewed", "userId": "u1", **more}


def frames(call: Caller) -> list[dict[str, Any]]:
    return [json.loads(frame.body) for frame in call.door.commit._journal.read(Position())]


@pytest.mark.parametrize(("name", "message"), NAMES)
def test_every_address_takes_its_kind_of_message(call: Caller, name: str, message: dict[str, Any]) -> None:
    answer = call("POST", f"/v1/{name}", message)
    assert (answer.status, answer.data) == (200, {"success": True, "accepted": 1, "rejected": []})
    (frame,) = frames(call)
    assert frame["source_id"] == "website"
    assert frame["batch"][0]["type"].startswith(name)
    assert len(frame["batch"][0]["messageId"]) == 32
    assert call.project() >= 1


def test_batch_and_import_take_many(call: Caller) -> None:
    for name in ("batch", "import", "b"):
        answer = call("POST", f"/v1/{name}", {"batch": [track(messageId=f"{name}1"), track(messageId=f"{name}2")]})
        assert answer.data["accepted"] == 2
    assert call.project() == 6


def test_a_message_that_comes_again_is_kept_once(call: Caller) -> None:
    for _ in range(3):
        assert call.batch(track(messageId="m1"), track(messageId="m2")).status == 200
    call.project()
    (person,) = call.ws.people.listing().rows
    assert len(call.ws.people.timeline(person.profile_id)) == 2


def test_the_key_may_stand_in_body_basic_or_bearer(quick: Caller) -> None:
    secret = quick.ws.sources.create_key("Website", kind="secret").text
    other = quick.ws.sources.create_key("Other").text
    bearer = {"authorization": f"Bearer {secret}"}
    body = {"batch": [track()]}
    assert quick("POST", "/v1/batch", body).status == 200
    assert quick("POST", "/v1/batch", {**body, "writeKey": quick.key}, auth=None).status == 200
    assert quick("POST", "/v1/batch", {**body, "writeKey": quick.key}, headers=bearer).status == 200
    assert quick("POST", "/v1/batch", body, headers=bearer).status == 200
    assert [frame["proof"] for frame in frames(quick)] == ["claimed", "claimed", "proven", "proven"]
    assert quick("POST", "/v1/batch", {**body, "writeKey": other}, headers=bearer).status == 401
    assert quick("POST", "/v1/batch", body, headers={"authorization": f"Bearer {quick.key}"}).status == 401
    for wrong in ("", "wk_0", secret[:-1], "nonsense"):
        assert quick("POST", "/v1/batch", {**body, "writeKey": wrong}, auth=None).status == 401
    assert quick("POST", "/v1/batch", body, headers={"authorization": "Digest x"}).data["code"] == "key_unknown"


def test_a_secret_key_in_a_body_is_not_kept(quick: Caller) -> None:
    secret = quick.ws.sources.create_key("Website", kind="secret").text
    assert quick("POST", "/v1/track", {**track(), "writeKey": secret}, auth=None).status == 200
    assert secret not in json.dumps(frames(quick))


def test_paused_revoked_and_expired_keys_are_refused(sqlite_ws: Workspace, make_caller: MakeCaller) -> None:
    call = make_caller(sqlite_ws)
    (key,) = sqlite_ws.sources.keys("website")
    assert call.batch(track()).status == 200
    for change, status in ((sqlite_ws.sources.pause_key, 401), (sqlite_ws.sources.resume_key, 200)):
        change(key.key_id)
        call.door.pressure.keys.load()
        assert call.batch(track()).status == status
    issued = sqlite_ws.sources.rotate_key(key.key_id, overlap=timedelta(days=1))
    call.door.pressure.keys.load()
    assert [call("POST", "/v1/batch", {"batch": [track()]}, auth=text).status for text in (call.key, issued.text)] == [
        200,
        200,
    ]
    assert call.door.pressure.keys.find(call.key, NOW + timedelta(days=2)) is None
    sqlite_ws.sources.revoke_key(issued.key.key_id)
    call.door.pressure.keys.load()
    assert call("POST", "/v1/batch", {"batch": [track()]}, auth=issued.text).status == 401


def test_nobody_outside_tells_who_is_on_a_list(quick: Caller) -> None:
    told = track(event="List Changed", properties={"list_id": "0" * 32, "state": "on"})
    for auth in (None, quick.ws.sources.create_key("Server", kind="secret").text):
        answer = quick("POST", "/v1/batch", {"batch": [told, track()]}, **({"auth": auth} if auth else {}))
        assert answer.status == 200, answer.data
        assert (answer.data["accepted"], answer.data["rejected"][0]["code"]) == (1, "event_reserved")


def test_packed_bodies_are_unpacked_within_the_limit(quick: Caller) -> None:
    packed = {"content-encoding": "gzip"}
    body = json.dumps({"batch": [track()]}).encode()
    assert quick("POST", "/v1/batch", gzip.compress(body), headers=packed).data["accepted"] == 1
    assert quick("POST", "/v1/batch", gzip.compress(b" " * 50_000_000), headers=packed).status == 413
    assert quick("POST", "/v1/batch", gzip.compress(body)[:-9], headers=packed).data["code"] == "gzip_broken"
    assert quick("POST", "/v1/batch", b"no gzip", headers=packed).status == 400
    assert quick("POST", "/v1/batch", body, headers={"content-encoding": "br"}).status == 415


def test_beacons_come_as_plain_text_with_the_key_inside(quick: Caller) -> None:
    body = json.dumps({**track(), "writeKey": quick.key}).encode()
    assert quick("POST", "/v1/t", body, headers={"content-type": "text/plain"}, auth=None).status == 200


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "json_invalid"),
        (b"[]", 400, "json_invalid"),
        (b'{"batch":', 400, "json_invalid"),
        (b'{"batch":[{"a":"\xff"}]}', 400, "json_invalid"),
        (b'{"batch":' + b"[" * 100_000, 400, "json_invalid"),
        (b'{"batch":[{"type":"page","userId":"u1","properties":{"a":01}}]}', 400, "json_invalid"),
        (b'{"batch":{}}', 400, "json_invalid"),
        (b"{}", 400, "batch_missing"),
        (b'{"batch":[' + b"{}," * 2_500 + b"{}]}", 413, "too_many_messages"),
        (b" " * (500 * 1024 + 1), 413, "body_too_large"),
    ],
)
def test_what_cannot_be_taken_as_a_whole_is_refused(quick: Caller, body: bytes, status: int, code: str) -> None:
    answer = quick("POST", "/v1/batch", body)
    assert (answer.status, answer.data["code"]) == (status, code)
    assert answer.data["success"] is False
    assert frames(quick) == []


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"[]", "invalid"),
        (b"{}", "invalid"),
        (b'{"type":"dance","userId":"u1"}', "invalid"),
        (b'{"type":"page"}', "identity_missing"),
        (b'{"type":"page","userId":""}', "identity_missing"),
        (b'{"type":"track","userId":"u1"}', "field_missing"),
        (b'{"type":"group","userId":"u1"}', "field_missing"),
        (b'{"type":"alias","userId":"u1"}', "field_missing"),
        (b'{"type":"page","userId":"u1","messageId":"%s"}' % (b"m" * 101), "message_id_too_long"),
        (b'{"type":"page","userId":"%s"}' % (b"u" * 501), "identifier_too_long"),
        (b'{"type":"page","userId":"u1","name":"%s"}' % (b"n" * 501), "name_too_long"),
        (b'{"type":"page","userId":"u1","properties":{"a":"%s"}}' % (b"x" * 32_768), "too_large"),
        (b'{"type":"page","userId":"u1","properties":"abc"}', "invalid"),
        (b'{"type":"page","userId":"u1","properties":1}', "invalid"),
        (b'{"type":"page","userId":"u1","properties":{"a":NaN}}', "invalid"),
        (b'{"type":"page","userId":"u1","properties":{"a":1e999}}', "invalid"),
        (b'{"type":"page","userId":"u1","properties":{"a":9223372036854775808}}', "number_out_of_range"),
        (b'{"type":"page","userId":-9223372036854775809}', "number_out_of_range"),
        (b'{"type":"identify","userId":"u1","traits":{"a":[1,{"b":-9223372036854775809}]}}', "number_out_of_range"),
        (b'{"type":"page","userId":"u1","properties":{"a":"x\\u0000y"}}', "character_invalid"),
        (b'{"type":"page","userId":"u1","properties":{"\\u0000":1}}', "character_invalid"),
        (b'{"type":"page","userId":"u1","properties":{"a":"\\ud800"}}', "invalid"),
        (b'{"type":"identify","userId":"u1","traits":{"a":"\\udc00 x"}}', "invalid"),
        (b'{"type":"page","userId":"u1","properties":{"a":' + b"[" * 20 + b"]" * 20 + b"}}", "too_deep"),
        (b'{"type":"identify","userId":"u1","traits":["a"]}', "invalid"),
        (b'{"type":"page","userId":"u1","timestamp":"yesterday"}', "invalid"),
        (
            json.dumps({"type": "page", "userId": "u", "properties": dict.fromkeys(map(str, range(301)), 1)}).encode(),
            "too_many_fields",
        ),
        (
            json.dumps({"type": "identify", "userId": "u", "traits": dict.fromkeys(map(str, range(301)), 1)}).encode(),
            "too_many_fields",
        ),
        (
            json.dumps(
                {"type": "identify", "userId": "u", "context": {"traits": dict.fromkeys(map(str, range(301)), 1)}}
            ).encode(),
            "too_many_fields",
        ),
    ],
)
def test_a_message_that_cannot_be_kept_is_named_and_the_others_are_taken(
    quick: Caller, message: bytes, code: str
) -> None:
    good = json.dumps(track(messageId="good")).encode()
    answer = quick("POST", "/v1/batch", b'{"batch":[' + message + b"," + good + b"]}")
    assert (answer.status, answer.data["accepted"]) == (200, 1)
    (rejected,) = answer.data["rejected"]
    assert (rejected["index"], rejected["code"]) == (0, code), rejected
    assert rejected["reason"]
    assert [each["messageId"] for frame in frames(quick) for each in frame["batch"]] == ["good"]


def test_a_single_message_that_cannot_be_kept_is_a_bad_request(quick: Caller) -> None:
    answer = quick("POST", "/v1/track", {"userId": "u1"})
    assert (answer.status, answer.data["success"], answer.data["accepted"]) == (400, False, 0)
    assert quick("POST", "/v1/track", {"type": "page", "userId": "u1"}).data["rejected"][0]["code"] == "type_differs"


def test_what_looks_like_a_long_number_inside_a_text_is_no_number(quick: Caller) -> None:
    message = track(messageId="1" * 32, properties={"card": "12345678901234567890", "escaped": "\\u0000"})
    assert quick.batch(message).data["accepted"] == 1


def test_empty_objects_written_as_lists_or_null_are_taken(call: Caller) -> None:
    messages = [track(properties=empty, context=empty, traits=empty, integrations=empty) for empty in ([], None, {})]
    assert call.batch(*messages).data["accepted"] == 3
    assert call.batch(track(messageId=None), track(messageId="")).data["accepted"] == 2
    assert call.project() == 5


def test_what_the_batch_says_for_all_joins_each_message(call: Caller) -> None:
    own = {"context": {"consent": {"categoryPreferences": {"Ads": False}}}, "integrations": {"Shop": True}}
    shared = {"context": {"campaign": {"name": "spring"}, "consent": {}}, "integrations": {"All": False}}
    assert call.batch(track(**own), track(), **shared).data["accepted"] == 2
    first, second = frames(call)[0]["batch"]
    assert first["context"] == {"campaign": {"name": "spring"}, "consent": {"categoryPreferences": {"Ads": False}}}
    assert first["integrations"] == {"All": False, "Shop": True}
    assert second["context"] == shared["context"]
    call.project()


def test_the_pixel_is_a_picture_and_a_message(quick: Caller) -> None:
    data = base64.urlsafe_b64encode(json.dumps({**track(), "writeKey": quick.key}).encode()).decode().rstrip("=")
    answer = quick("GET", "/v1/pixel/track", query=f"data={data}", auth=None)
    assert (answer.status, answer.headers["content-type"], answer.body[:6]) == (200, "image/gif", b"GIF89a")
    assert len(frames(quick)) == 1
    assert quick("GET", "/v1/pixel/page", query="data=%25", auth=None).status == 400
    assert quick("GET", "/v1/pixel/page", auth=None).status == 400


def test_browser_sdks_learn_everything_from_us(quick: Caller) -> None:
    answer = quick("GET", f"/v1/projects/{quick.key}/settings", auth=None)
    ours = answer.data["integrations"]["Segment.io"]
    assert ours == {"apiKey": quick.key, "apiHost": "cdp.example:8321/v1", "protocol": "http"}
    assert quick("GET", "/v1/projects/wk_x/settings", auth=None).status == 404
    source = quick("GET", "/sourceConfig/", query=f"writeKey={quick.key}", auth=None).data["source"]
    assert (source["id"], source["enabled"], source["destinations"]) == ("website", True, [])
    assert quick("GET", "/sourceConfig/", query="writeKey=wk_x", auth=None).status == 401
    hostile = quick("GET", f"/v1/projects/{quick.key}/settings", headers={"host": "evil/<x>"}, auth=None)
    assert hostile.data["integrations"]["Segment.io"]["apiHost"] == "localhost/v1"


def test_browsers_may_send_from_everywhere_without_cookies(quick: Caller) -> None:
    wanted = {"origin": "https://shop.example", "access-control-request-headers": "authorization,anonymousid"}
    answer = quick("OPTIONS", "/v1/batch", headers=wanted, auth=None)
    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-headers"] == "authorization,anonymousid"
    assert "access-control-allow-credentials" not in answer.headers
    assert quick("POST", "/v1/m", b"{}", auth=None).headers["access-control-allow-origin"] == "*"


def test_a_key_of_one_site_is_refused_on_another(sqlite_ws: Workspace, make_caller: MakeCaller) -> None:
    call = make_caller(sqlite_ws)
    text = sqlite_ws.sources.create_key("Website", allowed_origins=["https://shop.example/"]).text
    origins = {"https://shop.example": 200, "https://evil.example": 401, "null": 401}
    for origin, status in origins.items():
        assert call("POST", "/v1/t", track(), headers={"origin": origin}, auth=text).status == status
    assert call("POST", "/v1/t", track(), auth=text).status == 200


def test_a_key_that_sends_too_much_is_told_when_to_come_back(sqlite_ws: Workspace, make_caller: MakeCaller) -> None:
    call = make_caller(sqlite_ws)
    text = sqlite_ws.sources.create_key("Website", rate_per_minute=60).text
    body = {"batch": [track(messageId=f"m{number}") for number in range(50)]}
    assert call("POST", "/v1/batch", body, auth=text).status == 200
    answer = call("POST", "/v1/batch", body, auth=text)
    assert (answer.status, answer.data["code"]) == (429, "rate_limited")
    assert 30 <= int(answer.headers["retry-after"]) <= 40


@pytest.mark.parametrize(
    ("limits", "code"),
    [({"free_bytes": 2**62}, "disk_full"), ({"backlog_bytes": 0}, "backlog"), ({"held_bytes": -1}, "busy")],
)
def test_under_pressure_the_door_says_not_now(
    sqlite_ws: Workspace, make_caller: MakeCaller, limits: dict[str, int], code: str
) -> None:
    make_caller(sqlite_ws).batch(track())
    answer = make_caller(sqlite_ws, **limits).batch(track())
    assert (answer.status, answer.data["code"]) == (503, code)
    assert int(answer.headers["retry-after"]) > 0


def test_what_is_not_ours_is_not_found(quick: Caller) -> None:
    for method, path in (("GET", "/v1/batch"), ("POST", "/v1/dance"), ("DELETE", "/v1/track"), ("GET", "/v1/pixel/x")):
        assert quick(method, path).status == 404


def test_the_door_starts_without_anything_heavy() -> None:
    code = "import sys, habitue.door.app, habitue.door.world; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"django", "ibis", "duckdb", "pandas", "pyarrow", "numpy", "habitue.web"} & set(loaded)


def test_a_key_that_was_made_this_moment_is_known_at_once(quick: Caller) -> None:
    assert quick.batch(track()).status == 200
    for number in range(3):
        text = quick.ws.sources.create_key(f"Source {number}").text
        assert quick("POST", "/v1/batch", {"batch": [track()]}, auth=text).status == 200


def test_a_crowd_with_unknown_keys_waits_for_one_look_and_is_refused(quick: Caller) -> None:
    async def crowd() -> list[int]:
        asked = (quick.send("POST", "/v1/t", track(), auth=f"wk_{number}") for number in range(200))
        return [answer.status for answer in await asyncio.gather(*asked)]

    assert set(quick.loop.run_until_complete(crowd())) == {401}
    assert quick.batch(track()).status == 200
