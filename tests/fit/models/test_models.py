import numpy as np
import pandas as pd
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from stratify.config.search import SEARCH_SPACES
from stratify.fit.models import MODELS
from stratify.fit.models.elastic_net import ElasticNetLogistic

DIRECTIONS = {"biomarker_stack": {"gene.CD8A": "increasing"}}
"""For the model that cannot be built without."""


def built(name, features, seed=0):
    return MODELS[name](features, seed, DIRECTIONS.get(name, {}))


@pytest.fixture
def features():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(40, 3)), columns=["clin.age_years", "sig.cyt", "gene.CD8A"])
    frame["clin.sex"] = pd.Series(rng.choice(["female", "male"], 40), dtype="str")
    frame.loc[:3, "sig.cyt"] = np.nan
    frame.loc[2:5, "clin.sex"] = None
    frame["clin.empty"] = np.nan
    frame["clin.blank"] = pd.Series([None] * 40, dtype="str")
    return frame


@pytest.fixture
def y(features):
    return (features["gene.CD8A"] > 0).astype(int).to_numpy()


@pytest.mark.parametrize("name", MODELS)
def test_missing_values_and_unseen_levels_are_scored(name, features, y):
    pipeline = built(name, features).fit(features, y)
    new = features.iloc[:3].copy()
    new["clin.sex"] = ["never seen", None, "male"]
    new["sig.cyt"] = [np.nan, 1.0, np.nan]
    new["clin.empty"] = [np.nan, 5.0, np.nan]
    probability = pipeline.predict_proba(new)[:, 1]
    assert np.isfinite(probability).all()
    assert ((probability > 0) & (probability < 1)).all()


@pytest.mark.parametrize("name", MODELS)
def test_fitting_twice_gives_the_same_bits(name, features, y):
    first, second = (built(name, features, 5).fit(features, y).predict_proba(features) for _ in range(2))
    assert np.array_equal(first, second)


@pytest.mark.parametrize("name", MODELS)
def test_class_weights_are_natural(name, features):
    rare = np.zeros(40, dtype=int)
    rare[[4, 9, 17, 30, 31, 35]] = 1
    pipeline = built(name, features).set_params(**weak(name)).fit(features, rare)
    assert pipeline.predict_proba(features)[:, 1].mean() == pytest.approx(rare.mean(), abs=0.03)


def weak(name):
    return {
        "elastic_net": {"classifier__C": 0.01},
        "spline_logistic": {"classifier__smooth_penalty": 30.0},
        "lightgbm": {"classifier__n_estimators": 5},
        "grouped_ridge": {},
        "invariant_ridge": {},
        "extra_trees": {},
        "ridge_and_trees": {},
        "rank_lightgbm": {"classifier__n_estimators": 5},
        "biomarker_stack": {},
        "ensemble": {"classifier__n_estimators": 5, "classifier__smooth_penalty": 30.0},
    }[name]


@pytest.mark.parametrize("C", [1e-4, 0.003, 0.03, 0.3])
@pytest.mark.parametrize("l1_ratio", [0.1, 0.9])
def test_the_mean_probability_is_the_training_prevalence_at_every_penalty(C, l1_ratio):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(150, 80))
    y = (X[:, 0] + rng.normal(size=150) > 1.3).astype(int)
    model = ElasticNetLogistic(C=C, l1_ratio=l1_ratio, random_state=0).fit(X, y)
    assert model.predict_proba(X)[:, 1].mean() == pytest.approx(y.mean(), abs=1e-3)


@parametrize_with_checks([ElasticNetLogistic()])
def test_scikit_learn_contract(estimator, check):
    check(estimator)


def test_every_model_that_a_study_can_name_is_built_and_takes_its_grid(features):
    assert set(MODELS) == set(SEARCH_SPACES)
    for name in MODELS:
        assert set(SEARCH_SPACES[name]) <= set(built(name, features)[-1].get_params())
