"""Insights against their targets, beside the libraries of others, on known rates, and at size.

`--only targets`, `grid` or `scale` measures one part, `reports` the reports of a million customers, too. Peers: see
`insights_peers.py`.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench import insights_grid, insights_scale, insights_targets
from bench.figures import Figures, data_file, peak_memory_mb

CDNOW = ("Fader & Hardie, brucehardie.com", "public research data")
RETAIL = ("UCI Online Retail", "CC BY 4.0")
HILLSTROM = ("MineThatData e-mail challenge", "public")
JOURNEY = ("dunnhumby The Complete Journey, R package completejourney", "public, a sample of lines")
MANY, FEWER = 1_000_000, 100_000


def run(*, small: bool, only: str = "") -> Figures:
    """Measure everything, or one part; the small edition takes simulated customers alone."""
    found = Figures("insights", is_live=not small)
    if small:
        insights_grid.speed(found, 2_000)
    if not small and only in ("", "grid"):
        insights_grid.recovery(found, 6_000)
        insights_grid.speed(found, MANY)
    if not small and only in ("", "targets"):
        _targets(found)
    if not small and only in ("", "scale"):
        insights_scale.measure(found, FEWER, goals=False)
        insights_scale.measure(found, MANY, goals=True, with_reports=False)
    if not small and only == "reports":
        insights_scale.measure(found, MANY, goals=True)
    found.add("peak memory of the bench itself", peak_memory_mb(), "MB")
    return found


def _targets(found: Figures) -> None:
    def data(name: str, origin: tuple[str, str]) -> Path:
        return data_file(f"commerce/{name}", origin=origin[0], licence=origin[1], figures=found)

    with tempfile.TemporaryDirectory(prefix="habitue-bench-") as name:
        folder = Path(name)
        insights_targets.cdnow(found, data("cdnow/CDNOW_sample.txt", CDNOW), folder)
        insights_targets.retail(found, data("online_retail/online_retail.parquet", RETAIL), folder)
        insights_targets.hillstrom(found, data("hillstrom/hillstrom.csv", HILLSTROM), folder)
        insights_targets.completejourney(found, data("completejourney/transactions_sample.parquet", JOURNEY))
