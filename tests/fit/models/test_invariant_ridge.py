import numpy as np
import pytest

from stratify.fit.models.grouped_ridge import GroupedRidge
from stratify.fit.models.invariant_ridge import InvariantRidge, build, consistency
from stratify.fit.tuning import fit_with_studies


def fitted(studies, told, least_z):
    features, y, _ = studies
    pipeline = build(features, 0).set_params(classifier__least_z=least_z)
    return dict(zip(pipeline[0].fit(features).get_feature_names_out(), _kept(pipeline, features, y, told), strict=True))


def _kept(pipeline, features, y, told):
    return fit_with_studies(pipeline, features, y, told)[-1].kept_


def test_an_effect_that_changes_sign_is_dropped_and_a_common_one_kept(studies):
    kept = fitted(studies, studies[2], 2.0)
    assert kept["molecular__sig.common"]
    assert not kept["molecular__sig.flips"]
    assert kept["burden__burden"]
    assert kept["levels__clin.cancer_type_renal"]


@pytest.mark.parametrize(("least_z", "n_studies"), [(0.0, 8), (2.0, 2), (2.0, None)])
def test_all_are_kept_without_a_threshold_or_where_too_few_studies_are_known(studies, least_z, n_studies):
    told = None if n_studies is None else np.unique(studies[2], return_inverse=True)[1] % n_studies
    assert all(fitted(studies, told, least_z).values())


def test_at_least_one_is_kept(studies):
    kept = fitted(studies, studies[2], 1000.0)
    assert [name for name, was in kept.items() if was and name.startswith("molecular")] == ["molecular__sig.common"]


def test_it_is_the_grouped_ridge_of_the_columns_kept(studies):
    features, y, study = studies
    X = build(features, 0)[0].fit_transform(features)
    sizes = {"balance": 0.5, "n_clinical": 1}
    found = InvariantRidge(least_z=2.0, n_molecular=8, **sizes).fit(X, y, study)
    reference = GroupedRidge(n_molecular=int(found.kept_[1:9].sum()), **sizes).fit(X[:, found.kept_], y, study)
    np.testing.assert_array_equal(found.coef_[0, found.kept_], reference.coef_[0])
    np.testing.assert_array_equal(found.coef_[0, ~found.kept_], 0)


def test_standardised_differences_worked_by_hand():
    """Study a, b, c: classes 0 .. 4 and 2 .. 6 times 1, 10, 1: difference 2, pooled SD √2.5, whatever the scale."""
    block = np.concatenate([np.arange(5.0), np.arange(5.0) + 2])
    X = np.concatenate([block, 10 * block, block[::-1]])
    X = np.column_stack([X, np.tile([0.0, 0, 0, 0, 4, 0, 0, 0, 1, 4], 3), np.ones(30)])
    y = np.tile(np.repeat([0, 1], 5), 3)
    model = InvariantRidge(least_z=1.5).fit(X, y, np.repeat(["a", "b", "c"], 10))
    d = 2 / np.sqrt(2.5)
    z = consistency(np.array([[d], [d], [-d]]))
    assert z[0] == pytest.approx((d / 3) / (np.std([d, d, -d], ddof=1) / np.sqrt(3)))
    assert model.kept_.tolist() == [False, True, False]


def test_studies_with_fewer_than_five_of_a_class_have_no_say():
    """In three studies the feature goes up; in the fourth, with four responders, far down."""
    rng = np.random.default_rng(0)
    y = np.tile(np.repeat([0, 1], [10, 5]), 4)
    study = np.repeat([*"abcd"], 15)
    y[45:] = np.repeat([0, 1], [11, 4])
    X = np.column_stack([y + rng.normal(0, 0.1, 60), rng.normal(size=60)])
    X[45:, 0] *= -100
    assert InvariantRidge(least_z=5.0).fit(X, y, study).kept_[0]
    y[55] = 1
    assert not InvariantRidge(least_z=5.0).fit(X, y, study).kept_[0]


def test_a_feature_without_any_difference_has_no_consistency():
    assert consistency(np.zeros((3, 1)))[0] == 0
    assert consistency(np.full((4, 2), [0.5, -0.5])).tolist() == [np.inf, -np.inf]
