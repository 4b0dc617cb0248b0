"""Boosted trees that learn to rank patients within their study, and a logistic link that makes probabilities."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
from lightgbm import LGBMRanker
from sklearn.model_selection import GroupKFold, StratifiedKFold
from sklearn.pipeline import Pipeline

from stratify.config.study import Direction
from stratify.errors import StratifyError
from stratify.fit.models.directions import NO_DIRECTIONS, signs_of
from stratify.fit.models.encoding import FillIfComplete, categories_of, encode, numbers_of
from stratify.fit.models.lightgbm import tree_settings
from stratify.fit.models.log_odds_classifier import LogOddsClassifier
from stratify.fit.models.recalibrated import recalibrate

LARGEST_GROUP = 10_000
"""Patients that LightGBM ranks in one group at most."""

NO_SPREAD = 1e-5
"""Scores of a smaller standard deviation are rounding: no pair of a study could be told apart."""


class RankedTrees(LogOddsClassifier):
    r"""LambdaMART with the study as query: :math:`\operatorname{logit} p = a + c \, (f(x) - \bar f) / \sigma_f`.

    The trees :math:`f` learn from pairs of patients of one study only (LightGBM's `lambdarank`, all pairs of a study,
    its lambdas normalised so that a large study does not outvote the others). Whatever is the same for all of a study,
    how many respond, which platform measured them, ranks no such pair and teaches nothing. :math:`\bar f` and
    :math:`\sigma_f` are mean and standard deviation of the training patients; :math:`a` and :math:`c \geq 0` are
    estimated on patients that rankers like this one have not learned from (`recalibrate`). These are whole studies,
    left out in turn, or in as many parts as there are folds where studies are more (a ranker each would be fitted for
    every candidate); random folds with fewer than 3 studies. Without studies all patients are one group.

    Parameters
    ----------
    n_estimators, num_leaves, min_child_samples, reg_lambda
        As in LightGBM.
    folds
        Most parts in which studies, or patients, are left out for :math:`a` and :math:`c`.
    signs
        By column: 1 rising, -1 falling, 0 not known; all 0 where not given.
    random_state
        Seed of the folds and of column sampling.

    Attributes
    ----------
    ranker_ : LGBMRanker
    centre_, scale_ : ndarray, shape (1,)
        Mean and standard deviation of the ranker's training scores.
    intercept_, slope_ : ndarray, shape (1,)
        The link :math:`a` and :math:`c`.
    """

    def __init__(
        self,
        *,
        n_estimators: int = 50,
        num_leaves: int = 4,
        min_child_samples: int = 15,
        reg_lambda: float = 1.0,
        folds: int = 5,
        signs: Sequence[int] | None = None,
        random_state: int | None = None,
    ) -> None:
        self.n_estimators = n_estimators
        self.num_leaves = num_leaves
        self.min_child_samples = min_child_samples
        self.reg_lambda = reg_lambda
        self.folds = folds
        self.signs = signs
        self.random_state = random_state

    def fit(self, X: Any, y: Any, studies: Any = None) -> Self:
        """Fit to a matrix, shape (n_samples, n_features), in which NaN is missing, labels, and where each is from."""
        X, positive = self._checked(X, y)
        groups = np.zeros(len(X), dtype=int) if studies is None else np.unique(studies, return_inverse=True)[1]
        out_of_fold = np.empty(len(X))
        for inside, outside in self._parts(groups, positive):
            ranker, centre, scale = self._ranker(X[inside], positive[inside], groups[inside])
            out_of_fold[outside] = (ranker.predict(X[outside]) - centre) / scale
        self.intercept_, self.slope_ = recalibrate(out_of_fold, positive)
        self.ranker_, centre, scale = self._ranker(X, positive, groups)
        self.centre_, self.scale_ = np.array([centre]), np.array([scale])
        return self

    def _log_odds(self, X: np.ndarray) -> np.ndarray:
        standard = (self.ranker_.predict(X) - self.centre_[0]) / self.scale_[0]
        return np.asarray(self.intercept_[0] + self.slope_[0] * standard)

    def _parts(self, groups: np.ndarray, positive: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        n_groups = len(np.unique(groups))
        if n_groups >= 3:
            yield from GroupKFold(min(self.folds, n_groups)).split(groups, groups=groups)
            return
        rarest = int(min(positive.sum(), (1 - positive).sum()))
        if rarest < 2:
            raise ValueError(f"needs at least two patients of each class for the link, found {rarest} in the smaller")
        folds = StratifiedKFold(min(self.folds, rarest), shuffle=True, random_state=self.random_state)
        yield from folds.split(groups, positive)

    def _ranker(self, X: np.ndarray, positive: np.ndarray, groups: np.ndarray) -> tuple[LGBMRanker, float, float]:
        """Fit a ranker; return it with mean and standard deviation of its scores."""
        order = np.argsort(groups, kind="stable")
        sizes = np.unique(groups, return_counts=True)[1]
        if sizes.max() > LARGEST_GROUP:
            raise StratifyError(
                f"model rank_lightgbm: a study has {sizes.max()} training patients, LightGBM ranks at most "
                f"{LARGEST_GROUP} in one group; leave the model out"
            )
        settings = tree_settings(
            [] if self.signs is None else self.signs,
            seed=self.random_state,
            n_estimators=self.n_estimators,
            num_leaves=self.num_leaves,
            min_child_samples=self.min_child_samples,
            reg_lambda=self.reg_lambda,
            lambdarank_truncation_level=int(sizes.max()),
        )
        ranker = LGBMRanker(**settings).fit(X[order], positive[order].astype(int), group=sizes)
        score = ranker.predict(X)
        spread = float(score.std())
        return ranker, float(score.mean()), spread if spread > NO_SPREAD else 1.0


def build(features: pd.DataFrame, seed: int, directions: Mapping[str, Direction] = NO_DIRECTIONS) -> Pipeline:
    """Build the unfitted pipeline.

    Missing values are treated as by the model `lightgbm`.

    Parameters
    ----------
    features : DataFrame, shape (n_patients, n_features)
        Numbers as float64, categories as str; only the types are used.
    seed
        Seed of the link's folds and of column sampling.
    directions
        Numeric features with which the score can only rise or only fall.

    Returns
    -------
    Pipeline
        Takes a DataFrame with these columns; ends in the step `classifier`.
    """
    n_categories = len(categories_of(features))
    signs = [*signs_of(numbers_of(features), directions), *[0] * n_categories]
    return Pipeline(
        [
            ("features", encode(features)),
            ("fill", FillIfComplete(n_categories)),
            ("classifier", RankedTrees(signs=signs, random_state=seed)),
        ]
    )
