import json

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import RepeatedStratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from stratify.config.study import Folds
from stratify.errors import StratifyError
from stratify.fit.models.recalibrated import Recalibrated
from stratify.fit.tuning import fit_with_studies, tune
from stratify.split.nested_cv import balanced_strata

SIZES = {"a": 60, "b": 90, "c": 150, "d": 60}


class GivenScore(ClassifierMixin, BaseEstimator):
    """Learns nothing: the log odds are a column times a number; remembers what it was told."""

    def __init__(self, column=0, times=1.0):
        self.column = column
        self.times = times

    def fit(self, X, y, studies=None):
        self.classes_ = np.unique(y)
        self.studies_ = studies
        return self

    def predict_proba(self, X):
        p = expit(self.times * np.asarray(X)[:, self.column])
        return np.column_stack([1 - p, p])


@pytest.fixture
def training():
    """Four studies of different prevalence; the log odds within a study are `sig.truth`."""
    rng = np.random.default_rng(0)
    study = pd.Series(np.repeat(list(SIZES), list(SIZES.values())), dtype="str")
    base = study.map({"a": -1.5, "b": -0.5, "c": 0.5, "d": 1.5}).to_numpy(dtype=float)
    features = pd.DataFrame({"sig.truth": rng.normal(size=len(study)), "sig.study": base})
    y = (rng.random(len(study)) < expit(1.5 * features["sig.truth"] + base)).astype(int).to_numpy()
    return features, y, study


@pytest.fixture
def given():
    return Pipeline([("as_is", FunctionTransformer()), ("classifier", GivenScore())])


def tuned(pipeline, grid, training, inner="leave_one_out", **changes):
    features, y, study = training
    settings = {"cohort": study, "studies": study, "inner": inner, "metric": "auroc", "seed": 0} | changes
    return tune(pipeline, grid, features, y, **settings)


def test_studies_left_out_are_judged_by_auroc_within_weighted_by_patients(training, given):
    features, y, study = training
    found = tuned(given, {"column": [0, 1]}, training).candidates
    aurocs = [roc_auc_score(y[study == name], features["sig.truth"][study == name]) for name in SIZES]
    assert found["inner_auroc"].tolist() == pytest.approx([np.average(aurocs, weights=list(SIZES.values())), 0.5])
    probability = expit(features["sig.truth"])
    assert found["inner_neg_log_loss"][0] == pytest.approx(-log_loss(y, probability))
    assert found["chosen"].tolist() == [1, 0]


@pytest.mark.parametrize(("metric", "best"), [("auroc", 0), ("neg_log_loss", 1)])
def test_the_choice_is_by_the_metric_asked_for(training, given, metric, best):
    """Ten times the truth ranks all the same, a tenth of it also; only log loss tells them apart."""
    found = tuned(given, {"times": [10.0, 1.0]}, training, metric=metric)
    assert found.candidates["chosen"].argmax() == best
    assert found.parameters == {"times": [10.0, 1.0][best]}


def test_a_planted_overconfidence_is_stretched_back(training, given):
    features, y, _ = training
    pipeline = tuned(given, {"times": [6.0]}, training).pipeline
    reference = LogisticRegression(C=np.inf).fit(features[["sig.truth"]], y)
    assert isinstance(pipeline[-1], Recalibrated)
    assert pipeline[-1].slope_[0] == pytest.approx(reference.coef_[0, 0] / 6, abs=0.002)
    assert pipeline[-1].intercept_[0] == pytest.approx(reference.intercept_[0], abs=0.01)
    assert pipeline.predict_proba(features)[:, 1].mean() == pytest.approx(y.mean(), abs=1e-6)


def test_the_recalibration_learns_from_classifiers_that_have_not_seen_the_study(training):
    features, y, study = training
    rng = np.random.default_rng(1)
    wide = pd.DataFrame(rng.normal(size=(len(y), 40))).add_prefix("sig.noise").assign(truth=features["sig.truth"])
    pipeline = Pipeline([("scale", StandardScaler()), ("classifier", LogisticRegression(C=100.0))])
    found = tuned(pipeline, {"C": [100.0]}, (wide, y, study)).pipeline
    score = np.empty(len(y))
    for name in SIZES:
        outside = (study == name).to_numpy()
        left = clone(pipeline).fit(wide[~outside], y[~outside])
        score[outside] = logit(left.predict_proba(wide[outside])[:, 1])
    reference = LogisticRegression(C=np.inf).fit(score[:, None], y)
    assert found[-1].slope_[0] == pytest.approx(reference.coef_[0, 0], abs=0.01)
    assert found[-1].slope_[0] < 0.9
    members = clone(pipeline).fit(wide, y)
    np.testing.assert_allclose(found[-1].classifier.coef_, members[-1].coef_)


