"""What a fitted pipeline has learned, as numbers that can be compared."""

from typing import Any

import numpy as np
from lightgbm import LGBMModel
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

from stratify.fit.models.recalibrated import Recalibrated


def fitted_state(estimator: Any, path: str = "") -> dict[str, np.ndarray | str]:
    """Collect the learned attributes of an estimator and of everything inside it.

    Parameters
    ----------
    estimator
        A fitted scikit-learn or LightGBM estimator.
    path
        Prefix of the names.

    Returns
    -------
    dict of str to ndarray or str
        Attributes whose name ends in an underscore, by path: numbers as arrays; category levels, and the trees of
        LightGBM, as text.
    """
    if isinstance(estimator, Pipeline):
        return _merge(fitted_state(step, f"{path}{name}.") for name, step in estimator.steps)
    if isinstance(estimator, ColumnTransformer):
        return _merge(fitted_state(step, f"{path}{name}.") for name, step, _ in estimator.transformers_)
    if isinstance(estimator, LGBMModel):
        return {f"{path}trees": estimator.booster_.model_to_string()}
    if not isinstance(estimator, BaseEstimator):
        return {}
    inner = {}
    if isinstance(estimator, Recalibrated):
        inner = fitted_state(estimator.classifier, f"{path}classifier.")
    learned = {name: value for name, value in vars(estimator).items() if name.endswith("_")}
    return inner | _merge(_values(value, f"{path}{name}") for name, value in learned.items())


def _values(value: Any, path: str) -> dict[str, np.ndarray | str]:
    if isinstance(value, BaseEstimator):
        return fitted_state(value, f"{path}.")
    if isinstance(value, list | tuple):
        return _merge(_values(item, f"{path}[{position}]") for position, item in enumerate(value))
    array = np.asarray(value)
    if array.dtype.kind in "biuf":
        return {path: array}
    return {path: "\x1f".join(map(str, array.ravel()))} if array.dtype.kind in "OUST" else {}


def largest_change(first: dict[str, np.ndarray | str], second: dict[str, np.ndarray | str]) -> float:
    """Compare two fitted states.

    Returns
    -------
    float
        Largest absolute difference of any number; infinite where names, shapes or texts differ.
    """
    if first.keys() != second.keys():
        return float("inf")
    return max((_change(first[name], second[name]) for name in first), default=0.0)


def _change(first: np.ndarray | str, second: np.ndarray | str) -> float:
    if isinstance(first, str) or isinstance(second, str):
        return 0.0 if first == second else float("inf")
    if first.shape != second.shape or not np.array_equal(np.isnan(first), np.isnan(second)):
        return float("inf")
    difference = np.abs(first.astype(float) - second.astype(float))
    return float(np.nanmax(difference, initial=0.0))


def _merge(parts: Any) -> dict[str, np.ndarray | str]:
    return {name: value for part in parts for name, value in part.items()}
