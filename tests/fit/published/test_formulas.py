import math

import numpy as np
import pandas as pd
import pytest

from stratify.errors import StratifyError
from stratify.fit.published.formulas import CANCER_TYPE_TERMS, LorisNsclc, LorisPanCancer, Tmb10

PATIENT = {
    "clin.tmb_per_mb": 10.0,
    "clin.prior_systemic_therapy": 1.0,
    "clin.albumin_g_per_dl": 4.0,
    "clin.nlr": 5.0,
    "clin.age_years": 60.0,
    "clin.cancer_type": "renal",
    "clin.pdl1_tps_percent": 50.0,
}


def patient(**changes):
    return pd.DataFrame([PATIENT | {f"clin.{name}": value for name, value in changes.items()}], index=["toy:a"])


def score(estimator, X):
    return estimator.fit(X, np.ones(len(X))).decision_function(X)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        # 0.371 - 0.8775 + 2.1528 - 0.165 + 0.294 + 0.5451 - 2.0886
        ({}, 0.2318),
        # without the earlier therapy
        ({"prior_systemic_therapy": 0.0}, 1.1093),
        # 1.855 - 0.8775 + 2.1528 - 0.825 + 0.4165 + 0 - 2.0886: all three limits, a type without a term
        ({"tmb_per_mb": 80.0, "nlr": 40.0, "age_years": 91.0, "cancer_type": "cns"}, 0.6332),
        ({"tmb_per_mb": 50.0, "nlr": 25.0, "age_years": 85.0, "cancer_type": "unknown_primary"}, 0.6332),
        # -0.3133 without a term
        ({"cancer_type": "pancreatic"}, -1.4302),
    ],
)
def test_pan_cancer_formula_by_hand(changes, expected):
    X = patient(**changes)
    model = LorisPanCancer().fit(X, [1])
    assert model.decision_function(X) == pytest.approx([expected], abs=1e-12)
    probability = 1 / (1 + math.exp(-expected))
    assert model.predict_proba(X) == pytest.approx(np.array([[1 - probability, probability]]))


@pytest.mark.parametrize(("name", "term"), CANCER_TYPE_TERMS.items())
def test_a_cancer_type_adds_its_term(name, term):
    of_type, of_none = (score(LorisPanCancer(), patient(cancer_type=kind)) for kind in (name, "cns"))
    assert of_type - of_none == pytest.approx([term], abs=1e-12)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        # 0.353 + 0.555 - 0.375 + 1.1696 - 0.0515 - 1.5593
        ({}, 0.0918),
        # 1.765 + 0.555 - 0.375 + 1.1696 - 0.2575 - 1.5593
        ({"tmb_per_mb": 70.0, "nlr": 26.0}, 1.2978),
        # age is no input
        ({"age_years": math.nan}, 0.0918),
    ],
)
def test_lung_formula_by_hand(changes, expected):
    assert score(LorisNsclc(), patient(cancer_type="nsclc", **changes)) == pytest.approx([expected], abs=1e-12)


@pytest.mark.parametrize("kind", ["sclc", "melanoma", None])
def test_the_lung_formula_scores_nobody_else(kind):
    X = patient(cancer_type=kind)
    model = LorisNsclc().fit(X, [0])
    assert np.isnan(model.predict_proba(X)).all()
    assert not model.can_score(X).any()


@pytest.mark.parametrize(("tmb", "expected"), [(9.99, 0.0), (10.0, 1.0), (60.0, 1.0), (math.nan, math.nan)])
def test_ten_per_megabase_counts_as_high(tmb, expected):
    X = patient(tmb_per_mb=tmb)
    assert score(Tmb10(), X) == pytest.approx([expected], nan_ok=True)
    assert Tmb10().fit(X, [0]).predict(X) == pytest.approx([expected], nan_ok=True)
    assert not hasattr(Tmb10(), "predict_proba")


@pytest.mark.parametrize("kind", [LorisPanCancer, LorisNsclc, Tmb10])
def test_a_patient_without_an_input_gets_no_score_and_no_class(kind):
    whole = patient(cancer_type="nsclc")
    rows = pd.concat([whole, *(whole.assign(**{name: None}) for name in kind.inputs)], ignore_index=True)
    model = kind().fit(rows, np.zeros(len(rows)))
    expected = [True] + [False] * len(kind.inputs)
    assert model.can_score(rows).tolist() == expected
    assert np.isfinite(model.decision_function(rows)).tolist() == expected
    assert np.isfinite(model.predict(rows)).tolist() == expected


def test_labels_change_nothing():
    X = pd.concat([patient(), patient(nlr=12.0)])
    one, other = (LorisPanCancer().fit(X, labels).decision_function(X) for labels in ([0, 1], [1, 1]))
    assert np.array_equal(one, other)


def test_what_is_not_a_table_of_patients_is_refused():
    X = patient()
    model = LorisPanCancer().fit(X, [1])
    with pytest.raises(StratifyError, match="DataFrame with named columns, found ndarray"):
        model.predict_proba(X.to_numpy())
    with pytest.raises(StratifyError, match=r"LorisPanCancer: needs the 2 columns clin.nlr, clin.age_years"):
        model.predict_proba(X.drop(columns=["clin.nlr", "clin.age_years"]))
    with pytest.raises(StratifyError, match=r"'clin.nlr' is not a number"):
        model.predict_proba(patient(nlr="high"))
    with pytest.raises(StratifyError, match="labels are 0 or 1, found R"):
        LorisPanCancer().fit(X, ["R"])
    with pytest.raises(StratifyError, match="labels are 0 or 1, found nan"):
        LorisPanCancer().fit(X, [math.nan])
    with pytest.raises(StratifyError, match="1 patient but 2 labels"):
        LorisPanCancer().fit(X, [0, 1])


def test_the_cancer_type_terms_are_complete():
    """Sixteen types, and their sum by hand."""
    assert len(CANCER_TYPE_TERMS) == 16
    assert sum(CANCER_TYPE_TERMS.values()) == pytest.approx(-0.5002)
