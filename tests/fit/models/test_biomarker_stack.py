import numpy as np
import pytest
from scipy.optimize import minimize

from stratify.errors import StratifyError
from stratify.fit.models.biomarker_stack import BiomarkerStack, build
from stratify.fit.models.grouped_ridge import GroupedRidge, study_weights
from stratify.fit.tuning import fit_with_studies


def test_only_biomarkers_with_a_direction_are_used_beside_clinical_facts(studies):
    features, y, study = studies
    pipeline = fit_with_studies(build(features, 0, {"sig.common": "increasing"}), features, y, study)
    names = list(pipeline[0].get_feature_names_out())
    assert names == [
        "burden__burden",
        "molecular__sig.common",
        "levels__clin.cancer_type_melanoma",
        "levels__clin.cancer_type_renal",
    ]
    changed = features.assign(**{"sig.flips": 1e6})
    assert np.array_equal(pipeline.predict_proba(features), pipeline.predict_proba(changed))
    assert pipeline[-1].coef_[0, 1] > 0.5


@pytest.mark.parametrize("direction", ["increasing", "decreasing"])
@pytest.mark.parametrize("name", ["sig.common", "clin.tmb_per_mb", "sig.noise_a", "sig.flips"])
def test_a_wrong_sign_is_never_learned(studies, name, direction):
    features, y, study = studies
    pipeline = fit_with_studies(build(features, 0, {name: direction}), features, y, study)
    names = list(pipeline[0].get_feature_names_out())
    coefficient = pipeline[-1].coef_[0, names.index("burden__burden" if "tmb" in name else f"molecular__{name}")]
    assert coefficient >= 0 if direction == "increasing" else coefficient <= 0
    if name in ("sig.common", "clin.tmb_per_mb"):
        assert (coefficient != 0) == (direction == "increasing")


def test_it_is_the_bounded_minimum_of_the_stated_loss(studies):
    features, y, study = studies
    X = build(features, 0, {"sig.common": "increasing"})[0].fit_transform(features)
    X = np.column_stack([X[:, 0], X[:, 1], features["sig.flips"], X[:, 2]])
    model = BiomarkerStack(signs=[-1, 1, 1], balance=0.7, n_clinical=1, n_molecular=2).fit(X, y, study)
    weights, penalty = study_weights(study, len(y), 0.7), np.array([10.0, 30.0, 30.0, 30.0])

    def loss(b):
        eta = b[0] + X @ b[1:]
        return (weights * (np.logaddexp(0, eta) - y * eta)).sum() + 0.5 * penalty @ b[1:] ** 2

    bounds = [(None, None), (None, 0), (0, None), (0, None), (None, None)]
    reference = minimize(loss, np.zeros(5), method="SLSQP", bounds=bounds, options={"ftol": 1e-14, "maxiter": 1000})
    np.testing.assert_allclose([*model.intercept_, *model.coef_[0]], reference.x, atol=1e-4)
    assert model.coef_[0, 0] == 0


def test_without_signs_it_is_the_grouped_ridge(studies):
    features, y, study = studies
    X = features.select_dtypes("number").to_numpy()
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    sizes = {"n_clinical": 2, "molecular_penalty": 30.0, "balance": 0.5}
    found, reference = (kind(**sizes).fit(X, y, study) for kind in (BiomarkerStack, GroupedRidge))
    np.testing.assert_allclose(found.coef_, reference.coef_, atol=1e-5)


def test_a_burden_in_two_units_has_one_direction(studies):
    features = studies[0].assign(**{"clin.mutation_count": np.nan})
    directions = {"clin.mutation_count": "increasing", "sig.common": "decreasing"}
    assert build(features, 0, directions)[-1].signs == [1, -1]
    with pytest.raises(StratifyError, match=r"clin\.tmb_per_mb and clin\.mutation_count are one burden in two units"):
        build(features, 0, {"clin.mutation_count": "increasing", "clin.tmb_per_mb": "decreasing"})


def test_a_study_without_directions_is_told_what_to_do(studies):
    with pytest.raises(StratifyError, match="the study names none; list the published biomarkers under `directions`"):
        build(studies[0], 0)
