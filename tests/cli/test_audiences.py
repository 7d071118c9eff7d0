"""`habitue audience`, `insight`, `export` and `sources`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.conftest import Call

GERMANY = json.dumps({"kind": "trait", "field": "country", "op": "is", "value": "DE"})


def test_a_rule_is_counted_and_listed_before_it_is_kept(call: Call, shop: Path) -> None:
    assert "2 of 3" in call("audience", "count", "--rule", GERMANY).out
    members = call("audience", "members", "--rule", GERMANY, "--json").data
    assert [each["name"] for each in members] == ["Anna Krume", "Ben Roggen"]
    assert members[0]["money"] == "65.5000"
    assert call("audience", "count").code == 2


def test_an_audience_is_kept_found_by_name_put_away_and_brought_back(call: Call, shop: Path, tmp_path: Path) -> None:
    rule = tmp_path / "rule.json"
    rule.write_text(GERMANY, "utf-8")
    made = call("audience", "create", "Germany", "--rule", rule, "--purpose", "service", "--json").data
    assert made["count"]["people"] == 2
    assert "Germany" in call("audience").out
    assert call("audience", "count", "germany", "--json").data["people"] == 2
    assert call("audience", "archive", "Germany").code == 0
    assert call("audience", "--json").data == []
    assert call("audience", "list", "--archived", "--json").data[0]["name"] == "Germany"
    assert call("audience", "restore", made["audience"]["audience_id"]).code == 0


def test_a_rule_that_makes_no_sense_is_refused_with_its_place(call: Call, shop: Path) -> None:
    assert call("audience", "count", "--rule", "{}", "--json").error["code"] == "rule_unreadable"
    odd = json.dumps({"kind": "trait", "field": "country", "op": "before", "value": "DE"})
    assert "rule" in call("audience", "count", "--rule", odd, "--json").error["params"]["path"]
    assert call("audience", "count", "--rule", "no-such-file.json").code == 2


def test_a_list_goes_out_for_a_purpose_and_those_without_a_basis_stay_in(
    call: Call, shop: Path, tmp_path: Path
) -> None:
    call("audience", "create", "Germany", "--rule", GERMANY)
    columns = ("--columns", "name,email,orders.money")
    told = call(
        "export", "Germany", "--purpose", "service", "--target", "csv", *columns, "--output", tmp_path / "g.csv"
    )
    assert told.code == 0
    assert "2 people" in told.out
    assert (tmp_path / "g.csv").read_text("utf-8").splitlines()[1].startswith("Anna Krume,anna@krume.example")
    kept = call("export", "Germany", "--purpose", "newsletter", "--json").data
    assert kept["export"]["people"] == 0
    assert [(each["code"], each["people"]) for each in kept["export"]["left_out"]] == [("no_consent", 2)]
    assert Path(kept["file"]).is_file()


def test_an_export_needs_a_purpose_that_exists(call: Call, shop: Path) -> None:
    call("audience", "create", "Germany", "--rule", GERMANY)
    assert call("export", "Germany").code == 2
    assert call("export", "Germany", "--purpose", "gossip", "--json").error["code"] == "not_found"


def test_insights_are_listed_and_told(call: Call, shop: Path) -> None:
    assert "rfm" in [each["name"] for each in call("insight", "--json").data]
    assert call("insight", "rfm", "--json").data["people"] == 2
    assert "The best fifth" in call("insight", "rfm").out
    assert call("insight", "at-risk", "--json").data == []


def test_sources_are_listed_with_their_figures(call: Call, shop: Path) -> None:
    found = {each["source"]["source_id"]: each["figures"] for each in call("sources", "--json").data}
    assert found["orders"]["people"] == 2
    assert "Customers" in call("sources").out


def test_people_alike_are_looked_for_and_too_few_say_so(call: Call, shop: Path) -> None:
    call("audience", "create", "Germans", "--text", 'country is "DE"')
    answer = call("insight", "lookalike", "germans", "--top", "5", "--name", "Like Germans", "--json")
    assert answer.data["people"] == 0
    assert answer.data["audience_made"] is None
    assert not answer.data["card"]["is_shown"]
    assert "fewer than" in call("insight", "lookalike", "Germans").out
    assert call("insight", "lookalike", "nobody").code != 0


def test_insights_are_refreshed_when_due_and_by_name(call: Call, shop: Path) -> None:
    rows = call("insight", "refresh", "--json").data
    assert {"lifetime", "churn"} <= {row["name"] for row in rows}
    assert all(row["seconds"] >= 0 and row["drift"] == [] for row in rows)
    assert call("insight", "refresh", "--json").data == []
    assert "Nothing is due" in call("insight", "refresh").out
    assert [row["name"] for row in call("insight", "refresh", "next-order", "--json").data] == ["next_order"]
    assert call("insight", "refresh", "horoscope").code != 0


def test_a_campaign_is_measured_against_its_control_group(call: Call, tmp_path: Path) -> None:
    lines = ["segment,recency,visit"]
    for number in range(800):
        group, recency = ("mail", "control")[number % 2], number // 2 % 10
        lines.append(f"{group},{recency},{int(number % 5 == 0 or (group == 'mail' and recency < 4))}")
    (tmp_path / "campaign.csv").write_text("\n".join(lines), "utf-8")
    answer = call("insight", "uplift", "campaign.csv", "--out", "scores.csv", "--json")
    assert answer.data["columns"]["control"] == "control"
    assert answer.data["cards"][0]["figures"]["difference"]["value"] > 0.2
    assert (tmp_path / "scores.csv").read_text("utf-8").startswith('"segment","recency","visit","uplift"')
    assert call("insight", "uplift", "campaign.csv", "--treated", "nowhere").code != 0
