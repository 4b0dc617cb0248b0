"""Whether the strata are told apart by their event rates, in words."""

from collections.abc import Hashable
from itertools import pairwise
from typing import Any

import pandas as pd


def strata_doubt(rates: pd.DataFrame) -> str:
    """Say which neighbouring strata do not rise in event rate, or have intervals that overlap.

    Parameters
    ----------
    rates
        Columns `stratum, rate, low, high`, from the lowest probability upwards. Strata without a rate are passed over:
        the strata beside an empty one are neighbours.

    Returns
    -------
    str
        One sentence; empty where every rate rises and no intervals of neighbours overlap.
    """
    known = rates.dropna(subset=["rate"]).to_dict("records")
    falling, overlapping = [], []
    for below, above in pairwise(known):
        if above["rate"] <= below["rate"]:
            falling.append(f"from {_named(below)} to {_named(above)}")
        elif above["low"] <= below["high"]:
            overlapping.append(f"of {_named(below)} and {_named(above)}")
    clauses = []
    if falling:
        clauses.append(f"the event rate does not increase {' or '.join(falling)}")
    if overlapping:
        clauses.append(f"the 95% intervals {', and '.join(overlapping)} overlap")
    if not clauses:
        return ""
    sentence = ", and ".join(clauses)
    return f"{sentence[0].upper()}{sentence[1:]}: the order of these strata is uncertain."


def _named(row: dict[Hashable, Any]) -> str:
    return f"“{row['stratum']}”"
