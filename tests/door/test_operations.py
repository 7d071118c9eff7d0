"""What watches the processes: health, readiness, metrics, and logs that give nobody away."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from bench.crash.serving import Served
from prometheus_client.parser import text_string_to_metric_families

from habitue.door.operations import METRICS_SECRET, Operations
from habitue.kernel import state
from habitue.kernel.clock import micros
from habitue.work import projector
from habitue.workspace import Workspace
from tests.door.arrivals import arrived, url_of, wait_for
from tests.door.conftest import Answered, Caller, MakeCaller

GOOD = {"type": "track", "event": "Seen", "userId": "u1"}


def ask(
    call: Caller,
    path: str,
    *,
    who: str = "local",
    client: str = "127.0.0.1",
    headers: Mapping[str, str] | None = None,
    watched: Operations | None = None,
) -> Answered:
    """Ask about the door of `call` from an address."""
    key = call.ws.secret(METRICS_SECRET).hex()
    app = watched or Operations(call.door._world, call.door, who=who, key=key)
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    given = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
    scope = {"type": "http", "method": "GET", "path": path, "headers": given, "client": (client, 1)}
    call.loop.run_until_complete(app(scope, receive, send))
    return Answered(sent[0]["status"], {}, sent[1]["body"])


def figures(text: str) -> dict[str, float]:
    """Every sample as `name{label=value}`."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(f"{key}={value}" for key, value in sample.labels.items())
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


def test_a_door_is_alive_and_ready(call: Caller) -> None:
    assert ask(call, "/health").data == {"status": "ok"}
    answer = ask(call, "/ready")
    checks = {"register": "ok", "journal": "ok", "disk": "ok", "backlog": "ok"}
    told = {"status": "ready", "checks": checks, "projector_seen_seconds_ago": None}
    assert (answer.status, answer.data) == (200, told)
    assert list((call.ws.folder / "journal").glob("*.probe")) == []
    assert ask(call, "/healthy").status == 404


def test_ready_tells_when_the_projector_was_seen(quick: Caller) -> None:
    with quick.ws.register.write() as conn:
        state.store(conn, {projector.SEEN: micros(quick.ws.context.clock.now()) - 2_500_000})
    assert ask(quick, "/ready").data["projector_seen_seconds_ago"] == 2.5


def test_a_full_disk_is_not_ready(sqlite_ws: Workspace, make_caller: MakeCaller) -> None:
    answer = ask(make_caller(sqlite_ws, free_bytes=2**60), "/ready")
    assert (answer.status, answer.data["checks"]["disk"]) == (503, "disk_full")


def test_a_backlog_is_not_ready(sqlite_ws: Workspace, make_caller: MakeCaller) -> None:
    call = make_caller(sqlite_ws, backlog_bytes=10)
    assert call.batch(GOOD).status == 200
    assert ask(call, "/ready").data["checks"]["backlog"] == "backlog"
    call.project()


