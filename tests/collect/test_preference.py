"""Where an event may go, by consent and integrations."""

from __future__ import annotations

from typing import Any

import pytest

from habitue.collect.preference import objection

ADS, STATS = {"Ads": True, "Stats": True}, {"Ads": True, "Stats": False}


def preferences(told: object) -> dict[str, Any]:
    return {"consent": {"categoryPreferences": told}}


@pytest.mark.parametrize(
    ("kept", "categories", "wanted"),
    [
        (None, (), None),
        ({}, ("Ads",), None),
        (preferences(ADS), ("Ads", "Stats"), None),
        (preferences(STATS), ("Ads", "Stats"), "consent"),
        (preferences(STATS), ("Ads",), None),
        (preferences({"Ads": "yes"}), ("Ads",), "consent"),
        (preferences({}), ("Ads",), "consent"),
        (preferences({}), (), None),
        ({"consent": {}}, ("Ads",), "consent"),
        ({"consent": None}, ("Ads",), "consent"),
        ({**preferences(STATS), "integrations": {"Meta": True}}, ("Stats",), "consent"),
        ({**preferences(ADS), "integrations": {"Meta": False}}, ("Ads",), "integrations"),
        ({"integrations": {}}, (), None),
        ({"integrations": []}, (), None),
        ({"integrations": {"All": True}}, (), None),
        ({"integrations": {"All": False}}, (), "integrations"),
        ({"integrations": {"All": False, "Meta": True}}, (), None),
        ({"integrations": {"All": False, "Meta": {"region": "eu"}}}, (), None),
        ({"integrations": {"All": False, "meta": True}}, (), "integrations"),
        ({"integrations": {"All": True, "Meta": False}}, (), "integrations"),
        ({"integrations": {"all": False}}, (), None),
    ],
)
def test_an_event_goes_where_consent_and_integrations_let_it(
    kept: dict[str, Any] | None, categories: tuple[str, ...], wanted: str | None
) -> None:
    assert objection(kept, destination="Meta", categories=categories) == wanted
