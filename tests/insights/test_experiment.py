"""A campaign is measured from a file: groups and response are guessed, and what comes afterwards teaches nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pytest

from habitue.insights import experiment
from habitue.insights.experiment import GroupsUnclear
from habitue.insights.uplift import UpliftColumnMissing


def campaign(*, size: int = 6_000, effect: float = 0.25, seed: int = 9) -> pa.Table:
    """A mailing that moves those who bought lately; what they spent afterwards is known only of responders."""
    chance = np.random.default_rng(seed)
    recency = chance.integers(1, 13, size)
    group = chance.choice(["Mail", "Letter", "Control"], size)
    happened = chance.random(size) < 0.1 + effect * (group != "Control") * (recency < 6)
    return pa.table(
        {
            "Customer": [f"C{number}" for number in range(size)],
            "Recency": recency,
            "Channel": chance.choice(["Web", "Phone"], size),
            "Segment": group,
            "Visit": happened.astype(int),
            "Spent afterwards": np.where(happened, chance.gamma(2, 20, size), 0.0),
        }
    )


def test_groups_and_response_are_guessed_and_the_consequence_is_left_out(tmp_path: Path) -> None:
    pa_csv.write_csv(campaign(), tmp_path / "campaign.csv")
    found = experiment.of_file(tmp_path / "campaign.csv")
    assert found.scores.columns == {
        "treated": "Segment", "control": "Control", "outcome": "Visit", "known": "Recency, Channel",
    }  # fmt: skip
    assert "Spent afterwards" in found.scores.notes[0].text()
    assert found.uplift.difference.is_certain
    assert found.scores.is_shown
    table = found.scores.table
    lately = np.array([int(cell) < 6 for cell in table["Recency"].to_pylist()])
    uplift = table["uplift"].to_numpy()
    assert uplift[lately].mean() > uplift[~lately].mean() + 0.1


def test_one_of_several_groups_can_be_chosen() -> None:
    whole = experiment.of_table(campaign()).uplift.difference
    one = experiment.of_table(campaign(), group="letter").uplift.difference
    assert one.control == whole.control
    assert one.treated < whole.treated


def test_a_file_whose_groups_nobody_can_tell_says_what_to_name() -> None:
    table = campaign().rename_columns(["Customer", "Recency", "Channel", "Other", "Visit", "Spent afterwards"])
    with pytest.raises(UpliftColumnMissing):
        experiment.of_table(table)
    with pytest.raises(GroupsUnclear) as raised:
        experiment.of_table(table, treated="Channel")
    assert "Web" in str(raised.value)


def test_a_consequence_that_is_kept_would_make_the_ranking_look_better_than_it_is() -> None:
    table = campaign(effect=0.0)
    assert not experiment.of_table(table).scores.is_shown
    hidden = table.set_column(5, "Spent afterwards", pa.array(table["Spent afterwards"].to_numpy() + 1.0))
    leaked = experiment.of_table(hidden).uplift.card.details[-1].text()
    assert experiment.of_table(table).uplift.card.details[-1].text() != leaked