def test_a_journal_that_cannot_be_written_is_not_ready(quick: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    quick.batch(GOOD)

    def fails(_descriptor: int) -> None:
        raise OSError(5, "input/output error")

    with monkeypatch.context() as broken:
        broken.setattr("os.fdatasync", fails)
        answer = ask(quick, "/ready")
    assert (answer.status, answer.data["checks"]["journal"]) == (503, "eio")


def test_a_register_that_cannot_be_reached_is_not_ready_but_alive(quick: Caller) -> None:
    quick.ws.register.close()
    (quick.ws.folder / "register.db").rename(quick.ws.folder / "away.db")
    (quick.ws.folder / "register.db").mkdir()
    try:
        answer = ask(quick, "/ready")
        assert (answer.status, answer.data["checks"]["register"]) == (503, "register_unreachable")
        assert ask(quick, "/health").status == 200
        assert figures(ask(quick, "/metrics").body.decode())["habitue_register_up"] == 0
    finally:
        (quick.ws.folder / "register.db").rmdir()
        (quick.ws.folder / "away.db").rename(quick.ws.folder / "register.db")


@pytest.mark.parametrize(
    ("who", "client", "headers", "status"),
    [
        ("local", "127.0.0.1", {}, 200),
        ("local", "::1", {}, 200),
        ("local", "10.0.0.7", {}, 401),
        ("local", "127.0.0.1", {"X-Forwarded-For": "10.0.0.7"}, 401),
        ("local", "127.0.0.1", {"Forwarded": "for=10.0.0.7"}, 401),
        ("local", "10.0.0.7", {"Authorization": "Bearer KEY"}, 200),
        ("local", "10.0.0.7", {"Authorization": "Bearer wrong"}, 401),
        ("key", "127.0.0.1", {}, 401),
        ("key", "127.0.0.1", {"Authorization": "Bearer KEY"}, 200),
        ("off", "127.0.0.1", {}, 404),
        ("off", "127.0.0.1", {"Authorization": "Bearer KEY"}, 404),
    ],
)
def test_metrics_are_for_this_machine_or_with_the_key(
    quick: Caller, who: str, client: str, headers: dict[str, str], status: int
) -> None:
    key = quick.ws.secret(METRICS_SECRET).hex()
    given = {name: value.replace("KEY", key) for name, value in headers.items()}
    assert ask(quick, "/metrics", who=who, client=client, headers=given).status == status


def test_metrics_count_what_was_taken_and_what_was_not(call: Caller) -> None:
    key = call.ws.secret(METRICS_SECRET).hex()
    watched = Operations(call.door._world, call.door, who="local", key=key)
    call.batch(GOOD, GOOD, {"type": "track", "event": "Seen"}, {"type": "dance", "userId": "u1"})
    call("POST", "/v1/track", GOOD)
    call("POST", "/v1/track", b"{")
    call("POST", "/v1/track", GOOD, auth="wk_unknown")
    found = figures(ask(call, "/metrics", watched=watched).body.decode())
    assert found["habitue_door_events_accepted_total{source=website}"] == 3
    assert found["habitue_door_events_refused_total{reason=identity_missing}"] == 1
    assert found["habitue_door_events_refused_total{reason=invalid}"] == 1
    assert found["habitue_door_requests_refused_total{reason=json_invalid}"] == 1
    assert found["habitue_door_requests_refused_total{reason=key_unknown}"] == 1
    assert found["habitue_door_requests_total{status=200}"] == 2
    assert found["habitue_door_acknowledgement_seconds_count"] == 2
    assert found["habitue_journal_backlog_bytes"] > 0
    call.project()
    found = figures(ask(call, "/metrics", watched=watched).body.decode())
    assert found["habitue_projector_events_total"] == 3
    assert found["habitue_projector_group_events"] == 3
    assert found["habitue_projector_lag_seconds"] == 0
    assert found["habitue_jobs{state=queued}"] == 0


MARKS = {
    "email": "zoe.marked@secret.example",
    "phone": "+49 30 5550199",
    "name": "Zoe Markworth",
    "password": "Markworth und Tee",
}


@pytest.mark.slow
@pytest.mark.parametrize("make_workspace", ["postgres"], indirect=True)  # its errors quote rows
def test_figures_of_the_worker_come_through_the_register_and_logs_give_nobody_away(
    ws: Workspace, tmp_path: Path
) -> None:
    """Marked values go through everything, and through everything that goes wrong; then the logs are searched."""
    log = tmp_path / "log"
    issued = ws.sources.create_key("Website").text
    secret = ws.sources.create_key("Website", kind="secret").text
    settings = {"HABITUE_LOG__FORMAT": "json", "HABITUE_LOG__LEVEL": "debug"}
    server = Served(ws.folder, register_url=url_of(ws), settings=settings, log=log)
    server.start()
    try:
        _send_marks(server, issued, secret)
        wait_for(lambda: len(arrived(ws)) == 3, seconds=30)
        wait_for(lambda: _both_are_seen(server.url), seconds=30)
        found = figures(_get(f"{server.url}/metrics"))
        assert found["habitue_door_events_accepted_total{source=website}"] == 3
        assert found["habitue_projector_events_total"] == 3
        assert found["habitue_worker_seen_timestamp_seconds"] > 1.7e9
        assert found["habitue_projector_seen_timestamp_seconds"] > 1.7e9
        _import_marks(ws, tmp_path)
        # Without its table the projector fails in the middle of personal values, again and again.
        with ws.register.write() as conn:
            conn.execute(sa.text("ALTER TABLE profiles_people RENAME TO profiles_hidden"))
        _send_marks(server, issued, secret)
        wait_for(lambda: "uncaught error" in log.read_text("utf-8"), seconds=30)
        with ws.register.write() as conn:
            conn.execute(sa.text("ALTER TABLE profiles_hidden RENAME TO profiles_people"))
        # What could not be processed then is processed by the next worker.
        wait_for(lambda: len(arrived(ws)) >= 6, seconds=60)
    finally:
        server.stop()
    said = log.read_text("utf-8")
    assert [json.loads(line)["level"] for line in said.splitlines() if line.startswith("{")]
    words = [*MARKS.values(), "zoe.marked", "5550199", "Markworth", issued, secret, ws.secret("django").hex()]
    assert [word for word in words if word in said] == []


def _both_are_seen(url: str) -> bool:
    found = figures(_get(f"{url}/metrics"))
    return all(found[f"habitue_{who}_seen_timestamp_seconds"] for who in ("worker", "projector"))


def _send_marks(server: Served, key: str, secret: str) -> None:
    traits = {"email": MARKS["email"], "phone": MARKS["phone"], "name": MARKS["name"]}
    good = {"type": "identify", "userId": MARKS["email"], "traits": traits}
    for headers, body in (
        ({}, {"writeKey": key, "batch": [good, {"type": "identify", "traits": traits}]}),
        ({"Authorization": f"Bearer {secret}"}, {"batch": [good, {**good, "userId": "u7"}]}),
        ({"Authorization": f"Bearer {secret}x"}, {"batch": [good]}),
        ({}, {"writeKey": "wk_unknown_Markworth", "batch": [good]}),
    ):
        _post(f"{server.url}/v1/batch", json.dumps(body).encode(), headers)
    _post(f"{server.url}/v1/track", f'{{"userId": "{MARKS["email"]}",'.encode(), {})
    asked = urllib.parse.quote(MARKS["email"])
    for path in (f"/people/?q={asked}", f"/{asked}/", f"/v1/projects/{key}x/settings", "/metrics"):
        _get(f"{server.url}{path}")
    form = urllib.parse.urlencode({"username": MARKS["email"], "password": MARKS["password"]}).encode()
    _post(f"{server.url}/sign-in/", form, {})


def _import_marks(ws: Workspace, folder: Path) -> None:
    path = folder / "marked.csv"
    path.write_text(f"Name;E-Mail;Phone\n{MARKS['name']};{MARKS['email']};{MARKS['phone']}\nX;;nonsense 5550199\n")
    _import_id, job = ws.imports.start(path)
    wait_for(lambda: ws.jobs.get(job.job_id).state in ("done", "failed"), seconds=60)


def _post(url: str, body: bytes, headers: Mapping[str, str]) -> None:
    try:
        urllib.request.urlopen(urllib.request.Request(url, body, dict(headers)), timeout=30).close()
    except urllib.error.HTTPError as refused:
        refused.close()


def _get(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as refused:
        return str(refused.read().decode("utf-8", "replace"))
