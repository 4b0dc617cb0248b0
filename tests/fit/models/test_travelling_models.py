"""What the models meant for new studies have in common: told the studies, they find what holds in all of them."""

import numpy as np
import pandas as pd
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from stratify.fit.canaries.fitted_state import fitted_state, largest_change
from stratify.fit.models import MODELS
from stratify.fit.models.biomarker_stack import BiomarkerStack
from stratify.fit.models.extra_trees import RandomisedTrees
from stratify.fit.models.grouped_ridge import GroupedRidge
from stratify.fit.models.invariant_ridge import InvariantRidge
from stratify.fit.models.rank_lightgbm import RankedTrees
from stratify.fit.models.ridge_and_trees import RidgeAndTrees
from stratify.fit.tuning import fit_with_studies

TRAVELLING = ["grouped_ridge", "invariant_ridge", "extra_trees", "ridge_and_trees", "rank_lightgbm", "biomarker_stack"]
BALANCED = [name for name in TRAVELLING if name != "rank_lightgbm"]
DIRECTIONS = {"sig.common": "increasing", "clin.tmb_per_mb": "increasing"}
PENALTY = {
    name: {"classifier__molecular_penalty": 30.0} for name in ["grouped_ridge", "invariant_ridge", "ridge_and_trees"]
}


def fit(name, features, y, study, **changes):
    pipeline = MODELS[name](features, 0, DIRECTIONS).set_params(**PENALTY.get(name, {}), **changes)
    return fit_with_studies(pipeline, features, y, study)


@parametrize_with_checks(
    [
        GroupedRidge(molecular_penalty=1.0),
        InvariantRidge(molecular_penalty=1.0),
        BiomarkerStack(molecular_penalty=1.0),
        RandomisedTrees(n_estimators=20, min_samples_leaf=1, random_state=0),
        RidgeAndTrees(n_estimators=20, min_samples_leaf=1, molecular_penalty=1.0, random_state=0),
        RankedTrees(n_estimators=20, min_child_samples=2, folds=3, random_state=0),
    ]
)
def test_scikit_learn_contract(estimator, check):
    check(estimator)


@pytest.mark.parametrize("name", TRAVELLING)
def test_a_common_effect_is_recovered_in_patients_not_seen(studies, more_studies, within_study, name):
    pipeline = fit(name, *studies)
    features, y, study = more_studies
    truth = within_study(1.2 * features["sig.common"] + 0.5 * np.log2(features["clin.tmb_per_mb"]), y, study)
    found = within_study(pipeline.predict_proba(features)[:, 1], y, study)
    assert truth > 0.73
    assert found > truth - 0.06


@pytest.mark.parametrize("name", BALANCED)
def test_balance_keeps_a_large_study_from_deciding_alone(name):
    """The effect of 800 patients of one study is that of eight studies with 40 patients each, turned round."""
    rng = np.random.default_rng(0)
    study = np.repeat([*"abcdefgh", "large"], [*[40] * 8, 800])
    frame = pd.DataFrame({"sig.common": rng.normal(size=len(study)), "clin.age_years": rng.normal(size=len(study))})
    sign = np.where(study == "large", -1, 1)
    y = (sign * frame["sig.common"] + rng.normal(size=len(study)) > 0).astype(int).to_numpy()
    ends = frame.iloc[:2].assign(**{"sig.common": [-1.5, 1.5], "clin.age_years": 0.0})
    directions = {"clin.age_years": "increasing"} if name == "biomarker_stack" else {}
    if name == "biomarker_stack":
        frame, ends = frame.rename(columns={"sig.common": "clin.x"}), ends.rename(columns={"sig.common": "clin.x"})

    def rise(balance, told):
        pipeline = MODELS[name](frame, 0, directions).set_params(classifier__balance=balance)
        low, high = fit_with_studies(pipeline, frame, y, told).predict_proba(ends)[:, 1]
        return high - low

    assert rise(0.0, study) < 0 < rise(1.0, study)
    assert rise(0.0, study) == rise(1.0, None) == rise(1.0, np.full(len(y), "one"))


@pytest.mark.parametrize("name", TRAVELLING)
def test_told_of_studies_it_is_deterministic_and_the_same_in_any_names(studies, name):
    features, y, study = studies
    first, again = fit(name, features, y, study), fit(name, features, y, study)
    assert largest_change(fitted_state(first), fitted_state(again)) == 0.0
    assert np.array_equal(first.predict_proba(features), again.predict_proba(features))
    renamed = fit(name, features, y, np.char.add("new_", study))
    assert np.array_equal(first.predict_proba(features), renamed.predict_proba(features))


@pytest.mark.parametrize("estimator", [GroupedRidge(), BiomarkerStack(), RandomisedTrees(), RidgeAndTrees()])
def test_a_missing_value_that_no_step_has_filled_is_refused(estimator):
    with pytest.raises(ValueError, match="contains NaN"):
        estimator.fit(np.array([[1.0], [np.nan]]), [0, 1])
