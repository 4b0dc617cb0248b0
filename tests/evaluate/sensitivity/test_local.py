from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from stratify.evaluate.cohort import Cohort, Predictor, seed_of
from stratify.evaluate.sensitivity.local import MINIMUM_JUDGED, local_order, local_recalibration
from stratify.evaluate.sensitivity.recalibration import recalibrated

SIZES = [5, 10, 20, 40, 100]


def cohort(name="shifted", n=1500, shift=1.2, seed=0, y=None):
    """A forecaster whose log odds are too low by `shift`, and one that knows only a rate."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    y = (rng.random(n) < expit(x + shift)).astype(int) if y is None else y
    fixed = {"score": x[None], "fixed": True}
    return Cohort(
        name=name,
        patients=pd.Index([f"{name}:{i:04d}" for i in range(n)]),
        y=y,
        fold=np.zeros((1, n), dtype=int),
        weights=np.ones((1, n)),
        predictors={
            "forecaster": Predictor("forecaster", probability=expit(x)[None], **fixed),
            "marker": Predictor("marker", probability=np.full((1, n), np.nan), **fixed),
        },
        role="external",
    )


def table(cohorts, sizes=SIZES, **settings):
    frame = pd.DataFrame(local_recalibration(cohorts, sizes, seed=1, **settings))
    return frame.set_index(["model", "cohort", "variant", "metric"]).sort_index()


@pytest.fixture(scope="module")
def found():
    return table([cohort()]).loc[("forecaster", "shifted")]


def test_a_shifted_forecaster_comes_near_the_oracle_as_local_patients_are_added(found):
    away = [found.loc[("0 patients", "calibration_intercept"), "estimate"]]
    away += [found.loc[(f"intercept {size} patients", "calibration_intercept"), "estimate"] for size in SIZES]
    assert away[0] == pytest.approx(1.2, abs=0.1)
    assert all(later < earlier for earlier, later in pairwise(away))
    assert abs(away[-1]) < 0.12
    ratios = [found.loc[(f"intercept {size} patients", "observed_expected"), "estimate"] for size in SIZES]
    assert abs(ratios[-1] - 1) < 0.05 < ratios[0] - 1


@pytest.mark.parametrize("kind", ["intercept", "intercept and slope"])
def test_the_brier_score_improves_with_their_number(found, kind):
    losses = [found.loc[("0 patients", "brier"), "estimate"]]
    losses += [found.loc[(f"{kind} {size} patients", "brier"), "estimate"] for size in SIZES]
    assert all(later < earlier for earlier, later in pairwise(losses))
    y, x = cohort().y, cohort().predictors["forecaster"].score[0]
    oracle = ((y - expit(x + 1.2)) ** 2).mean()
    assert oracle < losses[-1] < oracle + 0.004


def test_nobody_is_local_and_judged_in_one_draw():
    order = local_order(50, seed=[1, 2], draws=30)
    assert (np.sort(order, axis=1) == np.arange(50)).all()
    local, judged = order < 10, order >= 20
    assert not (local & judged).any()
    assert (local.sum(axis=1) == 10).all()
    assert len({row.tobytes() for row in local}) == 30


def test_each_value_is_the_mean_over_draws_of_the_others():
    """By hand for one draw: the judged are those in no number of local patients."""
    one = cohort(n=60)
    row = table([one], [10, 20], draws=1).loc[("forecaster", "shifted", "intercept 10 patients", "brier")]
    order = local_order(60, seed=seed_of("shifted", 1), draws=1)[0]
    p = recalibrated(
        one.predictors["forecaster"].probability[0], one.y, (order < 10)[None].astype(float), kind="intercept"
    )
    others = order >= 20
    assert row["estimate"] == pytest.approx(((one.y - p[0]) ** 2)[others].mean())
    as_it_is = table([one], [10, 20], draws=1).loc[("forecaster", "shifted", "0 patients", "brier"), "estimate"]
    assert as_it_is == pytest.approx(((one.y - one.predictors["forecaster"].probability[0]) ** 2)[others].mean())


def test_too_small_a_cohort_is_null_with_its_patients():
    rows = table([cohort(n=25)], [15, 16]).loc[("forecaster", "shifted")]
    assert MINIMUM_JUDGED == 25 - 15
    assert np.isfinite(rows.loc[("intercept 15 patients", "brier"), "estimate"])
    assert rows.loc["intercept 16 patients", "estimate"].isna().all()
    assert rows["n"].eq(25).all()


def test_one_class_cannot_be_recalibrated():
    rows = table([cohort(n=40, y=np.zeros(40, dtype=int))], [10]).loc[("forecaster", "shifted")]
    assert rows.loc["intercept 10 patients", "estimate"].isna().all()
    assert np.isfinite(rows.loc[("0 patients", "brier"), "estimate"])


def test_means_are_over_the_cohorts_that_are_large_enough_for_every_number():
    cohorts = [cohort("a", n=300), cohort("b", n=200, seed=1), cohort("small", n=30, seed=2)]
    rows = table(cohorts, [10, 40])["estimate"]
    brier = [rows[("forecaster", name, "intercept 10 patients", "brier")] for name in "ab"]
    place = ("forecaster", "mean_of_cohorts", "intercept 10 patients")
    assert rows[(*place, "brier")] == pytest.approx(np.mean(brier))
    assert rows[("forecaster", "weighted_mean", "intercept 10 patients", "brier")] == pytest.approx(
        np.average(brier, weights=[300, 200])
    )
    ratios = [rows[("forecaster", name, "intercept 10 patients", "observed_expected")] for name in "ab"]
    assert rows[(*place, "observed_expected")] == pytest.approx(np.sqrt(np.prod(ratios)))


def test_a_score_without_probabilities_has_none_to_repair(found):
    assert "marker" not in table([cohort(n=50)], [10]).index.get_level_values("model")
