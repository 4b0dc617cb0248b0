import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from stratify.config.study import Strata
from stratify.evaluate.cohort import Cohort, Predictor
from stratify.evaluate.intervals import resample
from stratify.evaluate.strata import event_rates

STRATA = Strata(declared_probabilities=[0.3, 0.6], labels=["low", "intermediate", "high"])


def rates(y, probability):
    y, probability = np.array(y), np.array(probability, dtype=float)
    predictor = Predictor("model", probability, probability, fixed=False)
    patients = pd.Index([f"p{place}" for place in range(y.size)])
    fold = np.zeros(probability.shape, dtype=np.int64)
    cohort = Cohort("toy", patients, y, fold, resample(y.size, seed=0, draws=1), {"model": predictor})
    return {label: (rate, n, events) for label, rate, n, events in event_rates(cohort, predictor, STRATA)}


def test_patients_are_placed_by_each_repetitions_own_probability():
    """By their averages, 0.5 throughout, all four would be intermediate; no model ever said so."""
    found = rates([1, 1, 0, 0], [[0.9, 0.9, 0.1, 0.1], [0.1, 0.9, 0.9, 0.9]])
    low, n, events = found["low"]
    assert (low.value, n, events) == (pytest.approx(1 / 3), 2, 0)
    high, n, events = found["high"]
    assert (high.value, n, events) == (pytest.approx(3 / 5), 2, 2)
    assert np.isnan(found["intermediate"][0].value)


def test_the_interval_is_that_of_the_average_counts_not_rounded():
    found = rates([1, 1, 0, 0], [[0.9, 0.9, 0.1, 0.1], [0.1, 0.9, 0.9, 0.9]])
    for label, events, n in [("low", 0.5, 1.5), ("high", 1.5, 2.5)]:
        expected = proportion_confint(events, n, method="wilson")
        assert (found[label][0].low, found[label][0].high) == pytest.approx(expected)


def test_a_stratum_that_is_always_empty_keeps_its_place_and_one_that_is_mostly_empty_its_rate():
    found = rates([1, 0], [[0.1, 0.1], [0.1, 0.1], [0.7, 0.1]])
    assert list(found) == ["low", "intermediate", "high"]
    never, n, events = found["intermediate"]
    assert np.isnan([never.value, never.low, never.high]).all()
    assert (n, events) == (0, 0)
    seldom, n, events = found["high"]
    assert (seldom.value, n, events) == (1.0, 0, 0)


def test_a_probability_at_a_cut_off_belongs_above_it():
    found = rates([1, 0], [[0.3, 0.6]])
    assert [found[label][1] for label in STRATA.labels] == [0, 1, 1]
