import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.preprocessing import SplineTransformer

from stratify.fit.models.splines import DEGREE, place_knots, rises

VALUES = np.random.default_rng(0).lognormal(1, 1, 500)


def test_functions_are_sums_of_the_b_splines_of_a_reference():
    """Partial sums from the right, on even knots, of scikit-learn's basis with constant extrapolation."""
    knots = np.concatenate([np.repeat(0.0, DEGREE + 1), [1.0, 2.0, 3.0], np.repeat(4.0, DEGREE + 1)])
    x = np.linspace(0, 4, 41)
    found = rises(x, knots)
    reference = SplineTransformer(n_knots=5, degree=DEGREE, knots="uniform").fit_transform(x[:, None])
    assert found.shape[1] + 1 == reference.shape[1]  # the functions and a constant span the same curves
    design = np.column_stack([np.ones(len(x)), found])
    fitted = design @ np.linalg.lstsq(design, reference, rcond=None)[0]
    np.testing.assert_allclose(fitted, reference, atol=1e-10)


def test_each_function_rises_from_zero_to_one_and_is_flat_outside():
    knots = place_knots(VALUES)
    x = np.sort(np.concatenate([VALUES, [-1e6, 0.0, 1e6]]))
    functions = rises(x, knots)
    assert (np.diff(functions, axis=0) >= -1e-12).all()
    np.testing.assert_allclose(functions[0], 0, atol=1e-12)
    np.testing.assert_allclose(functions[-1], 1, atol=1e-12)
    np.testing.assert_array_equal(rises(np.array([knots[-1], 1e9]), knots)[0], functions[-1])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], []),
        ([np.nan, 3.0, 3.0], []),
        ([0.0, 1.0, np.nan, 1.0], [0.0, 0.0, 1.0, 1.0]),
        ([2.0] * 300 + [1, 3, 4, 5, 6, 7.0], [1.0, 1.0, 7.0, 7.0]),
    ],
)
def test_few_values_get_a_straight_line_and_one_value_nothing(values, expected):
    np.testing.assert_array_equal(place_knots(np.array(values)), expected)


@given(arrays(float, st.integers(0, 60), elements=st.one_of(st.just(np.nan), st.floats(-1e3, 1e3, width=32))))
def test_any_training_values_make_a_finite_basis(values):
    knots = place_knots(values)
    functions = rises(np.array([-1e9, 0.0, 1e9]), knots)
    assert ((functions >= -1e-9) & (functions <= 1 + 1e-9)).all()
    assert rises(np.empty(0), knots).shape == (0, functions.shape[1])
