import numpy as np
import pandas as pd
import pytest
from lightgbm import LGBMRanker
from sklearn.model_selection import LeaveOneGroupOut, StratifiedKFold

from stratify.errors import StratifyError
from stratify.fit.models import MODELS, rank_lightgbm
from stratify.fit.models.rank_lightgbm import RankedTrees
from stratify.fit.models.recalibrated import recalibrate
from stratify.fit.tuning import fit_with_studies


def effect(name, studies, told, column):
    """How far the probability moves over the range of a feature, in the mean over patients."""
    features, y, _ = studies
    pipeline = fit_with_studies(MODELS[name](features, 0), features, y, told)
    low, high = (
        pipeline.predict_proba(features.assign(**{column: value}))[:, 1] for value in features[column].quantile([0, 1])
    )
    return (high - low).mean()


def test_what_goes_with_prevalence_over_studies_is_not_learned(studies):
    told = studies[2]
    assert effect("lightgbm", studies, told, "sig.platform") > 0.15
    assert abs(effect("rank_lightgbm", studies, told, "sig.platform")) < 0.03
    assert effect("rank_lightgbm", studies, None, "sig.platform") > 0.15
    assert effect("rank_lightgbm", studies, told, "sig.common") > 0.25


def test_a_feature_that_is_the_same_for_all_of_a_study_ranks_nobody(studies):
    _, y, study = studies
    X = np.unique(study, return_inverse=True)[1][:, None].astype(float)
    told, alone = RankedTrees(random_state=0).fit(X, y, study), RankedTrees(random_state=0).fit(X, y)
    assert np.ptp(told.predict_proba(X)[:, 1]) < 1e-6
    assert np.ptp(alone.predict_proba(X)[:, 1]) > 0.3
    assert told.predict_proba(X)[:, 1].mean() == pytest.approx(y.mean(), abs=1e-3)


def test_a_prevalence_changed_by_a_study_without_pairs_changes_no_order(studies):
    """A study in which everyone responds has no pairs: the trees are the same, only more probable."""
    features, y, study = studies
    X = features.select_dtypes("number").to_numpy()
    settings = {"n_estimators": 20, "min_child_samples": 1, "folds": 20, "random_state": 0}
    before = RankedTrees(**settings).fit(X, y, study)
    more = np.vstack([X, X[:40]]), np.append(y, np.ones(40, dtype=int)), np.append(study, np.full(40, "z"))
    after = RankedTrees(**settings).fit(*more)
    order = [model.decision_function(X) for model in (before, after)]
    assert np.corrcoef(*order)[0, 1] > 0.97
    assert after.predict_proba(X)[:, 1].mean() > before.predict_proba(X)[:, 1].mean() + 0.01


@pytest.mark.parametrize("n_studies", [1, 2, 4])
def test_the_link_is_learned_from_studies_left_out_in_turn_or_else_from_folds(studies, n_studies):
    features, y, study = studies
    X, group = features.select_dtypes("number").to_numpy(), np.unique(study, return_inverse=True)[1] % n_studies
    model = RankedTrees(n_estimators=10, random_state=0).fit(X, y, group)
    parts = (
        LeaveOneGroupOut().split(X, y, group)
        if n_studies > 2
        else StratifiedKFold(5, shuffle=True, random_state=0).split(X, y)
    )
    score = np.empty(len(y))
    for inside, outside in parts:
        order = inside[np.argsort(group[inside], kind="stable")]
        settings = model.ranker_.get_params() | {"lambdarank_truncation_level": len(y)}
        ranker = LGBMRanker(**settings).fit(X[order], y[order], group=np.bincount(group[inside]))
        own = ranker.predict(X[inside])
        score[outside] = (ranker.predict(X[outside]) - own.mean()) / own.std()
    intercept, slope = recalibrate(score, y.astype(float))
    assert model.slope_[0] == pytest.approx(slope[0], abs=1e-6)
    assert model.intercept_[0] == pytest.approx(intercept[0], abs=1e-6)


def test_the_order_of_patients_of_different_studies_does_not_matter(studies):
    features, y, study = studies
    X = features.select_dtypes("number").to_numpy()
    mixed = np.argsort(np.tile(np.arange(80), 8), kind="stable")  # within a study the order stays
    first = RankedTrees(random_state=0).fit(X, y, study)
    second = RankedTrees(random_state=0).fit(X[mixed], y[mixed], study[mixed])
    np.testing.assert_allclose(first.ranker_.predict(X), second.ranker_.predict(X), atol=1e-12)


def test_too_few_of_a_class_or_too_many_of_a_study_are_refused(monkeypatch):
    X = pd.DataFrame({"a": np.arange(10.0)})
    with pytest.raises(ValueError, match="at least two patients of each class for the link, found 1"):
        RankedTrees().fit(X, np.arange(10) == 0)
    monkeypatch.setattr(rank_lightgbm, "LARGEST_GROUP", 7)
    with pytest.raises(StratifyError, match="a study has 8 training patients, LightGBM ranks at most 7"):
        RankedTrees().fit(X, np.arange(10) % 2)
