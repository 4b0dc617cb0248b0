"""Additive logistic regression: a curve for each number, a partially pooled deviation for each level of a category."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from stratify.config.study import Direction
from stratify.fit.models.directions import NO_DIRECTIONS, signs_of
from stratify.fit.models.encoding import categories_of, encode, numbers_of
from stratify.fit.models.log_odds_classifier import LogOddsClassifier
from stratify.fit.models.penalised import Ridge, fit_penalised
from stratify.fit.models.splines import place_knots, rises


class AdditiveLogistic(LogOddsClassifier):
    r"""Logistic regression whose log odds are a sum of curves and of deviations.

    .. math:: \operatorname{logit} p = a + \sum_j f_j(x_j) + \sum_j m_j [x_j \text{ missing}] + \sum_k u_{k, c_k}

    Each curve :math:`f_j` is a spline of rising functions, centred on the training patients and flat outside their
    range (`splines`): no value takes a patient far from the others. Its coefficients are held on one side of zero
    where its direction is known. A missing number contributes nothing but :math:`m_j`, which exists where training had
    missing values. The deviation :math:`u` of a level is a random intercept: shrunk towards the mean of all levels,
    the more the fewer patients it has. A level never seen, or missing, has none. Classes have their natural weights.
    Meant for tens of features, not for thousands: every number becomes several columns.

    Parameters
    ----------
    smooth_penalty
        Ridge penalty on curves and :math:`m_j`. It is multiplied by the number of functions of a curve, so that a
        steady rise costs alike whatever their number.
    level_penalty
        Ridge penalty on the deviations: the inverse of their variance.
    signs
        By number: 1 rising, -1 falling, 0 not known; all 0 where not given.
    n_categories
        How many of the last columns are codes of categories.

    Attributes
    ----------
    knots_ : list of ndarray
        By number.
    centres_ : list of ndarray
        By number: training mean of each function.
    missing_ : ndarray of bool, shape (n_numbers,)
        Whether training had some, but not only, missing values.
    levels_ : list of ndarray
        By category: the codes seen.
    coef_ : ndarray, shape (1, n_terms)
        Coefficients of the functions, then of the missing values, then of the levels.
    intercept_ : ndarray, shape (1,)
    """

    def __init__(
        self,
        *,
        smooth_penalty: float = 1.0,
        level_penalty: float = 8.0,
        signs: Sequence[int] | None = None,
        n_categories: int = 0,
    ) -> None:
        self.smooth_penalty = smooth_penalty
        self.level_penalty = level_penalty
        self.signs = signs
        self.n_categories = n_categories

    def fit(self, X: Any, y: Any) -> Self:
        """Fit to a matrix, shape (n_samples, n_features), in which NaN is missing, and labels, shape (n_samples,)."""
        X, positive = self._checked(X, y)
        numbers, codes = self._parts(X)
        absent = np.isnan(numbers)
        self.knots_ = [place_knots(column) for column in numbers.T]
        self.centres_ = [
            rises(column[~gone], knots).sum(axis=0) / max(1, (~gone).sum())
            for column, gone, knots in zip(numbers.T, absent.T, self.knots_, strict=True)
        ]
        self.missing_ = absent.any(axis=0) & ~absent.all(axis=0)
        self.levels_ = [np.unique(column[~np.isnan(column)]) for column in codes.T]
        intercept, coefficients = fit_penalised(self._terms(X), positive, self._ridge())
        self.intercept_, self.coef_ = np.array([intercept]), coefficients[None, :]
        return self

    def _log_odds(self, X: np.ndarray) -> np.ndarray:
        return np.asarray(self._terms(X) @ self.coef_[0] + self.intercept_[0])

    def _parts(self, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        n_numbers = X.shape[1] - self.n_categories
        return X[:, :n_numbers], X[:, n_numbers:]

    def _terms(self, X: np.ndarray) -> np.ndarray:
        numbers, codes = self._parts(X)
        curves = [
            _centred(column, knots, centre)
            for column, knots, centre in zip(numbers.T, self.knots_, self.centres_, strict=True)
        ]
        levels = [column[:, None] == seen for column, seen in zip(codes.T, self.levels_, strict=True)]
        return np.hstack([*curves, np.isnan(numbers)[:, self.missing_], *levels], dtype=np.float64)

    def _ridge(self) -> Ridge:
        sizes = [len(centre) for centre in self.centres_]
        signs = np.zeros(len(sizes)) if self.signs is None else np.asarray(self.signs)
        n_missing, n_levels = int(self.missing_.sum()), sum(map(len, self.levels_))
        penalty = np.concatenate(
            [
                self.smooth_penalty * np.repeat(sizes, sizes).astype(float),
                np.full(n_missing, self.smooth_penalty),
                np.full(n_levels, self.level_penalty),
            ]
        )
        sign = np.concatenate([np.repeat(signs, sizes), np.zeros(n_missing + n_levels)])
        return Ridge(penalty, np.where(sign > 0, 0.0, -np.inf), np.where(sign < 0, 0.0, np.inf))


def _centred(values: np.ndarray, knots: np.ndarray, centre: np.ndarray) -> np.ndarray:
    present = ~np.isnan(values)
    functions = np.zeros((len(values), len(centre)))
    functions[present] = rises(values[present], knots) - centre
    return functions


def build(features: pd.DataFrame, seed: int, directions: Mapping[str, Direction] = NO_DIRECTIONS) -> Pipeline:
    """Build the unfitted pipeline.

    Parameters
    ----------
    features : DataFrame, shape (n_patients, n_features)
        Numbers as float64, categories as str; only the types are used.
    seed
        Not used: nothing is drawn.
    directions
        Numeric features with which the log odds can only rise or only fall.

    Returns
    -------
    Pipeline
        Takes a DataFrame with these columns; ends in the step `classifier`.
    """
    signs = signs_of(numbers_of(features), directions)
    classifier = AdditiveLogistic(signs=signs, n_categories=len(categories_of(features)))
    return Pipeline([("features", encode(features)), ("classifier", classifier)])
