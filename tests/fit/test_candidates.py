import numpy as np
import pytest
from lightgbm import LGBMClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import ParameterGrid

from stratify.fit.candidates import predict_each
from stratify.fit.models.ensemble import CalibratedEnsemble
from stratify.fit.models.lightgbm import tree_settings

GRID = {"n_estimators": [5, 40, 20], "num_leaves": [3, 7], "min_child_samples": [5, 15]}


@pytest.fixture
def patients():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 8))
    X[rng.random(X.shape) < 0.1] = np.nan
    return X, (np.nan_to_num(X[:, 0]) + rng.normal(size=120) > 0).astype(int)


def searched(classifier, grid, patients):
    """Predictions by `predict_each`, those of candidates fitted singly, and which were fitted for the former."""
    X, y = patients
    candidates, fitted = list(ParameterGrid(grid)), []

    def fit(candidate):
        fitted.append(candidate)
        return type(classifier)(**{**classifier.get_params(), **candidate}).fit(X[:80], y[:80])

    together = predict_each(candidates, fit, X[80:])
    n_fits = len(fitted)
    return together, np.array([fit(candidate).predict_proba(X[80:])[:, 1] for candidate in candidates]), fitted[:n_fits]


def test_boosted_trees_are_grown_once_and_predict_bit_for_bit_as_if_grown_singly(patients):
    together, singly, fitted = searched(LGBMClassifier(**tree_settings([], seed=3)), GRID, patients)
    assert [candidate["n_estimators"] for candidate in fitted] == [40] * 4
    np.testing.assert_array_equal(together, singly)
    assert len(np.unique(together, axis=0)) == len(together)


def test_trees_that_stopped_growing_are_fitted_singly(patients):
    """With one informative column of three, sampled each round, some rounds grow nothing, and others after them do."""
    X, y = patients
    sparse = np.column_stack([X[:, 0], np.ones((len(X), 2))])
    settings = tree_settings([], seed=3, colsample_bytree=0.34, min_gain_to_split=1.0)
    together, singly, fitted = searched(LGBMClassifier(**settings), {"n_estimators": [10, 60, 30]}, (sparse, y))
    grown = LGBMClassifier(**settings | {"n_estimators": 60}).fit(sparse[:80], y[:80]).booster_.num_trees()
    assert grown < 60
    assert len(fitted) == 3
    np.testing.assert_array_equal(together, singly)


@pytest.mark.parametrize(
    ("classifier", "grid"),
    [
        (CalibratedEnsemble(random_state=0), {"n_estimators": [5, 10]}),
        (LogisticRegression(), {"C": [0.1, 1.0]}),
        (LGBMClassifier(**tree_settings([], seed=3, boosting_type="dart")), {"n_estimators": [5, 10]}),
    ],
)
def test_any_other_model_is_fitted_for_each_candidate(patients, classifier, grid):
    X, y = patients
    together, singly, fitted = searched(classifier, grid, (np.nan_to_num(X), y))
    assert len(fitted) == 2
    np.testing.assert_array_equal(together, singly)
