import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from stratify.fit.published import TooFewPatientsError
from stratify.fit.published.loris_refit import LorisRefit
from stratify.fit.published.rf16 import RandomForest16


def refit(**changes):
    return LorisRefit(random_state=0).set_params(**changes)


def forest(**changes):
    return RandomForest16(n_estimators=20, random_state=0).set_params(**changes)


REFITS = pytest.mark.parametrize("make", [refit, forest])


def test_loris_refit_is_the_penalised_fit_of_standardised_columns(patients):
    """The same design by hand, with another solver."""
    X = patients[list(LorisRefit.inputs)].drop(columns="clin.cancer_type")
    X["clin.tmb_per_mb"] = np.minimum(X["clin.tmb_per_mb"], 50)
    X["clin.nlr"] = np.minimum(X["clin.nlr"], 25)
    X["clin.age_years"] = np.minimum(X["clin.age_years"], 85)
    for kind in sorted(set(patients["clin.cancer_type"])):
        X[kind] = (patients["clin.cancer_type"] == kind).astype(float)
    Z = ((X - X.mean()) / X.std(ddof=0)).to_numpy()
    # liblinear also penalises the intercept; a large scaling makes that negligible
    slow = LogisticRegression(
        C=0.1, l1_ratio=1.0, solver="liblinear", intercept_scaling=1e3, tol=1e-10, max_iter=100_000, random_state=0
    ).fit(Z, patients["y"])
    model = refit().fit(patients, patients["y"])
    assert model.decision_function(patients) == pytest.approx(slow.decision_function(Z), abs=2e-3)
    assert np.ptp(slow.decision_function(Z)) > 0.5
    assert model.predict_proba(patients)[:, 1].mean() == pytest.approx(patients["y"].mean(), abs=1e-3)


def test_an_unseen_cancer_type_belongs_to_no_column(patients):
    """Its score is the linear sum without any cancer-type column switched on."""
    model = refit().fit(patients, patients["y"])
    new = patients.head(3).assign(**{"clin.cancer_type": "thymic"})
    scaler, logistic = model.classifier_
    numbers = np.minimum(new[list(LorisRefit.inputs)[:5]], [50, np.inf, np.inf, 25, 85])
    Z = (np.hstack([numbers, np.zeros((3, 4))]) - scaler.mean_) / scaler.scale_
    assert model.decision_function(new) == pytest.approx(Z @ logistic.coef_[0] + logistic.intercept_[0])


@pytest.mark.parametrize(
    ("column", "level", "number"),
    [
        ("clin.sex", "male", 1.0),
        ("clin.sex", "female", 0.0),
        ("clin.msi_status", "unstable", 1.0),
        ("clin.msi_status", "indeterminate", np.nan),
        ("clin.therapy_class", "anti_pd1_or_pdl1", 0.0),
        ("clin.therapy_class", "anti_pd1", 0.0),
        ("clin.therapy_class", "anti_pd1_plus_anti_ctla4", 1.0),
        ("clin.therapy_class", "anti_ctla4", 2.0),
        ("clin.therapy_class", "chemotherapy", np.nan),
        ("clin.cancer_type", "melanoma", 0.0),
        ("clin.cancer_type", "nsclc", 1.0),
        ("clin.cancer_type", "cns", 2.0),
        ("clin.cancer_type", None, np.nan),
    ],
)
def test_levels_become_the_numbers_the_forest_was_made_with(patients, column, level, number):
    model = forest()
    prepared = model._prepare(patients.head(1)[list(model.inputs)].assign(**{column: level}))
    assert prepared[column].to_numpy(dtype=float) == pytest.approx([number], nan_ok=True)


def test_forest_has_the_published_settings(patients):
    assert RandomForest16().n_estimators == 1000
    fitted = forest().fit(patients, patients["y"]).forest_
    settings = {"max_depth": 8, "min_samples_leaf": 20, "class_weight": None, "n_jobs": 1, "n_estimators": 20}
    assert fitted.get_params().items() >= settings.items()
    assert fitted.n_features_in_ == 16


@REFITS
def test_row_order_changes_no_score(make, patients):
    shuffled = patients.sample(frac=1, random_state=1)
    first = make().fit(patients, patients["y"])
    second = make().fit(shuffled, shuffled["y"])
    assert np.array_equal(first.decision_function(patients), second.decision_function(patients))


@REFITS
def test_a_patient_alone_gets_the_score_of_the_batch(make, patients):
    model = make().fit(patients, patients["y"])
    alone = [model.decision_function(patients.iloc[[i]])[0] for i in (0, 7, 80)]
    assert alone == pytest.approx(model.decision_function(patients)[[0, 7, 80]], abs=1e-12)


@REFITS
def test_incomplete_patients_are_neither_learned_from_nor_scored(make, patients):
    gaps = patients.copy()
    gaps.loc[gaps.index[:40], "clin.albumin_g_per_dl"] = np.nan
    gaps.loc[gaps.index[40:60], "clin.cancer_type"] = None
    gaps.loc[gaps.index[:60], "y"] = 1 - gaps.loc[gaps.index[:60], "y"]
    whole = patients.iloc[60:]
    first, second = make().fit(gaps, gaps["y"]), make().fit(whole, whole["y"])
    assert np.array_equal(first.decision_function(whole), second.decision_function(whole))
    probability = first.predict_proba(gaps)
    assert np.isnan(probability[:60]).all()
    assert probability[60:].sum(axis=1) == pytest.approx(np.ones(100))
    assert ((probability[60:] > 0) & (probability[60:] < 1)).all()


@REFITS
def test_too_few_complete_patients_are_refused(make, patients):
    positive, other = patients[patients["y"] == 1], patients[patients["y"] == 0]
    few = pd.concat([positive.head(9), other])
    with pytest.raises(
        TooFewPatientsError,
        match=rf"9 responders and {len(other)} others .* have all its \d+ inputs; a refit needs 10 of each",
    ):
        make().fit(few, few["y"])
    enough = pd.concat([positive.head(10), other])
    make().fit(enough, enough["y"])
    nobody = patients.assign(**{"clin.nlr": np.nan})
    with pytest.raises(TooFewPatientsError, match="0 responders and 0 others"):
        make().fit(nobody, nobody["y"])


def test_ranking_is_learned(patients):
    model = refit().fit(patients, patients["y"])
    ranked = patients.assign(p=model.predict_proba(patients)[:, 1]).groupby("y")["p"].mean()
    assert ranked[1] > ranked[0] + 0.05
