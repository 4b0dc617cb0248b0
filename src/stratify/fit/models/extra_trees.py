"""Extremely randomised trees, every study weighed by a declared exponent of its size."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.pipeline import Pipeline

from stratify.config.study import Direction
from stratify.fit.models.directions import NO_DIRECTIONS, signs_of
from stratify.fit.models.encoding import numbers_of
from stratify.fit.models.grouped_ridge import prepared, study_weights
from stratify.fit.models.log_odds_classifier import LogOddsClassifier
from stratify.log_odds import log_odds


class RandomisedTrees(LogOddsClassifier):
    r"""Mean of trees whose cut-offs are drawn at random, and of one tree that was never split.

    .. math:: p(x) = \frac{\pi + \sum_{t=1}^{T} p_t(x)}{T + 1}

    with :math:`p_t` the weighted share of the second class in the leaf of tree :math:`t`, and :math:`\pi` that of all
    training patients. The unsplit tree keeps probabilities inside (0, 1) even where every leaf is pure. Cut-offs drawn
    at random fit less to where the distribution of one study happens to lie than optimal ones. Trees see all patients,
    so the weighted mean of the training probabilities is :math:`\pi`. The weight of a patient is
    :math:`n_{s(i)}^{-b}`, as in `GroupedRidge`. Scikit-learn grows the trees; they are kept as plain arrays, since its
    own follow their indices without bounds checks, which a model file must not decide.

    Parameters
    ----------
    n_estimators
        Number of trees :math:`T`.
    min_samples_leaf
        Fewest patients of a leaf.
    balance
        The exponent :math:`b`: 0 lets patients count alike, 1 studies.
    random_state
        Seed of columns and cut-offs.

    Attributes
    ----------
    roots_ : ndarray of int, shape (n_estimators,)
        Where each tree begins among the nodes of all.
    children_ : ndarray of int, shape (n_nodes, 2)
        Left and right child; a leaf's are itself.
    feature_, threshold_, share_ : ndarray, shape (n_nodes,)
        Left of a node is what is not above its threshold; share of the second class.
    depth_ : ndarray of int, shape (1,)
        Of the deepest tree.
    prevalence_ : ndarray, shape (1,)
        The share :math:`\pi`.
    """

    takes_missing: ClassVar[bool] = False

    def __init__(
        self,
        *,
        n_estimators: int = 200,
        min_samples_leaf: int = 10,
        balance: float = 0.5,
        random_state: int | None = None,
    ) -> None:
        self.n_estimators = n_estimators
        self.min_samples_leaf = min_samples_leaf
        self.balance = balance
        self.random_state = random_state

    def fit(self, X: Any, y: Any, studies: Any = None) -> Self:
        """Fit to a matrix, shape (n_samples, n_features), without missing values, labels, and where each is from."""
        X, positive = self._checked(X, y)
        weights = study_weights(studies, len(X), self.balance)
        self.prevalence_ = np.array([weights @ positive / weights.sum()])
        forest = ExtraTreesClassifier(
            n_estimators=self.n_estimators,
            min_samples_leaf=self.min_samples_leaf,
            random_state=self.random_state,
            n_jobs=1,
        ).fit(X, positive, sample_weight=weights)
        self._keep([estimator.tree_ for estimator in forest.estimators_])
        return self

    def _keep(self, trees: list[Any]) -> None:
        self.roots_ = np.cumsum([0, *(tree.node_count for tree in trees[:-1])])
        sides = [np.column_stack([tree.children_left, tree.children_right]) for tree in trees]
        inner = np.concatenate([pair >= 0 for pair in sides])
        below = np.concatenate([pair + root for pair, root in zip(sides, self.roots_, strict=True)])
        self.children_ = np.where(inner, below, np.arange(len(below))[:, None])
        self.feature_ = np.maximum(np.concatenate([tree.feature for tree in trees]), 0)
        self.threshold_ = np.concatenate([tree.threshold for tree in trees])
        self.share_ = np.concatenate([tree.value[:, 0, 1] for tree in trees])
        self.depth_ = np.array([max(tree.max_depth for tree in trees)])

    def _log_odds(self, X: np.ndarray) -> np.ndarray:
        X = X.astype(np.float32)  # as scikit-learn compares
        rows = np.arange(len(X))[:, None]
        node = np.repeat(self.roots_[None, :], len(X), axis=0)
        for _ in range(int(self.depth_[0])):
            above = X[rows, self.feature_[node]] > self.threshold_[node]
            node = self.children_[node, above.astype(int)]
        return log_odds((self.prevalence_[0] + self.share_[node].sum(axis=1)) / (len(self.roots_) + 1))


def build(features: pd.DataFrame, seed: int, directions: Mapping[str, Direction] = NO_DIRECTIONS) -> Pipeline:
    """Build the unfitted pipeline, on the matrix that `grouped_ridge.prepared` makes.

    Parameters
    ----------
    features : DataFrame, shape (n_patients, n_features)
        Numbers as float64, categories as str; only names and types are used.
    seed
        Seed of columns and cut-offs.
    directions
        Checked, but not used.

    Returns
    -------
    Pipeline
        Takes a DataFrame with these columns; ends in the step `classifier`.
    """
    signs_of(numbers_of(features), directions)
    steps, _ = prepared(features)
    return Pipeline([("features", steps), ("classifier", RandomisedTrees(random_state=seed))])
