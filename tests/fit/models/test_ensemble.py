import numpy as np
import pytest
from scipy.special import expit, logit
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.utils.estimator_checks import parametrize_with_checks

from stratify.fit.models.ensemble import CalibratedEnsemble, build, recalibrate


@parametrize_with_checks([CalibratedEnsemble(n_estimators=5, min_child_samples=2, folds=3, random_state=0)])
def test_scikit_learn_contract(estimator, check):
    check(estimator)


def test_it_is_the_recalibrated_mean_log_odds_of_its_members(patients):
    features, y = patients
    model = build(features, 0).fit(features, y)
    X = model[0].transform(features)
    ensemble = model[-1]
    mean = np.mean([logit(member.predict_proba(X)[:, 1]) for member in ensemble.members_], axis=0)
    expected = expit(ensemble.intercept_[0] + ensemble.slope_[0] * mean)
    np.testing.assert_allclose(model.predict_proba(features)[:, 1], expected, atol=1e-12)


def test_the_recalibration_learns_from_predictions_out_of_fold(patients):
    features, y = patients
    ensemble = build(features, 0).fit(features, y)[-1]
    X = build(features, 0)[0].fit_transform(features)
    score = np.empty(len(y))
    for inside, outside in StratifiedKFold(5, shuffle=True, random_state=0).split(X, y):
        fold = clone(ensemble).fit(X[inside], y[inside])
        score[outside] = np.mean([logit(m.predict_proba(X[outside])[:, 1]) for m in fold.members_], axis=0)
    reference = LogisticRegression(C=np.inf).fit(score[:, None], y)
    assert ensemble.slope_[0] == pytest.approx(reference.coef_[0, 0], abs=0.01)
    assert ensemble.intercept_[0] == pytest.approx(reference.intercept_[0], abs=0.01)


def test_scores_twice_too_far_apart_are_halved_and_shifted():
    rng = np.random.default_rng(0)
    truth = rng.normal(size=20_000)
    y = (rng.random(20_000) < expit(truth - 1)).astype(float)
    intercept, slope = recalibrate(2 * truth, y)
    assert slope[0] == pytest.approx(0.5, abs=0.02)
    assert intercept[0] == pytest.approx(-1, abs=0.05)


def test_a_score_the_wrong_way_round_is_flattened_not_turned():
    y = np.arange(100) % 4 == 0
    intercept, slope = recalibrate(np.where(y, -1.0, 1.0), y.astype(float))
    assert slope[0] == pytest.approx(0.05)
    assert intercept[0] == pytest.approx(logit(0.25), abs=0.05)


def test_separated_scores_keep_a_finite_slope():
    y = np.arange(40) % 2
    _, slope = recalibrate(y * 2.0 - 1, y.astype(float))
    assert 1 < slope[0] < 10


def test_too_few_of_a_class_are_refused():
    with pytest.raises(ValueError, match="at least two patients of each class to recalibrate, found 1"):
        CalibratedEnsemble().fit(np.zeros((10, 1)), np.arange(10) == 0)
