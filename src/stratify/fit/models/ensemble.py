"""The mean of a spline logistic regression and of boosted trees, recalibrated inside training."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline

from stratify.config.study import Direction
from stratify.fit.models.directions import NO_DIRECTIONS, signs_of
from stratify.fit.models.encoding import FillIfComplete, categories_of, encode, numbers_of
from stratify.fit.models.lightgbm import tree_settings
from stratify.fit.models.log_odds_classifier import LogOddsClassifier
from stratify.fit.models.recalibrated import recalibrate
from stratify.fit.models.spline_logistic import AdditiveLogistic
from stratify.log_odds import log_odds


class CalibratedEnsemble(LogOddsClassifier):
    """Mean log odds of an additive logistic regression and of boosted trees, recalibrated out of fold.

    Members that were fitted to a patient are too sure about that patient, so the recalibration learns from members
    fitted without them: the training patients are predicted in folds, and the intercept and slope of a logistic
    regression on the mean log odds are estimated (slope never below 0.05, and drawn to 1 as by one patient's worth of
    knowledge, so that a small cohort cannot overturn the members). The members that predict new patients are fitted to
    all. Scikit-learn's `StackingClassifier` would learn a weight per member from their probabilities, with signs that
    can undo a known direction, and `CalibratedClassifierCV` keeps a calibrator a fold; neither averages log odds.

    Parameters
    ----------
    smooth_penalty, level_penalty
        As in `AdditiveLogistic`.
    n_estimators, num_leaves, min_child_samples, reg_lambda
        As in LightGBM.
    folds
        Folds of the recalibration; fewer where a class has fewer patients.
    signs
        By number: 1 rising, -1 falling, 0 not known; all 0 where not given.
    n_categories
        How many of the last columns are codes of categories.
    random_state
        Seed of the folds and of column sampling.

    Attributes
    ----------
    members_ : list
        The fitted members.
    intercept_, slope_ : ndarray, shape (1,)
        Of the recalibration, on the log-odds scale; 0 and 1 change nothing.
    """

    def __init__(
        self,
        *,
        smooth_penalty: float = 1.0,
        level_penalty: float = 8.0,
        n_estimators: int = 100,
        num_leaves: int = 7,
        min_child_samples: int = 15,
        reg_lambda: float = 10.0,
        folds: int = 5,
        signs: Sequence[int] | None = None,
        n_categories: int = 0,
        random_state: int | None = None,
    ) -> None:
        self.smooth_penalty = smooth_penalty
        self.level_penalty = level_penalty
        self.n_estimators = n_estimators
        self.num_leaves = num_leaves
        self.min_child_samples = min_child_samples
        self.reg_lambda = reg_lambda
        self.folds = folds
        self.signs = signs
        self.n_categories = n_categories
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> Self:
        """Fit to a matrix, shape (n_samples, n_features), in which NaN is missing, and labels, shape (n_samples,)."""
        X, positive = self._checked(X, y)
        rarest = int(min(positive.sum(), (1 - positive).sum()))
        if rarest < 2:
            raise ValueError(f"needs at least two patients of each class to recalibrate, found {rarest} in the smaller")
        folds = StratifiedKFold(min(self.folds, rarest), shuffle=True, random_state=self.random_state)
        out_of_fold = np.empty(len(X))
        for inside, outside in folds.split(X, positive):
            out_of_fold[outside] = _mean_log_odds(self._fit_members(X[inside], positive[inside]), X[outside])
        self.intercept_, self.slope_ = recalibrate(out_of_fold, positive)
        self.members_ = self._fit_members(X, positive)
        return self

    def _log_odds(self, X: np.ndarray) -> np.ndarray:
        return np.asarray(self.intercept_[0] + self.slope_[0] * _mean_log_odds(self.members_, X))

    def _fit_members(self, X: np.ndarray, positive: np.ndarray) -> list[Any]:
        additive = AdditiveLogistic(
            smooth_penalty=self.smooth_penalty,
            level_penalty=self.level_penalty,
            signs=self.signs,
            n_categories=self.n_categories,
        )
        settings = tree_settings(
            [] if self.signs is None else [*self.signs, *[0] * self.n_categories],
            seed=self.random_state,
            n_estimators=self.n_estimators,
            num_leaves=self.num_leaves,
            min_child_samples=self.min_child_samples,
            reg_lambda=self.reg_lambda,
        )
        trees = LGBMClassifier(**settings)
        filled = Pipeline([("fill", FillIfComplete(self.n_categories)), ("trees", trees)])
        return [member.fit(X, positive) for member in (additive, filled)]


def _mean_log_odds(members: Sequence[Any], X: np.ndarray) -> np.ndarray:
    return np.mean([log_odds(member.predict_proba(X)[:, 1]) for member in members], axis=0)


def build(features: pd.DataFrame, seed: int, directions: Mapping[str, Direction] = NO_DIRECTIONS) -> Pipeline:
    """Build the unfitted pipeline.

    Parameters
    ----------
    features : DataFrame, shape (n_patients, n_features)
        Numbers as float64, categories as str; only the types are used.
    seed
        Seed of the recalibration's folds and of column sampling.
    directions
        Numeric features with which the log odds can only rise or only fall.

    Returns
    -------
    Pipeline
        Takes a DataFrame with these columns; ends in the step `classifier`.
    """
    classifier = CalibratedEnsemble(
        signs=signs_of(numbers_of(features), directions),
        n_categories=len(categories_of(features)),
        random_state=seed,
    )
    return Pipeline([("features", encode(features)), ("classifier", classifier)])