def test_a_study_of_one_class_has_no_auroc_but_a_log_loss(training, given):
    features, y, study = training
    y = np.where(study == "c", 1, y)
    found = tuned(given, {"column": [0]}, (features, y, study)).candidates
    others = ["a", "b", "d"]
    aurocs = [roc_auc_score(y[study == name], features["sig.truth"][study == name]) for name in others]
    assert found["inner_auroc"][0] == pytest.approx(np.average(aurocs, weights=[SIZES[name] for name in others]))
    assert found["inner_neg_log_loss"][0] == pytest.approx(-log_loss(y, expit(features["sig.truth"])))


def test_where_no_study_left_out_has_both_classes_the_study_file_is_blamed(training, given):
    features, _, study = training
    with pytest.raises(StratifyError, match="no study left out has patients of both classes"):
        tuned(given, {"column": [1, 0]}, (features, study.isin(["a", "b"]).astype(int).to_numpy(), study))


def test_cohorts_left_out_together_are_still_ranked_apart(training, given):
    features, y, study = training
    families = study.replace({"d": "a"})
    found = tuned(given, {"column": [0, 1]}, training, studies=families).candidates
    wins = pairs = 0
    for name in ("a", "d"):
        rows = (study == name).to_numpy()
        size = y[rows].sum() * (1 - y[rows]).sum()
        wins, pairs = wins + size * roc_auc_score(y[rows], features["sig.truth"][rows]), pairs + size
    others = [roc_auc_score(y[study == name], features["sig.truth"][study == name]) for name in ("b", "c")]
    assert found["inner_auroc"][0] == pytest.approx(np.average([wins / pairs, *others], weights=[120, 90, 150]))
    assert found["inner_auroc"][1] == 0.5


def test_one_study_only_is_refused(training, given):
    features, y, study = training
    rows = (study == "b").to_numpy()
    with pytest.raises(StratifyError, match="leave_one_out: the training patients are all of 'b'"):
        tuned(given, {}, (features[rows], y[rows], study[rows]))


def test_a_study_without_which_one_label_is_left_is_named(training, given):
    features, _, study = training
    y = ((study == "c") & (np.arange(len(study)) % 2 == 0)).astype(int).to_numpy()
    with pytest.raises(StratifyError, match="without c fewer than 2 training patients of a class are left"):
        tuned(given, {}, (features, y, study))


def test_random_folds_are_chosen_by_log_loss_and_not_recalibrated(training, given):
    features, y, study = training
    found = tuned(given, {"times": [1.5, 10.0]}, training, inner=Folds(folds=3, repeats=2))
    assert not isinstance(found.pipeline[-1], Recalibrated)
    assert found.parameters == {"times": 1.5}
    assert [json.loads(text) for text in found.candidates["parameters"]] == [{"times": 1.5}, {"times": 10.0}]
    folds = RepeatedStratifiedKFold(n_splits=3, n_repeats=2, random_state=0)
    losses = [
        -log_loss(y[outside], expit(1.5 * features["sig.truth"].iloc[outside]))
        for _, outside in folds.split(y, balanced_strata(study, pd.Series(y), 3))
    ]
    assert found.candidates["inner_neg_log_loss"][0] == pytest.approx(np.mean(losses))


def test_too_few_of_a_class_for_the_folds_are_refused(training, given):
    features, y, study = training
    y = np.where(np.arange(len(y)) < 2, 1, 0)
    with pytest.raises(StratifyError, match="need at least 3 training patients of each class, the smaller has 2"):
        tuned(given, {}, (features, y, study), inner=Folds(folds=3, repeats=1))


def test_a_classifier_is_told_the_studies_of_the_patients_it_learns_from(training, given):
    features, y, study = training
    assert tuned(given, {"column": [0]}, training).pipeline[-1].classifier.studies_.tolist() == study.tolist()
    plain = fit_with_studies(Pipeline([("classifier", LogisticRegression())]), features, y, study.to_numpy())
    np.testing.assert_array_equal(plain[-1].coef_, LogisticRegression().fit(features, y).coef_)


def test_a_refused_hyper_parameter_is_a_message_about_the_study_file(training):
    pipeline = Pipeline([("scale", StandardScaler()), ("classifier", LogisticRegression())])
    with pytest.raises(StratifyError, match="models: a value of the search space is refused"):
        tuned(pipeline, {"C": [-1.0]}, training)
