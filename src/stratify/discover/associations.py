"""Log odds ratios of many variables one at a time: maximum likelihood, and Firth's where that does not exist."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import elementwise
from scipy.stats import chi2, norm

from stratify.logistic import fit_logistic, separated

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

MINIMUM = 10
"""Observed values below which an association is not estimated."""

FIRTH = "classes separated: Firth's penalised likelihood, profile interval and likelihood-ratio p"
Z = float(norm.ppf(0.975))
ROOT_DEVIANCE = float(np.sqrt(chi2.ppf(0.95, df=1)))
"""Change of the signed root of the deviance at the ends of a 95 % profile-likelihood interval."""


def associations(y: Labels, values: Floats, *, standardise: Labels | NDArray[np.bool_]) -> pd.DataFrame:
    """Regress the class on each variable, one at a time.

    Maximum likelihood with Wald's standard error, interval and p-value: for a variable that nearly separates the
    classes Wald's p-value is too large. Where a threshold does separate them no finite maximum exists, and the fit is
    Firth's (doi:10.1093/biomet/80.1.27) with profile penalised likelihood (doi:10.1002/sim.1047), and noted so.

    Parameters
    ----------
    y : array of 0 and 1, shape (n_patients,)
        1 for the positive class.
    values : array of float, shape (n_variables, n_patients)
        The variables; NaN where not observed, and the patient then left out of that regression.
    standardise : array of bool, shape (n_variables,)
        Whether the effect is per standard deviation (of the patients used) rather than per unit.

    Returns
    -------
    DataFrame, shape (n_variables, 7)
        `effect` (log odds ratio of the positive class), `low`, `high`, `p_value`, `n`, `n_events`, `note`. Null with
        a note where a variable has under 10 values, is constant, or is known in one class only.
    """
    observed = np.isfinite(values)
    x, constant = _scaled(values, observed, np.asarray(standardise, dtype=bool))
    result = pd.DataFrame(
        np.nan, index=range(len(values)), columns=["effect", "low", "high", "p_value"], dtype="float64"
    )
    result["n"] = observed.sum(axis=1)
    result["n_events"] = observed @ y
    result["note"] = _obstacles(result["n"].to_numpy(), result["n_events"].to_numpy(), constant)
    possible = result["note"].isna().to_numpy()
    apart = possible & separated(x, y, observed)
    for rows, estimate in ((possible & ~apart, _maximum_likelihood), (apart, _firth)):
        result.loc[rows, ["effect", "low", "high", "p_value"]] = estimate(x[rows], y, observed[rows].astype(float))
    result.loc[apart, "note"] = FIRTH
    result.loc[possible & result["effect"].isna(), "note"] = "the fit did not converge"
    return result


def _scaled(values: Floats, observed: NDArray[np.bool_], standardise: NDArray[np.bool_]) -> tuple[Floats, Labels]:
    """Centre each variable and divide by its standard deviation; also say which are constant."""
    n = np.maximum(observed.sum(axis=1, keepdims=True), 1)
    low = np.where(observed, values, np.inf).min(axis=1)
    high = np.where(observed, values, -np.inf).max(axis=1)
    filled = np.where(observed, values, 0)
    centred = np.where(observed, filled - filled.sum(axis=1, keepdims=True) / n, 0)
    deviation = np.sqrt((centred**2).sum(axis=1, keepdims=True) / np.maximum(n - 1, 1))
    unit = np.where(standardise[:, None] & (deviation > 0), deviation, 1.0)
    return centred / unit, ~(high > low)


def _obstacles(n: Labels, n_events: Labels, constant: Labels) -> pd.Series:
    """Say why a variable's association cannot be estimated; null where it can."""
    note = pd.Series(None, index=range(n.size), dtype="str")
    note[constant] = "constant"
    note[(n_events == 0) | (n_events == n)] = "observed in one class only"
    note[n < MINIMUM] = f"fewer than {MINIMUM} observed values"
    return note


def _maximum_likelihood(x: Floats, y: Labels, weights: Floats) -> Floats:
    fit = fit_logistic(x, y, weights)
    reach = Z * fit.slope_error
    p_value = 2 * norm.sf(np.abs(fit.slope / fit.slope_error))
    return np.column_stack([fit.slope, fit.slope - reach, fit.slope + reach, p_value])


def _firth(x: Floats, y: Labels, weights: Floats) -> Floats:
    """Estimate, profile-likelihood interval and likelihood-ratio p-value of the penalised fit."""
    if not len(x):
        return np.empty((0, 4))
    best = fit_logistic(x, y, weights, firth=True)
    rows = np.arange(len(x))

    def signed_root(slope: Floats, row: NDArray[np.intp]) -> Floats:
        profile = fit_logistic(x[row], y, weights[row], slope=slope, firth=True)
        deviance = 2 * (best.log_likelihood[row] - profile.log_likelihood)
        return np.asarray(np.sign(slope - best.slope[row]) * np.sqrt(np.maximum(deviance, 0)))

    def end(side: int) -> Floats:
        def excess(slope: Floats, row: NDArray[np.intp]) -> Floats:
            return signed_root(slope, row) - side * ROOT_DEVIANCE

        near, far = best.slope, best.slope + side * best.slope_error
        bracket = elementwise.bracket_root(excess, np.minimum(near, far), np.maximum(near, far), args=(rows,))
        found = elementwise.find_root(excess, bracket.bracket, args=(rows,))
        return np.where(found.success, found.x, np.nan)

    p_value = 2 * norm.sf(np.abs(signed_root(np.zeros(len(x)), rows)))
    return np.column_stack([best.slope, end(-1), end(1), p_value])
