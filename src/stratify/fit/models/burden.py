"""Tumour mutational burden on one scale: beside the training patients who have the same cancer and the same unit."""

from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

BURDENS = ("clin.tmb_per_mb", "clin.mutation_count")
CANCER_TYPE = "clin.cancer_type"
FEWEST = 20
"""Training patients of a cancer type and unit that are needed to be a reference."""


class ReferencedBurden(TransformerMixin, BaseEstimator):
    r"""Make one number of burdens per megabase and burdens counted.

    A burden :math:`b` in a unit becomes :math:`(\log_2(b + 1) - m_t) / s`, where :math:`m_t` is the mean of the
    training patients of the same cancer type :math:`t` with a burden in that unit (of all with that unit where they
    are fewer than 20), and :math:`s` the standard deviation around these means. No factor between units is needed: a
    patient is compared with patients measured alike. A patient with both has the mean of both, one with neither has
    0, the reference itself.

    Parameters
    ----------
    burdens
        Columns with a burden, each in its own unit.
    group
        Column with the cancer type; none compares with all training patients of the unit.

    Attributes
    ----------
    groups_ : ndarray of str, shape (n_groups,)
        Cancer types seen in training, in order.
    means_ : ndarray of float, shape (n_burdens, n_groups + 1)
        The references; the last column is that of all, NaN for a unit that training has nobody of.
    scales_ : ndarray of float, shape (n_burdens,)
    """

    def __init__(self, burdens: tuple[str, ...] = BURDENS, group: str | None = CANCER_TYPE) -> None:
        self.burdens = burdens
        self.group = group

    def fit(self, X: pd.DataFrame, y: Any = None) -> Self:
        """Learn the references from training patients, a DataFrame with the columns."""
        groups = self._groups(X)
        self.groups_ = np.unique(groups[groups != ""]).astype("str")
        logs = self._logs(X)
        self.means_ = np.array([self._references(column, groups) for column in logs.T])
        self.scales_ = np.array(
            [_spread(column - self._expected(groups)[:, at]) for at, column in enumerate(logs.T)], dtype=np.float64
        )
        return self

    def transform(self, X: pd.DataFrame) -> np.ndarray:
        """Return the burdens on the common scale, shape (n_patients, 1)."""
        check_is_fitted(self)
        standard = (self._logs(X) - self._expected(self._groups(X))) / self.scales_
        known = ~np.isnan(standard)
        total = np.where(known, standard, 0).sum(axis=1)
        return np.asarray((total / np.maximum(known.sum(axis=1), 1))[:, None])

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Name the column."""
        return np.array(["burden"], dtype=object)

    def _logs(self, X: pd.DataFrame) -> np.ndarray:
        values = X[list(self.burdens)].to_numpy(dtype=np.float64)
        return np.asarray(np.log2(np.where(values < 0, np.nan, values) + 1))

    def _groups(self, X: pd.DataFrame) -> np.ndarray:
        if self.group is None:
            return np.full(len(X), "")
        return X[self.group].fillna("").astype("str").to_numpy(dtype="str")

    def _references(self, values: np.ndarray, groups: np.ndarray) -> list[float]:
        present = ~np.isnan(values)
        everyone = float(values[present].mean()) if present.any() else np.nan
        of_groups = [present & (groups == name) for name in self.groups_]
        means = [float(values[rows].mean()) if rows.sum() >= FEWEST else everyone for rows in of_groups]
        return [*means, everyone]

    def _expected(self, groups: np.ndarray) -> np.ndarray:
        """Look up each patient's references, those of all for a group never seen; shape (n_patients, n_burdens)."""
        order = np.searchsorted(self.groups_, groups)
        last = len(self.groups_)
        known = (order < last) & (np.append(self.groups_, "")[np.minimum(order, last)] == groups)
        return np.asarray(self.means_[:, np.where(known, order, last)].T)


def _spread(values: np.ndarray) -> float:
    present = values[~np.isnan(values)]
    spread = float(present.std()) if len(present) else 0.0
    return spread if spread > 0 else 1.0
