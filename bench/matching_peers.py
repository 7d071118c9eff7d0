"""Peers of the matching bench, set up as their documentation advises; each column by hand, as an expert would."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def splink_clusters(name: str, table: pa.Table, *, at: float = 0.95) -> np.ndarray | None:
    """Cluster numbers by Splink at a fixed threshold; None where it is not installed or has no settings for a set."""
    if importlib.util.find_spec("splink") is None or name not in _SETTINGS:
        return None
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on
    from splink import comparison_library as cl

    makers: dict[str, Any] = {
        "name": cl.NameComparison,
        "jw": lambda column: cl.JaroWinklerAtThresholds(column, [0.9, 0.8]),
        "edit": lambda column: cl.DamerauLevenshteinAtThresholds(column, [1, 2]),
        "date": lambda column: cl.DateOfBirthComparison(column, input_is_string=True),
        "equal": cl.ExactMatch,
        "email": cl.EmailComparison,
    }
    columns, blocking, training = _SETTINGS[name]
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[makers[kind](column) for column, kind in columns.items()],
        blocking_rules_to_generate_predictions=[block_on(*rule) for rule in blocking],
    )
    frame = prepared(table).append_column("unique_id", pa.array(range(table.num_rows))).to_pandas()
    linker = Linker(DuckDBAPI().register(frame), settings)
    rules = [block_on(*rule) for rule in blocking[:2]]
    linker.training.estimate_probability_two_random_records_match(rules, recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    for rule in training:
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(*rule))
    predicted = linker.inference.predict(threshold_match_probability=0.5)
    made = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, threshold_match_probability=at)
    found = made.as_pandas_dataframe().sort_values("unique_id")
    _labels, numbers = np.unique(found["cluster_id"].to_numpy(), return_inverse=True)
    return np.asarray(numbers)


def prepared(table: pa.Table) -> pa.Table:
    """The table with its texts in lower case and without blanks at their ends, as an expert would hand it to a peer."""
    for place, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            table = table.set_column(place, field.name, pc.utf8_lower(pc.utf8_trim_whitespace(table[field.name])))
    return table


_FEBRL = (
    {"given_name": "name", "surname": "name", "date_of_birth": "edit", "soc_sec_id": "edit", "postcode": "edit",
     "address_1": "jw", "suburb": "jw"},
    [["soc_sec_id"], ["date_of_birth"], ["given_name", "surname"], ["surname", "postcode"], ["given_name", "postcode"]],
    [["date_of_birth"], ["soc_sec_id"]],
)  # fmt: skip
_SETTINGS: dict[str, tuple[dict[str, str], list[list[str]], list[list[str]]]] = {
    "febrl3": _FEBRL,
    "febrl4": _FEBRL,
    "fake_1000": (
        {"first_name": "name", "surname": "name", "dob": "date", "city": "equal", "email": "email"},
        [["first_name"], ["surname"], ["dob"], ["email"]],
        [["first_name", "surname"], ["dob"]],
    ),
    "customers": (
        {"vorname": "name", "nachname": "name", "mail": "email", "telefon": "edit", "geboren": "date", "strasse": "jw",
         "plz": "equal"},
        [["mail"], ["telefon"], ["nachname", "geboren"], ["geboren", "plz"], ["vorname", "nachname", "plz"]],
        [["mail"], ["nachname", "geboren"]],
    ),
    "historical_50k": (
        {"first_name": "name", "surname": "name", "dob": "date", "postcode_fake": "edit", "birth_place": "equal",
         "occupation": "equal"},
        [["first_name", "surname"], ["surname", "dob"], ["first_name", "dob"], ["postcode_fake", "first_name"],
         ["postcode_fake", "surname"], ["dob", "birth_place"]],
        [["first_name", "surname"], ["dob"]],
    ),
    "early_childhood": (
        {"site_name": "jw", "address": "jw", "zip": "equal", "phone": "edit"},
        [["phone"], ["address"], ["site_name"], ["zip"]],
        [["phone"], ["address"]],
    ),
    "shop_20k": (
        {"first_name": "name", "last_name": "name", "email": "email", "phone": "edit", "birth_date": "date",
         "street": "jw", "postcode": "equal"},
        [["email"], ["phone"], ["last_name", "birth_date"], ["birth_date", "postcode"],
         ["first_name", "last_name", "postcode"]],
        [["email"], ["last_name", "birth_date"]],
    ),
}  # fmt: skip
