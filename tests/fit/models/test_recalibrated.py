import numpy as np
import pytest
from scipy.special import expit, logit
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression

from stratify.fit.models.recalibrated import Recalibrated, recalibrate


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(4000, 2))
    return X, np.where(rng.random(4000) < expit(X[:, 0] - 1), "yes", "no")


@pytest.fixture
def classifier(data):
    """Three times too sure, and about too many."""
    model = LogisticRegression().fit(*data)
    model.coef_, model.intercept_ = 3 * model.coef_, 3 * model.intercept_ + 2
    return model


def test_shift_and_stretch_undo_a_planted_mistake(classifier, data):
    found = Recalibrated(classifier).fit(*data)
    assert found.slope_[0] == pytest.approx(1 / 3, abs=0.005)
    assert found.intercept_[0] == pytest.approx(-2 / 3, abs=0.01)
    reference = LogisticRegression().fit(*data)
    np.testing.assert_allclose(found.predict_proba(data[0]), reference.predict_proba(data[0]), atol=0.005)
    assert found.predict_proba(data[0])[:, 1].mean() == pytest.approx((data[1] == "yes").mean(), abs=1e-6)


def test_log_odds_and_classes_are_those_of_the_formula(classifier, data):
    found = Recalibrated(classifier)
    found.intercept_, found.slope_ = np.array([0.5]), np.array([0.25])
    expected = 0.5 + 0.25 * logit(classifier.predict_proba(data[0])[:, 1])
    np.testing.assert_allclose(found.decision_function(data[0]), expected, atol=1e-9)
    np.testing.assert_allclose(found.predict_proba(data[0]).sum(axis=1), 1)
    assert found.predict(data[0]).tolist() == np.where(expected > 0, "yes", "no").tolist()
    assert found.classes_.tolist() == ["no", "yes"]


def test_the_slope_is_drawn_to_one_as_by_one_patient():
    """Minimise log loss plus half the squared distance of the slope from 1 on a grid."""
    score, positive = np.array([-1.0, 0.5, 1.0, -0.5]), np.array([0.0, 1.0, 0.0, 1.0])
    a, c = np.meshgrid(np.linspace(-2, 2, 801), np.linspace(0, 2, 801), indexing="ij")
    eta = a[..., None] + c[..., None] * score
    loss = (np.logaddexp(0, eta) - positive * eta).sum(axis=-1) + 0.5 * (c - 1) ** 2
    best = np.unravel_index(loss.argmin(), loss.shape)
    intercept, slope = recalibrate(score, positive)
    assert (intercept[0], slope[0]) == (pytest.approx(a[best], abs=0.005), pytest.approx(c[best], abs=0.005))


def test_it_is_fitted_only_once_its_slope_is_known(classifier, data):
    from sklearn.exceptions import NotFittedError

    with pytest.raises(NotFittedError):
        Recalibrated(classifier).predict_proba(data[0])
    assert clone(Recalibrated(LogisticRegression(C=3.0))).classifier.C == 3.0
