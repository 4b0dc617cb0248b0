import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

from stratify.errors import StratifyError
from stratify.fit.models.grouped_ridge import GroupedRidge, build, prepared, study_weights
from stratify.fit.tuning import fit_with_studies


def minimum(X, y, penalty, weights):
    """Minimise the stated loss without its gradient, from a poor start, in double steps."""

    def loss(b):
        eta = b[0] + X @ b[1:]
        return (weights * (np.logaddexp(0, eta) - y * eta)).sum() + 0.5 * penalty @ b[1:] ** 2

    def gradient(b):
        residual = weights * (1 / (1 + np.exp(-b[0] - X @ b[1:])) - y)
        return np.append(residual.sum(), X.T @ residual + penalty * b[1:])

    return minimize(loss, np.ones(X.shape[1] + 1), jac=gradient, method="BFGS", options={"gtol": 1e-9}).x


@pytest.mark.parametrize("balance", [0.0, 0.5, 1.0])
def test_it_is_the_minimum_of_the_stated_loss(studies, balance):
    features, y, study = studies
    pipeline = fit_with_studies(build(features, 0), features, y, study)
    X = pipeline[0].transform(features)
    sizes = {"n_clinical": 1, "n_molecular": 8}
    model = GroupedRidge(clinical_penalty=2.0, molecular_penalty=50.0, level_penalty=7.0, balance=balance, **sizes)
    model.fit(X, y, study)
    _, of_study, counts = np.unique(study, return_inverse=True, return_counts=True)
    weights = counts[of_study] ** -balance
    penalty = np.array([2.0, *[50.0] * 8, 7.0, 7.0])
    expected = minimum(X, y, penalty, weights / weights.mean())
    np.testing.assert_allclose([*model.intercept_, *model.coef_[0]], expected, atol=1e-6)


def test_unequal_studies_are_weighed_by_size_to_the_power_of_the_balance():
    study = np.array(["a"] * 1 + ["b"] * 4)
    assert study_weights(study, 5, 0.0).tolist() == [1.0] * 5
    assert study_weights(None, 5, 1.0).tolist() == [1.0] * 5
    np.testing.assert_allclose(study_weights(study, 5, 1.0), [2.5, *[0.625] * 4])
    np.testing.assert_allclose(study_weights(study, 5, 0.5), np.array([1, *[0.5] * 4]) * 5 / 3)


def test_the_weights_are_those_of_repeated_patients():
    """Studies of 30 and 10 that count alike: as if each patient of the small one stood there three times."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 2)), rng.integers(0, 2, 40)
    study = np.repeat(["large", "small"], [30, 10])
    balanced = GroupedRidge(molecular_penalty=1.0, balance=1.0).fit(X, y, study)
    again = np.concatenate([np.arange(30), *[np.arange(30, 40)] * 3])
    repeated = GroupedRidge(molecular_penalty=1.5).fit(X[again], y[again])  # 60 rows for 40: the penalty grows alike
    np.testing.assert_allclose(balanced.coef_, repeated.coef_, atol=1e-7)
    np.testing.assert_allclose(balanced.intercept_, repeated.intercept_, atol=1e-7)


def test_the_matrix_has_the_burden_clinical_numbers_molecules_and_levels():
    frame = pd.DataFrame(
        {
            "sig.cyt": [1.0, 2.0, np.nan],
            "clin.cancer_type": pd.Series(["renal", None, "renal"], dtype="str"),
            "clin.mutation_count": [3.0, np.nan, 1.0],
            "clin.age_years": [40.0, 60.0, 50.0],
            "clin.tmb_per_mb": [np.nan, 1.0, 3.0],
        }
    )
    steps, n_clinical = prepared(frame)
    names = list(steps.fit(frame).get_feature_names_out())
    assert names == [
        "burden__burden",
        "clinical__clin.age_years",
        "molecular__sig.cyt",
        "levels__clin.cancer_type_missing",
        "levels__clin.cancer_type_renal",
    ]
    assert n_clinical == 2
    assert (build(frame, 0)[-1].n_clinical, build(frame, 0)[-1].n_molecular) == (2, 1)
    matrix = steps.transform(frame)
    assert matrix[2, 2] == 0  # the median of 1 and 2 is the mean of 1, 2 and 1.5
    assert matrix[:, 3:].tolist() == [[0, 1], [1, 0], [0, 1]]


def test_a_direction_of_something_that_is_no_feature_is_refused(studies):
    with pytest.raises(StratifyError, match=r"'sig\.commn' is not a number among the model's features; did you mean"):
        build(studies[0], 0, {"sig.commn": "increasing"})
