"""Mutations per megabase and plain counts of them are never taken for each other."""

import numpy as np
import pandas as pd
import pytest

from stratify.errors import StratifyError
from stratify.harmonize.columns import map_column
from stratify.harmonize.findings.distribution import whole_numbers_per_megabase


def test_a_count_does_not_convert_to_per_megabase(column, text):
    with pytest.raises(StratifyError, match="does not convert"):
        map_column("tmb_per_mb", column(**{"from": "TMB", "unit": "count"}), text(TMB=["3"]), "toy")
    with pytest.raises(StratifyError, match="does not convert"):
        map_column("mutation_count", column(**{"from": "TMB", "unit": "per_mb"}), text(TMB=["3"]), "toy")


def test_a_column_called_count_is_not_per_megabase_without_a_unit(column, text):
    raw = text(MUTATION_COUNT=["3", "40"])
    with pytest.raises(StratifyError, match="`mutation_count`, or write `unit: per_mb`"):
        map_column("tmb_per_mb", column("MUTATION_COUNT"), raw, "toy")
    declared = column(**{"from": "MUTATION_COUNT", "unit": "per_mb"})
    assert map_column("tmb_per_mb", declared, raw, "toy").tolist() == [3, 40]
    assert map_column("mutation_count", column("MUTATION_COUNT"), raw, "toy").tolist() == [3, 40]


def test_whole_numbers_per_megabase_are_a_finding():
    whole = pd.Series(np.arange(20.0), name="tmb_per_mb")
    assert [finding.n for finding in whole_numbers_per_megabase(whole)] == [20]
    assert not list(whole_numbers_per_megabase(whole + 0.5))
    assert not list(whole_numbers_per_megabase(whole.rename("mutation_count")))
    assert not list(whole_numbers_per_megabase(whole.head(5)))
