import numpy as np
import pandas as pd
import pytest

from stratify.fit.models.burden import FEWEST, ReferencedBurden


def frame(rows):
    """Make a frame of (burden per megabase, count, cancer type)."""
    columns = ["clin.tmb_per_mb", "clin.mutation_count", "clin.cancer_type"]
    return pd.DataFrame(rows, columns=columns).astype(
        {"clin.tmb_per_mb": float, "clin.mutation_count": float, "clin.cancer_type": "str"}
    )


@pytest.fixture
def training():
    """Log2 of burden plus 1: melanoma (20 patients) 2 and 4, renal (10) 1; counts, all melanoma, 6 and 8."""
    return frame(
        [
            *[(3, None, "melanoma"), (15, None, "melanoma")] * 10,
            *[(1, None, "renal")] * 10,
            *[(None, 63, "melanoma"), (None, 255, "melanoma")] * 10,
        ]
    )


@pytest.fixture
def burden(training):
    return ReferencedBurden().fit(training)


def test_references_and_scales_worked_by_hand(burden):
    """All 30 burdens per megabase have the mean (20 · 3 + 10 · 1) / 30 = 7 / 3; renal is too rare for its own."""
    assert FEWEST == 20
    assert burden.groups_.tolist() == ["melanoma", "renal"]
    np.testing.assert_allclose(burden.means_, [[3, 7 / 3, 7 / 3], [7, 7, 7]])
    around = np.array([-1.0, 1.0] * 10 + [-4 / 3] * 10)
    np.testing.assert_allclose(burden.scales_, [around.std(), 1.0])


@pytest.mark.parametrize(
    ("per_mb", "count", "cancer", "expected"),
    [
        (7, None, "melanoma", 0.0),
        (None, 127, "melanoma", 0.0),
        (None, 511, "melanoma", 2.0),
        (None, 31, "melanoma", -2.0),
        (None, 511, "bladder", 2.0),
        (None, 511, None, 2.0),
        (None, None, "melanoma", 0.0),
        (None, None, None, 0.0),
        (-1, None, "melanoma", 0.0),
        (-1, 255, "melanoma", 1.0),
        (7, 511, "melanoma", 1.0),
        (0, 127, "melanoma", "half of -3"),
        (3, None, "renal", "2 - 7/3"),
        (3, None, "bladder", "2 - 7/3"),
        (3, None, None, "2 - 7/3"),
    ],
)
def test_patients_worked_by_hand(burden, per_mb, count, cancer, expected):
    scale = burden.scales_[0]
    expected = {"half of -3": -3 / scale / 2, "2 - 7/3": (2 - 7 / 3) / scale}.get(expected, expected)
    assert burden.transform(frame([(per_mb, count, cancer)]))[0, 0] == pytest.approx(expected, abs=1e-12)


def test_nineteen_patients_are_no_reference(training):
    fewer = ReferencedBurden().fit(training.drop(index=0))
    assert fewer.means_[0, 0] == fewer.means_[0, 2] == pytest.approx((9 * 2 + 10 * 4 + 10 * 1) / 29)


def test_a_unit_unknown_to_training_says_nothing(training):
    burden = ReferencedBurden().fit(training.iloc[:30])
    assert np.isnan(burden.means_[1]).all()
    assert burden.transform(frame([(None, 511, "melanoma")]))[0, 0] == 0
    assert burden.transform(frame([(15, 511, "melanoma")]))[0, 0] == pytest.approx(1 / burden.scales_[0])


def test_without_a_cancer_type_the_reference_is_everyone(training):
    burden = ReferencedBurden(("clin.mutation_count",), None).fit(training)
    found = burden.transform(training.drop(columns="clin.cancer_type"))[:, 0]
    assert found.tolist() == [0.0] * 30 + [-1.0, 1.0] * 10


def test_training_with_no_or_one_burden_has_a_finite_scale(training):
    nobody = training.assign(**{"clin.tmb_per_mb": np.nan, "clin.mutation_count": [5.0, *[np.nan] * 49]})
    burden = ReferencedBurden().fit(nobody)
    assert burden.scales_.tolist() == [1.0, 1.0]
    assert burden.transform(nobody).tolist() == [[0.0]] * 50


def test_a_missing_cancer_type_is_no_group_of_its_own(training):
    unknown = training.assign(**{"clin.cancer_type": pd.Series([None] * 50, dtype="str")})
    burden = ReferencedBurden().fit(unknown)
    assert len(burden.groups_) == 0
    assert burden.transform(unknown)[30:, 0].tolist() == [-1.0, 1.0] * 10
