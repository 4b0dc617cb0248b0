"""Weighted mean of the log odds of a ridge regression and of randomised trees."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from stratify.config.study import Direction
from stratify.fit.models.directions import NO_DIRECTIONS
from stratify.fit.models.extra_trees import RandomisedTrees
from stratify.fit.models.grouped_ridge import GroupedRidge, on_prepared
from stratify.fit.models.log_odds_classifier import LogOddsClassifier


class RidgeAndTrees(LogOddsClassifier):
    r"""Mean log odds of `GroupedRidge` and `RandomisedTrees`, :math:`(1 - \alpha) f_r(x) + \alpha f_t(x)`.

    The ridge adds up many weak straight lines, the trees see thresholds and combinations; their errors differ. How
    much the trees say is one hyper-parameter, chosen like any other on studies left out: a weight estimated on the
    patients a member was fitted to would go to whichever member fits them closest.

    Parameters
    ----------
    trees_share
        The weight :math:`\alpha` of the trees, from 0 to 1; none are grown at 0.
    clinical_penalty, molecular_penalty, level_penalty, n_clinical, n_molecular
        As in `GroupedRidge`.
    n_estimators, min_samples_leaf
        As in `RandomisedTrees`.
    balance
        Of both members: 0 lets patients count alike, 1 studies.
    random_state
        Seed of the trees.

    Attributes
    ----------
    members_ : list
        The fitted ridge, and the fitted trees where they have a share.
    """

    takes_missing: ClassVar[bool] = False

    def __init__(
        self,
        *,
        trees_share: float = 0.25,
        clinical_penalty: float = 10.0,
        molecular_penalty: float = 1000.0,
        level_penalty: float = 30.0,
        n_estimators: int = 200,
        min_samples_leaf: int = 10,
        balance: float = 0.5,
        n_clinical: int = 0,
        n_molecular: int | None = None,
        random_state: int | None = None,
    ) -> None:
        self.trees_share = trees_share
        self.clinical_penalty = clinical_penalty
        self.molecular_penalty = molecular_penalty
        self.level_penalty = level_penalty
        self.n_estimators = n_estimators
        self.min_samples_leaf = min_samples_leaf
        self.balance = balance
        self.n_clinical = n_clinical
        self.n_molecular = n_molecular
        self.random_state = random_state

    def fit(self, X: Any, y: Any, studies: Any = None) -> Self:
        """Fit to a matrix, shape (n_samples, n_features), without missing values, labels, and where each is from."""
        X, positive = self._checked(X, y)
        own = self.get_params(deep=False)
        kinds = [GroupedRidge(), *([RandomisedTrees()] if self.trees_share else [])]
        members = [kind.set_params(**{name: own[name] for name in kind.get_params()}) for kind in kinds]
        self.members_ = [member.fit(X, positive, studies) for member in members]
        return self

    def _log_odds(self, X: np.ndarray) -> np.ndarray:
        ridge, *trees = (member.decision_function(X) for member in self.members_)
        return np.asarray((1 - self.trees_share) * ridge + self.trees_share * trees[0] if trees else ridge)


def build(features: pd.DataFrame, seed: int, directions: Mapping[str, Direction] = NO_DIRECTIONS) -> Pipeline:
    """Build the unfitted pipeline, on the matrix that `grouped_ridge.prepared` makes.

    Parameters
    ----------
    features : DataFrame, shape (n_patients, n_features)
        Numbers as float64, categories as str; `clin.` columns are clinical, all others molecular.
    seed
        Seed of the trees.
    directions
        Checked, but not used.

    Returns
    -------
    Pipeline
        Takes a DataFrame with these columns; ends in the step `classifier`.
    """
    return on_prepared(features, directions, RidgeAndTrees(random_state=seed))
