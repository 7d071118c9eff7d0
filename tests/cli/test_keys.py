"""`habitue sources key` and `habitue sources keys`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.conftest import Call


def test_a_key_comes_with_lines_to_copy(call: Call, shop: Path) -> None:
    made = call("sources", "key", "create", "My website", "--origin", "https://shop.example", "--json").data
    assert made["source_id"] == "my_website"
    assert set(made["snippets"]) == {"curl", "Python", "Node", "Browser"}
    assert all(made["key"] in text and "http://127.0.0.1:8321" in text for text in made["snippets"].values())
    shown = call("sources", "keys")
    assert shown.code == 0
    assert made["key"] in shown.out
    assert "analytics.track" in shown.out
    (listed,) = call("sources", "keys", "my_website", "--json").data
    assert (listed["public_key"], listed["state"]) == (made["key"], "active")
    assert len(listed["proof_secret"]) == 64


def test_a_secret_key_is_shown_once(call: Call, shop: Path) -> None:
    told = call("sources", "key", "create", "Till", "--secret")
    assert "sk_" in told.out
    assert "Browser" not in told.out
    text = told.out.split("sk_")[1].split()[0]
    listed = call("sources", "keys").out
    assert text not in listed
    assert f"sk_…{text[-4:]}" in listed
    assert text not in call("sources", "keys", "--json").out


def test_keys_are_paused_resumed_replaced_and_revoked(call: Call, shop: Path) -> None:
    made = call("sources", "key", "create", "Website", "--json").data
    assert call("sources", "key", "pause", made["key_id"], "--json").data["state"] == "paused"
    assert call("sources", "key", "resume", made["key_id"], "--json").data["state"] == "active"
    new = call("sources", "key", "rotate", made["key_id"], "--days", "0", "--json").data
    states = {each["key_id"]: each["state"] for each in call("sources", "keys", "--json").data}
    assert states == {made["key_id"]: "expired", new["key_id"]: "active"}
    assert call("sources", "key", "revoke", new["key_id"]).code == 0
    assert call("sources", "key", "pause", new["key_id"], "--json").error["code"] == "key_unusable"


def test_a_key_is_changed(call: Call, shop: Path) -> None:
    made = call("sources", "key", "create", "Website", "--json").data
    changed = call("sources", "key", "change", made["key_id"], "--origin", "https://a.example", "--rate", "5", "--json")
    assert (changed.data["allowed_origins"], changed.data["rate_per_minute"]) == (["https://a.example"], 5)
    again = call("sources", "key", "change", made["key_id"], "--every-origin", "--json").data
    assert (again["allowed_origins"], again["rate_per_minute"]) == ([], 5)
