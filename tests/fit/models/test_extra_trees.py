import numpy as np
import pytest
from scipy.special import logit
from sklearn.ensemble import ExtraTreesClassifier

from stratify.fit.models.extra_trees import RandomisedTrees
from stratify.fit.models.grouped_ridge import GroupedRidge, study_weights
from stratify.fit.models.ridge_and_trees import RidgeAndTrees


@pytest.fixture
def data(studies):
    features, y, study = studies
    return features.select_dtypes("number").to_numpy(), y, study


def test_it_is_the_mean_with_a_tree_never_split(data):
    X, y, study = data
    model = RandomisedTrees(n_estimators=9, balance=1.0, random_state=3).fit(X, y, study)
    weights = study_weights(study, len(y), 1.0)
    trees = ExtraTreesClassifier(n_estimators=9, min_samples_leaf=10, random_state=3).fit(X, y, sample_weight=weights)
    prevalence = (weights * y).sum() / weights.sum()
    expected = (9 * trees.predict_proba(X)[:, 1] + prevalence) / 10
    np.testing.assert_allclose(model.predict_proba(X)[:, 1], expected, atol=1e-12)
    assert (weights * model.predict_proba(X)[:, 1]).sum() / weights.sum() == pytest.approx(prevalence, abs=1e-6)


def test_pure_leaves_still_leave_room_for_doubt():
    X = np.repeat([[-1.0], [1.0]], 50, axis=0)
    model = RandomisedTrees(n_estimators=49, random_state=0).fit(X, X[:, 0] > 0)
    np.testing.assert_allclose(model.predict_proba([[-1.0], [1.0]])[:, 1], [0.01, 0.99])


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_ridge_and_trees_is_the_weighted_mean_of_log_odds(data, share):
    X, y, study = data
    both = RidgeAndTrees(trees_share=share, n_clinical=2, n_estimators=9, balance=0.3, random_state=1).fit(X, y, study)
    ridge = GroupedRidge(n_clinical=2, balance=0.3).fit(X, y, study)
    trees = RandomisedTrees(n_estimators=9, balance=0.3, random_state=1).fit(X, y, study)
    members = [logit(member.predict_proba(X)[:, 1]) for member in (ridge, trees)]
    expected = (1 - share) * members[0] + share * members[1]
    np.testing.assert_allclose(both.decision_function(X), expected, atol=1e-9)
    assert len(both.members_) == (1 if share == 0 else 2)
