"""Ridge regression on the molecular features whose association is consistent over the training studies."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from stratify.config.study import Direction
from stratify.fit.models.directions import NO_DIRECTIONS
from stratify.fit.models.grouped_ridge import GroupedRidge, fit_ridge, on_prepared, study_weights

FEWEST_OF_A_CLASS = 5
"""Patients that a study needs of each class to say something about a feature."""

FEWEST_STUDIES = 3
"""Studies needed to tell a consistent association from another."""

SMALLEST_SPREAD = 1e-8
"""A standardised feature that varies less within a study is constant there."""


class InvariantRidge(GroupedRidge):
    r"""`GroupedRidge` that first drops the molecular features whose association changes from study to study.

    In each training study :math:`s` with at least 5 patients of each class, :math:`d_{js}` is the difference of the
    classes' means of feature :math:`j` in pooled standard deviations within the study. Kept are features with

    .. math:: |z_j| = \frac{|\bar d_j|}{\operatorname{sd}_s(d_{js}) / \sqrt{S}} \geq z_{\min}

    where the spread over the :math:`S` studies holds both sampling error and heterogeneity: studies count alike, as in
    a random-effects analysis in which heterogeneity dominates. Differences between studies in mean, scale or
    prevalence do not enter. The most consistent feature is always kept; all are with fewer than 3 usable studies, or
    where nothing is known of studies. Clinical numbers and levels are never dropped.

    Parameters
    ----------
    least_z
        The threshold :math:`z_{\min}`; 0 keeps all.
    clinical_penalty, molecular_penalty, level_penalty, balance, n_clinical, n_molecular
        As in `GroupedRidge`.

    Attributes
    ----------
    kept_ : ndarray of bool, shape (n_features,)
    coef_ : ndarray, shape (1, n_features)
        0 for columns not kept.
    intercept_ : ndarray, shape (1,)
    """

    def __init__(
        self,
        *,
        least_z: float = 1.0,
        clinical_penalty: float = 10.0,
        molecular_penalty: float = 1000.0,
        level_penalty: float = 30.0,
        balance: float = 0.0,
        n_clinical: int = 0,
        n_molecular: int | None = None,
    ) -> None:
        super().__init__(
            clinical_penalty=clinical_penalty,
            molecular_penalty=molecular_penalty,
            level_penalty=level_penalty,
            balance=balance,
            n_clinical=n_clinical,
            n_molecular=n_molecular,
        )
        self.least_z = least_z

    def fit(self, X: Any, y: Any, studies: Any = None) -> Self:
        """Fit to a matrix, shape (n_samples, n_features), without missing values, labels, and where each is from."""
        X, positive = self._checked(X, y)
        self.kept_ = self._consistent(X, positive, studies)
        self.coef_ = np.zeros((1, X.shape[1]))
        weights = study_weights(studies, len(X), self.balance)
        penalties = self._penalties(X.shape[1])[self.kept_]
        self.coef_[:, self.kept_], self.intercept_ = fit_ridge(X[:, self.kept_], positive, penalties, weights)
        return self

    def _consistent(self, X: np.ndarray, positive: np.ndarray, studies: Any) -> np.ndarray:
        kept = np.ones(X.shape[1], dtype=bool)
        last = len(kept) if self.n_molecular is None else self.n_clinical + self.n_molecular
        molecular = slice(self.n_clinical, last)
        if studies is None or self.least_z == 0 or last == self.n_clinical:
            return kept
        differences = _differences(X[:, molecular], positive, np.asarray(studies))
        if len(differences) >= FEWEST_STUDIES:
            z = np.abs(consistency(differences))
            kept[molecular] = z >= min(self.least_z, z.max())
        return kept


def consistency(differences: np.ndarray) -> np.ndarray:
    """Divide the mean over studies by its standard error from the spread over studies.

    Parameters
    ----------
    differences : ndarray of float, shape (n_studies, n_features)
        Standardised mean differences between the classes, of at least two studies.

    Returns
    -------
    ndarray of float, shape (n_features,)
        0 where all differences are 0, infinite where they are all the same otherwise.

    Examples
    --------
    Means 2 and 0, standard errors 1 / √3 and 2 / √3.

    >>> consistency(np.array([[1.0, -2.0], [2.0, 0.0], [3.0, 2.0]])).round(3).tolist()
    [3.464, 0.0]
    """
    mean = differences.mean(axis=0)
    error = differences.std(axis=0, ddof=1) / np.sqrt(len(differences))
    at_once = np.where(mean == 0, 0.0, np.copysign(np.inf, mean))
    return np.divide(mean, error, out=at_once, where=error > 0)


def _differences(X: np.ndarray, positive: np.ndarray, studies: np.ndarray) -> np.ndarray:
    """Standardised mean differences of every usable study; shape (n_usable, n_features)."""
    rows = []
    for name in np.unique(studies):
        classes = [X[(studies == name) & (positive == label)] for label in (0, 1)]
        if min(map(len, classes)) >= FEWEST_OF_A_CLASS:
            rows.append(_difference(*classes))
    return np.array(rows).reshape(len(rows), X.shape[1])


def _difference(negative: np.ndarray, positive: np.ndarray) -> np.ndarray:
    squares = sum(((rows - rows.mean(axis=0)) ** 2).sum(axis=0) for rows in (negative, positive))
    spread = np.sqrt(squares / (len(negative) + len(positive) - 2))
    difference = positive.mean(axis=0) - negative.mean(axis=0)
    return np.divide(difference, spread, out=np.zeros_like(difference), where=spread > SMALLEST_SPREAD)


def build(features: pd.DataFrame, seed: int, directions: Mapping[str, Direction] = NO_DIRECTIONS) -> Pipeline:
    """Build the unfitted pipeline, on the matrix that `grouped_ridge.prepared` makes.

    Parameters
    ----------
    features : DataFrame, shape (n_patients, n_features)
        Numbers as float64, categories as str; `clin.` columns are clinical, all others molecular.
    seed
        Not used: nothing is drawn.
    directions
        Checked, but not used: an association is asked to be consistent, whatever its sign.

    Returns
    -------
    Pipeline
        Takes a DataFrame with these columns; ends in the step `classifier`.
    """
    return on_prepared(features, directions, InvariantRidge())
