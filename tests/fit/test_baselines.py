import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from stratify.fit.baselines import one_feature_logistic, plain_ridge


@pytest.fixture
def patients():
    rng = np.random.default_rng(0)
    y = np.arange(80) % 2
    return pd.DataFrame({"y": y, "sig.cyt": 40 + 3 * rng.normal(size=80) - 4 * y, "split": "s"})


def test_the_direction_is_that_of_the_training_patients(patients):
    train, rows = patients.iloc[:50], patients.iloc[50:]
    found = one_feature_logistic(train, rows, "sig.cyt")
    assert found["model"].unique().tolist() == ["logistic(sig.cyt)"]
    expected = roc_auc_score(rows["y"], -rows["sig.cyt"])
    assert roc_auc_score(found["y"], found["score"]) == expected
    np.testing.assert_allclose(found["probability"], 1 / (1 + np.exp(-found["score"])))


def test_it_is_the_maximum_likelihood_fit(patients):
    """At the maximum the residuals sum to zero, and so do the residuals times the number."""
    found = one_feature_logistic(patients, patients, "sig.cyt")
    residual = found["probability"] - patients["y"]
    assert abs(residual.mean()) < 1e-4
    assert abs((residual * (patients["sig.cyt"] - 40)).mean()) < 1e-3


def test_who_lacks_the_number_has_no_score_and_teaches_nothing(patients):
    missing = patients.assign(**{"sig.cyt": patients["sig.cyt"].mask(patients.index < 10)})
    found = one_feature_logistic(missing, missing, "sig.cyt")
    assert found["score"].isna().tolist() == [True] * 10 + [False] * 70
    known = patients.iloc[10:]
    pd.testing.assert_series_equal(found["score"].iloc[10:], one_feature_logistic(known, known, "sig.cyt")["score"])


def test_too_few_to_learn_from_score_nobody(patients, caplog):
    few = patients.assign(**{"sig.cyt": patients["sig.cyt"].where(patients.index < 9)})
    found = one_feature_logistic(few, patients, "sig.cyt")
    assert found["score"].isna().all()
    assert found["probability"].isna().all()
    assert "too few training patients have sig.cyt" in caplog.text


def test_plain_ridge_is_the_published_recipe(patients):
    rng = np.random.default_rng(1)
    wide = patients.join(pd.DataFrame(rng.normal(3, 2, (80, 6)), columns=[f"ssgsea.S{number}" for number in range(6)]))
    names = [name for name in wide if name.startswith("ssgsea.")]
    train, rows = wide.iloc[:60], wide.iloc[60:].copy()
    standard = (wide[names] - train[names].mean()) / train[names].std(ddof=0)
    expected = LogisticRegression(C=0.001, class_weight="balanced", tol=1e-10).fit(standard.iloc[:60], train["y"])
    found = plain_ridge(train, rows, names)
    np.testing.assert_allclose(found["score"], expected.decision_function(standard.iloc[60:]), atol=1e-6)
    rows[names] = np.nan
    assert plain_ridge(train, rows, names)["score"].isna().all()
