"""Over 200 honest runs, on noise and on signal, the canaries raise no more alarms than they state."""

import importlib.util
import os
from pathlib import Path

import pytest
from scipy.stats import binom

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "canary_alarms.py"
RUNS = 204
ERROR = 1e-3
"""Chance that this test fails although the stated rate is right."""


@pytest.mark.slow
def test_honest_runs_raise_no_more_alarms_than_stated():
    spec = importlib.util.spec_from_file_location("canary_alarms", BENCHMARK)
    benchmark = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    alarms = benchmark.alarm_table(benchmark.honest_runs(RUNS, jobs=os.cpu_count()))
    assert alarms.groupby("canary")["runs"].max().eq(RUNS).all()
    of_each_design = RUNS // len(benchmark.DESIGNS)
    assert (alarms["runs"] % of_each_design == 0).all(), alarms.to_string()
    allowed = binom.isf(ERROR, alarms["runs"], alarms["stated"])
    assert (alarms["alarms"] <= allowed).all(), alarms.to_string()
