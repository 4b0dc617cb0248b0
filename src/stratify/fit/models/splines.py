"""Rising spline functions: sums of B-splines, so that a curve rises wherever its coefficients are positive."""

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import BSpline

Floats = NDArray[np.float64]

FEW_VALUES = 5
"""A number with at most so many different training values gets a straight line from the lowest to the highest."""

ENDS = (0.025, 0.975)
"""Training quantiles beyond which a curve is flat: the last few patients cannot say where it goes, and a value out of
range (another assay, a typing error) then counts like one at the end."""

INTERVALS = 5
DEGREE = 2


def place_knots(values: Floats) -> Floats:
    """Place the knots of one number, at quantiles so that each piece has about as many patients.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Training values; NaN is missing.

    Returns
    -------
    ndarray
        Knots in increasing order, the first and the last repeated as often as a B-spline basis that ends there needs;
        empty where there are not two different values.
    """
    present = values[~np.isnan(values)]
    distinct = np.unique(present)
    if len(distinct) < 2:
        return np.empty(0)
    ends = np.quantile(present, ENDS)
    if len(distinct) <= FEW_VALUES or ends[0] == ends[1]:
        return np.repeat(distinct[[0, -1]], 2)
    between = np.unique(np.quantile(np.clip(present, *ends), np.linspace(0, 1, INTERVALS + 1)[1:-1]))
    inner = between[(between > ends[0]) & (between < ends[1])]
    return np.concatenate([np.repeat(ends[0], DEGREE + 1), inner, np.repeat(ends[1], DEGREE + 1)])


def rises(values: Floats, knots: Floats) -> Floats:
    """Evaluate the functions: each is 0 at the first knot, never falls, and is 1 at the last.

    Outside the knots a function keeps its end value.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Without missing values.
    knots : ndarray
        From `place_knots`.

    Returns
    -------
    ndarray, shape (n, n_functions)
        In [0, 1]; no function where there are no knots.

    References
    ----------
    Ramsay 1988, Monotone regression splines in action, Statistical Science 3(4)

    Examples
    --------
    >>> rises(np.array([-1.0, 3.0, 9.0]), np.array([0.0, 0.0, 4.0, 4.0])).ravel().tolist()
    [0.0, 0.75, 1.0]
    """
    if not len(knots):
        return np.empty((len(values), 0))
    degree = int((knots == knots[0]).sum()) - 1
    if not len(values):
        return np.empty((0, len(knots) - degree - 2))
    pieces = BSpline.design_matrix(np.clip(values, knots[0], knots[-1]), knots, degree).toarray()
    return pieces[:, :0:-1].cumsum(axis=1)[:, ::-1]
