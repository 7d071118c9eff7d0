"""Keys of sources: made, rotated, paused and revoked by who may, and never kept where they could be read."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from habitue.access import api_keys
from habitue.access.actor import Actor
from habitue.access.key_changes import KeyUnusable
from habitue.access.policy import ROLES, PermissionMissing
from habitue.kernel.errors import NotFound
from habitue.workspace import Workspace
from tests.conftest import NOW


def test_a_secret_key_is_kept_as_a_hash_alone(ws: Workspace) -> None:
    issued = ws.sources.create_key("Till", kind="secret")
    assert issued.text.startswith("sk_")
    with ws.register.read() as conn:
        names = sa.inspect(conn).get_table_names()
        stored = str([conn.execute(sa.text(f'SELECT * FROM "{name}"')).all() for name in names])
    assert issued.text not in stored
    assert issued.key.secret_hash is not None
    assert issued.key.secret_hash in stored
    assert issued.key.shown == f"sk_…{issued.text[-4:]}"
    assert issued.key.fits(issued.text)
    assert not issued.key.fits(issued.text[:-1])


def test_a_public_key_can_be_read_again(ws: Workspace) -> None:
    issued = ws.sources.create_key("Website", allowed_origins=["https://shop.example/"], rate_per_minute=60)
    (key,) = ws.sources.keys("website")
    assert key == issued.key
    assert (key.public_key, key.allowed_origins, key.rate_per_minute) == (issued.text, ["https://shop.example"], 60)


def test_a_rotated_key_is_valid_for_a_while(ws: Workspace) -> None:
    former = ws.sources.create_key("Website")
    issued = ws.sources.rotate_key(former.key.key_id, overlap=timedelta(hours=1))
    first, second = sorted(ws.sources.keys("website"), key=lambda key: key.expires_at is None)
    assert (first.public_key, second.public_key) == (former.text, issued.text)
    assert [first.state(NOW + timedelta(minutes=minutes)) for minutes in (0, 59, 60)] == ["active", "active", "expired"]
    assert second.state(NOW + timedelta(days=999)) == "active"


def test_a_revoked_key_stays_revoked(ws: Workspace) -> None:
    key_id = ws.sources.create_key("Website").key.key_id
    assert ws.sources.pause_key(key_id).state(NOW) == "paused"
    assert ws.sources.resume_key(key_id).state(NOW) == "active"
    assert ws.sources.revoke_key(key_id).state(NOW) == "revoked"
    for change in (ws.sources.pause_key, ws.sources.resume_key, ws.sources.rotate_key, ws.sources.revoke_key):
        with pytest.raises(KeyUnusable):
            change(key_id)
    with pytest.raises(NotFound):
        ws.sources.pause_key("nothing")
    with ws.register.read() as conn:
        assert api_keys.unrevoked(conn) == []


def test_every_change_is_in_the_ledger_without_the_key(ws: Workspace) -> None:
    issued = ws.sources.create_key("Website")
    ws.sources.rotate_key(issued.key.key_id)
    ws.sources.pause_key(issued.key.key_id)
    ws.sources.resume_key(issued.key.key_id)
    ws.sources.revoke_key(issued.key.key_id)
    entries = ws.ledger.listing()
    assert [entry.verb for entry in entries[:5]] == [
        "key.revoked",
        "key.resumed",
        "key.paused",
        "key.rotated",
        "key.created",
    ]
    assert issued.text not in str(entries)


@pytest.mark.parametrize("role", [role for role in ROLES if role not in ("owner", "admin", "system")])
def test_other_roles_neither_see_nor_change_keys(sqlite_ws: Workspace, role: str) -> None:
    key_id = sqlite_ws.sources.create_key("Website").key.key_id
    sources = sqlite_ws.as_actor(Actor("x", "Somebody", frozenset({role}))).sources
    for attempt in (
        lambda: sources.keys("website"),
        lambda: sources.create_key("Website"),
        lambda: sources.rotate_key(key_id),
        lambda: sources.pause_key(key_id),
        lambda: sources.resume_key(key_id),
        lambda: sources.revoke_key(key_id),
        lambda: sources.proof_secret("website"),
    ):
        with pytest.raises(PermissionMissing):
            attempt()
